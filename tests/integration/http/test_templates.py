"""Templates over HTTP."""

import hashlib
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.integration.http.conftest import EXAMPLES, register
from tests.integration.http.problems import assert_problem

ANY_STATE = {"If-Match": "*"}


def test_a_template_is_registered_and_found_by_id_and_slug(client: TestClient) -> None:
    response = client.post(
        "/v1/templates",
        files={"file": ("offer.txt", b"Dear {{ name }}")},
        data={"name": "Offer letter", "tags": "hr, letters", "description": "For new people", "locale": "de_DE"},
    )
    assert response.status_code == 201
    created = response.json()
    assert response.headers["location"] == f"/v1/templates/{created['id']}"
    assert (created["slug"], created["tags"], created["locale"]) == ("offer-letter", ["hr", "letters"], "de-DE")
    assert (created["format"], created["published_version"], created["latest_version"]) == ("txt", None, 1)
    for reference in (created["id"], "offer-letter"):
        found = client.get(f"/v1/templates/{reference}")
        assert found.headers["etag"] == response.headers["etag"]
        assert found.json()["id"] == created["id"]


@pytest.mark.parametrize("path", [*sorted(EXAMPLES.glob("*.docx")), EXAMPLES / "meeting-minutes.md"], ids=str)
def test_every_example_is_accepted_without_an_error(client: TestClient, path: Path) -> None:
    created = register(client, path.read_bytes(), name=path.name)
    assert [d for d in created["diagnostics"] if d["severity"] == "error"] == []  # type: ignore[attr-defined]  # JSON
    placeholders = client.get(f"/v1/templates/{created['slug']}/versions/1/placeholders").json()["data"]
    assert len(placeholders) > 3


def test_a_broken_template_is_refused_with_places_and_nothing_is_stored(client: TestClient) -> None:
    response = client.post("/v1/templates", files={"file": ("a.txt", b"ok\n{% for x in y %}\n{{ z | nofilter }}\n")})
    problem = assert_problem(response, 422, "template-invalid")
    lines = {finding["location"]["line"] for finding in problem["diagnostics"]}
    assert lines == {2, 3}
    assert client.get("/v1/templates").json()["data"] == []


@pytest.mark.parametrize(
    ("name", "content", "status", "code"),
    [
        ("a.docx", b"this is not a zip", 422, "template-invalid"),
        ("a.docx", b"", 422, "template-invalid"),
        ("a.docx", b"%PDF-1.7", 422, "template-invalid"),
        ("a.doc", b"x", 415, "unsupported-media-type"),
        ("a.exe", b"x", 415, "unsupported-media-type"),
        ("a.txt", b"\xff\xfe\x00x", 422, "template-invalid"),
        ("a.txt", b"x" * 1_000_001, 413, "payload-too-large"),
        ("a.txt", b"x" * 2_100_000, 413, "payload-too-large"),
        ("a.txt", b"{{ a b }}", 422, "template-invalid"),
    ],
)
def test_files_that_cannot_be_templates_get_their_problem(
    client: TestClient, name: str, content: bytes, status: int, code: str
) -> None:
    assert_problem(client.post("/v1/templates", files={"file": (name, content)}), status, code)
    assert client.get("/v1/templates").json()["data"] == []


def test_requests_that_are_no_upload_get_their_problem(client: TestClient) -> None:
    assert_problem(client.post("/v1/templates", json={}), 415, "unsupported-media-type")
    assert_problem(client.post("/v1/templates", files={"other": ("a.txt", b"x")}), 400, "malformed-request")
    broken = client.post(
        "/v1/templates", content=b"--x\r\nnonsense", headers={"Content-Type": "multipart/form-data; boundary=x"}
    )
    assert_problem(broken, 400, "malformed-request")
    field = client.post("/v1/templates", files={"file": ("a.txt", b"x")}, data={"titel": "x"})
    assert assert_problem(field, 422, "request-invalid")["errors"][0]["field"] == "titel"
    flag = client.post("/v1/templates", files={"file": ("a.txt", b"x")}, data={"publish": "perhaps"})
    assert assert_problem(flag, 422, "request-invalid")["errors"][0]["field"] == "publish"


def test_a_slug_that_is_taken_is_a_conflict(client: TestClient) -> None:
    register(client, name="letter.txt")
    response = client.post("/v1/templates", files={"file": ("letter.txt", b"other")})
    assert_problem(response, 409, "slug-taken")


