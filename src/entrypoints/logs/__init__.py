"""The log of a process of the service."""
