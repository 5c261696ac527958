"""What clients get wrong, and what goes wrong under them: always a problem that says what to do, never a 5xx."""

import hashlib
import shutil
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.integration.http.conftest import register
from tests.integration.http.problems import assert_problem

BOUNDARY = "part-of-a-test"
FILE = b'Content-Disposition: form-data; name="file"; filename="letter.txt"\r\n\r\nDear {{ name }}'


def field(name: bytes, value: bytes) -> bytes:
    return b'Content-Disposition: form-data; name="' + name + b'"\r\n\r\n' + value


def upload(client: TestClient, *parts: bytes, content_type: str = f"multipart/form-data; boundary={BOUNDARY}") -> Any:
    """Send exactly these parts, as no HTTP library would."""
    edge = b"--" + BOUNDARY.encode()
    body = b"".join(edge + b"\r\n" + part + b"\r\n" for part in parts) + edge + b"--\r\n"
    return client.post("/v1/templates", content=body, headers={"Content-Type": content_type})


@pytest.mark.parametrize(
    ("parts", "status", "code", "words"),
    [
        ([FILE, FILE], 400, "malformed-request", "more than one part 'file'"),
        ([field(b"name", b"x")], 400, "malformed-request", "missing or cut off"),
        ([field(b"file", b"Dear")], 422, "request-invalid", "no file name"),
        ([FILE.replace(b"letter.txt", b"")], 422, "request-invalid", "no file name"),
        ([FILE, field(b"name", b"One"), field(b"name", b"Two")], 422, "request-invalid", "more than once"),
        ([FILE, field(b"name", b"Gr\xf6\xdfe")], 422, "request-invalid", "name: this is not text in UTF-8"),
        ([FILE.replace(b"letter", b"gr\xf6\xdfe")], 422, "request-invalid", "file name: this is not text in UTF-8"),
        ([FILE, field(b"d\xff", b"x")], 422, "request-invalid", "field name: this is not text in UTF-8"),
        ([FILE, *[field(b"tags", b"x")] * 41], 400, "malformed-request", "Maximum number of fields is 40"),
        ([FILE.replace(b'"file"', b'"a"')] * 3, 400, "malformed-request", "Maximum number of files is 2"),
        ([b"X-Long: " + b"x" * 10_000 + b"\r\n" + FILE], 400, "malformed-request", "broken"),
        ([b"X-Many: x\r\n" * 20 + FILE], 400, "malformed-request", "broken"),
        ([FILE, field(b"description", b"x" * 100_001)], 413, "payload-too-large", "'description' is larger"),
    ],
)
def test_a_form_that_cannot_be_meant_is_refused(
    client: TestClient, parts: list[bytes], status: int, code: str, words: str
) -> None:
    problem = assert_problem(upload(client, *parts), status, code)
    assert words in problem["detail"]
    assert client.get("/v1/templates").json()["data"] == []


@pytest.mark.parametrize("boundary", ["", "; boundary=", '; boundary="a\\"b"', "; boundary=\u00ff"])
def test_a_form_without_a_boundary_is_told_so(client: TestClient, boundary: str) -> None:
    answer = client.post(
        "/v1/templates", content=b"x", headers={"Content-Type": f"multipart/form-data{boundary}".encode("latin-1")}
    )
    assert "boundary" in assert_problem(answer, 400, "malformed-request")["detail"]


def test_every_tag_may_come_in_a_part_of_its_own(client: TestClient) -> None:
    tags = [f"tag-{number}" for number in range(20)]
    others = {"name": "Letter", "slug": "letter", "description": "x", "locale": "en", "publish": "true"}
    answer = upload(
        client,
        FILE,
        *(field(b"tags", tag.encode()) for tag in tags),
        *(field(name.encode(), value.encode()) for name, value in others.items()),
    )
    assert answer.json()["tags"] == tags


def test_a_form_is_utf8_whatever_charset_it_claims(client: TestClient) -> None:
    part = field(b"name", "Größe".encode())
    answer = upload(client, FILE, part, content_type=f"multipart/form-data; boundary={BOUNDARY}; charset=utf-16")
    assert answer.json()["name"] == "Größe"


