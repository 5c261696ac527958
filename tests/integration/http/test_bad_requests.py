"""What clients get wrong: each is a problem with its code and a request id, and nothing of all of it is left behind."""

import asyncio
import gzip
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import asyncpg
import pytest
from starlette.testclient import TestClient

from entrypoints.settings.access import RateLimitSettings
from tests.integration.http.access import bearer, guarded_settings, key_of, operations, serving
from tests.integration.http.conftest import register
from tests.integration.http.problems import assert_problem

JSON = {"Content-Type": "application/json"}
ANY = {"If-Match": "*"}
FORM = {"Content-Type": "multipart/form-data; boundary=x"}
UNKNOWN = "0" * 32
LETTER = b'{"template": "letter", "data": {}}'
FILE = b'--x\r\nContent-Disposition: form-data; name="file"; filename="new.txt"\r\n\r\nDear {{ name }}\r\n'


class Bad(NamedTuple):
    """A request, and the problem that it is."""

    method: str
    path: str
    status: int
    code: str
    content: bytes = b""
    headers: Mapping[str, str] = MappingProxyType({})
    # What the problem says of the fields, if it names some.
    fields: tuple[str, ...] = ()


def render(status: int, code: str, *fields: str, **said: Any) -> Bad:
    """A render of the letter, with something wrong about it."""
    body = {"template": "letter", "data": {"name": "Ada"}, **said}
    return Bad("POST", "/renders", status, code, json.dumps(body).encode(), JSON, fields)


