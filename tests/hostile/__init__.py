"""Hostile templates, data and files, and what has to become of each: probes.py, files.py, fuzz.py."""