def test_what_nobody_filled_in_is_as_if_it_were_not_there(client: TestClient) -> None:
    template = register(client, name="Größe.txt", slug="", locale="")
    assert (template["slug"], template["locale"]) == ("grosse", None)


@pytest.mark.parametrize("name", ["../../etc/letter.txt", "C:\\Users\\Ada\\letter.txt"])
def test_of_a_path_only_the_file_name_is_kept(client: TestClient, name: str) -> None:
    template = register(client, name=name, slug="letter")
    assert template["name"] == "letter"
    assert client.get("/v1/templates/letter/versions/1").json()["file_name"] == "letter.txt"


@pytest.mark.parametrize(
    ("field_name", "value"),
    [
        ("version", True),
        ("version", "1"),
        ("store", "yes"),
        ("store", 0),
        ("expires_in", True),
        ("now", 1),
        ("now", "2026-01-01"),
        ("now", "0001-01-01T00:00:00+14:00"),
        ("now", "9999-12-31T23:59:59Z"),
        ("output", "x" * 100_000),
        ("locale", ""),
        ("timezone", ""),
        ("colour", "red"),
    ],
)
def test_a_value_of_another_kind_is_refused_and_not_guessed_at(
    client: TestClient, field_name: str, value: object
) -> None:
    register(client, "{{ now }}")
    answer = client.post("/v1/renders", json={"template": "letter", "data": {}, field_name: value})
    problem = assert_problem(answer, 422, "request-invalid")
    assert [error["field"] for error in problem["errors"]] == [field_name]
    assert len(problem["detail"]) < 300
    assert client.get("/v1/renders").json()["data"] == []


@pytest.mark.parametrize("text", ["0", "2026-01-01", "0001-01-01T00:00:00+14:00", "1e400"])
def test_a_time_in_a_query_is_a_time(client: TestClient, text: str) -> None:
    assert_problem(client.get("/v1/renders", params={"created_after": text}), 422, "request-invalid")


@pytest.mark.parametrize("number", ["01", "1.0", "+1", "%2B1", "1_0", "%201", "1e0", "", "%D9%A1"])
def test_a_number_in_an_address_has_one_form(client: TestClient, number: str) -> None:
    for path in (f"/v1/renders?limit={number}", f"/v1/templates/letter/versions/{number or 'x'}"):
        assert_problem(client.get(path), 422, "request-invalid")


@pytest.mark.parametrize("zone", ["+02:00", "%2002:00", "+0200"])
def test_a_plus_sign_that_became_a_blank_is_told(client: TestClient, zone: str) -> None:
    answer = client.get(f"/v1/renders?created_after=2026-01-31T09:30:00{zone}")
    assert "%2B" in assert_problem(answer, 422, "request-invalid")["detail"]
    assert client.get("/v1/renders?created_after=2026-01-31T09:30:00%2B02:00").status_code == 200


@pytest.mark.parametrize("body", ["[]", "null"])
def test_what_is_no_object_is_told_so_in_words_of_json(client: TestClient, body: str) -> None:
    """Not as `dictionary`, nor by the name of a class of ours."""
    headers = {"If-Match": "*", "Content-Type": "application/json"}
    answer = client.patch("/v1/templates/letter", content=body, headers=headers)
    errors = assert_problem(answer, 422, "request-invalid")["errors"]
    assert errors == [{"field": "body", "message": "Input should be an object.", "pointer": ""}]


def test_an_entry_that_is_no_object_is_told_so(client: TestClient) -> None:
    answer = client.post("/v1/renders", json={"template": "letter", "data": {}, "deliver": ["whk_1"]})
    errors = assert_problem(answer, 422, "request-invalid")["errors"]
    assert errors == [{"field": "deliver.0", "message": "Input should be an object.", "pointer": "/deliver/0"}]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ('{"name": ' + "[" * 100_000 + "]" * 100_000 + "}", "nests too deep"),
        ('{"name": ' + "9" * 5_000 + "}", "has more digits than are kept"),
    ],
)
def test_json_that_no_parser_takes_is_malformed(client: TestClient, body: str, reason: str) -> None:
    register(client)
    answer = client.patch(
        "/v1/templates/letter", content=body, headers={"Content-Type": "application/json", "If-Match": "*"}
    )
    assert reason in assert_problem(answer, 400, "malformed-request")["detail"]


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_a_body_that_is_not_json_is_an_unsupported_media_type(client: TestClient, content_type: str) -> None:
    register(client)
    headers = {"Content-Type": content_type, "If-Match": "*"}
    changed = client.patch("/v1/templates/letter", content=b'{"name": "New"}', headers=headers)
    assert_problem(changed, 415, "unsupported-media-type")
    published = client.post("/v1/templates/letter/publish", content=b'{"version": 1}', headers=headers)
    assert_problem(published, 415, "unsupported-media-type")


