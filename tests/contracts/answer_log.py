"""The contract of `AnswerLog`."""

from abc import abstractmethod
from datetime import timedelta

import pytest

from application.ports.idempotency_keys import AnsweredClaim, IdempotencyKeys
from application.ports.unit_of_work import UnitsOfWork
from domain.errors import RequestInProgressError
from domain.workspace import Workspace
from tests.contracts.idempotency_keys import ANSWER, HOUR, OVER, claimed
from tests.contracts.unit_of_work import UnitsOfWorkFixtures


class AnswerLogContract(UnitsOfWorkFixtures):
    """Promises of whatever keeps answers along with other things."""

    @abstractmethod
    def keys_of(self, units: UnitsOfWork, lease: timedelta) -> IdempotencyKeys:
        """Give the keys of the units of work."""

    async def test_an_answer_is_kept_with_its_transaction(self, units: UnitsOfWork, acme: Workspace) -> None:
        keys = self.keys_of(units, HOUR)
        claim = await claimed(keys, workspace=acme.id)
        async with units.of_workspace(acme.id) as unit:
            await unit.answers.keep(AnsweredClaim(claim, ANSWER))
            await unit.commit()
        assert await keys.claim(acme.id, "key", "one") == ANSWER

    async def test_an_answer_is_lost_with_its_transaction(self, units: UnitsOfWork, acme: Workspace) -> None:
        keys = self.keys_of(units, HOUR)
        claim = await claimed(keys, workspace=acme.id)
        async with units.of_workspace(acme.id) as unit:
            await unit.answers.keep(AnsweredClaim(claim, ANSWER))
        with pytest.raises(RequestInProgressError):
            await keys.claim(acme.id, "key", "one")

    async def test_who_lost_the_key_is_told(self, units: UnitsOfWork, acme: Workspace) -> None:
        keys = self.keys_of(units, OVER)
        lost = await claimed(keys, workspace=acme.id)
        await claimed(keys, workspace=acme.id)
        async with units.of_workspace(acme.id) as unit:
            with pytest.raises(RequestInProgressError):
                await unit.answers.keep(AnsweredClaim(lost, ANSWER))
