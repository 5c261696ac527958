"""The contracts of `ApiKeyRepository` and `ApiKeyDirectory`."""

from abc import abstractmethod
from dataclasses import replace
from datetime import timedelta

import pytest

from application.ports.api_key_directory import ApiKeyDirectory, KnownKey
from application.ports.unit_of_work import UnitsOfWork
from domain.api_key import ApiKey
from domain.errors import InvalidRequestError, NotFoundError, ServiceUnavailableError
from domain.scope import ALL_SCOPES
from domain.workspace import Workspace
from tests.builders import NOW, an_api_key
from tests.contracts.template_repository import UNSTORABLE
from tests.contracts.unit_of_work import UnitsOfWorkFixtures


async def kept(units: UnitsOfWork, key: ApiKey) -> ApiKey:
    """Keep a key."""
    async with units.of_workspace(key.workspace_id) as unit:
        await unit.api_keys.add(key)
        await unit.commit()
    return key


async def revoked(units: UnitsOfWork, key: ApiKey) -> ApiKey:
    """Revoke a key."""
    async with units.of_workspace(key.workspace_id) as unit:
        changed = await unit.api_keys.revoke(key.id, NOW)
        await unit.commit()
    return changed


class ApiKeyRepositoryContract(UnitsOfWorkFixtures):
    """Promises of every collection of API keys."""

    async def test_a_key_is_kept_in_every_field(self, units: UnitsOfWork, acme: Workspace) -> None:
        later = NOW + timedelta(days=1)
        key = an_api_key(
            "Größe 💶", workspace_id=acme.id, scopes=ALL_SCOPES, expires_at=later, last_used_at=NOW, revoked_at=later
        )
        await kept(units, key)
        async with units.of_workspace(acme.id) as unit:
            assert await unit.api_keys.get(key.id) == key

    async def test_keys_are_listed_newest_first(self, units: UnitsOfWork) -> None:
        first, second, third = [await kept(units, an_api_key(str(number))) for number in range(3)]
        async with units.of_workspace(first.workspace_id) as unit:
            assert await unit.api_keys.search(limit=10) == [third, second, first]
            assert await unit.api_keys.search(limit=1, after=third.id) == [second]

    async def test_a_key_is_revoked_once(self, units: UnitsOfWork) -> None:
        key = await kept(units, an_api_key())
        assert await revoked(units, key) == replace(key, revoked_at=NOW)
        async with units.of_workspace(key.workspace_id) as unit:
            again = await unit.api_keys.revoke(key.id, NOW + timedelta(days=1))
        assert again.revoked_at == NOW

    async def test_a_use_is_kept_unless_one_is_known_that_is_late_enough(self, units: UnitsOfWork) -> None:
        key = await kept(units, an_api_key())
        minute = timedelta(minutes=1)
        for at, known in ((NOW, NOW), (NOW + minute / 2, NOW), (NOW + minute, NOW + minute)):
            async with units.of_workspace(key.workspace_id) as unit:
                await unit.api_keys.record_use(key.id, at, not_since=at - minute)
                await unit.commit()
            async with units.of_workspace(key.workspace_id) as unit:
                assert (await unit.api_keys.get(key.id)).last_used_at == known

    async def test_workspaces_have_their_own_keys_alone(
        self, units: UnitsOfWork, acme: Workspace, globex: Workspace
    ) -> None:
        key = await kept(units, an_api_key(workspace_id=acme.id))
        async with units.of_workspace(globex.id) as unit:
            assert await unit.api_keys.search(limit=10) == []
            with pytest.raises(NotFoundError):
                await unit.api_keys.get(key.id)
            with pytest.raises(NotFoundError):
                await unit.api_keys.revoke(key.id, NOW)
            await unit.commit()
        async with units.of_workspace(acme.id) as unit:
            assert await unit.api_keys.get(key.id) == key

    async def test_a_workspace_takes_its_keys_along(self, units: UnitsOfWork, acme: Workspace) -> None:
        await kept(units, an_api_key(workspace_id=acme.id))
        async with units.of_administration() as unit:
            await unit.workspaces.delete(acme.slug)
            await unit.commit()
        async with units.of_workspace(acme.id) as unit:
            assert await unit.api_keys.search(limit=10) == []
        with pytest.raises(NotFoundError, match="workspace"):
            await kept(units, an_api_key(workspace_id=acme.id))

    @pytest.mark.parametrize("key_id", ["key_" + "0" * 32, "nonsense", "a\0b", "a\ud800b"])
    async def test_what_is_not_there_is_not_found(self, units: UnitsOfWork, acme: Workspace, key_id: str) -> None:
        async with units.of_workspace(acme.id) as unit:
            with pytest.raises(NotFoundError) as failure:
                await unit.api_keys.get(key_id)
            assert (failure.value.kind, failure.value.reference) == ("API key", key_id)
            with pytest.raises(NotFoundError):
                await unit.api_keys.revoke(key_id, NOW)

    @pytest.mark.parametrize("text", UNSTORABLE.values(), ids=UNSTORABLE)
    async def test_texts_that_cannot_be_kept_are_refused(self, units: UnitsOfWork, text: str) -> None:
        with pytest.raises(InvalidRequestError) as failure:
            await kept(units, an_api_key(text))
        assert failure.value.field == "name"


class ApiKeyDirectoryContract(UnitsOfWorkFixtures):
    """Promises of every directory of keys."""

    @pytest.fixture
    @abstractmethod
    def directory(self, units: UnitsOfWork) -> ApiKeyDirectory:
        """Give the directory of the database that `units` work on."""

    @pytest.fixture
    @abstractmethod
    def directory_that_is_down(self) -> ApiKeyDirectory:
        """Give a directory whose database does not answer."""

    async def test_a_key_is_found_by_its_hash_whatever_its_workspace(
        self, units: UnitsOfWork, directory: ApiKeyDirectory, acme: Workspace, globex: Workspace
    ) -> None:
        keys = {workspace: an_api_key(workspace_id=workspace.id) for workspace in (acme, globex)}
        for workspace, key in keys.items():
            await kept(units, key)
            assert await directory.find(key.sha256) == KnownKey(key, workspace.slug)

    async def test_a_hash_of_nobody_finds_nothing(self, units: UnitsOfWork, directory: ApiKeyDirectory) -> None:
        await kept(units, an_api_key())
        assert await directory.find("0" * 64) is None

    async def test_a_revoked_key_is_known_as_such_at_once(self, units: UnitsOfWork, directory: ApiKeyDirectory) -> None:
        key = await kept(units, an_api_key())
        found = await directory.find(key.sha256)
        assert found is not None
        assert found.key.revoked_at is None
        await revoked(units, key)
        found = await directory.find(key.sha256)
        assert found is not None
        assert found.key.revoked_at == NOW

    async def test_a_database_that_is_down_is_an_error_and_no_unknown_key(
        self, directory_that_is_down: ApiKeyDirectory
    ) -> None:
        with pytest.raises(ServiceUnavailableError):
            await directory_that_is_down.find("0" * 64)
