"""Renders over HTTP."""

import base64
import hashlib
import io
import json
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import docx
import pytest
from starlette.testclient import TestClient

from adapters.rendering.in_process import InProcessRenderer
from domain.errors import DocGenError, OverloadedError, QueueFullError, TimeLimitError
from domain.formats import OutputFormat
from entrypoints.app import create_app
from entrypoints.container import Container
from tests.fakes.template_renderer import RecordingRenderer
from tests.integration.http.conftest import EXAMPLES, register, settings_for
from tests.integration.http.problems import assert_problem

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def example(name: str) -> dict[str, object]:
    data: dict[str, object] = json.loads((EXAMPLES / f"{name}.json").read_text(encoding="utf-8"))
    return data


@pytest.mark.parametrize("name", ["offer-letter", "invoice"])
def test_an_example_becomes_a_word_file(client: TestClient, name: str) -> None:
    register(client, (EXAMPLES / f"{name}.docx").read_bytes(), name=f"{name}.docx")
    response = client.post("/v1/renders", json={"template": name, "data": example(name)}, headers={"Accept": DOCX})
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == DOCX
    with zipfile.ZipFile(io.BytesIO(response.content)) as archive:
        assert archive.testzip() is None
        assert b"{{" not in archive.read("word/document.xml")
    record = client.get(response.headers["content-location"].removesuffix("/document")).json()
    assert (record["status"], record["bytes"]) == ("succeeded", len(response.content))


def test_a_record_leads_to_the_document(client: TestClient) -> None:
    template = register(client)
    created = client.post("/v1/renders", json={"template": "letter", "data": {"name": "Ada"}})
    assert created.status_code == 201
    render = created.json()
    assert created.headers["location"] == render["links"]["self"]
    assert render["template"] == {"id": template["id"], "slug": "letter", "version": 1}
    assert (render["status"], render["output"], render["file_name"]) == ("succeeded", "txt", "letter.txt")
    assert client.get(render["links"]["self"]).json() == render
    document = client.get(render["links"]["document"])
    assert document.text == "Dear Ada,\n"
    assert document.headers["content-disposition"] == (
        "attachment; filename=\"letter.txt\"; filename*=UTF-8''letter.txt"
    )


def test_locale_and_time_zone_come_from_the_request_else_the_template_else_the_settings(client: TestClient) -> None:
    file = b"{{ total | currency('EUR') }}, {{ sent | datetime('d MMM HH:mm') }}"
    register(client, file, name="plain.txt", slug="plain")
    register(client, file, name="german.txt", slug="german", locale="de-DE")
    body = {"data": {"total": 1234.5, "sent": "2026-01-31T23:30:00Z"}}

    def rendered(template: str, **wishes: str) -> str:
        response = client.post(
            "/v1/renders", json={**body, "template": template, **wishes}, headers={"Accept": "text/plain"}
        )
        assert response.status_code == 200, response.text
        return response.text.replace("\u00a0", " ")

    assert rendered("plain") == "€1,234.50, 31 Jan 23:30"
    assert rendered("german") == "1.234,50 €, 31 Jan. 23:30"
    assert rendered("german", locale="en", timezone="Europe/Berlin") == "€1,234.50, 1 Feb 00:30"


def test_a_locale_that_is_none_fails_where_it_is_used(client: TestClient) -> None:
    register(client, b"{{ total | number }}")
    response = client.post("/v1/renders", json={"template": "letter", "data": {"total": 1}, "locale": "xx-YY"})
    problem = assert_problem(response, 422, "render-failed")
    assert problem["diagnostics"][0]["code"] == "unknown-locale"


def test_parts_of_a_document_and_none_of_it(client: TestClient) -> None:
    register(client)
    render = client.post("/v1/renders", json={"template": "letter", "data": {"name": "Ada"}}).json()
    url = render["links"]["document"]
    part = client.get(url, headers={"Range": "bytes=5-7"})
    assert (part.status_code, part.text, part.headers["content-range"]) == (206, "Ada", "bytes 5-7/10")
    assert client.get(url, headers={"Range": "bytes=-2"}).text == ",\n"
    behind = client.get(url, headers={"Range": "bytes=99-"})
    assert_problem(behind, 416, "range-not-satisfiable")
    same = client.get(url, headers={"If-None-Match": part.headers["etag"]})
    assert (same.status_code, same.content) == (304, b"")


