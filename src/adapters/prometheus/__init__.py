"""Metrics in the form of Prometheus: the instruments, what they look at, and the text of /metrics."""
