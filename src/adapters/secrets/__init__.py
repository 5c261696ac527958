"""Secrets that are stored sealed."""
