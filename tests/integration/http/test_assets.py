"""Assets over HTTP, and documents that name them."""

import io
import zipfile
from typing import Any

import pytest
from starlette.testclient import TestClient

from domain.asset import MAX_IMAGE_BYTES
from tests.image_files import drawing_file, image_file
from tests.integration.http.conftest import register
from tests.word_files import lines_of, word_file

LOGO, OTHER = image_file(), image_file(color="blue")
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def images_in(document: bytes) -> list[bytes]:
    """Return the images of a document."""
    with zipfile.ZipFile(io.BytesIO(document)) as archive:
        return [archive.read(name) for name in archive.namelist() if "/media/" in name]


def code_of(response: Any) -> tuple[int, str]:
    """Return the status and the code of a problem."""
    return response.status_code, response.json()["code"]


def test_an_asset_is_kept_replaced_listed_and_deleted(client: TestClient) -> None:
    made = client.put("/v1/assets/logo.png", content=LOGO)
    assert made.status_code == 201
    body = made.json()
    assert {key: body[key] for key in ("name", "media_type", "bytes")} == {
        "name": "logo.png", "media_type": "image/png", "bytes": len(LOGO),
    }  # fmt: skip
    again = client.put("/v1/assets/logo.png", content=OTHER, headers={"Content-Type": "image/png"})
    assert again.status_code == 200
    assert (again.json()["created_at"], again.json()["sha256"]) != (None, body["sha256"])
    assert again.json()["created_at"] == body["created_at"]
    got = client.get("/v1/assets/logo.png")
    assert (got.content, got.headers["content-type"]) == (OTHER, "image/png")
    assert got.headers["etag"] == again.headers["etag"]
    assert client.get("/v1/assets/logo.png", headers={"If-None-Match": got.headers["etag"]}).status_code == 304
    client.put("/v1/assets/clause (2).docx", content=word_file("x"))
    page = client.get("/v1/assets", params={"limit": 1}).json()
    assert [asset["name"] for asset in page["data"]] == ["clause (2).docx"]
    rest = client.get("/v1/assets", params={"cursor": page["next_cursor"]}).json()
    assert ([asset["name"] for asset in rest["data"]], rest["next_cursor"]) == (["logo.png"], None)
    assert client.delete("/v1/assets/logo.png").status_code == 204
    assert code_of(client.get("/v1/assets/logo.png")) == (404, "not-found")
    assert code_of(client.delete("/v1/assets/logo.png")) == (404, "not-found")


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("logo.exe", LOGO, (415, "unsupported-media-type")),
        ("logo", LOGO, (415, "unsupported-media-type")),
        ("logo.png", b"no image", (422, "request-invalid")),
        ("logo.png", word_file("x"), (422, "request-invalid")),
        ("clause.docx", LOGO, (422, "request-invalid")),
        ("logo.svg", b"<html><body/></html>", (422, "request-invalid")),
        ("logo.svg", b"text <svg>", (422, "request-invalid")),
        ("logo.webp", b"RIFF\0\0\0\0WAVE", (422, "request-invalid")),
        ("logo.png", b"", (422, "request-invalid")),
        (".png", LOGO, (422, "request-invalid")),
        ("a%5Cb.png", LOGO, (422, "request-invalid")),
        ("a%00b.png", LOGO, (422, "request-invalid")),
        ("x" * 200 + ".png", LOGO, (422, "request-invalid")),
        ("big.png", LOGO + bytes(MAX_IMAGE_BYTES), (413, "payload-too-large")),
    ],
)
def test_what_is_no_asset_is_refused(client: TestClient, name: str, content: bytes, expected: tuple[int, str]) -> None:
    assert code_of(client.put(f"/v1/assets/{name}", content=content)) == expected
    assert client.get("/v1/assets").json()["data"] == []


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("logo.svg", drawing_file(), "image/svg+xml"),
        ("logo.svg", b'\xef\xbb\xbf<?xml version="1.0"?><!-- x --><s:svg xmlns:s="y"/>', "image/svg+xml"),
        ("logo.svg", drawing_file().decode().encode("utf-16"), "image/svg+xml"),
        ("logo.png", image_file("JPEG"), "image/jpeg"),
        ("logo.jpg", image_file("WEBP"), "image/webp"),
        ("clause.DOCX", word_file("x"), DOCX),
    ],
)
def test_what_an_asset_is_its_contents_say(client: TestClient, name: str, content: bytes, media_type: str) -> None:
    assert client.put(f"/v1/assets/{name}", content=content).json()["media_type"] == media_type
    got = client.get(f"/v1/assets/{name}")
    assert (got.content, got.headers["content-type"]) == (content, media_type)
    assert got.headers["content-disposition"].startswith(f'attachment; filename="{name}"')
    assert got.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    assert got.headers["x-content-type-options"] == "nosniff"


def test_nobody_overwrites_what_they_have_not_seen(client: TestClient) -> None:
    path, failed = "/v1/assets/logo.png", (412, "precondition-failed")
    assert code_of(client.put(path, content=LOGO, headers={"If-Match": "*"})) == failed
    first = client.put(path, content=LOGO, headers={"If-None-Match": "*"})
    assert first.status_code == 201
    assert code_of(client.put(path, content=OTHER, headers={"If-None-Match": "*"})) == failed
    assert code_of(client.put(path, content=OTHER, headers={"If-None-Match": first.headers["etag"]})) == failed
    second = client.put(path, content=OTHER, headers={"If-Match": first.headers["etag"]})
    assert second.status_code == 200
    for tags in (first.headers["etag"], f"W/{second.headers['etag']}", "nonsense"):
        assert code_of(client.put(path, content=LOGO, headers={"If-Match": tags})) == failed
        assert code_of(client.delete(path, headers={"If-Match": tags})) == failed
    assert client.get(path).content == OTHER
    either = f"{first.headers['etag']}, {second.headers['etag']}"
    assert client.put(path, content=LOGO, headers={"If-Match": either}).status_code == 200
    assert client.delete(path, headers={"If-Match": first.headers["etag"]}).status_code == 204
    assert code_of(client.delete(path, headers={"If-Match": "*"})) == (404, "not-found")


