"""The contract of `BlobLocks`."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack

import pytest

from application.ports.blob_locks import BlobLocks
from application.ports.document_storage import BlobKey
from domain.errors import ServiceUnavailableError
from domain.identifiers import WorkspaceId

ACME = WorkspaceId("wsp_" + "a" * 32)
LETTER = BlobKey(ACME, "1" * 64)
BOOK = BlobKey(ACME, "2" * 64)
ELSEWHERE = BlobKey(WorkspaceId("wsp_" + "b" * 32), LETTER.sha256)

Lock = Callable[[BlobKey], AbstractAsyncContextManager[object]]


async def hold(lock: AbstractAsyncContextManager[object]) -> None:
    """Enter a lock and leave it."""
    async with lock:
        pass


async def is_kept_out(lock: AbstractAsyncContextManager[object]) -> bool:
    """Tell whether a lock is not to be had."""
    entering = asyncio.create_task(hold(lock))
    done, _ = await asyncio.wait([entering], timeout=0.05)
    entering.cancel()
    await asyncio.wait([entering])
    return not done


class BlobLocksContract(ABC):
    """Promises of all locks; `others` are those of another process."""

    @pytest.fixture
    @abstractmethod
    def locks(self) -> BlobLocks:
        """Give locks that nobody holds."""

    @pytest.fixture
    @abstractmethod
    def others(self, locks: BlobLocks) -> BlobLocks:
        """Give the same locks as another process has them."""

    @pytest.fixture
    @abstractmethod
    def locks_that_are_down(self) -> BlobLocks:
        """Give locks whose keeper does not answer."""

    @pytest.fixture(params=["one process", "two processes"])
    def rival(self, request: pytest.FixtureRequest, locks: BlobLocks, others: BlobLocks) -> BlobLocks:
        """Who wants a lock that is held: of the same process, or of another one."""
        return locks if request.param == "one process" else others

    async def test_many_may_share(self, locks: BlobLocks, rival: BlobLocks) -> None:
        async with locks.shared(LETTER), rival.shared(LETTER), locks.shared(LETTER):
            pass

    async def test_who_shares_keeps_out_who_wants_it_alone(self, locks: BlobLocks, rival: BlobLocks) -> None:
        async with locks.shared(LETTER):
            async with locks.shared(LETTER):
                assert await is_kept_out(rival.alone(LETTER))
            assert await is_kept_out(rival.alone(LETTER))
        await hold(rival.alone(LETTER))

    async def test_who_is_alone_keeps_everybody_out(self, locks: BlobLocks, rival: BlobLocks) -> None:
        async with locks.alone(LETTER):
            assert await is_kept_out(rival.shared(LETTER))
            assert await is_kept_out(rival.alone(LETTER))
        await hold(rival.shared(LETTER))

    async def test_who_waits_has_it_when_it_is_free(self, locks: BlobLocks, rival: BlobLocks) -> None:
        async with locks.alone(LETTER):
            waiting = asyncio.create_task(hold(rival.shared(LETTER)))
            done, _ = await asyncio.wait([waiting], timeout=0.05)
            assert not done
        await waiting

    async def test_each_blob_has_a_lock_of_its_own(self, locks: BlobLocks, rival: BlobLocks) -> None:
        async with locks.alone(LETTER), rival.alone(BOOK), rival.alone(ELSEWHERE):
            pass

    async def test_a_lock_that_is_held_is_said_to_be(self, locks: BlobLocks) -> None:
        async with locks.shared(LETTER) as still_held, locks.shared(BOOK) as another:
            assert await asyncio.gather(still_held(), another(), still_held()) == [True, True, True]

    async def test_a_deletion_that_is_done_keeps_nobody_out(self, locks: BlobLocks, rival: BlobLocks) -> None:
        async with locks.alone(LETTER) as deleting, deleting(60) as is_held:
            assert is_held
        await hold(rival.shared(LETTER))

    async def test_a_deletion_whose_end_is_not_known_keeps_out_who_stores(
        self, locks: BlobLocks, rival: BlobLocks
    ) -> None:
        with pytest.raises(KeyError):
            async with locks.alone(LETTER) as deleting, deleting(60):
                raise KeyError
        assert await is_kept_out(rival.shared(LETTER))
        await hold(rival.shared(BOOK))
        # Who deletes it once more, and hears of it, ends the doubt.
        async with rival.alone(LETTER) as deleting, deleting(60) as is_held:
            assert is_held
        await hold(rival.shared(LETTER))

    async def test_a_doubt_comes_to_its_end(self, locks: BlobLocks, rival: BlobLocks) -> None:
        with pytest.raises(KeyError):
            async with locks.alone(LETTER) as deleting, deleting(0.2):
                raise KeyError
        await hold(rival.shared(LETTER))

    async def test_an_error_in_the_block_gives_the_lock_back(self, locks: BlobLocks, rival: BlobLocks) -> None:
        with pytest.raises(KeyError):
            async with locks.alone(LETTER):
                raise KeyError
        await hold(rival.alone(LETTER))

    @pytest.mark.parametrize("patience", [0, 1, 2, 5])
    async def test_whoever_gives_up_has_nothing(self, locks: BlobLocks, rival: BlobLocks, patience: int) -> None:
        for lock in (locks.alone(LETTER), locks.shared(LETTER)):
            entering = asyncio.create_task(hold(lock))
            for _ in range(patience):
                await asyncio.sleep(0)
            entering.cancel()
            await asyncio.wait([entering])
            await hold(rival.alone(LETTER))

    async def test_many_come_and_go(self, locks: BlobLocks, others: BlobLocks) -> None:
        """Whoever is alone sees nobody else in."""
        inside: list[str] = []

        async def share(lock: Lock) -> None:
            async with lock(LETTER):
                assert "alone" not in inside
                inside.append("shared")
                await asyncio.sleep(0.001)
                inside.remove("shared")

        async def be_alone(lock: Lock) -> None:
            async with lock(LETTER):
                assert inside == []
                inside.append("alone")
                await asyncio.sleep(0.001)
                inside.remove("alone")

        each = [(share, "shared"), (share, "shared"), (be_alone, "alone")]
        await asyncio.gather(
            *(come(getattr(whose, way)) for _ in range(10) for whose in (locks, others) for come, way in each)
        )

    async def test_whoever_waits_for_too_long_is_told_so(self, impatient: BlobLocks) -> None:
        async with impatient.shared(LETTER):
            with pytest.raises(ServiceUnavailableError, match=r"try again|too long"):
                await hold(impatient.alone(LETTER))

    @pytest.fixture
    @abstractmethod
    def impatient(self) -> BlobLocks:
        """Give locks that are waited for a moment only."""

    @pytest.mark.parametrize("way", ["shared", "alone"])
    async def test_locks_that_are_down_say_so(self, locks_that_are_down: BlobLocks, way: str) -> None:
        async with AsyncExitStack() as stack:
            with pytest.raises(ServiceUnavailableError) as failure:
                await stack.enter_async_context(getattr(locks_that_are_down, way)(LETTER))
        assert failure.value.component == "database"
