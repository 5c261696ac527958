"""Batches: a document from each row, made by a worker while nobody waits."""

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from httpx2 import Response
from openpyxl import Workbook
from starlette.testclient import TestClient

from entrypoints.app import create_app
from entrypoints.settings.limits import LimitsSettings
from entrypoints.settings.service import Settings
from tests.integration.http.conftest import register, settings_for
from tests.integration.http.problems import assert_problem

PEOPLE = [{"name": "Ada"}, {"name": "Bob"}, {"name": "Cem"}]
# 'Bob' has no number to divide by: that is seen when the row is rendered.
SHARE = "{{ name }}: {{ 12 / parts }}\n"


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return settings_for(database_url, tmp_path)


@pytest.fixture
def worker(settings: Settings, client: TestClient) -> Iterator[TestClient]:
    """Another process of the service as it were, with a worker inside."""
    http = settings.http.model_copy(update={"with_worker": True})
    with TestClient(create_app(settings.model_copy(update={"http": http}))) as worker:
        yield worker


def sent(client: TestClient, items: list[dict[str, Any]] = PEOPLE, **wish: Any) -> Response:
    """Send a batch of items."""
    headers = wish.pop("headers", {})
    return client.post("/v1/batches", json={"template": "letter", "items": items, **wish}, headers=headers)


def sent_file(client: TestClient, name: str, content: str | bytes, **fields: str) -> Response:
    """Send a batch of rows in a file."""
    data = content.encode() if isinstance(content, str) else content
    return client.post("/v1/batches", files={"rows": (name, data)}, data={"template": "letter", **fields})


def accepted(response: Response) -> dict[str, Any]:
    """Return the batch of an answer."""
    assert response.status_code == 202, response.text
    batch: dict[str, Any] = response.json()
    assert response.headers["location"] == f"/v1/batches/{batch['id']}"
    return batch


def ended(client: TestClient, batch: dict[str, Any]) -> dict[str, Any]:
    """Wait for the end of a batch."""
    while True:
        record: dict[str, Any] = client.get(f"/v1/batches/{batch['id']}?wait=60").json()
        if record["finished_at"] is not None:
            return record


def items_of(client: TestClient, batch: dict[str, Any], **query: Any) -> list[dict[str, Any]]:
    """Read all rows of a batch, page by page."""
    found: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        response = client.get(f"/v1/batches/{batch['id']}/items", params={"limit": 2, **query, **cursor})
        assert response.status_code == 200, response.text
        page = response.json()
        found += page["data"]
        if page["next_cursor"] is None:
            return found
        cursor = {"cursor": page["next_cursor"]}


# --- rows -----------------------------------------------------------------------------------------------------


def test_a_document_is_made_from_each_item(client: TestClient, worker: TestClient) -> None:
    template = register(client)
    batch = accepted(sent(client, file_name="{{ name }}-{{ row }}"))
    assert batch["counts"] == {"total": 3, "succeeded": 0, "failed": 0, "pending": 3}
    assert batch["template"] == {"id": template["id"], "slug": "letter", "version": 1}
    done = ended(client, batch)
    assert (done["status"], done["error"], done["remaining_seconds"]) == ("succeeded", None, 0.0)
    assert done["counts"] == {"total": 3, "succeeded": 3, "failed": 0, "pending": 0}
    assert done["rate"] > 0
    items = items_of(client, batch)
    assert [(item["row"], item["status"], item["file_name"]) for item in items] == [
        (1, "succeeded", "Ada-1.txt"),
        (2, "succeeded", "Bob-2.txt"),
        (3, "succeeded", "Cem-3.txt"),
    ]
    documents = [client.get(item["links"]["document"]).text for item in items]
    assert documents == ["Dear Ada,\n", "Dear Bob,\n", "Dear Cem,\n"]
    render = client.get(items[0]["links"]["render"]).json()
    assert (render["status"], render["sha256"]) == ("succeeded", items[0]["sha256"])
    assert render["expires_at"] == batch["expires_at"]