@pytest.mark.parametrize("tag", ["W/{etag}", "{bare}", '"tpl_x-1"', '"1"', ""])
def test_only_a_strong_tag_of_a_template_fits_if_match(client: TestClient, tag: str) -> None:
    register(client)
    etag = client.get("/v1/templates/letter").headers["etag"]
    headers = {"If-Match": tag.format(etag=etag, bare=etag.strip('"'))}
    answer = client.patch("/v1/templates/letter", json={"name": "New"}, headers=headers)
    assert_problem(answer, 412, "precondition-failed")
    assert client.patch("/v1/templates/letter", json={"name": "New"}, headers={"If-Match": etag}).status_code == 200


def test_every_get_answers_head_without_a_body(client: TestClient) -> None:
    register(client)
    render = client.post("/v1/renders", json={"template": "letter", "data": {"name": "Ada"}}).json()
    paths = ["/livez", "/readyz", "/v1/templates/letter", "/v1/templates/letter/versions/1/file", "/docs"]
    for path in [*paths, render["links"]["document"]]:
        full, head = client.get(path), client.head(path)
        assert (head.status_code, head.content) == (200, b""), path
        assert head.headers["content-length"] == full.headers["content-length"]
        assert head.headers.get("etag") == full.headers.get("etag")
    assert client.head("/v1/nothing").status_code == 404
    assert client.head("/v1/templates/letter/publish").status_code == 405


def test_a_whole_range_and_any_tag(client: TestClient) -> None:
    register(client, "0123456789")
    path = "/v1/templates/letter/versions/1/file"
    whole = client.get(path, headers={"Range": "Bytes=0-"})
    assert (whole.status_code, whole.headers["content-range"]) == (206, "bytes 0-9/10")
    assert client.get(path, headers={"If-None-Match": "*"}).status_code == 304


# A document of this and more is too large to be kept beside its record.
LONG = "Dear {{ name }},\n" + 8_192 * "a line\n\n"


def test_files_that_the_storage_has_lost_are_unavailable(client: TestClient, tmp_path: Path) -> None:
    register(client, LONG)
    register(client, "never rendered {{ name }}", "other.txt")
    render = client.post("/v1/renders", json={"template": "letter", "data": {"name": "Ada"}}).json()
    for blob in (tmp_path / "storage").rglob("*"):
        if blob.is_file() and blob.name in (
            render["sha256"],
            hashlib.sha256(b"never rendered {{ name }}").hexdigest(),
        ):
            blob.unlink()
    assert_problem(client.get(render["links"]["document"]), 503, "unavailable")
    lost = assert_problem(client.get("/v1/templates/other/versions/1/file"), 503, "unavailable")
    assert lost["component"] == "storage"


def test_a_storage_that_is_gone_is_said_before_the_first_byte(client: TestClient, tmp_path: Path) -> None:
    register(client, LONG)
    render = client.post("/v1/renders", json={"template": "letter", "data": {"name": "Ada"}}).json()
    shutil.move(tmp_path / "storage", tmp_path / "elsewhere")
    for path in (render["links"]["document"], "/v1/templates/letter/versions/1/file", "/readyz"):
        answer = client.get(path)
        assert_problem(answer, 503, "unavailable")
        assert int(answer.headers["retry-after"]) > 0
    shutil.move(tmp_path / "elsewhere", tmp_path / "storage")
    assert client.get(render["links"]["document"]).text == LONG.replace("{{ name }}", "Ada")
