"""What every adapter of a port must do: one abstract test class a port.

A test module names its adapter by a subclass called `Test…` that gives the fixtures; the fakes are tested in
`tests/unit/contracts`, the real adapters in `tests/integration`.
"""
