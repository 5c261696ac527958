"""The contracts of `WebhookRepository` and `DeliveryRepository`."""

from dataclasses import replace
from datetime import timedelta

import pytest

from application.ports.delivery_repository import DeliveryFilter
from application.ports.unit_of_work import UnitsOfWork
from domain.errors import ConflictError, InvalidRequestError, NotFoundError
from domain.webhook import MAX_ENDPOINTS, SealedSecret, WebhookEndpoint, WebhookEvent
from domain.webhook_delivery import DeliveryAttempt, DeliveryStatus, WebhookDelivery
from domain.workspace import Workspace
from tests.builders import NOW, a_delivery, a_webhook
from tests.contracts.template_repository import UNSTORABLE
from tests.contracts.unit_of_work import UnitsOfWorkFixtures

NOWHERE = ["0" * 32, "nonsense", *UNSTORABLE.values()]


async def kept(units: UnitsOfWork, *endpoints: WebhookEndpoint) -> None:
    """Keep endpoints."""
    for endpoint in endpoints:
        async with units.of_workspace(endpoint.workspace_id) as unit:
            await unit.webhooks.add(endpoint)
            await unit.commit()


async def kept_deliveries(units: UnitsOfWork, *deliveries: WebhookDelivery) -> None:
    """Keep deliveries."""
    for delivery in deliveries:
        async with units.of_workspace(delivery.workspace_id) as unit:
            await unit.deliveries.add(delivery)
            await unit.commit()


class WebhookRepositoryContract(UnitsOfWorkFixtures):
    """Promises of every collection of endpoints."""

    async def test_an_endpoint_is_kept_and_changed_in_every_field(self, units: UnitsOfWork, acme: Workspace) -> None:
        endpoint = a_webhook(workspace_id=acme.id, description="Größe 💶")
        await kept(units, endpoint)
        later = NOW + timedelta(days=1)
        changed = replace(
            endpoint.rotate(b"new", timedelta(hours=1), at=later).disable("It fails.", at=later),
            url="https://other.example/",
            description="",
            events=frozenset({WebhookEvent.RENDER_FAILED, WebhookEvent.TEMPLATE_PUBLISHED}),
        )
        async with units.of_workspace(acme.id) as unit:
            assert await unit.webhooks.get(endpoint.id, for_change=True) == endpoint
            await unit.webhooks.update(changed)
            await unit.commit()
        async with units.of_workspace(acme.id) as unit:
            assert await unit.webhooks.get(endpoint.id) == changed

    async def test_endpoints_are_listed_newest_first(self, units: UnitsOfWork) -> None:
        first, second, third = endpoints = [a_webhook() for _ in range(3)]
        await kept(units, *endpoints)
        async with units.of_workspace(first.workspace_id) as unit:
            assert await unit.webhooks.search(limit=10) == [third, second, first]
            assert await unit.webhooks.search(limit=1, after=third.id) == [second]

    async def test_those_that_hear_an_event_are_found(self, units: UnitsOfWork) -> None:
        everything, one = a_webhook(), a_webhook(events=frozenset({WebhookEvent.RENDER_FAILED}))
        await kept(units, everything, one, a_webhook().disable("Off.", at=NOW))
        async with units.of_workspace(one.workspace_id) as unit:
            assert await unit.webhooks.hearing(WebhookEvent.RENDER_FAILED) == [everything, one]
            assert await unit.webhooks.hearing(WebhookEvent.RENDER_SUCCEEDED) == [everything]

    async def test_a_workspace_has_so_many_and_no_more(
        self, units: UnitsOfWork, acme: Workspace, globex: Workspace
    ) -> None:
        await kept(units, *(a_webhook(workspace_id=acme.id) for _ in range(MAX_ENDPOINTS)))
        with pytest.raises(ConflictError):
            await kept(units, a_webhook(workspace_id=acme.id))
        await kept(units, a_webhook(workspace_id=globex.id))

    async def test_an_endpoint_takes_its_deliveries_along(self, units: UnitsOfWork) -> None:
        gone, other = a_webhook(), a_webhook()
        await kept(units, gone, other)
        of_gone, of_other = a_delivery(gone), a_delivery(other)
        await kept_deliveries(units, of_gone, of_other)
        async with units.of_workspace(gone.workspace_id) as unit:
            await unit.webhooks.remove(gone.id)
            await unit.webhooks.remove(gone.id)
            await unit.commit()
        async with units.of_workspace(gone.workspace_id) as unit:
            assert await unit.webhooks.search(limit=10) == [other]
            assert await unit.deliveries.get(of_other.id) == of_other
            with pytest.raises(NotFoundError):
                await unit.deliveries.get(of_gone.id)

    async def test_workspaces_have_their_own_endpoints_alone(
        self, units: UnitsOfWork, acme: Workspace, globex: Workspace
    ) -> None:
        endpoint = a_webhook(workspace_id=acme.id)
        await kept(units, endpoint)
        async with units.of_workspace(globex.id) as unit:
            assert await unit.webhooks.search(limit=10) == []
            assert await unit.webhooks.hearing(WebhookEvent.RENDER_FAILED) == []
            await unit.webhooks.remove(endpoint.id)
            with pytest.raises(NotFoundError):
                await unit.webhooks.get(endpoint.id)
            await unit.commit()
        async with units.of_workspace(acme.id) as unit:
            assert await unit.webhooks.get(endpoint.id) == endpoint

    async def test_a_workspace_takes_its_endpoints_along(self, units: UnitsOfWork, acme: Workspace) -> None:
        await kept(units, a_webhook(workspace_id=acme.id))
        async with units.of_administration() as unit:
            await unit.workspaces.delete(acme.slug)
            await unit.commit()
        async with units.of_workspace(acme.id) as unit:
            assert await unit.webhooks.search(limit=10) == []
        with pytest.raises(NotFoundError, match="workspace"):
            await kept(units, a_webhook(workspace_id=acme.id))

    @pytest.mark.parametrize("tail", NOWHERE)
    async def test_what_is_not_there_is_not_found(self, units: UnitsOfWork, acme: Workspace, tail: str) -> None:
        async with units.of_workspace(acme.id) as unit:
            with pytest.raises(NotFoundError) as failure:
                await unit.webhooks.get(f"whk_{tail}")
            assert (failure.value.kind, failure.value.reference) == ("webhook", f"whk_{tail}")
            with pytest.raises(NotFoundError):
                await unit.webhooks.update(a_webhook(workspace_id=acme.id, secret=SealedSecret(b"x")))

    @pytest.mark.parametrize("text", UNSTORABLE.values(), ids=UNSTORABLE)
    async def test_texts_that_cannot_be_kept_are_refused(self, units: UnitsOfWork, text: str) -> None:
        with pytest.raises(InvalidRequestError) as failure:
            await kept(units, a_webhook(description=text))
        assert failure.value.field == "description"


