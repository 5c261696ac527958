"""Stand-ins for the adapters, one a port; each passes its port's contract in `tests/unit/contracts`."""