def test_lists_are_paged_and_filtered(client: TestClient) -> None:
    for index in range(5):
        register(client, name=f"note-{index}.txt", tags="odd" if index % 2 else "even")
    first = client.get("/v1/templates", params={"limit": 2}).json()
    second = client.get("/v1/templates", params={"limit": 2, "cursor": first["next_cursor"]}).json()
    third = client.get("/v1/templates", params={"limit": 2, "cursor": second["next_cursor"]}).json()
    slugs = [template["slug"] for page in (first, second, third) for template in page["data"]]
    assert slugs == [f"note-{index}" for index in (4, 3, 2, 1, 0)]
    assert third["next_cursor"] is None
    assert len(client.get("/v1/templates", params={"tag": "odd"}).json()["data"]) == 2
    assert len(client.get("/v1/templates", params={"q": "NOTE-3"}).json()["data"]) == 1
    assert client.get("/v1/templates", params={"format": "docx"}).json()["data"] == []
    assert_problem(client.get("/v1/templates", params={"cursor": "nonsense"}), 400, "bad-cursor")
    assert_problem(client.get("/v1/templates", params={"limit": 0}), 422, "request-invalid")


def test_templates_are_found_as_people_type(client: TestClient) -> None:
    register(client, name="Größe der Angebote.txt", tags="Verkauf", description="50% off", slug="offer")
    register(client, "other", name="note.txt")
    for query in ("GROSSE", "angebot grö", "kauf", "50%", "verk offer"):
        found = client.get("/v1/templates", params={"q": query, "tag": "Verkauf", "format": "txt"}).json()["data"]
        assert [template["name"] for template in found] == ["Größe der Angebote"], query
    for query in ("_", "%%", "angebot note", "\\", "'; --"):
        assert client.get("/v1/templates", params={"q": query}).json()["data"] == [], query
    assert_problem(client.get("/v1/templates", params={"q": "a\0b"}), 422, "request-invalid")


def test_metadata_changes_under_the_etag_that_was_seen(client: TestClient) -> None:
    register(client)
    etag = client.get("/v1/templates/letter").headers["etag"]
    changed = client.patch("/v1/templates/letter", json={"name": "New", "locale": None}, headers={"If-Match": etag})
    assert changed.json()["name"] == "New"
    assert changed.headers["etag"] != etag
    late = client.patch("/v1/templates/letter", json={"name": "Late"}, headers={"If-Match": etag})
    assert_problem(late, 412, "precondition-failed")
    for body in ({"name": None}, {"format": "docx"}, {"name": "a\0b"}):
        assert_problem(client.patch("/v1/templates/letter", json=body, headers=ANY_STATE), 422, "request-invalid")
    assert_problem(
        client.patch("/v1/templates/letter", content=b"{", headers={"Content-Type": "application/json", **ANY_STATE}),
        400,
        "malformed-request",
    )


def test_archive_and_restore(client: TestClient) -> None:
    register(client)
    assert client.delete("/v1/templates/letter", headers=ANY_STATE).status_code == 204
    assert client.get("/v1/templates").json()["data"] == []
    assert client.get("/v1/templates", params={"archived": "true"}).json()["data"][0]["status"] == "archived"
    assert_problem(client.patch("/v1/templates/letter", json={"name": "x"}, headers=ANY_STATE), 409, "conflict")
    assert client.post("/v1/templates/letter/restore").json()["status"] == "active"


def test_a_purged_template_is_gone_and_its_renders_are_not(client: TestClient, tmp_path: Path) -> None:
    template = register(client)
    render = client.post("/v1/renders", json={"template": "letter", "data": {"name": "Ada"}}).json()
    purge = {"purge": "true"}
    assert_problem(client.delete("/v1/templates/letter", params=purge), 428, "precondition-required")
    old = client.get("/v1/templates/letter").headers["etag"]
    client.patch("/v1/templates/letter", json={"description": "x"}, headers=ANY_STATE)
    late = client.delete("/v1/templates/letter", params=purge, headers={"If-Match": old})
    assert_problem(late, 412, "precondition-failed")
    file = hashlib.sha256(b"Dear {{ name }},\n").hexdigest()
    assert list(tmp_path.rglob(file))
    assert client.delete("/v1/templates/letter", params=purge, headers=ANY_STATE).status_code == 204
    assert not list(tmp_path.rglob(file))
    for path in ("", "/versions", "/versions/1/file"):
        assert_problem(client.get(f"/v1/templates/letter{path}"), 404, "not-found")
    again = {"template": template["id"], "version": 1, "data": {"name": "Ada"}}
    assert_problem(client.post("/v1/renders", json=again), 404, "not-found")
    assert client.get("/v1/templates", params={"archived": "true"}).json()["data"] == []
    assert client.get(render["links"]["document"]).text == "Dear Ada,\n"
    assert client.get(f"/v1/renders/{render['id']}").json()["template"]["slug"] == "letter"
    register(client, "Another {{ letter }}")