class DeliveryRepositoryContract(UnitsOfWorkFixtures):
    """Promises of every collection of deliveries."""

    async def test_a_delivery_is_kept_and_changed_in_every_field(self, units: UnitsOfWork) -> None:
        endpoint = a_webhook()
        await kept(units, endpoint)
        delivery = a_delivery(endpoint, body=b"\x00\xff")
        await kept_deliveries(units, delivery)
        attempt = DeliveryAttempt(NOW, 12.5, 500, "Größe 💶\nmore", "Why.")
        changed = delivery.after(attempt, 0.5, at=NOW).replay(at=NOW + timedelta(days=1))
        changed = changed.start(at=NOW + timedelta(days=1)).start(at=NOW + timedelta(days=2))
        async with units.of_workspace(endpoint.workspace_id) as unit:
            assert await unit.deliveries.get(delivery.id, for_change=True) == delivery
            await unit.deliveries.update(changed)
            await unit.commit()
        async with units.of_workspace(endpoint.workspace_id) as unit:
            assert await unit.deliveries.get(delivery.id) == changed

    async def test_deliveries_of_an_endpoint_are_listed_newest_first_and_by_criteria(self, units: UnitsOfWork) -> None:
        endpoint, other = a_webhook(), a_webhook()
        await kept(units, endpoint, other)
        first = a_delivery(endpoint).finish(DeliveryStatus.SUCCEEDED, at=NOW)
        second = a_delivery(endpoint, event=WebhookEvent.WEBHOOK_TEST)
        await kept_deliveries(units, first, second, a_delivery(other))
        async with units.of_workspace(endpoint.workspace_id) as unit:
            search, mine = unit.deliveries.search, DeliveryFilter(endpoint.id)
            assert await search(mine, limit=10) == [second, first]
            assert await search(mine, limit=1) == [second]
            assert await search(mine, limit=10, after=second.id) == [first]
            assert await search(replace(mine, status=DeliveryStatus.SUCCEEDED), limit=10) == [first]
            assert await search(replace(mine, event=WebhookEvent.WEBHOOK_TEST), limit=10) == [second]

    async def test_it_is_known_whether_one_has_succeeded_since(self, units: UnitsOfWork) -> None:
        endpoint, other = a_webhook(), a_webhook()
        await kept(units, endpoint, other)
        await kept_deliveries(
            units,
            a_delivery(endpoint).finish(DeliveryStatus.SUCCEEDED, at=NOW),
            a_delivery(endpoint).finish(DeliveryStatus.FAILED, at=NOW + timedelta(hours=2)),
            a_delivery(other).finish(DeliveryStatus.SUCCEEDED, at=NOW + timedelta(hours=2)),
        )
        async with units.of_workspace(endpoint.workspace_id) as unit:
            assert await unit.deliveries.has_succeeded(endpoint.id, since=NOW)
            assert not await unit.deliveries.has_succeeded(endpoint.id, since=NOW + timedelta(hours=1))

    async def test_what_tells_of_something_is_erased(self, units: UnitsOfWork) -> None:
        endpoint = a_webhook()
        await kept(units, endpoint)
        erased, other = a_delivery(endpoint), a_delivery(endpoint)
        await kept_deliveries(units, erased, other)
        async with units.of_workspace(endpoint.workspace_id) as unit:
            await unit.deliveries.erase(erased.subject)
            await unit.commit()
        async with units.of_workspace(endpoint.workspace_id) as unit:
            assert await unit.deliveries.search(DeliveryFilter(endpoint.id), limit=10) == [other]

    async def test_what_is_over_for_long_is_swept_out(self, units: UnitsOfWork) -> None:
        endpoint = a_webhook()
        await kept(units, endpoint)
        old = [a_delivery(endpoint).finish(DeliveryStatus.FAILED, at=NOW) for _ in range(3)]
        fresh, waiting = a_delivery(endpoint).finish(DeliveryStatus.FAILED, at=NOW + timedelta(1)), a_delivery(endpoint)
        await kept_deliveries(units, *old, fresh, waiting)
        for limit, swept, left in ((2, 2, 3), (10, 1, 2)):
            async with units.of_workspace(endpoint.workspace_id) as unit:
                assert await unit.deliveries.sweep(before=NOW + timedelta(hours=1), limit=limit) == swept
                await unit.commit()
            async with units.of_workspace(endpoint.workspace_id) as unit:
                assert len(await unit.deliveries.search(DeliveryFilter(endpoint.id), limit=10)) == left

    async def test_workspaces_have_their_own_deliveries_alone(
        self, units: UnitsOfWork, acme: Workspace, globex: Workspace
    ) -> None:
        endpoint = a_webhook(workspace_id=acme.id)
        await kept(units, endpoint)
        delivery = a_delivery(endpoint).finish(DeliveryStatus.SUCCEEDED, at=NOW)
        await kept_deliveries(units, delivery)
        async with units.of_workspace(globex.id) as unit:
            assert await unit.deliveries.search(DeliveryFilter(endpoint.id), limit=10) == []
            assert not await unit.deliveries.has_succeeded(endpoint.id, since=NOW)
            await unit.deliveries.erase(delivery.subject)
            await unit.deliveries.sweep(before=NOW + timedelta(days=1), limit=10)
            with pytest.raises(NotFoundError):
                await unit.deliveries.get(delivery.id)
            await unit.commit()
        async with units.of_workspace(acme.id) as unit:
            assert await unit.deliveries.get(delivery.id) == delivery

    async def test_without_its_endpoint_there_is_no_delivery(self, units: UnitsOfWork) -> None:
        with pytest.raises(NotFoundError, match="webhook"):
            await kept_deliveries(units, a_delivery())

    @pytest.mark.parametrize("tail", NOWHERE)
    async def test_what_is_not_there_is_not_found(self, units: UnitsOfWork, acme: Workspace, tail: str) -> None:
        async with units.of_workspace(acme.id) as unit:
            with pytest.raises(NotFoundError) as failure:
                await unit.deliveries.get(f"dlv_{tail}")
            assert (failure.value.kind, failure.value.reference) == ("delivery", f"dlv_{tail}")
            with pytest.raises(NotFoundError):
                await unit.deliveries.update(a_delivery(workspace_id=acme.id))
