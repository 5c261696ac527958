"""Identifiers that count."""

from itertools import count

from typing_extensions import override

from application.ports.id_generator import IdGenerator


class SequentialIds(IdGenerator):
    """Makes prefix_000…001, prefix_000…002 and so on, one count for all prefixes."""

    def __init__(self) -> None:
        self._numbers = count(1)

    @override
    def new_id(self, prefix: str) -> str:
        return f"{prefix}_{next(self._numbers):032x}"
