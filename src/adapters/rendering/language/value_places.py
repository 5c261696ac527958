"""Where single values stand in the data, found by their identity: a template hands them on as they are."""

from typing import Any, Final

from domain.data_path import escape_pointer

# Values of the data that are looked at; beyond them there is no pointer.
_MAX_VALUES: Final = 200_000


class ValuePlaces:
    """The JSON Pointers of the values of one render's data. Values that stand in several places have none."""

    def __init__(self, data: dict[str, Any]) -> None:
        self._pointers: dict[int, str | None] = {}
        waiting: list[tuple[Any, str]] = [(data, "")]
        for _ in range(_MAX_VALUES):
            if not waiting:
                return
            value, pointer = waiting.pop()
            if isinstance(value, dict):
                waiting.extend((child, f"{pointer}/{escape_pointer(str(key))}") for key, child in value.items())
            elif isinstance(value, list):
                waiting.extend((child, f"{pointer}/{index}") for index, child in enumerate(value))
            # Small numbers and the like are one and the same object wherever they stand.
            self._pointers[id(value)] = None if id(value) in self._pointers else pointer

    def pointer(self, value: Any) -> str | None:
        """Return where a value stands; None for one that the template has made, or that stands in several places."""
        return self._pointers.get(id(value))
