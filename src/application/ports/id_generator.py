"""The source of identifiers."""

from abc import abstractmethod
from typing import Protocol


class IdGenerator(Protocol):
    """Makes identifiers."""

    @abstractmethod
    def new_id(self, prefix: str) -> str:
        """Return `prefix` + '_' + 32 hexadecimal digits, never twice the same; later ones sort behind earlier ones."""
