"""Calls to Slack are parts of the trace of what they were made for."""

from collections.abc import Iterator

import pytest

from entrypoints.container import service_container
from entrypoints.settings.service import Settings
from entrypoints.telemetry.process import Telemetry
from entrypoints.telemetry.variables import telemetry_settings
from tests.integration.slack.conftest import with_letter
from tests.integration.slack.desk import Desk
from tests.integration.support.fake_slack import BOT_TOKEN, FakeSlack
from tests.integration.support.otlp import Collector, collecting


@pytest.fixture
def collector() -> Iterator[Collector]:
    with collecting() as collector:
        yield collector


@pytest.fixture
def desk(
    slack_settings: Settings, slack: FakeSlack, collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Desk]:
    """A person at Slack, with a service behind it that tells of its work."""
    variables = {
        "OTEL_EXPORTER_OTLP_ENDPOINT": collector.http_url,
        "OTEL_METRICS_EXPORTER": "none",
        "OTEL_BSP_SCHEDULE_DELAY": "100",
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    container = service_container(slack_settings, Telemetry(telemetry_settings(variables)))
    with with_letter(slack_settings, container) as client:
        yield Desk(client, slack)


def test_a_delivery_shows_its_calls_and_none_of_their_words(desk: Desk, collector: Collector) -> None:
    desk.document('offer-letter name="M4RKED" salary=100')
    wanted = {"slack views.open", "slack files.getUploadURLExternal", "slack upload", "slack chat.postMessage"}
    spans = collector.until(lambda spans: wanted <= {span.name for span in spans})
    (upload,) = [span for span in spans if span.name == "slack upload"]
    assert upload.kind == "CLIENT"
    assert upload.attributes["http.request.method"] == "POST"
    assert upload.attributes["server.address"] == "127.0.0.1"
    assert upload.attributes["http.request.body.size"] == len("Dear M4RKED,\n\nyour salary is 100.\n")
    # One trace leads from the job of the delivery to what is sent.
    jobs = [span for span in spans if span.name.startswith("process slack") and span.trace_id == upload.trace_id]
    assert jobs
    everything = b"".join(collector.raw)
    for secret in ("M4RKED", BOT_TOKEN, "/response/"):
        assert secret.encode() not in everything
