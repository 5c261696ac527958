"""The lease of an idempotency key while its request is carried out."""

import asyncio

from typing_extensions import override

from application.ports.idempotency_keys import Claim
from domain.errors import ServiceUnavailableError
from domain.workspace import DEFAULT_WORKSPACE_ID
from entrypoints.http.idempotency import extended
from tests.fakes.clock import FixedClock
from tests.fakes.idempotency_keys import InMemoryIdempotencyKeys
from tests.fakes.units_of_work import InMemoryUnitsOfWork


class CountingKeys(InMemoryIdempotencyKeys):
    """Tells when a lease was extended so many times; the first time the database is away."""

    def __init__(self) -> None:
        super().__init__(InMemoryUnitsOfWork(), FixedClock())
        self.extensions = 0
        self.three = asyncio.Event()

    @override
    async def extend(self, claim: Claim) -> None:
        self.extensions += 1
        if self.extensions == 1:
            raise ServiceUnavailableError("database", "The database does not answer.")
        await super().extend(claim)
        if self.extensions == 3:
            self.three.set()


async def test_a_lease_is_extended_to_the_end_of_the_request_and_no_longer() -> None:
    keys = CountingKeys()
    claim = await keys.claim(DEFAULT_WORKSPACE_ID, "key", "one")
    assert isinstance(claim, Claim)
    async with extended(keys, claim, seconds=0):
        await asyncio.wait_for(keys.three.wait(), 30)
    at_the_end = keys.extensions
    for _ in range(10):
        await asyncio.sleep(0)
    assert keys.extensions == at_the_end