BAD = [
    # Bodies that cannot be read.
    Bad("POST", "/renders", 400, "malformed-request", b'{"template": "letter", ', JSON),
    Bad("POST", "/renders", 400, "malformed-request", b'["letter"]', JSON),
    Bad("POST", "/renders", 400, "malformed-request", b"\xff\xfe\xfa", JSON),
    Bad("POST", "/renders", 400, "malformed-request", b"", JSON),
    Bad("POST", "/renders", 400, "malformed-request", b"[" * 10_000_000, JSON),
    Bad("PATCH", "/templates/letter", 400, "malformed-request", b'{"name": "x"', {**JSON, **ANY}),
    Bad("PATCH", "/templates/letter", 400, "malformed-request", b'{"name": ' + b"[" * 10_000_000, {**JSON, **ANY}),
    Bad("PUT", "/templates/letter/versions/1/schema", 400, "malformed-request", b"[" * 10_000_000, JSON),
    Bad("PUT", "/templates/letter/versions/1/schema", 400, "malformed-request", b'{"a": 1, "a": 2}', JSON),
    Bad("POST", "/api-keys", 400, "malformed-request", b"{", JSON),
    Bad("POST", "/renders", 400, "malformed-request", LETTER[:-1] + b', "data": {}}', JSON, ("data",)),
    Bad(
        "POST",
        "/renders",
        400,
        "malformed-request",
        b'{"deliver": [{"webhook": "a", "webhook": "b"}], ' + LETTER[1:],
        JSON,
        ("deliver.0.webhook",),
    ),
    Bad("POST", "/batches", 400, "malformed-request", b'{"items": [], "items": [{}]}', JSON, ("items",)),
    Bad("POST", "/api-keys", 400, "malformed-request", b'{"name": "a", "name": "b", "scopes": ["audit:read"]}', JSON),
    Bad(
        "PATCH",
        "/workspace",
        400,
        "malformed-request",
        b'{"limits": {"data_bytes": 5, "data_bytes": 6}}',
        {**JSON, **ANY},
    ),
    Bad("POST", "/templates", 400, "malformed-request", FILE + FILE + b"--x--\r\n", FORM),
    Bad("POST", "/templates", 400, "malformed-request", FILE, {"Content-Type": "multipart/form-data"}),
    Bad("POST", "/templates", 400, "malformed-request", b"--x--\r\n", FORM),
    # Values that cannot be meant.
    render(422, "request-invalid", "version", version="1"),
    render(422, "request-invalid", "now", now=1),
    render(422, "request-invalid", "store", "missing", store="yes", missing="never"),
    render(422, "request-invalid", "outptu", outptu="docx"),
    render(422, "request-invalid", "template", template=7),
    render(422, "unsupported-output", output="pdf"),
    Bad("POST", "/renders", 422, "request-invalid", b'{"template": "letter"}', JSON, ("data",)),
    Bad("PATCH", "/templates/letter", 422, "request-invalid", b'{"tags": [1]}', {**JSON, **ANY}, ("tags.0",)),
    Bad("PATCH", "/templates/letter", 422, "request-invalid", b'{"nmae": "x"}', {**JSON, **ANY}, ("nmae",)),
    Bad("PATCH", "/templates/letter", 422, "request-invalid", b'{"slug": "No Slug"}', {**JSON, **ANY}, ("slug",)),
    Bad("POST", "/templates/letter/publish", 422, "request-invalid", b'{"version": true}', JSON, ("version",)),
    Bad("POST", "/api-keys", 422, "request-invalid", b'{"name": "x", "scopes": ["all"]}', JSON, ("scopes",)),
    Bad("POST", "/templates", 422, "request-invalid", FILE.replace(b'; filename="new.txt"', b"") + b"--x--\r\n", FORM),
    Bad("PUT", "/assets/..%5Cx.png", 422, "request-invalid", b"x", {}, ("name",)),
    Bad("GET", "/templates?lmit=5", 422, "request-invalid", fields=("lmit",)),
    Bad("GET", "/templates?limit=5&limit=6", 422, "request-invalid", fields=("limit",)),
    Bad(
        "POST", "/renders?store=false", 422, "request-invalid", b'{"template": "letter", "data": {}}', JSON, ("store",)
    ),
    Bad("DELETE", "/templates/letter?pruge=true", 422, "request-invalid", headers=ANY, fields=("pruge",)),
    Bad("GET", "/templates?limit=0", 422, "request-invalid", fields=("limit",)),
    Bad("GET", "/templates?archived=perhaps", 422, "request-invalid", fields=("archived",)),
    Bad("GET", "/renders?status=lost", 422, "request-invalid", fields=("status",)),
    Bad("GET", "/renders?created_after=yesterday", 422, "request-invalid", fields=("created_after",)),
    Bad("GET", "/templates/letter/versions/one", 422, "request-invalid", fields=("number",)),
    # Media types.
    Bad("POST", "/renders", 415, "unsupported-media-type", b"<a/>", {"Content-Type": "text/xml"}),
    Bad("POST", "/templates", 415, "unsupported-media-type", b"{}", JSON),
    Bad("POST", "/renders", 415, "unsupported-media-type", gzip.compress(LETTER), {**JSON, "Content-Encoding": "gzip"}),
    Bad("POST", "/templates", 415, "unsupported-media-type", gzip.compress(FILE), {**FORM, "Content-Encoding": "gzip"}),
    Bad("PUT", "/assets/note.txt", 415, "unsupported-media-type", b"x", {"Content-Encoding": "br"}),
    Bad("PATCH", "/templates/letter", 415, "unsupported-media-type", b"{}", {**JSON, **ANY, "Content-Encoding": "x"}),
    Bad("POST", "/templates", 415, "unsupported-media-type", FILE.replace(b"new.txt", b"new.exe") + b"--x--\r\n", FORM),
    Bad("PUT", "/assets/logo.exe", 415, "unsupported-media-type", b"MZ"),
    Bad(
        "POST",
        "/renders",
        406,
        "not-acceptable",
        b'{"template": "letter", "data": {}}',
        {**JSON, "Accept": "image/png"},
    ),
    # Things that are not there, or are not in this state.
    render(404, "not-found", template="nothing"),
    render(404, "not-found", version=99),
    Bad("GET", "/templates/tpl_" + UNKNOWN, 404, "not-found"),
    Bad("GET", "/renders/rnd_" + UNKNOWN, 404, "not-found"),
    Bad("GET", "/renders/%00", 404, "not-found"),
    Bad("GET", "/renders/" + "x" * 5_000, 404, "not-found"),
    Bad("DELETE", "/renders/rnd_" + UNKNOWN, 404, "not-found"),
    Bad("DELETE", "/api-keys/key_" + UNKNOWN, 404, "not-found"),
    Bad("DELETE", "/assets/none.png", 404, "not-found"),
    Bad("DELETE", "/templates/letter", 428, "precondition-required"),
    Bad("DELETE", "/templates/letter", 412, "precondition-failed", headers={"If-Match": '"other"'}),
    # The template and its data.
    render(422, "data-invalid", data={}),
    Bad("POST", "/templates", 422, "template-invalid", FILE.replace(b"{{ name }}", b"{% if %}") + b"--x--\r\n", FORM),
    Bad("PUT", "/templates/letter/versions/1/schema", 422, "schema-invalid", b'{"properties": {"no": {}}}', JSON),
]
# A render that fails leaves its record, as it should.
LEAVES_A_RECORD = {"data-invalid", "render-failed"}
# Who was refused, when a key was used last, and how much it may still send: the service's own notes.
OWN_NOTES = {"audit_events", "api_keys", "rate_buckets"}


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Any:
    # More is refused here than an address may be refused in a minute; that limit has tests of its own.
    unlimited = RateLimitSettings(refused_per_second=0)
    return guarded_settings(database_url, tmp_path).model_copy(update={"rate_limit": unlimited})


