"""How many requests a caller may send, on however many servers, and what refused attempts cost."""

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from domain.scope import Scope
from entrypoints.settings.access import RateLimitSettings
from entrypoints.settings.service import Settings
from tests.builders import a_secret
from tests.integration.http.access import bearer, guarded_settings, key_of, serving
from tests.integration.http.conftest import settings_for
from tests.integration.http.problems import assert_problem

# So slow that nothing comes back while a test runs.
SLOW = RateLimitSettings(per_second=0.001, burst=10, refused_per_second=0.001, refused_burst=5)
POLICY = '"requests";q=10;w=10000'


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return guarded_settings(database_url, tmp_path).model_copy(update={"rate_limit": SLOW})


def events(client: TestClient, admin: dict[str, str]) -> int:
    """Count the refusals that are kept."""
    found = client.get("/v1/audit-events", headers=admin, params={"action": "access.refused", "limit": 200})
    return len(found.json()["data"])


def test_a_key_may_send_so_many_requests_and_is_told_what_is_left(settings: Settings) -> None:
    key = bearer(key_of(settings))
    with serving(settings) as client:
        answers = [client.get("/v1/me", headers=key) for _ in range(11)]
    assert [answer.status_code for answer in answers] == [200] * 10 + [429]
    assert {answer.headers["ratelimit-policy"] for answer in answers} == {POLICY}
    assert answers[0].headers["ratelimit"] == '"requests";r=9;t=1000'
    assert answers[9].headers["ratelimit"] == '"requests";r=0;t=10000'
    problem = assert_problem(answers[10], 429, "rate-limited")
    assert "wait" in problem["detail"]
    assert answers[10].headers["ratelimit"].startswith('"requests";r=0;')
    assert 900 < int(answers[10].headers["retry-after"]) <= 1_000


def test_errors_count_and_are_told_too(settings: Settings) -> None:
    key = bearer(key_of(settings))
    with serving(settings) as client:
        for path, status in (("/v1/templates/none", 404), ("/v1/templates?cursor=x", 400)):
            answer = client.get(path, headers=key)
            assert (answer.status_code, answer.headers["ratelimit-policy"]) == (status, POLICY)
        assert client.get("/v1/me", headers=key).headers["ratelimit"].startswith('"requests";r=7;')


def test_servers_share_the_limit_and_keys_do_not(settings: Settings) -> None:
    ada, bob = bearer(key_of(settings)), bearer(key_of(settings))
    with serving(settings) as one, serving(settings) as other:
        answers = [client.get("/v1/me", headers=ada).status_code for _ in range(8) for client in (one, other)]
        assert sorted(answers) == [200] * 10 + [429] * 6
        assert one.get("/v1/me", headers=bob).status_code == 200


def test_a_flood_with_a_revoked_key_is_refused_in_another_way_and_not_kept(settings: Settings) -> None:
    admin, victim = bearer(key_of(settings)), bearer(key_of(settings))
    with serving(settings) as client:
        key_id = client.get("/v1/me", headers=victim).json()["actor"]
        assert client.delete(f"/v1/api-keys/{key_id}", headers=admin).status_code == 204
        answers = [client.get("/v1/me", headers=victim) for _ in range(20)]
        assert [answer.status_code for answer in answers] == [401] * 5 + [429] * 15
        assert_problem(answers[-1], 429, "rate-limited")
        assert int(answers[-1].headers["retry-after"]) > 0
        assert answers[-1].headers["ratelimit-policy"].startswith('"refusals"')
        # Who has a good key is served at the same address all the same.
        assert events(client, admin) == 5


@pytest.mark.parametrize("header", [None, "Basic YTpi", "Bearer x", f"Bearer {a_secret(12345)}"])
def test_a_flood_of_unknown_callers_is_limited_by_their_address(settings: Settings, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header}
    with serving(settings) as client:
        assert [client.get("/v1/me", headers=headers).status_code for _ in range(7)] == [401] * 5 + [429] * 2


def test_a_flood_of_what_a_key_may_not_do_is_not_one_event_each(settings: Settings) -> None:
    admin, reader = bearer(key_of(settings)), bearer(key_of(settings, scopes=[Scope.TEMPLATES_READ]))
    with serving(settings) as client:
        statuses = [client.get("/v1/api-keys", headers=reader).status_code for _ in range(8)]
        assert statuses == [403] * 5 + [429] * 3
        assert events(client, admin) == 5
        # It may go on with what it may do, as long as its requests last.
        assert client.get("/v1/templates", headers=reader).status_code == 200


def test_where_nobody_says_who_they_are_nobody_is_counted(database_url: str, tmp_path: Path) -> None:
    with serving(settings_for(database_url, tmp_path).model_copy(update={"rate_limit": SLOW})) as client:
        answers = [client.get("/v1/me") for _ in range(12)]
    assert {answer.status_code for answer in answers} == {200}
    assert "ratelimit" not in answers[0].headers


def test_zero_is_no_limit(settings: Settings) -> None:
    none = settings.model_copy(update={"rate_limit": RateLimitSettings(per_second=0, refused_per_second=0)})
    key = bearer(key_of(none))
    with serving(none) as client:
        answers = [client.get("/v1/me", headers=key) for _ in range(3)]
        assert {(answer.status_code, answer.headers.get("ratelimit")) for answer in answers} == {(200, None)}
        assert client.get("/v1/me").status_code == 401