def test_an_archived_template_keeps_its_slug_and_renders_by_version_only(client: TestClient) -> None:
    register(client)
    client.delete("/v1/templates/letter", headers=ANY_STATE)
    assert_problem(client.post("/v1/templates", files={"file": ("letter.txt", b"other")}), 409, "slug-taken")
    render = {"template": "letter", "data": {"name": "Ada"}}
    assert_problem(client.post("/v1/renders", json=render), 409, "not-published")
    assert client.post("/v1/renders", json={**render, "version": 1}).status_code == 201
    refused = client.post("/v1/templates/letter/versions", files={"file": ("l.txt", b"two")})
    assert_problem(refused, 409, "conflict")
    assert_problem(client.post("/v1/templates/letter/publish", json={"version": 1}), 409, "conflict")
    assert client.delete("/v1/templates/letter", headers=ANY_STATE).status_code == 204
    for _ in range(2):
        restored = client.post("/v1/templates/letter/restore")
        assert (restored.json()["status"], restored.json()["published_version"]) == ("active", 1)
    assert client.post("/v1/renders", json=render).status_code == 201


def test_versions_are_added_published_and_downloaded(client: TestClient) -> None:
    register(client, "one {{ a }}")
    added = client.post("/v1/templates/letter/versions", files={"file": ("l.txt", b"two {{ b.c }}")})
    assert added.status_code == 201
    assert added.json()["number"] == 2
    again = client.post("/v1/templates/letter/versions", files={"file": ("l.txt", b"two {{ b.c }}")})
    assert (again.status_code, again.json()["number"]) == (200, 2)
    assert client.get("/v1/templates/letter").json()["published_version"] == 1
    for number in (2, 1):
        wish = {"version": number, "allow_breaking": True}
        assert client.post("/v1/templates/letter/publish", json=wish).json()["published_version"] == number
    assert_problem(client.post("/v1/templates/letter/publish", json={"version": 9}), 404, "not-found")

    listed = client.get("/v1/templates/letter/versions", params={"limit": 1}).json()
    assert [version["number"] for version in listed["data"]] == [2]
    rest = client.get("/v1/templates/letter/versions", params={"cursor": listed["next_cursor"]}).json()
    assert [version["number"] for version in rest["data"]] == [1]

    file = client.get("/v1/templates/letter/versions/2/file")
    assert file.content == b"two {{ b.c }}"
    assert file.headers["etag"] == f'"{hashlib.sha256(file.content).hexdigest()}"'
    assert client.get("/v1/templates/letter/versions/2/schema").json()["properties"]["b"]["required"] == ["c"]
    assert client.get("/v1/templates/letter/versions/2/sample").json() == {"b": {"c": "c"}}
    placeholder = client.get("/v1/templates/letter/versions/2/placeholders").json()["data"][0]
    assert (placeholder["path"], placeholder["required"]) == ("b.c", True)
    assert placeholder["occurrences"][0]["location"]["line"] == 1


def test_validation_stores_nothing(client: TestClient) -> None:
    files = {"file": ("note.txt", b"{{ name }} {{ city }}")}
    report = client.post("/v1/templates/validate", files=files).json()
    assert report["ok"]
    assert report["sample"] == {"name": "name", "city": "city"}
    lacking = client.post("/v1/templates/validate", files=files, data={"data": '{"nam": "Ada", "city": "x"}'}).json()
    assert not lacking["ok"]
    assert "name" in str(lacking["diagnostics"])
    by_file = client.post("/v1/templates/validate", files={**files, "data": ("d.json", b'{"name": "A", "city": "B"}')})
    assert by_file.json()["ok"]
    broken = client.post("/v1/templates/validate", files={"file": ("note.txt", b"{% if x %}")}).json()
    assert not broken["ok"]
    assert client.get("/v1/templates").json()["data"] == []
