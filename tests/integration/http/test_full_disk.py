"""A machine whose folder for temporary files is full, as a small tmpfs of a container is soon."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.integration.http.conftest import register
from tests.integration.http.problems import assert_problem
from tests.integration.support.mounts import mounted

# More than a form keeps in memory.
LARGE = b"name\n" + b"Ada\n" * 400_000


@pytest.fixture
def small_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Temporary files lie on a disk that is smaller than LARGE."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    with mounted("a full disk", "-t", "tmpfs", "-o", "size=1M", "tmpfs", str(folder)):
        monkeypatch.setattr(tempfile, "tempdir", str(folder))
        yield


@pytest.mark.usefixtures("small_folder")
def test_a_form_that_finds_no_room_is_refused_and_nothing_is_stored(client: TestClient) -> None:
    register(client)
    rows = {"rows": ("people.csv", LARGE)}
    problem = assert_problem(client.post("/v1/batches", files=rows, data={"template": "letter"}), 507, "storage-full")
    assert "TMPDIR" in problem["detail"]
    assert client.get("/v1/batches").json()["data"] == []
    assert_problem(client.post("/v1/templates", files={"file": ("large.txt", LARGE)}), 507, "storage-full")
    few = client.post("/v1/batches", files={"rows": ("people.csv", b"name\nAda\n")}, data={"template": "letter"})
    assert few.status_code == 202, few.text
