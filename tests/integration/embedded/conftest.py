"""Other processes that use the embedded PostgreSQL."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.integration.embedded.processes import Holder, StartHolder


@pytest.fixture
def start_holder(data_dir: Path) -> Iterator[StartHolder]:
    """Starts processes that hold the server; they are killed at the end of the test."""
    with ExitStack() as stack:

        def start(directory: Path = data_dir, pg_bin: Path | None = None, user: int | None = None) -> Holder:
            return stack.enter_context(Holder(directory, pg_bin, user))

        yield start
