"""Several real processes store and erase the same bytes at once."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2

from tests.integration.cli.serving import serving_on, upload

BODY = {"template": "letter", "data": {"name": "Ada Lovelace"}}
TEMPLATE = b"Dear {{ name }},\n"
ANY_STATE = {"If-Match": "*"}


def come_and_go(address: str) -> None:
    """Make the same document again and again, fetch it, and erase it."""
    with httpx2.Client(base_url=address, timeout=60, trust_env=False) as client:
        for _ in range(25):
            record = client.post("/v1/renders", json=BODY)
            assert record.status_code == 201, record.text
            document = client.get(record.json()["links"]["document"])
            assert (document.status_code, document.text) == (200, "Dear Ada Lovelace,\n")
            assert client.delete(record.json()["links"]["self"]).status_code == 204


def upload_and_purge(address: str, name: str) -> None:
    """Register the same file again and again, fetch it, and erase the template."""
    with httpx2.Client(base_url=address, timeout=60, trust_env=False) as client:
        for number in range(10):
            files, fields = {"file": ("same.txt", b"the same")}, {"slug": f"{name}-{number}"}
            template = client.post("/v1/templates", files=files, data=fields)
            assert template.status_code == 201, template.text
            url = f"/v1/templates/{name}-{number}"
            assert client.get(f"{url}/versions/1/file").text == "the same"
            assert client.delete(url, params={"purge": "true"}, headers=ANY_STATE).status_code == 204


def test_nothing_is_erased_that_somebody_has_just_stored(database_url: str, tmp_path: Path) -> None:
    with serving_on(database_url, tmp_path, "one") as (_, one), serving_on(database_url, tmp_path, "two") as (_, two):
        upload(one, "letter.txt", TEMPLATE)
        with ThreadPoolExecutor(12) as pool:
            work = [pool.submit(come_and_go, (one, two)[number % 2]) for number in range(8)]
            work += [pool.submit(upload_and_purge, (one, two)[number % 2], f"t{number}") for number in range(4)]
            for each in work:
                each.result()
        kept = [path.read_bytes() for path in (tmp_path / "data" / "storage").rglob("*") if len(path.name) == 64]
        assert kept == [TEMPLATE]
