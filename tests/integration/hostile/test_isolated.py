"""Every hostile file and every probe over HTTP, with isolated workers, as templates that are kept and rendered."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from starlette.testclient import TestClient

from domain.formats import OutputFormat
from entrypoints.app import create_app
from entrypoints.settings.access import AuthSettings
from entrypoints.settings.database import DatabaseSettings
from entrypoints.settings.limits import LimitsSettings
from entrypoints.settings.service import Settings
from entrypoints.settings.work import RenderingSettings
from tests.hostile.files import HostileFile
from tests.hostile.probes import PROBES, Probe
from tests.integration.hostile.test_files import cases, is_wrong
from tests.unit.hostile.test_probes import fits

# Fuel ends every template here long before the time limit of 5 seconds; a busy machine must not let one run into it.
PATIENT = LimitsSettings(render_seconds=60)
MEDIA_TYPES = {OutputFormat.TEXT: "text/plain", OutputFormat.MARKDOWN: "text/markdown", OutputFormat.HTML: "text/html"}


@pytest.fixture
def client(database_url: str, tmp_path: Path) -> Iterator[TestClient]:
    """A client of the application with isolated workers."""
    settings = Settings.model_construct(
        data_dir=tmp_path,
        database=DatabaseSettings(url=SecretStr(database_url)),
        auth=AuthSettings(mode="none"),
        rendering=RenderingSettings(workers=2),
        limits=PATIENT,
    )
    with TestClient(create_app(settings), raise_server_exceptions=False) as client:
        yield client


def keep(client: TestClient, slug: str, name: str, content: bytes) -> Any:
    return client.post(
        "/v1/templates", files={"file": (name, content)}, data={"name": slug, "slug": slug, "publish": "true"}
    )


def render(client: TestClient, slug: str, data: bytes, accept: str, **wishes: str) -> Any:
    """Render with data as it stands, which may be no JSON."""
    envelope = json.dumps({"template": slug, "store": False, **wishes}).encode()
    body = envelope[:-1] + b', "data": ' + data + b"}"
    return client.post("/v1/renders", content=body, headers={"Content-Type": "application/json", "Accept": accept})


def is_in_order(response: Any) -> bool:
    """Tell whether an answer is a success, or a problem of the client's making."""
    if response.status_code < 300:
        return True
    is_problem = response.headers["content-type"] == "application/problem+json"
    return is_problem and response.status_code < 500 and "Traceback" not in response.text


@pytest.mark.parametrize("source", ["own", "shared"])
def test_hostile_files_that_are_kept_and_rendered(source: str, client: TestClient) -> None:
    wrong: list[str] = []
    for number, (file, name, template, data) in enumerate(cases(source)):
        answers = [keep(client, f"t{number}", name, template)]
        if answers[0].status_code == 201 and data is not None:
            answers.append(render(client, f"t{number}", data, "*/*"))
        wrong.extend(complaints(file, answers))
    assert wrong == []


def complaints(file: HostileFile, answers: list[Any]) -> Iterator[str]:
    last = answers[-1]
    if not all(map(is_in_order, answers)) or is_wrong(file, accepted=last.status_code < 300):
        yield f"{file.name}: {file.verdict}, got {last.status_code}: {last.text[:300]}"


def test_probes_that_are_kept_and_rendered(client: TestClient) -> None:
    wrong = [
        f"{number} {probe.template[:60]!r} {probe.verdict!r}: {said}"
        for number, probe in enumerate(PROBES)
        if (said := said_of(client, f"p{number}", probe)) is not None
    ]
    assert wrong == []


def said_of(client: TestClient, slug: str, probe: Probe) -> str | None:
    """Return what became of a probe where it is not its verdict."""
    answer = keep(client, slug, f"probe.{probe.format}", probe.template.encode())
    if answer.status_code == 201:
        wishes = {} if probe.file_name is None else {"file_name": probe.file_name}
        answer = render(
            client, slug, probe.json, MEDIA_TYPES[probe.output],
            locale="en-US", timezone="UTC", now="2026-01-31T00:00:00Z", output=probe.output.value, **wishes,
        )  # fmt: skip
    if answer.status_code < 300:
        said = ["= " + answer.content.decode()[:1_000]]
    else:
        problem = answer.json()
        found = [each["code"] for each in problem.get("diagnostics", ()) if each["severity"] == "error"]
        # What is no JSON, too large, or no text for a field is refused before an engine could find anything.
        at_the_edge = problem["code"] in ("malformed-request", "payload-too-large", "request-invalid")
        said = found or [probe.verdict if at_the_edge and not probe.verdict.startswith("=") else problem["code"]]
    return None if is_in_order(answer) and fits(probe.verdict, sorted(said)) else f"{answer.status_code} {said}"
