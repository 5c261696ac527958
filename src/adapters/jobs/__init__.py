"""The queue of jobs on pgqueuer."""
