"""What was read of a workspace, remembered for as long as nobody changes it."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from application.ports.clock import Clock
from application.ports.template_changes import TemplateChanges
from application.single_flight import SingleFlight
from domain.identifiers import WorkspaceId

# A change that is never heard of (a proxy in front of the database that does not pass notifications on, a connection
# that is dead unnoticed) shows after this time.
_MILLISECONDS: Final = 1000.0
_ENTRIES: Final = 1000

_Key = TypeVar("_Key", bound=Hashable)
_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class _Remembered(Generic[_Value]):
    value: _Value
    generation: int
    until_ms: float
    weight: int


class UntilChanged(Generic[_Key, _Value]):
    """Remembers what was read, for a second at most: up to 1,000 values, and so much weight of them together.

    Those who ask for the same at the same time share one reading.
    """

    def __init__(
        self,
        changes: TemplateChanges,
        clock: Clock,
        weigh: Callable[[_Value], int] = lambda _: 0,
        max_weight: int = 0,
    ) -> None:
        self._changes = changes
        self._clock = clock
        self._weigh = weigh
        self._max_weight = max_weight
        self._remembered: OrderedDict[tuple[WorkspaceId, _Key], _Remembered[_Value]] = OrderedDict()
        self._weight = 0
        self._reading: SingleFlight[tuple[WorkspaceId, _Key, int], _Value] = SingleFlight()

    async def get(self, workspace_id: WorkspaceId, key: _Key, read: Callable[[], Awaitable[_Value]]) -> _Value:
        """Return what is remembered by this key, else what `read` returns; what it raises is not remembered."""
        # Asked before anything is read: a change while it is read makes what was read old.
        generation = self._changes.generation(workspace_id)
        known = self._remembered.get((workspace_id, key))
        if known is not None and known.generation == generation and self._clock.elapsed_ms() < known.until_ms:
            self._remembered.move_to_end((workspace_id, key))
            return known.value
        if generation is None:
            return await read()
        # A thousand requests that come when the second is over must not all ask the database at once.
        which = (workspace_id, key, generation)
        return await self._reading.do(which, lambda: self._read(which, read))

    async def _read(self, which: tuple[WorkspaceId, _Key, int], read: Callable[[], Awaitable[_Value]]) -> _Value:
        workspace_id, key, generation = which
        value = await read()
        until_ms = self._clock.elapsed_ms() + _MILLISECONDS
        self._remember((workspace_id, key), _Remembered(value, generation, until_ms, self._weigh(value)))
        return value

    def _remember(self, key: tuple[WorkspaceId, _Key], found: _Remembered[_Value]) -> None:
        self._forget(key)
        self._remembered[key] = found
        self._weight += found.weight
        while len(self._remembered) > _ENTRIES or (self._weight > self._max_weight and self._remembered):
            self._forget(next(iter(self._remembered)))

    def _forget(self, key: tuple[WorkspaceId, _Key]) -> None:
        known = self._remembered.pop(key, None)
        if known is not None:
            self._weight -= known.weight
