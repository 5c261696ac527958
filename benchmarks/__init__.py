"""Measurements of DocGen; `python -m benchmarks.render --help`."""
