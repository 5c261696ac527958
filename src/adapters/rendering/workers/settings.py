"""How workers are made, and how their work is shared out."""

import math
from dataclasses import dataclass
from typing import Final

_SPARE_SECONDS: Final = 30


@dataclass(frozen=True, slots=True)
class JailLimits:
    """What a worker may use in its whole life: bytes of memory, seconds of processor time."""

    memory_bytes: int
    cpu_seconds: int


@dataclass(frozen=True, slots=True)
class PoolSettings:
    """How many workers there are, what each may use, and how much may wait for them.

    `render_seconds` is the wall-clock time of one request, `memory_bytes` the memory of one worker. `line` requests of
    a workspace may wait, `total` of all workspaces, with `total_bytes` of data and files, none for longer than
    `wait_seconds`. A worker is replaced after `requests_of_a_life`, and when it has worked for `seconds_of_a_life` in
    all: what it has gathered in its life ends with it. Its successor is started before that, so that there is one
    more for a moment.
    """

    workers: int
    memory_bytes: int
    render_seconds: float = 5.0
    line: int = 500
    total: int = 1_000
    total_bytes: int = 256_000_000
    wait_seconds: float = 30.0
    requests_of_a_life: int = 1_000
    seconds_of_a_life: int = 300

    @property
    def jail(self) -> JailLimits:
        """What the kernel lets a worker use; its processor time lasts until it is replaced in any case."""
        return JailLimits(
            self.memory_bytes, self.seconds_of_a_life + _SPARE_SECONDS + math.ceil(2 * self.render_seconds)
        )

    @property
    def share(self) -> int:
        """How many workers one workspace may keep busy: one stays free for the others."""
        return max(1, self.workers - 1)
