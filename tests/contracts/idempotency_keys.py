"""The contract of `IdempotencyKeys`."""

import asyncio
from abc import abstractmethod
from datetime import timedelta

import pytest

from application.ports.idempotency_keys import Claim, IdempotencyKeys, KeptAnswer
from application.ports.unit_of_work import UnitsOfWork
from domain.errors import IdempotencyMismatchError, NotFoundError, RequestInProgressError, ServiceUnavailableError
from domain.identifiers import RenderId, WorkspaceId
from domain.workspace import DEFAULT_WORKSPACE_ID, Workspace
from tests.contracts.unit_of_work import UnitsOfWorkFixtures

HOUR = timedelta(hours=1)
OVER = timedelta(0)
ANSWER = KeptAnswer(201, {"location": "/v1/renders/1", "x": "Größe"}, b"\x00\xff{}")


async def claimed(keys: IdempotencyKeys, fingerprint: str = "one", workspace: WorkspaceId | None = None) -> Claim:
    """Claim the key, which is free."""
    claim = await keys.claim(workspace or DEFAULT_WORKSPACE_ID, "key", fingerprint)
    assert isinstance(claim, Claim)
    return claim


class IdempotencyKeysContract(UnitsOfWorkFixtures):
    """Promises of everything that keeps idempotency keys."""

    @abstractmethod
    def keys_of(self, units: UnitsOfWork, lease: timedelta, kept: timedelta) -> IdempotencyKeys:
        """Give keys with these times, the same ones for the same units of work."""

    @pytest.fixture
    @abstractmethod
    def keys_that_are_down(self) -> IdempotencyKeys:
        """Give some whose database is away."""

    @pytest.fixture
    def keys(self, units: UnitsOfWork) -> IdempotencyKeys:
        """Keys whose leases and answers hold for an hour."""
        return self.keys_of(units, HOUR, HOUR)

    async def test_one_of_many_callers_gets_the_key(self, keys: IdempotencyKeys) -> None:
        outcomes = await asyncio.gather(
            *(keys.claim(DEFAULT_WORKSPACE_ID, "key", "one") for _ in range(20)), return_exceptions=True
        )
        assert sorted(type(each).__name__ for each in outcomes) == ["Claim"] + ["RequestInProgressError"] * 19

    async def test_the_answer_is_kept_in_every_field(self, keys: IdempotencyKeys) -> None:
        for key, answer in (("json", ANSWER), ("bytes", KeptAnswer(200, {}, None, RenderId("rnd_1")))):
            claim = await keys.claim(DEFAULT_WORKSPACE_ID, key, "one")
            assert isinstance(claim, Claim)
            await keys.keep(claim, answer)
            assert await keys.claim(DEFAULT_WORKSPACE_ID, key, "one") == answer

    async def test_another_request_is_refused_before_and_after_the_answer(self, keys: IdempotencyKeys) -> None:
        claim = await claimed(keys)
        with pytest.raises(IdempotencyMismatchError):
            await keys.claim(DEFAULT_WORKSPACE_ID, "key", "two")
        await keys.keep(claim, ANSWER)
        with pytest.raises(IdempotencyMismatchError):
            await keys.claim(DEFAULT_WORKSPACE_ID, "key", "two")

    async def test_a_released_key_is_as_good_as_new(self, keys: IdempotencyKeys) -> None:
        await keys.release(await claimed(keys))
        assert (await claimed(keys, "two")).fingerprint == "two"

    async def test_each_workspace_has_its_own_keys(self, keys: IdempotencyKeys, acme: Workspace) -> None:
        await keys.keep(await claimed(keys), ANSWER)
        await claimed(keys, "two", acme.id)

    async def test_a_workspace_that_is_gone_has_no_keys(self, keys: IdempotencyKeys) -> None:
        with pytest.raises(NotFoundError):
            await keys.claim(WorkspaceId("wsp_" + "0" * 32), "key", "one")

    async def test_whoever_lost_the_key_changes_nothing(self, units: UnitsOfWork) -> None:
        keys = self.keys_of(units, OVER, HOUR)
        first, second = await claimed(keys), await claimed(keys, "two")
        await keys.extend(first)
        await keys.keep(first, ANSWER)
        await keys.release(first)
        other = KeptAnswer(200, {}, b"second")
        await keys.keep(second, other)
        assert await keys.claim(DEFAULT_WORKSPACE_ID, "key", "two") == other

    async def test_an_answer_outlives_the_lease(self, units: UnitsOfWork) -> None:
        keys = self.keys_of(units, OVER, HOUR)
        await keys.keep(await claimed(keys), ANSWER)
        assert await keys.claim(DEFAULT_WORKSPACE_ID, "key", "one") == ANSWER

    async def test_an_answer_has_its_time(self, units: UnitsOfWork) -> None:
        keys = self.keys_of(units, HOUR, OVER)
        await keys.keep(await claimed(keys), ANSWER)
        await claimed(keys, "two")

    async def test_an_answer_is_not_released(self, keys: IdempotencyKeys) -> None:
        """Whoever did not hear that it was kept may try to."""
        claim = await claimed(keys)
        await keys.keep(claim, ANSWER)
        await keys.release(claim)
        await keys.extend(claim)
        assert await keys.claim(DEFAULT_WORKSPACE_ID, "key", "one") == ANSWER

    async def test_a_lease_that_is_extended_holds(self, keys: IdempotencyKeys) -> None:
        await keys.extend(await claimed(keys))
        with pytest.raises(RequestInProgressError):
            await keys.claim(DEFAULT_WORKSPACE_ID, "key", "one")

    async def test_what_is_over_is_swept_out_so_much_at_a_time(self, units: UnitsOfWork, acme: Workspace) -> None:
        over = self.keys_of(units, HOUR, OVER)
        for number in range(5):
            claim = await over.claim(acme.id, f"key {number}", "one")
            assert isinstance(claim, Claim)
            await over.keep(claim, ANSWER)
        await over.keep(await claimed(over), ANSWER)  # another workspace's
        assert [await over.sweep(acme.id, 3) for _ in range(3)] == [3, 2, 0]
        assert await over.sweep(DEFAULT_WORKSPACE_ID, 3) == 1

    async def test_what_holds_is_not_swept_out(self, keys: IdempotencyKeys, acme: Workspace) -> None:
        await keys.keep(await claimed(keys), ANSWER)
        await claimed(keys, workspace=acme.id)
        assert [await keys.sweep(each, 10) for each in (DEFAULT_WORKSPACE_ID, acme.id)] == [0, 0]
        assert await keys.claim(DEFAULT_WORKSPACE_ID, "key", "one") == ANSWER

    async def test_a_database_that_is_down_is_named(self, keys_that_are_down: IdempotencyKeys) -> None:
        claim = Claim(DEFAULT_WORKSPACE_ID, "key", "one", "token")
        for work in (
            keys_that_are_down.claim(DEFAULT_WORKSPACE_ID, "key", "one"),
            keys_that_are_down.extend(claim),
            keys_that_are_down.keep(claim, ANSWER),
            keys_that_are_down.release(claim),
            keys_that_are_down.sweep(DEFAULT_WORKSPACE_ID, 10),
        ):
            with pytest.raises(ServiceUnavailableError):
                await work
