"""Where single values stand in the data, found by their identity: a template hands them on as they are."""

from typing import Any, Final

from domain.data_path import escape_pointer

# Values of the data that are looked at; beyond them there is no pointer.
_MAX_VALUES: Final = 200_000

# Of a pointer that is of use to somebody.
_MAX_POINTER: Final = 2_000


class ValuePlaces:
    """The JSON Pointers of the values of one render's data. Values that stand in several places have none."""

    def __init__(self, data: dict[str, Any]) -> None:
        # What holds a value, and under which key or number; pointers made beforehand could be longer than the data.
        self._above: dict[int, tuple[int, str] | None] = {}
        self._root = id(data)
        waiting: list[Any] = [data]
        while waiting and len(self._above) < _MAX_VALUES:
            container = waiting.pop()
            children: Any = container.items() if isinstance(container, dict) else enumerate(container)
            for key, child in children:
                # Small numbers and the like are one and the same object wherever they stand.
                self._above[id(child)] = None if id(child) in self._above else (id(container), str(key))
                if isinstance(child, (dict, list)):
                    waiting.append(child)

    def pointer(self, value: Any) -> str | None:
        """Return where a value stands; None for one that the template has made, or that stands in several places."""
        steps: list[str] = []
        found = id(value)
        while found != self._root:
            above = self._above.get(found)
            if above is None:
                return None
            found = above[0]
            steps.append(escape_pointer(above[1]))
        pointer = "".join(f"/{step}" for step in reversed(steps))
        return pointer if len(pointer) <= _MAX_POINTER else None
