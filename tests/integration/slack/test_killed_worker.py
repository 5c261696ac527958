"""A worker that dies at any call of Slack, before Slack has done it or after: the next one delivers, and once."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import pytest

from application.job_worker import Handler
from application.ports.job_queue import JobKind
from application.ports.job_source import TakenJob
from domain.identifiers import JobId, WorkspaceId
from entrypoints.container import Container
from entrypoints.lifespan import entered
from entrypoints.parts.slack import SlackParts
from entrypoints.settings.service import Settings
from tests.integration.slack.conftest import with_letter, without_worker
from tests.integration.slack.desk import Desk
from tests.integration.support.fake_slack import CHANNEL, FakeSlack, Stop

_OPEN = """
    SELECT 'slack' AS kind, workspace_id, id FROM slack_intents WHERE finished_at IS NULL
    UNION ALL
    SELECT 'render', workspace_id, id FROM renders WHERE finished_at IS NULL
    UNION ALL
    SELECT 'slack-delivery', d.workspace_id, d.id FROM slack_deliveries AS d JOIN renders AS r ON r.id = d.render_id
    WHERE d.finished_at IS NULL AND r.finished_at IS NOT NULL
"""


@pytest.fixture(scope="module")
def desk(slack_settings: Settings, slack: FakeSlack) -> Iterator[Desk]:
    """A service without a worker."""
    with with_letter(without_worker(slack_settings)) as client:
        yield Desk(client, slack)


@dataclass
class Work:
    """What there is to do, done one after the other by a worker that can be killed."""

    handlers: dict[JobKind, Handler]
    url: str
    slack: FakeSlack
    jobs: dict[str, JobId] = field(default_factory=dict)

    async def open(self) -> list[TakenJob]:
        """Return the jobs of whatever has no end."""
        connection = await asyncpg.connect(self.url)
        found = await connection.fetch(_OPEN)
        await connection.close()
        return [self._job(row) for row in found]

    def _job(self, row: Any) -> TakenJob:
        number = self.jobs.setdefault(row["id"], JobId(len(self.jobs) + 1))
        return TakenJob(number, JobKind(row["kind"]), WorkspaceId(row["workspace_id"]), row["id"])

    async def all(self, stop: Stop | None = None) -> bool:
        """Work until nothing is open; tell whether the worker was killed meanwhile."""
        self.slack.stop = stop
        while jobs := await self.open():
            for job in jobs:
                task = asyncio.ensure_future(self.handlers[job.kind](job))
                while not task.done():
                    await asyncio.wait([task], timeout=0.02)
                    if stop is not None and stop.reached.is_set():
                        task.cancel()
                        await asyncio.gather(task, return_exceptions=True)
                        stop.released.set()
                        return True
                await task
        return False


@asynccontextmanager
async def worker(settings: Settings, url: str, slack: FakeSlack) -> AsyncIterator[Work]:
    """Give a worker with these settings."""
    container = Container(settings=settings)
    async with entered(container.lifetimes()):
        parts = container.slack()
        assert isinstance(parts, SlackParts)
        yield Work({**parts.handlers, JobKind.RENDER: container.carry_out_render()}, url, slack)


@pytest.mark.parametrize("after", [False, True])
async def test_a_document_is_shown_once_wherever_its_worker_dies(
    desk: Desk, slack_settings: Settings, module_database_url: str, *, after: bool
) -> None:
    slack = desk.slack
    async with worker(slack_settings, module_database_url, slack) as work:
        for at in range(1, 20):
            name = f"{'After' if after else 'Before'} {at}"
            views = set(slack.views)
            await asyncio.to_thread(desk.command, f'offer-letter name="{name}" salary=1')
            await work.all()
            form = next(view for key, view in slack.views.items() if key not in views)
            await asyncio.to_thread(desk.submit, form, {})
            was_killed = await work.all(Stop(at, after))
            await work.all()
            shown = [file for file in slack.shared() if f"Dear {name},".encode() in (file.content or b"")]
            assert [file.shares for file in shown] == [[(CHANNEL, None)]], at
            if not was_killed:
                break
    assert 5 <= at < 19  # each call of the way was the last one once
    connection = await asyncpg.connect(module_database_url)
    stray = await connection.fetchval(
        "SELECT count(*) FROM renders AS r WHERE r.created_by LIKE 'slack:%' "
        "AND NOT EXISTS (SELECT 1 FROM slack_deliveries AS d WHERE d.render_id = r.id)"
    )
    told = await connection.fetchval("SELECT count(*) FROM slack_deliveries WHERE outcome = 'file'")
    await connection.close()
    assert stray == 0
    assert told >= at


async def sent(desk: Desk, work: Work, name: str) -> None:
    """Send a form in; its document is made by and by."""
    views = set(desk.slack.views)
    await asyncio.to_thread(desk.command, f'offer-letter name="{name}" salary=1')
    await work.all()
    form = next(view for key, view in desk.slack.views.items() if key not in views)
    await asyncio.to_thread(desk.submit, form, {})


async def test_a_render_that_was_called_off_is_said_to_be(
    desk: Desk, slack_settings: Settings, module_database_url: str
) -> None:
    async with worker(slack_settings, module_database_url, desk.slack) as work:
        await sent(desk, work, "Cancelled")
        for job in await work.open():  # the form is carried out, the render is not
            await work.handlers[job.kind](job)
        (render,) = [job for job in await work.open() if job.kind is JobKind.RENDER]
        cancelled = await asyncio.to_thread(desk.client.post, f"/v1/renders/{render.subject}/cancel")
        assert cancelled.status_code == 202
        await work.all()
    text = desk.slack.messages[-1]["text"]
    assert "could not be made: somebody has called it off" in text


async def test_without_an_address_of_its_own_there_is_no_link_and_the_reason_is_said(
    desk: Desk, slack_settings: Settings, module_database_url: str
) -> None:
    slack_section = slack_settings.slack.model_copy(update={"file_bytes": 1})
    http = slack_settings.http.model_copy(update={"public_url": None})
    settings = slack_settings.model_copy(update={"http": http, "slack": slack_section})
    async with worker(settings, module_database_url, desk.slack) as work:
        await sent(desk, work, "Nowhere")
        await work.all()
    text = desk.slack.messages[-1]["text"]
    assert "too large" in text
    assert "DOCGEN_HTTP__PUBLIC_URL" in text
    assert "(Request req_" in text