def test_rows_come_in_files_and_the_answer_says_how_they_were_read(client: TestClient, worker: TestClient) -> None:
    register(client, "{{ person.name }}: {{ amount | number }}\n")
    csv = "Name;amount;note\nJürgen;1,5;x\n".encode("windows-1252")
    fields = {"mapping": json.dumps({"Name": "person.name"}), "locale": "de", "unknown_columns": "ignore"}
    batch = accepted(sent_file(client, "people.csv", csv, **fields))
    assert batch["rows"] == {
        "format": "csv",
        "encoding": "windows-1252",
        "delimiter": ";",
        "sheet": None,
        "columns": {"Name": "person.name", "amount": "amount"},
        "ignored": ["note"],
        "repeated": 0,
    }
    workbook, file = Workbook(), io.BytesIO()
    for row in (["person.name", "amount"], ["Ada", 2]):
        workbook.active.append(row)
    workbook.save(file)
    second = accepted(sent_file(client, "people.xlsx", file.getvalue(), now="2026-01-31T09:30:00Z"))
    third = accepted(sent_file(client, "people.jsonl", '{"person": {"name": "Cem"}, "amount": 3.10}\n'))
    texts = []
    for each in (batch, second, third):
        ended(client, each)
        texts += [client.get(item["links"]["document"]).text for item in items_of(client, each)]
    assert texts == ["Jürgen: 1,5\n", "Ada: 2\n", "Cem: 3.10\n"]
    assert [items_of(client, each)[0]["row"] for each in (batch, second, third)] == [2, 2, 1]


def test_the_same_key_with_the_same_data_makes_one_document(client: TestClient, worker: TestClient) -> None:
    register(client)
    rows = [{"id": 7, "name": "Ada"}, {"id": 7, "name": "Ada"}, {"id": 8, "name": "Bob"}]
    batch = accepted(sent(client, rows, key="id", mapping={"id": None}))
    assert (batch["counts"]["total"], batch["rows"]["repeated"]) == (2, 1)
    ended(client, batch)
    assert [item["key"] for item in items_of(client, batch)] == ["7", "8"]
    problem = assert_problem(
        sent(client, [*rows, {"id": 8, "name": "Cem"}], key="id", mapping={"id": None}), 422, "rows-invalid"
    )
    assert problem["rows"][0]["code"] == "duplicate-key"


# --- what is refused ------------------------------------------------------------------------------------------


def test_rows_that_cannot_be_rendered_are_told_before_any_is(client: TestClient) -> None:
    register(client, "{{ name }} {{ amount | number }}{{ day | date }}\n")
    csv = "name,amount,day\nAda,1,2026-01-31\nBob,many,2026-02-31\n,3,2026-01-31\n"
    problem = assert_problem(sent_file(client, "people.csv", csv), 422, "rows-invalid")
    told = [(each["row"], each["column"], each["value_type"], each["code"]) for each in problem["rows"]]
    assert told == [
        (3, "amount", "text", "bad-value"),
        (3, "day", "text", "bad-value"),
        (4, "name", "empty", "missing-value"),
    ]
    assert problem["more_rows"] == 0
    assert problem["detail"].startswith("2 rows of 3 cannot be rendered")
    assert client.get("/v1/batches").json()["data"] == []


def test_a_hundred_rows_are_told_and_the_others_counted(client: TestClient) -> None:
    register(client)
    problem = assert_problem(
        sent_file(client, "people.jsonl", '{"x": 1}\n' * 130, unknown_columns="ignore"), 422, "rows-invalid"
    )
    assert (len(problem["rows"]), problem["more_rows"]) == (100, 30)


def test_a_column_that_leads_nowhere_is_refused_with_a_hint(client: TestClient) -> None:
    register(client)
    problem = assert_problem(sent_file(client, "people.csv", "nmae\nAda\n"), 422, "rows-invalid")
    assert "name" in json.dumps(problem["diagnostics"])


