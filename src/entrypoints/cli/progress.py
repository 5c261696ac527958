"""A bar for long work on a terminal, and nothing elsewhere."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from shutil import get_terminal_size
from typing import Any, Final, Protocol

from typing_extensions import override

_WITH_END: Final = (
    "{desc} {percentage:3.0f}%|{bar}| {n_fmt} of {total_fmt} [{elapsed}, {remaining} left, {rate_fmt}{postfix}]"
)
_WITHOUT_END: Final = "{desc} {n_fmt} [{elapsed}, {rate_fmt}]"


class Progress(Protocol):
    """What can be told of work."""

    def update(self, count: int = 1) -> Any:
        """So many more are done."""

    def set_postfix_str(self, text: str) -> Any:
        """Say something beside the bar."""


class _Silent(Progress):
    @override
    def update(self, count: int = 1) -> None:
        pass

    @override
    def set_postfix_str(self, text: str) -> None:
        pass


@contextmanager
def progress(what: str, unit: str, total: int | None = None) -> Iterator[Progress]:
    """Show how far the work is, where standard error is a terminal; it is gone when the work is done."""
    if not sys.stderr.isatty():
        yield _Silent()
        return
    from tqdm import tqdm  # noqa: PLC0415  # loading it takes time, which is saved where nobody looks

    form = _WITHOUT_END if total is None else _WITH_END
    # tqdm shows nothing where a terminal does not tell its size, as some in containers do not.
    columns, lines = get_terminal_size()
    with tqdm(
        total=total,
        desc=what,
        unit=f" {unit}",
        leave=False,
        ncols=columns,
        nrows=lines,
        bar_format=form,
    ) as bar:
        yield bar
