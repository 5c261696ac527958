"""The contracts of `StorageMark` and `ReplaceableMark`."""

import asyncio
from abc import ABC, abstractmethod

import pytest

from application.ports.storage_mark import ReplaceableMark, StorageMark
from domain.errors import ServiceUnavailableError


class StorageMarkContract(ABC):
    """Promises of every mark."""

    @pytest.fixture
    @abstractmethod
    def mark(self) -> StorageMark:
        """Give a place without a mark."""

    @pytest.fixture
    @abstractmethod
    def mark_that_is_down(self) -> StorageMark:
        """Give one that cannot be reached."""

    async def test_a_mark_is_made_once(self, mark: StorageMark) -> None:
        assert await mark.read() is None
        assert await mark.make("sto_1") == "sto_1"
        assert await mark.make("sto_2") == "sto_1"
        assert await mark.read() == "sto_1"

    async def test_of_several_at_once_one_is_made(self, mark: StorageMark) -> None:
        made = await asyncio.gather(*(mark.make(f"sto_{number}") for number in range(8)))
        assert set(made) == {await mark.read()}

    async def test_the_place_is_told(self, mark: StorageMark) -> None:
        assert mark.place

    async def test_one_that_is_down_is_not_one_without_a_mark(self, mark_that_is_down: StorageMark) -> None:
        with pytest.raises(ServiceUnavailableError):
            await mark_that_is_down.read()
        with pytest.raises(ServiceUnavailableError):
            await mark_that_is_down.make("sto_1")


class ReplaceableMarkContract(StorageMarkContract):
    """Promises of a mark that can become another one."""

    async def test_a_mark_becomes_another_one(self, mark: ReplaceableMark) -> None:
        await mark.replace("sto_1")
        assert await mark.read() == "sto_1"
        await mark.replace("sto_2")
        assert (await mark.read(), await mark.make("sto_3")) == ("sto_2", "sto_2")
