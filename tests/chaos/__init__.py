"""Batches under faults: processes that are really killed, a database that crashes, a storage that goes away."""