@pytest.fixture
def client(settings: Any) -> Iterator[TestClient]:
    with serving(settings) as client:
        client.headers.update(bearer(key_of(settings)))
        register(client)
        yield client


def kept(database_url: str, data_dir: Path) -> dict[str, object]:
    """Return what is in the database and in the storage: a hash of the rows of each table, and the files."""

    async def rows() -> dict[str, object]:
        connection = await asyncpg.connect(database_url)
        try:
            query = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
            tables = [each["tablename"] for each in await connection.fetch(query)]
            found = {}
            for table in set(tables) - OWN_NOTES:
                content = sorted(str(dict(row)) for row in await connection.fetch(f'SELECT * FROM "{table}"'))
                found[table] = (len(content), hashlib.sha256("\n".join(content).encode()).hexdigest())
            return found
        finally:
            await connection.close()

    files = sorted(str(path.relative_to(data_dir)) for path in (data_dir / "storage").rglob("*") if path.is_file())
    return {**asyncio.run(rows()), "files": files}


def test_nothing_of_a_bad_request_is_left(client: TestClient, database_url: str, tmp_path: Path) -> None:
    before = kept(database_url, tmp_path)
    assert len(before) > 5
    for bad in BAD:
        if bad.code not in LEAVES_A_RECORD:
            answer = client.request(bad.method, f"/v1{bad.path}", content=bad.content, headers=bad.headers)
            problem = assert_problem(answer, bad.status, bad.code)
            assert {error["field"] for error in problem.get("errors", ())} >= set(bad.fields), problem
            assert len(answer.content) < 10_000, bad.code
    assert kept(database_url, tmp_path) == before


@pytest.mark.parametrize("bad", [each for each in BAD if each.code in LEAVES_A_RECORD], ids=lambda bad: bad.code)
def test_a_render_that_fails_leaves_its_record_alone(client: TestClient, tmp_path: Path, bad: Bad) -> None:
    answer = client.request(bad.method, f"/v1{bad.path}", content=bad.content, headers=bad.headers)
    problem = assert_problem(answer, bad.status, bad.code)
    assert client.get(f"/v1/renders/{problem['render_id']}").json()["status"] == "failed"


