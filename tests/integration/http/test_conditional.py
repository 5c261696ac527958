"""ETags, If-Match and If-None-Match on templates and versions; ranges of their files."""

import pytest
from starlette.testclient import TestClient

from tests.integration.http.conftest import register
from tests.integration.http.problems import assert_problem

TEMPLATE = "/v1/templates/letter"
FILE = f"{TEMPLATE}/versions/1/file"
# Every read of a template or version, as the table of the API lists them.
READS = [
    TEMPLATE,
    f"{TEMPLATE}/versions",
    *(f"{TEMPLATE}/versions/1{part}" for part in ("", "/file", "/schema", "/placeholders", "/sample")),
]


def etag_of(client: TestClient, path: str = TEMPLATE) -> str:
    etag = client.get(path).headers["etag"]
    assert etag.startswith('"'), "strong"
    return str(etag)


@pytest.mark.parametrize("path", READS)
def test_what_the_client_has_is_not_sent_again(client: TestClient, path: str) -> None:
    register(client)
    etag = etag_of(client, path)
    for known in (etag, f"W/{etag}", f'"other", {etag}', "*", f' "a,b" ,, W/{etag}'):
        answer = client.get(path, headers={"If-None-Match": known})
        assert (answer.status_code, answer.content) == (304, b""), known
        assert answer.headers["etag"] == etag
    for other in ('"other"', etag.strip('"'), etag + "x", ""):
        assert client.get(path, headers={"If-None-Match": other}).status_code == 200, other


def test_another_state_has_another_etag(client: TestClient) -> None:
    register(client)
    before = {path: etag_of(client, path) for path in (TEMPLATE, f"{TEMPLATE}/versions")}
    client.post(f"{TEMPLATE}/versions", files={"file": ("l.txt", b"two")})
    assert all(etag_of(client, path) != etag for path, etag in before.items())


CHANGES = {
    "patch": ("PATCH", "", {"json": {"name": "New"}}),
    "delete": ("DELETE", "", {}),
    "restore": ("POST", "/restore", {}),
    "publish": ("POST", "/publish", {"json": {"version": 1}}),
    "version": ("POST", "/versions", {"files": {"file": ("l.txt", b"two")}}),
}


@pytest.mark.parametrize("change", CHANGES)
def test_every_change_is_made_to_the_state_that_was_seen_or_not_at_all(client: TestClient, change: str) -> None:
    register(client)
    method, path, body = CHANGES[change]
    old = etag_of(client)
    client.patch(TEMPLATE, json={"description": "Changed by somebody else"}, headers={"If-Match": old})
    now = etag_of(client)
    for refused in (old, f"W/{now}", '"other"', now.strip('"'), "", f'"a", {old}'):
        answer = client.request(method, TEMPLATE + path, headers={"If-Match": refused}, **body)
        assert_problem(answer, 412, "precondition-failed")
    assert etag_of(client) == now
    answer = client.request(method, TEMPLATE + path, headers={"If-Match": f'W/"x", {old}, {now}'}, **body)
    assert answer.is_success, answer.text


@pytest.mark.parametrize("change", CHANGES)
def test_overwriting_and_archiving_have_to_name_a_state(client: TestClient, change: str) -> None:
    register(client)
    method, path, body = CHANGES[change]
    answer = client.request(method, TEMPLATE + path, **body)
    if change in {"patch", "delete"}:
        assert "If-Match" in assert_problem(answer, 428, "precondition-required")["detail"]
        answer = client.request(method, TEMPLATE + path, headers={"If-Match": "*"}, **body)
    assert answer.is_success


@pytest.mark.parametrize(
    ("range_", "status", "part"),
    [
        ("bytes=0-3", 206, b"0123"),
        ("bytes=4-", 206, b"456789"),
        ("bytes=-3", 206, b"789"),
        ("bytes=-30", 206, b"0123456789"),
        ("bytes=8-99", 206, b"89"),
        ("bytes=0-1,4-5", 200, b"0123456789"),
        ("bytes=5-3", 200, b"0123456789"),
        ("bytes=-", 200, b"0123456789"),
        ("lines=1-2", 200, b"0123456789"),
    ],
)
def test_a_range_of_a_file_is_sent(client: TestClient, range_: str, status: int, part: bytes) -> None:
    register(client, b"0123456789")
    answer = client.get(FILE, headers={"Range": range_})
    assert (answer.status_code, answer.content) == (status, part)
    assert answer.headers["accept-ranges"] == "bytes"
    assert int(answer.headers["content-length"]) == len(part)
    assert ("content-range" in answer.headers) == (status == 206)


@pytest.mark.parametrize("range_", ["bytes=10-", "bytes=10-12", "bytes=-0"])
def test_a_range_behind_the_end_is_told_so(client: TestClient, range_: str) -> None:
    register(client, b"0123456789")
    answer = client.get(FILE, headers={"Range": range_})
    assert_problem(answer, 416, "range-not-satisfiable")
    assert answer.headers["content-range"] == "bytes */10"


def test_the_rest_of_another_file_is_not_taken_for_the_rest_of_this_one(client: TestClient) -> None:
    register(client, b"0123456789")
    etag = etag_of(client, FILE)
    rest = {"Range": "bytes=8-"}
    assert client.get(FILE, headers={**rest, "If-Range": etag}).content == b"89"
    for other in ('"other"', f"W/{etag}", "Wed, 21 Oct 2026 07:28:00 GMT"):
        assert client.get(FILE, headers={**rest, "If-Range": other}).content == b"0123456789"
    assert_problem(client.get(FILE, headers={"If-Match": '"other"'}), 412, "precondition-failed")
    assert client.get(FILE, headers={**rest, "If-None-Match": etag}).status_code == 304


def test_a_file_comes_under_its_own_name(client: TestClient) -> None:
    register(client, b"x", name="Größe 5%.txt", slug="letter")
    answer = client.get(FILE)
    assert answer.headers["content-disposition"] == (
        "attachment; filename=\"Gr__e 5_.txt\"; filename*=UTF-8''Gr%C3%B6%C3%9Fe%205%25.txt"
    )
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"


def test_every_version_can_be_fetched(client: TestClient) -> None:
    register(client, b"one")
    client.post(f"{TEMPLATE}/versions", files={"file": ("l.txt", b"two")})
    client.delete(TEMPLATE, headers={"If-Match": "*"})
    assert [client.get(f"{TEMPLATE}/versions/{number}/file").content for number in (1, 2)] == [b"one", b"two"]