def test_the_location_leads_to_the_asset(client: TestClient) -> None:
    made = client.put("/v1/assets/my logo (2).png", content=LOGO)
    assert made.headers["location"] == "/v1/assets/my%20logo%20%282%29.png"
    assert client.get(made.headers["location"]).content == LOGO


def test_a_drawing_is_an_asset_like_any_other(client: TestClient) -> None:
    client.put("/v1/assets/logo.svg", content=drawing_file("blue"))
    template = register(client, word_file("{{ 'logo.svg' | image('3cm') }}"), name="letter.docx")
    made = client.post("/v1/renders", json={"template": template["slug"], "data": {}}, headers={"Accept": DOCX})
    picture, drawing = images_in(made.content)
    assert picture.startswith(b"\x89PNG")
    assert b'fill="blue"' in drawing


def test_a_form_and_a_strange_cursor_are_refused(client: TestClient) -> None:
    assert code_of(client.put("/v1/assets/logo.png", files={"file": LOGO})) == (415, "unsupported-media-type")
    assert code_of(client.get("/v1/assets", params={"cursor": "Ly4u"})) == (400, "bad-cursor")


def test_documents_name_assets_in_data_and_template(client: TestClient) -> None:
    client.put("/v1/assets/logo.png", content=LOGO)
    client.put("/v1/assets/sign.gif", content=image_file("GIF"))
    template = register(client, word_file("{{ logo }}{{ 'sign.gif' | image('2cm') }}"), name="letter.docx")
    wish = {"template": template["slug"], "data": {"logo": {"$image": "asset:logo.png", "width": "3cm"}}}
    made = client.post("/v1/renders", json=wish, headers={"Accept": DOCX})
    assert made.status_code == 200, made.text
    assert images_in(made.content) == [LOGO, image_file("GIF")]
    client.put("/v1/assets/logo.png", content=OTHER)
    made = client.post("/v1/renders", json=wish, headers={"Accept": DOCX})
    assert images_in(made.content)[0] == OTHER


def test_an_asset_that_is_not_there_is_said_with_its_path(client: TestClient) -> None:
    template = register(client, word_file("{{ logo }}"), name="letter.docx")
    wish = {"template": template["slug"], "data": {"logo": {"$image": "asset:nothing.png"}}}
    failed = client.post("/v1/renders", json=wish)
    assert code_of(failed) == (422, "render-failed")
    (found,) = failed.json()["diagnostics"]
    assert (found["code"], found["pointer"]) == ("unknown-asset", "/logo")


def test_documents_hold_templates_of_the_workspace_and_word_files(client: TestClient) -> None:
    client.put("/v1/assets/terms.docx", content=word_file("terms {{ as they are }}"))
    clause = register(client, word_file("clause {{ n }}", "{{ d }}"), name="clause.docx", slug="clause-a")
    host = register(client, word_file("{{ d }}"), name="contract.docx")
    inner = {"n": 1, "d": {"$document": "asset:terms.docx"}}
    for reference in ("clause-a", clause["id"]):
        data = {"d": {"$document": {"template": reference, "data": inner}}}
        made = client.post("/v1/renders", json={"template": host["id"], "data": data}, headers={"Accept": DOCX})
        assert lines_of(made.content) == ["clause 1", "terms {{ as they are }}"], made.text


def test_only_published_templates_are_put_in_unless_a_version_is_named(client: TestClient) -> None:
    register(client, word_file("one"), name="clause.docx", slug="clause-b", publish="false")
    register(client, b"text", name="note.txt", slug="note")
    host = register(client, word_file("{{ d }}"), name="contract.docx")
    for name in ("clause-b", "note", "nothing"):
        data = {"d": {"$document": {"template": name}}}
        refused = client.post("/v1/renders", json={"template": host["id"], "data": data})
        assert code_of(refused) == (422, "render-failed")
        assert [(each["code"], each["pointer"]) for each in refused.json()["diagnostics"]] == [
            ("unknown-template", "/d")
        ]
    data = {"d": {"$document": {"template": "clause-b", "version": 1}}}
    made = client.post("/v1/renders", json={"template": host["id"], "data": data}, headers={"Accept": DOCX})
    assert lines_of(made.content) == ["one"]


def test_a_word_file_passes_the_gate_when_it_is_kept(client: TestClient) -> None:
    macros = word_file("x", parts={"word/vbaProject.bin": b"\xd0\xcf\x11\xe0V\0B\0A"})
    for content, code in ((macros, "macros"), (b"PK\x03\x04 no zip", "broken-zip")):
        refused = client.put("/v1/assets/x.docx", content=content)
        assert code_of(refused) == (422, "request-invalid")
        assert [each["code"] for each in refused.json()["diagnostics"]][:1] == [code]
    assert code_of(client.get("/v1/assets/x.docx")) == (404, "not-found")
    assert client.put("/v1/assets/x.docx", content=word_file("{{ no tag")).status_code == 201
