"""A worker that dies at any call of Slack, before Slack has done it or after: the next one delivers, and once."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import pytest
from starlette.testclient import TestClient

from application.job_worker import Handler
from application.ports.job_queue import JobKind
from application.ports.job_source import TakenJob
from domain.identifiers import JobId, WorkspaceId
from entrypoints.app import create_app
from entrypoints.container import Container
from entrypoints.lifespan import entered
from entrypoints.settings import Settings
from entrypoints.slack_parts import SlackParts
from tests.integration.http.conftest import register
from tests.integration.slack.conftest import LETTER
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
    http = slack_settings.http.model_copy(update={"with_worker": False})
    settings = slack_settings.model_copy(update={"http": http})
    with TestClient(create_app(settings), raise_server_exceptions=False) as client:
        register(client, LETTER, name="offer-letter.txt", slug="offer-letter")
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


@pytest.mark.parametrize("after", [False, True])
async def test_a_document_is_shown_once_wherever_its_worker_dies(
    desk: Desk, slack_settings: Settings, module_database_url: str, *, after: bool
) -> None:
    slack, container = desk.slack, Container(settings=slack_settings)
    async with entered(container.lifetimes()):
        parts = container.slack()
        assert isinstance(parts, SlackParts)
        handlers = {**parts.handlers, JobKind.RENDER: container.carry_out_render()}
        work = Work(handlers, module_database_url, slack)
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
    made = await connection.fetchval("SELECT count(*) FROM renders WHERE created_by LIKE 'slack:%'")
    told = await connection.fetchval("SELECT count(*) FROM slack_deliveries WHERE outcome = 'file'")
    await connection.close()
    assert made == told >= at
