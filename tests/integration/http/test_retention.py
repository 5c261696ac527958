"""What is kept of a render, and for how long, over HTTP."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from starlette.testclient import TestClient

from tests.integration.http.conftest import register
from tests.integration.http.problems import assert_problem

NAME = "Ada Lovelace"
BODY = {"template": "letter", "data": {"name": NAME}, "file_name": "To {{ name }}"}
KEY = {"Idempotency-Key": "1"}


def created(client: TestClient, body: dict[str, Any] | None = None, **headers: str) -> dict[str, Any]:
    """Render, and return the record."""
    answer = client.post("/v1/renders", json=body or BODY, headers=headers)
    assert answer.status_code == 201, answer.text
    record: dict[str, Any] = answer.json()
    return record


def blobs(data_dir: Path) -> int:
    """Count the files of the storage that hold the name."""
    return sum(NAME.encode() in path.read_bytes() for path in (data_dir / "storage").rglob("*") if path.is_file())


def rows_with_the_name(url: str) -> list[str]:
    """Name the tables that still hold the name."""

    async def look() -> list[str]:
        connection = await asyncpg.connect(url, server_settings={"docgen.maintenance": "on"})
        try:
            query = "SELECT count(*) FROM {0} AS t WHERE t::text LIKE '%{1}%' OR t::text LIKE '%{2}%'"
            tables = ("renders", "idempotency_keys", "audit_events")
            texts = NAME, NAME.encode().hex()
            return [each for each in tables if await connection.fetchval(query.format(each, *texts))]
        finally:
            await connection.close()

    return asyncio.run(look())


@pytest.mark.parametrize(("filler", "stored"), [(0, 0), (65_536, 1)], ids=["in the record", "in the storage"])
def test_data_and_document_go_and_the_hashes_stay(
    client: TestClient, database_url: str, tmp_path: Path, filler: int, stored: int
) -> None:
    register(client, f"Dear {{{{ name }}}},\n{filler * '.'}")
    record = created(client, **KEY)
    url, document = record["links"]["self"], record["links"]["document"]
    assert (rows_with_the_name(database_url), blobs(tmp_path)) == (["renders", "idempotency_keys"], stored)
    for _ in range(2):
        assert client.delete(url).status_code == 204
        assert (rows_with_the_name(database_url), blobs(tmp_path)) == ([], 0)
    erased = client.get(url).json()
    for field in ("id", "status", "bytes", "sha256", "data_sha256", "template", "created_at", "finished_at"):
        assert erased[field] == record[field], field
    assert (erased["links"], erased["file_name"]) == ({"self": url}, "erased.txt")
    assert erased["erased_at"] is not None
    assert_problem(client.get(document), 410, "expired")
    assert_problem(client.post("/v1/renders", json=BODY, headers=KEY), 410, "expired")


def test_a_document_of_the_same_bytes_stays(client: TestClient) -> None:
    register(client)
    first, second = created(client), created(client)
    assert client.delete(first["links"]["self"]).status_code == 204
    assert client.get(second["links"]["document"]).text == f"Dear {NAME},\n"
    assert created(client)["sha256"] == first["sha256"]


def test_a_failed_render_is_erased_too(client: TestClient, database_url: str) -> None:
    register(client, "{{ name | number }}")
    problem = assert_problem(client.post("/v1/renders", json=BODY, headers=KEY), 422, "render-failed")
    assert client.delete(f"/v1/renders/{problem['render_id']}").status_code == 204
    assert rows_with_the_name(database_url) == []
    erased = client.get(f"/v1/renders/{problem['render_id']}").json()
    assert (erased["status"], erased["error"]["code"], erased["diagnostics"]) == ("failed", "render-failed", [])


def test_what_is_not_there_cannot_be_erased(client: TestClient) -> None:
    assert_problem(client.delete("/v1/renders/rnd_" + "0" * 32), 404, "not-found")


@pytest.mark.parametrize(("said", "expected"), [({}, timedelta(days=30)), ({"expires_in": 60}, timedelta(minutes=1))])
def test_a_render_expires_after_the_retention_or_sooner(
    client: TestClient, said: dict[str, int], expected: timedelta
) -> None:
    register(client)
    record = created(client, {**BODY, **said})
    expires, made = (datetime.fromisoformat(record[field]) for field in ("expires_at", "created_at"))
    assert expires - made == expected


def test_nothing_is_kept_longer_than_the_retention(client: TestClient) -> None:
    register(client)
    answer = client.post("/v1/renders", json={**BODY, "expires_in": 30 * 24 * 3600 + 1})
    assert assert_problem(answer, 422, "request-invalid")["errors"][0]["field"] == "expires_in"
