"""The test suite: `unit` needs nothing, `integration` starts the servers it needs."""

import pytest

# Contracts are no test modules, and yet their assertions should explain themselves.
pytest.register_assert_rewrite("tests.contracts")