def test_no_operation_takes_a_key_that_opens_nothing(client: TestClient, settings: Any, tmp_path: Path) -> None:
    revoked = client.post("/v1/api-keys", json={"name": "Old", "scopes": ["audit:read"]}).json()
    assert client.delete(f"/v1/api-keys/{revoked['id']}").status_code == 204
    before = kept(settings.database.admin_url.get_secret_value(), tmp_path)
    for method, path, _ in operations(client):
        for key in (revoked["key"], revoked["key"][:-1], "x"):
            answer = client.request(method, re.sub(r"\{\w+\}", "1", path), headers=bearer(key))
            assert_problem(answer, 401, "unauthenticated")
            assert "Bearer" in answer.headers["www-authenticate"]
    assert kept(settings.database.admin_url.get_secret_value(), tmp_path) == before


def test_every_list_refuses_cursors_that_it_did_not_give_out(client: TestClient) -> None:
    description = client.get("/openapi.json").json()["paths"]
    lists = [
        path.format(template="letter")
        for path, methods in description.items()
        if re.findall(r"\{(\w+)\}", path) in ([], ["template"])  # of others, the thing is asked for first
        and any(parameter["name"] == "cursor" for parameter in methods.get("get", {}).get("parameters", ()))
    ]
    assert len(lists) >= 6
    for path in lists:
        for cursor in ("x", "%00", "====", "..", "a" * 200):
            assert_problem(client.get(f"{path}?cursor={cursor}"), 400, "bad-cursor")
        assert_problem(client.get(f"{path}?cursor={'a' * 201}"), 422, "request-invalid")


def test_each_fault_of_a_body_has_its_pointer_and_a_name_that_was_meant(client: TestClient) -> None:
    body = {"tempalte": "letter", "dta": {}, "store": 1, "a/b": 1}
    problem = assert_problem(client.post("/v1/renders", json=body), 422, "request-invalid")
    told = {error["pointer"]: error["message"] for error in problem["errors"]}
    assert told.keys() == {"/tempalte", "/dta", "/store", "/a~1b", "/template", "/data"}
    assert told["/tempalte"] == "there is no such field; did you mean 'template'?"
    assert told["/dta"] == "there is no such field; did you mean 'data'?"
    assert "the fields are: data, " in told["/a~1b"]
    workspace = client.patch("/v1/workspace", json={"limits": {"data_byte": 5}}, headers=ANY)
    assert assert_problem(workspace, 422, "request-invalid")["errors"] == [
        {
            "field": "limits.data_byte",
            "message": "there is no such field; did you mean 'data_bytes'?",
            "pointer": "/limits/data_byte",
        }
    ]
    own = client.patch("/v1/templates/letter", json={"slug": "No Slug"}, headers=ANY)
    assert [error["pointer"] for error in assert_problem(own, 422, "request-invalid")["errors"]] == ["/slug"]


def test_what_is_no_field_of_a_body_has_no_pointer_and_a_name_that_was_meant(client: TestClient) -> None:
    form = client.post("/v1/templates", files={"file": ("a.txt", b"x")}, data={"publsh": "true"})
    parameter = client.get("/v1/templates?lmit=5")
    assert [assert_problem(answer, 422, "request-invalid")["errors"] for answer in (form, parameter)] == [
        [{"field": "publsh", "message": "there is no such field; did you mean 'publish'?"}],
        [{"field": "lmit", "message": "there is no such parameter; did you mean 'limit'?"}],
    ]


def test_a_body_of_nothing_but_unknown_fields_is_answered_shortly(client: TestClient) -> None:
    body = {"template": "letter", "data": {}, "x" * 100_000: 1, **{f"field{number}": 1 for number in range(100_000)}}
    answer = client.post("/v1/renders", json=body)
    assert len(assert_problem(answer, 422, "request-invalid")["errors"]) == 20
    assert len(answer.content) < 10_000
