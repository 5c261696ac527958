"""How often a warm render asks the database: counted on the wire."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.integration.http.access import bearer, guarded_settings, key_of, serving
from tests.integration.http.conftest import register
from tests.integration.support.relay import Relay, relay_beside

WISH = {"template": "letter", "data": {"name": "Ada"}}


@pytest.fixture
def relay(database_url: str) -> Iterator[Relay]:
    with relay_beside(database_url) as relay:
        yield relay


@pytest.fixture
def client(relay: Relay, database_url: str, tmp_path: Path) -> Iterator[TestClient]:
    """A client with a key; what it asks for goes to the database by way of the relay."""
    secret = key_of(guarded_settings(database_url, tmp_path))
    with serving(guarded_settings(relay.url, tmp_path)) as client:
        client.headers.update(bearer(secret))
        register(client, publish="true", slug="letter")
        yield client


def verbs(relay: Relay) -> list[str]:
    """Return the first words of the statements, and forget them."""
    found = [" ".join(statement.split()[:3]) for statement in relay.statements]
    relay.statements.clear()
    return found


@pytest.mark.parametrize(("store", "expected"), [(True, ["INSERT INTO renders"]), (False, [])])
def test_a_warm_render_looks_up_the_key_and_makes_one_write(
    client: TestClient, relay: Relay, *, store: bool, expected: list[str]
) -> None:
    for _ in range(3):  # until the key's use is noted, the template is remembered and the listener is there
        assert client.post("/v1/renders", json={**WISH, "store": store}).is_success
    verbs(relay)
    assert client.post("/v1/renders", json={**WISH, "store": store}).is_success
    key, *rest = verbs(relay)
    assert key.startswith("SELECT")
    assert rest == expected


def test_a_template_that_has_changed_is_looked_up_again(client: TestClient, relay: Relay) -> None:
    for _ in range(3):
        assert client.post("/v1/renders", json=WISH).is_success
    added = client.post(
        "/v1/templates/letter/versions", files={"file": ("b.txt", b"Hi {{ name }}")}, data={"publish": "true"}
    )
    assert added.is_success
    answer = client.post("/v1/renders", json=WISH, headers={"Accept": "text/plain"})
    assert answer.text == "Hi Ada"


def test_an_idempotency_key_takes_two_statements(client: TestClient, relay: Relay) -> None:
    for number in range(3):  # the first one also sweeps
        assert client.post("/v1/renders", json=WISH, headers={"Idempotency-Key": f"key {number}"}).is_success
    relay.statements.clear()
    assert client.post("/v1/renders", json=WISH, headers={"Idempotency-Key": "another"}).is_success
    _, claim, record = relay.statements
    assert claim.split()[:3] == ["INSERT", "INTO", "idempotency_keys"]
    assert record.split()[:3] == ["WITH", "kept", "AS"]  # the record, and the answer with it
    assert "INSERT INTO renders" in record


def test_a_document_is_fetched_with_its_record(client: TestClient, relay: Relay) -> None:
    links = client.post("/v1/renders", json=WISH).json()["links"]
    for _ in range(2):  # until the driver has prepared it
        assert client.get(links["document"]).text == "Dear Ada,\n"
    verbs(relay)
    assert client.get(links["document"]).is_success
    assert len([each for each in relay.statements if "FROM renders" in each]) == 1
