"""`docgen worker` killed (SIGKILL) between the answer and the delivery: the next one delivers, and once."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from entrypoints.settings.service import Settings
from tests.integration.cli.serving import DEADLINE_SECONDS, working_on
from tests.integration.slack.conftest import with_letter, without_worker
from tests.integration.slack.desk import Desk
from tests.integration.support.fake_slack import BOT_TOKEN, CHANNEL, SIGNING_SECRET, FakeSlack, Stop
from tests.waiting import wait_until


@pytest.fixture(scope="module")
def desk(slack_settings: Settings, slack: FakeSlack) -> Iterator[Desk]:
    """A service without a worker."""
    with with_letter(without_worker(slack_settings)) as client:
        yield Desk(client, slack)


@pytest.mark.parametrize("after", [False, True], ids=["before-slack-has-shown-it", "after-slack-has-shown-it"])
def test_a_document_whose_worker_process_is_killed_is_shown_once(
    desk: Desk, slack_settings: Settings, module_database_url: str, tmp_path: Path, *, after: bool
) -> None:
    slack, stop = desk.slack, Stop(1, after, method="files.completeUploadExternal")
    name = f"Killed {after}"
    settings = {
        "DOCGEN_DATA_DIR": str(slack_settings.data_dir),
        "DOCGEN_SLACK__SIGNING_SECRET": SIGNING_SECRET,
        "DOCGEN_SLACK__BOT_TOKEN": BOT_TOKEN,
        "DOCGEN_SLACK__API_URL": f"{slack.url}/api",
        "DOCGEN_HTTP__PUBLIC_URL": "https://docgen.example.org",
    }
    with working_on(module_database_url, tmp_path, "killed", ready=False, **settings) as (worker, _):
        views = set(slack.views)
        desk.command(f'offer-letter name="{name}" salary=1')
        form = slack.wait_for(
            lambda: next(
                (v for k, v in slack.views.items() if k not in views and v["callback_id"].startswith("docgen_form")),
                None,
            ),
            DEADLINE_SECONDS,
        )
        slack.stop = stop
        desk.submit(form, {})
        wait_until(stop.reached.is_set)
        worker.kill()
        worker.wait()
    slack.stop = None
    stop.released.set()
    ready = "*offer-letter* is ready"
    told = sum(ready in message["text"] for message in slack.messages)
    with working_on(module_database_url, tmp_path, "next", ready=False, **settings):
        slack.wait_for(lambda: sum(ready in message["text"] for message in slack.messages) > told, DEADLINE_SECONDS)
    shown = [file for file in slack.shared() if f"Dear {name},".encode() in (file.content or b"")]
    assert [file.shares for file in shown] == [[(CHANNEL, None)]]