@pytest.mark.parametrize(
    ("wish", "status", "code"),
    [
        ({"template": "nothing"}, 404, "not-found"),
        ({"version": 9}, 404, "not-found"),
        ({"output": "pdf"}, 422, "unsupported-output"),
        ({"file_name": "{{ name "}, 422, "request-invalid"),
        ({"on_error": "perhaps"}, 422, "request-invalid"),
        ({"expires_in": 0}, 422, "request-invalid"),
        ({"mapping": {"name": "a[0"}}, 422, "rows-invalid"),
        ({"surplus": 1}, 422, "request-invalid"),
        ({"items": []}, 422, "rows-invalid"),
        ({"items": {}}, 422, "request-invalid"),
        ({"items": ["Ada"]}, 422, "rows-invalid"),
        ({"items": None}, 422, "request-invalid"),
    ],
)
def test_a_wish_that_is_none_is_refused(client: TestClient, wish: dict[str, Any], status: int, code: str) -> None:
    register(client)
    assert_problem(sent(client, **wish), status, code)


def test_a_body_that_is_none_is_refused(client: TestClient) -> None:
    register(client)
    assert_problem(
        client.post("/v1/batches", content=b"x", headers={"Content-Type": "text/csv"}), 415, "unsupported-media-type"
    )
    assert_problem(sent_file(client, "people.xls", b"x"), 415, "unsupported-media-type")
    assert_problem(sent_file(client, "people.csv", ""), 422, "rows-invalid")
    assert_problem(client.post("/v1/batches", data={"template": "letter"}, files={"x": b""}), 400, "malformed-request")
    assert_problem(sent_file(client, "people.csv", "name\nAda\n", mapping="{"), 422, "request-invalid")
    assert_problem(sent_file(client, "people.csv", "name\nAda\n", version="first"), 422, "request-invalid")


def test_a_workspace_has_so_many_rows_before_it(settings: Settings, client: TestClient) -> None:
    register(client)
    limits = LimitsSettings(queued_rows=5)
    with TestClient(create_app(settings.model_copy(update={"limits": limits}))) as small:
        accepted(sent(small))
        problem = sent(small)
        assert_problem(problem, 429, "queue-full")
        assert problem.headers["retry-after"]


# --- what becomes of it ---------------------------------------------------------------------------------------


def test_a_row_that_fails_stops_the_batch_unless_it_may(client: TestClient, worker: TestClient) -> None:
    register(client, SHARE)
    rows = [{"name": "Ada", "parts": 3}, {"name": "Bob", "parts": 0}, {"name": "Cem", "parts": 4}]
    stopped = ended(client, accepted(sent(client, rows)))
    assert (stopped["status"], stopped["error"]["code"]) == ("failed", "render-failed")
    assert stopped["counts"] == {"total": 3, "succeeded": 1, "failed": 1, "pending": 1}
    assert [item["status"] for item in items_of(client, stopped)] == ["succeeded", "failed", "cancelled"]
    assert [item["row"] for item in items_of(client, stopped, status="cancelled")] == [3]
    assert items_of(client, stopped, status="pending") == []
    went_on = ended(client, accepted(sent(client, rows, on_error="continue")))
    assert (went_on["status"], went_on["counts"]["succeeded"], went_on["counts"]["failed"]) == ("succeeded", 2, 1)
    failed = items_of(client, went_on, status="failed")
    assert [(item["row"], item["error"]["code"]) for item in failed] == [(2, "render-failed")]
    assert failed[0]["diagnostics"]


