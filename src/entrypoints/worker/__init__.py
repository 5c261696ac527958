"""The worker: what carries out the jobs of the queue, in a process of its own or inside the service."""