def test_the_digest_is_that_of_the_whole_document_however_it_is_fetched(client: TestClient) -> None:
    register(client)
    body = {"template": "letter", "data": {"name": "Ada"}, "file_name": "Brief an Größe"}
    direct = client.post("/v1/renders", json=body, headers={"Accept": "text/plain"})
    expected = base64.b64encode(hashlib.sha256(b"Dear Ada,\n").digest()).decode()
    url = direct.headers["content-location"]
    answers = (direct, client.get(url), client.head(url), client.get(url, headers={"Range": "bytes=0-3"}))
    assert [answer.status_code for answer in answers] == [200, 200, 200, 206]
    for answer in answers:
        assert answer.headers["repr-digest"] == f"sha-256=:{expected}:"
        assert answer.headers["etag"] == direct.headers["etag"]
        assert answer.headers["content-disposition"].endswith("filename*=UTF-8''Brief%20an%20Gr%C3%B6%C3%9Fe.txt")
    assert (answers[2].headers["content-length"], answers[3].text) == ("10", "Dear")


def test_numbers_and_the_order_of_keys_are_those_of_the_request(client: TestClient) -> None:
    register(client, "{% for k, v in d.items() %}{{ k }}={{ v }};{% endfor %}")
    body = b'{"template": "letter", "data": {"d": {"z": 1.10, "a": 12345678901234567890.123456789, "m": 1e2}}}'
    response = client.post(
        "/v1/renders", content=body, headers={"Content-Type": "application/json", "Accept": "text/plain"}
    )
    assert response.text == "z=1.10;a=12345678901234567890.123456789;m=100;"


def test_markdown_becomes_html_and_data_cannot_be_markup(client: TestClient) -> None:
    register(client, "# Hello {{ name }}\n", name="note.md")
    body = {"template": "note", "data": {"name": "<script>alert(1)</script>"}}
    response = client.post("/v1/renders", json=body, headers={"Accept": "text/html"})
    assert "<h1>Hello" in response.text
    assert "<script" not in response.text


def test_markdown_becomes_a_word_document(client: TestClient) -> None:
    register(client, "# Hello {{ name }}\n", name="note.md")
    body = {"template": "note", "data": {"name": "Ada"}, "output": "docx"}
    response = client.post("/v1/renders", json=body, headers={"Accept": OutputFormat.DOCX.media_type})
    assert response.status_code == 200
    (paragraph,) = docx.Document(io.BytesIO(response.content)).paragraphs
    assert (paragraph.style.name, paragraph.text) == ("Heading 1", "Hello Ada")


def test_a_failed_render_leaves_a_record_with_every_missing_path(client: TestClient) -> None:
    register(client, "{{ name }} {{ city }}")
    response = client.post("/v1/renders", json={"template": "letter", "data": {"nam": "Ada"}})
    problem = assert_problem(response, 422, "data-invalid")
    assert len(problem["diagnostics"]) == 2
    record = client.get(f"/v1/renders/{problem['render_id']}").json()
    assert (record["status"], record["error"]["code"]) == ("failed", "data-invalid")
    assert_problem(client.get(f"/v1/renders/{record['id']}/document"), 409, "not-ready")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "malformed-request"),
        (b"{", 400, "malformed-request"),
        (b"[]", 400, "malformed-request"),
        (b"\xff", 400, "malformed-request"),
        (b'{"template": "letter"}', 422, "request-invalid"),
        (b'{"data": {}}', 422, "request-invalid"),
        (b'{"template": "letter", "data": []}', 422, "data-invalid"),
        (b'{"template": "letter", "data": "x"}', 422, "data-invalid"),
        (b'{"template": "letter", "data": {"name": 1, "name": 2}}', 422, "data-invalid"),
        (b'{"template": "nothing", "data": {}}', 404, "not-found"),
        (b'{"template": "letter", "data": {"name": "x"}, "version": 7}', 404, "not-found"),
        (b'{"template": "letter", "data": {}, "output": "pdf"}', 422, "unsupported-output"),
        (b'{"template": "letter", "data": {}, "tempo": 1}', 422, "request-invalid"),
        (b'{"template": "letter", "data": {}, "now": "yesterday"}', 422, "request-invalid"),
        (b'{"template": "letter", "data": {}, "now": "2026-01-01T00:00:00"}', 422, "request-invalid"),
        (b'{"template": "letter", "data": {}, "timezone": "Mars"}', 422, "request-invalid"),
        (b'{"template": "draft", "data": {}}', 409, "not-published"),
        (b'{"template": "letter", "data": {"name": "' + b"x" * 250_000 + b'"}}', 413, "payload-too-large"),
    ],
)
def test_wrong_requests_get_their_problem(client: TestClient, body: bytes, status: int, code: str) -> None:
    register(client)
    register(client, name="draft.txt", publish="false")
    response = client.post("/v1/renders", content=body, headers={"Content-Type": "application/json"})
    assert_problem(response, status, code)