def test_rows_that_cannot_be_read_fail_alone_where_they_may(client: TestClient, worker: TestClient) -> None:
    register(client, "{{ name }} {{ day | date }}\n")
    batch = accepted(sent_file(client, "people.csv", "name,day\nAda,2026-01-31\nBob,x\n", on_error="continue"))
    assert batch["counts"] == {"total": 2, "succeeded": 0, "failed": 1, "pending": 1}
    done = ended(client, batch)
    assert done["counts"] == {"total": 2, "succeeded": 1, "failed": 1, "pending": 0}
    [failed] = items_of(client, done, status="failed")
    assert (failed["row"], failed["error"]["code"]) == (3, "rows-invalid")
    assert "Row 3, column 'day'" in failed["error"]["detail"]
    refused = assert_problem(client.post(f"/v1/batches/{batch['id']}/retry-failed"), 409, "conflict")
    assert "new batch" in refused["detail"]


def test_a_batch_pauses_and_goes_on(client: TestClient, settings: Settings) -> None:
    register(client)
    batch = accepted(sent(client))
    place = f"/v1/batches/{batch['id']}"
    assert client.post(f"{place}/pause").json()["status"] == "paused"
    assert_problem(client.post(f"{place}/pause"), 409, "conflict")
    http = settings.http.model_copy(update={"with_worker": True})
    with TestClient(create_app(settings.model_copy(update={"http": http}))):
        other = accepted(sent(client))
        ended(client, other)  # jobs come in their order: those of the paused one were looked at
        assert client.get(place).json()["counts"]["pending"] == 3
        assert [each["id"] for each in client.get("/v1/batches?status=paused").json()["data"]] == [batch["id"]]
        assert client.post(f"{place}/resume").json()["status"] == "running"
        assert ended(client, batch)["counts"]["succeeded"] == 3
    assert_problem(client.post(f"{place}/resume"), 409, "conflict")


def test_a_batch_is_called_off_and_tried_again(client: TestClient, settings: Settings) -> None:
    register(client)
    batch = accepted(sent(client))
    place = f"/v1/batches/{batch['id']}"
    assert_problem(client.post(f"{place}/retry-failed"), 409, "conflict")
    assert_problem(client.delete(place), 409, "conflict")
    cancelled = client.post(f"{place}/cancel").json()
    assert (cancelled["status"], cancelled["finished_at"] is not None) == ("cancelled", True)
    assert {item["status"] for item in items_of(client, batch)} == {"cancelled"}
    assert_problem(client.post(f"{place}/cancel"), 409, "conflict")
    http = settings.http.model_copy(update={"with_worker": True})
    with TestClient(create_app(settings.model_copy(update={"http": http}))):
        assert client.post(f"{place}/retry-failed").json()["status"] == "running"
        assert ended(client, batch)["counts"]["succeeded"] == 3


def test_what_failed_is_tried_again_and_nothing_else(client: TestClient, worker: TestClient) -> None:
    register(client, '{{ name }}{% if name == "Bob" %}{{ "asset:logo.png" | image }}{% endif %}', name="letter.md")
    batch = accepted(sent(client, on_error="continue"))
    done = ended(client, batch)
    before = items_of(client, batch)
    assert [item["status"] for item in before] == ["succeeded", "failed", "succeeded"], done
    again = client.post(f"/v1/batches/{batch['id']}/retry-failed").json()
    assert again["counts"]["failed"] == 0
    ended(client, batch)
    after = items_of(client, batch)
    assert [each["render_id"] for each in after[::2]] == [each["render_id"] for each in before[::2]]


def test_rows_and_documents_are_erased(client: TestClient, worker: TestClient) -> None:
    register(client)
    batch = accepted(sent(client))
    ended(client, batch)
    items = items_of(client, batch)
    place = f"/v1/batches/{batch['id']}"
    assert client.delete(place).status_code == 204
    assert client.delete(place).status_code == 204
    record = client.get(place).json()
    assert (record["status"], record["counts"]["succeeded"]) == ("succeeded", 3)
    assert record["erased_at"] is not None
    assert record["rows"]["columns"] == {}
    assert_problem(client.get(f"{place}/items"), 410, "expired")
    assert_problem(client.post(f"{place}/retry-failed"), 409, "conflict")
    while any(client.get(item["links"]["document"]).status_code == 200 for item in items):
        pass
    for item in items:
        assert_problem(client.get(item["links"]["document"]), 410, "expired")


