"""Use cases: each call is a span."""

import inspect
from typing import Any

from adapters.telemetry.spans import Spans


class TracedUseCase:
    """Stands in for a use case; what of it is a coroutine has a span with its name."""

    def __init__(self, inner: Any, spans: Spans) -> None:
        self._inner = inner
        self._spans = spans
        self._name = type(inner).__name__
        self._call = self._traced(self._name, type(inner).__call__.__get__(inner)) if callable(inner) else None

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        """Call the use case."""
        if self._call is None:
            raise TypeError(f"{self._name} cannot be called")
        return self._call(*arguments, **named)

    def __getattr__(self, name: str) -> Any:
        # Asked for what this object does not have: once for each name.
        found = self.__dict__[name] = self._traced(f"{self._name}.{name}", getattr(self._inner, name))
        return found

    def _traced(self, name: str, call: Any) -> Any:
        if not inspect.iscoroutinefunction(call):
            return call

        async def traced(*arguments: Any, **named: Any) -> Any:
            with self._spans.part(name):
                return await call(*arguments, **named)

        return traced
