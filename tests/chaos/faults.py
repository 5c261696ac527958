"""Faults, one after the other, as a seed has them; and everything works again after the last of them."""

import random
import time
from collections import Counter
from collections.abc import Callable
from typing import Final

from tests.chaos.installation import WORKERS, Installation

Fault = Callable[[Installation, random.Random], None]


def kill_worker(installation: Installation, randomness: random.Random) -> None:
    """Kill a worker in the middle of whatever it does."""
    name = randomness.choice(WORKERS)
    installation.kill(name)
    time.sleep(randomness.uniform(0, 2))
    installation.start(name)


def kill_both_workers(installation: Installation, randomness: random.Random) -> None:
    """Kill all who work."""
    for name in WORKERS:
        installation.kill(name)
    time.sleep(randomness.uniform(0, 2))
    for name in WORKERS:
        installation.start(name)


def kill_service(installation: Installation, _: random.Random) -> None:
    """Kill the service, before or after it has committed what it was asked for, or answered."""
    installation.kill("serve")
    installation.start("serve")


def kill_postgres(installation: Installation, _: random.Random) -> None:
    """Kill PostgreSQL under load."""
    installation.kill_postgres()


def take_storage_away(installation: Installation, randomness: random.Random) -> None:
    """Take the storage away for up to ten seconds."""
    with installation.storage_away():
        time.sleep(randomness.uniform(1, 10))


FAULTS: Final[tuple[Fault, ...]] = (kill_worker, kill_both_workers, kill_service, kill_postgres, take_storage_away)


def torment(installation: Installation, randomness: random.Random, seconds: float) -> Counter[str]:
    """Let faults happen for so long, each kind once at least; return how often each did."""
    happened: Counter[str] = Counter()
    end = time.monotonic() + seconds
    due = randomness.sample(FAULTS, len(FAULTS))
    while due or time.monotonic() < end:
        time.sleep(randomness.uniform(0.5, 3))
        fault = due.pop() if due else randomness.choice(FAULTS)
        fault(installation, randomness)
        happened[fault.__name__] += 1
    installation.await_ready()
    return happened