def test_a_template_that_is_gone_ends_the_batch(client: TestClient, settings: Settings) -> None:
    register(client)
    batch = accepted(sent(client))
    assert client.delete("/v1/templates/letter?purge=true", headers={"If-Match": "*"}).status_code == 204
    http = settings.http.model_copy(update={"with_worker": True})
    with TestClient(create_app(settings.model_copy(update={"http": http}))):
        done = ended(client, batch)
    assert done["status"] == "failed"
    assert "letter" in done["error"]["detail"]
    assert done["counts"]["pending"] == 3


# --- the archive ----------------------------------------------------------------------------------------------


def test_all_documents_come_in_one_zip(client: TestClient, settings: Settings) -> None:
    register(client)
    rows = [{"name": name} for name in ("Zoë", "Ada", "zoë", "Bob")]
    batch = accepted(sent(client, rows, file_name="{{ name }}"))
    place = f"/v1/batches/{batch['id']}"
    assert_problem(client.get(f"{place}/archive"), 409, "conflict")
    http = settings.http.model_copy(update={"with_worker": True})
    with TestClient(create_app(settings.model_copy(update={"http": http}))):
        done = ended(client, batch)
    answer = client.get(done["links"]["archive"])
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["content-disposition"].startswith(f'attachment; filename="letter-{batch["id"]}.zip"')
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["Zoë.txt", "Ada.txt", "zoë-2.txt", "Bob.txt"]
        assert archive.read("zoë-2.txt").decode() == "Dear zoë,\n"
    assert client.get(done["links"]["archive"]).content == answer.content
    second = items_of(client, batch)[1]
    assert client.delete(second["links"]["render"]).status_code == 204
    with zipfile.ZipFile(io.BytesIO(client.get(done["links"]["archive"]).content)) as archive:
        assert archive.namelist() == ["Zoë.txt", "zoë-2.txt", "Bob.txt"]
    client.delete(place)
    assert_problem(client.get(f"{place}/archive"), 410, "expired")


# --- requests that come twice ---------------------------------------------------------------------------------


def test_a_request_that_comes_twice_makes_one_batch(client: TestClient) -> None:
    register(client)
    key = {"Idempotency-Key": "monday"}
    first, second = sent(client, headers=key), sent(client, headers=key)
    assert second.headers["idempotent-replayed"] == "true"
    assert first.json() == second.json()
    assert len(client.get("/v1/batches").json()["data"]) == 1
    assert_problem(sent(client, PEOPLE[:1], headers=key), 422, "idempotency-mismatch")
    place = f"/v1/batches/{first.json()['id']}"
    paused = [client.post(f"{place}/pause", headers={"Idempotency-Key": "p"}) for _ in range(2)]
    assert [each.status_code for each in paused] == [202, 202]
    assert paused[0].json() == paused[1].json()


def test_a_request_that_was_refused_can_be_sent_again(client: TestClient) -> None:
    key = {"Idempotency-Key": "monday"}
    assert_problem(sent(client, headers=key), 404, "not-found")
    register(client)
    accepted(sent(client, headers=key))


def test_batches_are_listed_in_pages(client: TestClient) -> None:
    register(client)
    made = [accepted(sent(client))["id"] for _ in range(3)]
    page = client.get("/v1/batches?limit=2&template=letter").json()
    rest = client.get("/v1/batches", params={"cursor": page["next_cursor"]}).json()
    assert [each["id"] for each in (*page["data"], *rest["data"])] == made[::-1]
    assert_problem(client.get("/v1/batches?cursor=x"), 400, "bad-cursor")
    assert_problem(client.get("/v1/batches?template=other"), 404, "not-found")
    assert_problem(client.get("/v1/batches/bat_0"), 404, "not-found")