def test_an_output_that_is_not_there_names_the_possible_ones(client: TestClient) -> None:
    register(client, name="note.md")
    body = {"template": "note", "data": {"name": "x"}, "output": "pdf"}
    problem = assert_problem(client.post("/v1/renders", json=body), 422, "unsupported-output")
    assert "md, html, docx" in problem["detail"]


def test_other_content_types_and_answers_are_refused(client: TestClient) -> None:
    register(client)
    text = client.post("/v1/renders", content=b"{}", headers={"Content-Type": "text/plain"})
    assert_problem(text, 415, "unsupported-media-type")
    body = {"template": "letter", "data": {"name": "x"}}
    assert_problem(client.post("/v1/renders", json=body, headers={"Accept": "image/png"}), 406, "not-acceptable")


def test_without_store_only_the_bytes_come(client: TestClient) -> None:
    register(client)
    response = client.post("/v1/renders", json={"template": "letter", "data": {"name": "Ada"}, "store": False})
    assert response.text == "Dear Ada,\n"
    assert client.get("/v1/renders").json()["data"] == []


def test_lists_are_filtered(client: TestClient) -> None:
    register(client)
    register(client, "x", name="other.txt")
    client.post("/v1/renders", json={"template": "letter", "data": {}})
    client.post("/v1/renders", json={"template": "other", "data": {}})
    assert len(client.get("/v1/renders").json()["data"]) == 2
    assert len(client.get("/v1/renders", params={"template": "other"}).json()["data"]) == 1
    assert len(client.get("/v1/renders", params={"status": "failed"}).json()["data"]) == 1
    later = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    assert client.get("/v1/renders", params={"created_after": later}).json()["data"] == []
    assert_problem(client.get("/v1/renders", params={"template": "nothing"}), 404, "not-found")
    page = client.get("/v1/renders", params={"limit": 1}).json()
    rest = client.get("/v1/renders", params={"limit": 1, "cursor": page["next_cursor"]}).json()
    assert {page["data"][0]["template"]["slug"], rest["data"][0]["template"]["slug"]} == {"letter", "other"}


@pytest.mark.parametrize(
    ("error", "status", "retry_after"),
    [
        (TimeLimitError("It took too long."), 504, None),
        (QueueFullError("This workspace has enough waiting."), 429, "1"),
        (OverloadedError("Everything is busy."), 503, "2"),
    ],
)
def test_limits_of_the_renderer_are_problems_that_say_when_to_try_again(
    database_url: str, tmp_path: Path, error: DocGenError, status: int, retry_after: str | None
) -> None:
    settings = settings_for(database_url, tmp_path)
    container = Container(settings=settings)
    renderer = RecordingRenderer(InProcessRenderer())
    with container.renderer.override(renderer), TestClient(create_app(settings, container)) as client:
        register(client)
        renderer.error = error
        refused = client.post("/v1/renders", json={"template": "letter", "data": {"name": "Ada"}})
        assert assert_problem(refused, status, error.code)["detail"] == str(error)
        assert refused.headers.get("retry-after") == retry_after
        upload = {"file": ("note.txt", b"{{ name }}")}
        assert_problem(client.post("/v1/templates/validate", files=upload), status, error.code)
