"""Hostile files get the same verdict on the command line and over HTTP: no traceback, no 5xx."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr
from starlette.testclient import TestClient

from entrypoints.app import create_app
from entrypoints.cli.main import main
from entrypoints.settings.access import AuthSettings
from entrypoints.settings.database import DatabaseSettings
from entrypoints.settings.service import Settings
from entrypoints.settings.work import RenderingSettings
from tests.hostile.files import CONTEXT, PLAIN, HostileFile, hostile_files
from tests.unit.adapters.rendering.docx import test_gate

# More of them, where they lie beside the repository.
SHARED = Path(__file__).parents[4] / "shared" / "hostile"


def _shared_files() -> Iterator[HostileFile]:
    if not (SHARED / "manifest.json").exists():
        pytest.skip(f"there are no more hostile files in {SHARED}")
    for entry in json.loads((SHARED / "manifest.json").read_text(encoding="utf-8")):
        content = (SHARED / entry["file"]).read_bytes()
        yield HostileFile(entry["file"], entry["stage"], entry["verdict"], entry["why"], content)


def cases(source: str) -> Iterator[tuple[HostileFile, str, bytes, bytes | None]]:
    """Give each file with the name and contents of the template, and the data where there is some."""
    shared = source == "shared"
    plain = (SHARED / "plain.txt").read_bytes() if shared and (SHARED / "plain.txt").exists() else PLAIN
    context = (SHARED / "context.json").read_bytes() if shared and SHARED.exists() else json.dumps(CONTEXT).encode()
    for file in _shared_files() if shared else hostile_files():
        if file.name.endswith(".json"):
            yield file, "plain.txt", plain, file.content
        else:
            yield file, file.name, file.content, context if file.stage == "render" else None


def is_wrong(file: HostileFile, *, accepted: bool) -> bool:
    """Tell whether a file got another verdict than its own."""
    return file.verdict != "either" and accepted is not (file.verdict == "accept")


@pytest.fixture
def client(database_url: str, tmp_path: Path) -> Iterator[TestClient]:
    """A client of the application with its default limits."""
    url = DatabaseSettings(url=SecretStr(database_url))
    settings = Settings.model_construct(
        data_dir=tmp_path, database=url, auth=AuthSettings(mode="none"), rendering=RenderingSettings(workers=0)
    )
    with TestClient(create_app(settings), raise_server_exceptions=False) as client:
        yield client


@pytest.mark.parametrize("source", ["own", "shared"])
def test_on_the_command_line(source: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wrong: list[str] = []
    for file, name, template, data in cases(source):
        (tmp_path / name).write_bytes(template)
        command = ["check", str(tmp_path / name)]
        if data is not None:
            (tmp_path / "data.json").write_bytes(data)
            output = tmp_path / f"out{Path(name).suffix}"
            command = ["render", str(tmp_path / name), "--data", str(tmp_path / "data.json"), "--output", str(output)]
        code = main(command)
        said = "".join(capsys.readouterr())
        if code not in (0, 1) or is_wrong(file, accepted=code == 0) or "Traceback" in said:
            wrong.append(f"{file.name}: {file.verdict}, got exit {code}: {said[-200:]}")
        (tmp_path / name).unlink()
    assert wrong == []


@pytest.mark.parametrize("source", ["own", "shared"])
def test_over_http(source: str, client: TestClient) -> None:
    wrong: list[str] = []
    for file, name, template, data in cases(source):
        files = {"file": (name, template)} if data is None else {"file": (name, template), "data": ("d.json", data)}
        response = client.post("/v1/templates/validate", files=files)
        accepted = response.status_code == 200 and response.json()["ok"]
        if response.status_code >= 500 or "Traceback" in response.text or is_wrong(file, accepted=accepted):
            wrong.append(f"{file.name}: {file.verdict}, got {response.status_code}: {response.text[:200]}")
    assert wrong == []


def test_what_the_gate_refuses_is_refused_over_http(client: TestClient) -> None:
    """Every variant of a zip, a part, a relationship and a field that the gate's own tests have."""
    wrong: list[str] = []
    tests = (
        test_gate.test_it_is_no_zip_that_an_office_program_writes,
        test_gate.test_no_two_programs_may_read_different_files,
    )
    for test in (*tests, test_gate.test_what_a_document_may_not_hold):
        (mark,) = (each for each in test.pytestmark if each.name == "parametrize")  # type: ignore[attr-defined]  # pytest's
        for number, (file, code, *_) in enumerate(mark.args[1]):
            response = client.post("/v1/templates", files={"file": (f"variant-{number}.docx", file)})
            found = {each["code"] for each in response.json().get("diagnostics", ())}
            if response.status_code != 422 or code not in found:
                wrong.append(f"{test.__name__} {number}: {code}, got {response.status_code}: {response.text[:200]}")
    assert wrong == []
