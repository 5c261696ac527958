"""Installations by links: once, for one workspace, by the browser that followed the link; renewed, and forgotten."""

import asyncio
import time
from collections.abc import Iterator
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import parse_qs, urlsplit

import asyncpg
import pytest
from httpx2 import Cookies
from pydantic import SecretStr

from application.caller import operator
from domain.workspace import DEFAULT_WORKSPACE, DEFAULT_WORKSPACE_ID
from entrypoints.cli.main import main
from entrypoints.container import Container
from entrypoints.parts.slack import SlackParts
from entrypoints.settings.service import Settings
from tests.integration.slack.conftest import AUTHOR, with_letter, with_slack
from tests.integration.slack.desk import Desk
from tests.integration.support.databases import as_service
from tests.integration.support.fake_slack import APP, TEAM, USER, FakeSlack

OAUTH = {"template_authors": "", "bot_token": None, "client_id": "12.34", "client_secret": SecretStr("s3cret")}


@pytest.fixture(scope="module")
def container(slack_settings: Settings, slack: FakeSlack) -> Container:
    return Container(settings=with_slack(slack_settings, slack, **OAUTH))


@pytest.fixture(scope="module")
def desk(container: Container, slack: FakeSlack) -> Iterator[Desk]:
    slack.tokens.clear()
    with with_letter(container.settings(), container, address="https://docgen.example.org") as client:
        yield Desk(client, slack)


@pytest.fixture
def parts(container: Container, desk: Desk) -> SlackParts:
    found = container.slack()
    assert isinstance(found, SlackParts)
    return found


def granted(token: str, **fields: Any) -> dict[str, Any]:
    """What Slack answers to a code (docs.slack.dev/reference/methods/oauth.v2.access)."""
    return {
        "ok": True,
        "access_token": token,
        "token_type": "bot",
        "scope": "commands,chat:write,files:write",
        "bot_user_id": "U0KRQLJ9H",
        "app_id": APP,
        "team": {"name": "Acme", "id": TEAM},
        "enterprise": None,
        "is_enterprise_install": False,
        "authed_user": {"id": USER},
        **fields,
    }


def link(desk: Desk, parts: SlackParts) -> str:
    """Make a link, in the service's own loop."""
    assert parts.install is not None
    portal = desk.client.portal
    assert portal is not None
    made = portal.call(parts.install.link, operator(DEFAULT_WORKSPACE_ID, DEFAULT_WORKSPACE))
    assert made.url.startswith("https://docgen.example.org/slack/install?state=")
    return str(made.url)


def followed(desk: Desk, address: str) -> str:
    """Follow a link in a browser, and return the state that Slack's page is given."""
    response = desk.client.get(address, follow_redirects=False)
    assert response.status_code == 303
    page = urlsplit(response.headers["location"])
    asked = {name: values[0] for name, values in parse_qs(page.query).items()}
    assert page.path == "/oauth/v2/authorize"
    assert asked["client_id"] == "12.34"
    assert "files:write" in asked["scope"]
    assert asked["redirect_uri"] == "https://docgen.example.org/slack/oauth_redirect"
    cookie = SimpleCookie(response.headers["set-cookie"])["docgen_slack_install"]
    assert (cookie["httponly"], cookie["secure"], cookie["samesite"]) == (True, True, "lax")
    return asked["state"]


def back(desk: Desk, state: str, code: str) -> tuple[int, str]:
    response = desk.client.get("/slack/oauth_redirect", params={"state": state, "code": code})
    return response.status_code, response.text


def install(desk: Desk, parts: SlackParts, token: str = "xoxb-acme", **fields: Any) -> None:
    """Install the app."""
    desk.slack.codes["code"] = granted(token, **fields)
    desk.slack.tokens[token] = TEAM
    state = followed(desk, link(desk, parts))
    status, text = back(desk, state, "code")
    assert (status, text) == (200, "DocGen is installed in Acme. Type /docgen there.\n")


def rows(url: str, statement: str) -> list[Any]:
    async def fetch() -> list[Any]:
        connection = await asyncpg.connect(url)
        found: list[Any] = await connection.fetch(statement)
        await connection.close()
        return found

    return asyncio.run(fetch())


def test_where_it_is_not_installed_people_are_told(desk: Desk) -> None:
    assert "is not installed" in desk.command("", team_id="T0NOBODY").json()["text"]


def test_a_link_installs_the_app_and_documents_come(desk: Desk, parts: SlackParts, module_database_url: str) -> None:
    install(desk, parts)
    file, _ = desk.document()
    assert file.content is not None
    assert desk.slack.called("files.completeUploadExternal")[-1].token == "xoxb-acme"
    stored = rows(module_database_url, "SELECT bot_token, place FROM slack_installations")
    assert TEAM in {row["place"] for row in stored}
    assert not any(b"xox" in row["bot_token"] for row in stored)
    audit = rows(module_database_url, "SELECT action FROM audit_events WHERE object_kind = 'slack-installation'")
    assert {row["action"] for row in audit} >= {"slack.linked", "slack.installed"}


def test_a_link_works_once_and_in_its_browser_alone(desk: Desk, parts: SlackParts) -> None:
    address = link(desk, parts)
    state = followed(desk, address)
    cookies = Cookies(desk.client.cookies)
    desk.client.cookies = Cookies()
    status, text = back(desk, state, "code")
    assert (status, "has not followed the link" in text) == (403, True)
    desk.client.cookies = Cookies(cookies)
    assert back(desk, state, "")[0] == 400  # somebody has said no: the link still works
    desk.slack.codes["code"] = granted("xoxb-acme")
    assert back(desk, state, "code")[0] == 200
    desk.client.cookies = Cookies(cookies)
    assert back(desk, state, "code")[0] == 404
    assert desk.client.get(address, follow_redirects=False).status_code == 404
    for nonsense in ("", "x", f"{DEFAULT_WORKSPACE_ID}.0", "ä" * 3000):
        refused = desk.client.get("/slack/install", params={"state": nonsense}, follow_redirects=False)
        assert refused.status_code in {404, 422}


def test_a_code_that_slack_refuses_installs_nothing(desk: Desk, parts: SlackParts) -> None:
    state = followed(desk, link(desk, parts))
    status, text = back(desk, state, "wrong")
    assert (status, "invalid_code" in text) == (502, True)


def test_an_app_that_was_removed_is_forgotten_with_its_token(
    desk: Desk, parts: SlackParts, module_database_url: str
) -> None:
    install(desk, parts)
    stale = desk.slack.event({"type": "app_uninstalled"}) | {"event_time": int(time.time()) - 3600}
    users = desk.slack.event({"type": "tokens_revoked", "tokens": {"oauth": ["U1"], "bot": []}})
    for event in (stale, users):
        assert desk.send("/slack/events", event).status_code == 200
    desk.document()  # of before this installation, and of other tokens: nothing has changed
    for event in ({"type": "tokens_revoked", "tokens": {"bot": ["U0KRQLJ9H"]}}, {"type": "app_uninstalled"}):
        payload = desk.slack.event(event) | {"event_time": int(time.time()) + 1}
        assert desk.send("/slack/events", payload).status_code == 200
        end = time.monotonic() + 20
        while TEAM in [row["place"] for row in rows(module_database_url, "SELECT place FROM slack_installations")]:
            assert time.monotonic() < end
        assert "is not installed" in desk.command("").json()["text"]
        install(desk, parts)


def test_an_organisation_installs_it_for_all_its_workspaces(desk: Desk, parts: SlackParts) -> None:
    enterprise = {"id": "E0CORP", "name": "Acme"}
    install(desk, parts, "xoxb-org", team=None, enterprise=enterprise, is_enterprise_install=True)
    before = len(desk.slack.called("views.open"))
    response = desk.command("", team_id="T0OTHER", enterprise_id="E0CORP", is_enterprise_install="true")
    assert response.content == b""
    assert desk.slack.called("views.open")[before].token == "xoxb-org"


def test_tokens_that_end_soon_are_renewed(desk: Desk, parts: SlackParts, module_database_url: str) -> None:
    rotating = {"refresh_token": "xoxe-1-first", "expires_in": 3600}
    install(desk, parts, "xoxe.xoxb-old", **rotating)
    desk.slack.refresh_tokens["xoxe-1-first"] = granted(
        "xoxe.xoxb-new", refresh_token="xoxe-1-second", expires_in=43_200
    )
    desk.slack.tokens["xoxe.xoxb-new"] = TEAM
    renew = next(chore for chore in parts.chores if chore.name == "slack-tokens")
    portal = desk.client.portal
    assert portal is not None
    for _ in range(2):  # the second time there is nothing to do
        portal.call(renew.do)
    assert desk.slack.refresh_tokens == {}
    desk.document()
    assert desk.slack.called("files.completeUploadExternal")[-1].token == "xoxe.xoxb-new"
    ends = rows(module_database_url, "SELECT place, token_expires_at - now() AS left FROM slack_installations")
    assert {row["place"]: row["left"] for row in ends}[TEAM].total_seconds() > 40_000


def test_links_are_made_over_the_api_too(desk: Desk) -> None:
    made = desk.client.post("/v1/slack/install-links")
    assert made.status_code == 201
    followed(desk, made.json()["url"])
    first, second = (desk.client.post("/v1/slack/install-links").json()["url"] for _ in range(2))
    assert first != second


def dropped(desk: Desk, team: str) -> str:
    """Let somebody who administers nothing drop a template in a Slack workspace, and return what is said."""
    desk.slack.users[AUTHOR] = {"id": AUTHOR, "name": "grace", "locale": "en-GB", "tz": "Europe/London"}
    channel, before = f"D{AUTHOR}", len(desk.slack.messages)
    event = {"type": "message", "subtype": "file_share", "channel": channel, "channel_type": "im", "user": AUTHOR}
    files = [desk.slack.uploaded("note.txt", b"{{ a }}")]
    desk.send("/slack/events", {**desk.slack.event({**event, "files": files}), "team_id": team})
    message = desk.slack.wait_for(lambda: next(iter(desk.slack.messages[before:]), None))
    return str(message["text"])


def test_each_slack_workspace_has_template_authors_of_its_own(
    desk: Desk,
    parts: SlackParts,
    slack_settings: Settings,
    module_database_url: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    install(desk, parts)
    install(desk, parts, "xoxb-second", team={"name": "Acme", "id": "T0SECOND"})
    for name, value in {
        "DATABASE__URL": as_service(module_database_url),
        "DATABASE__ADMIN_URL": module_database_url,
        "DATA_DIR": str(slack_settings.data_dir),
        "HTTP__PUBLIC_URL": "https://docgen.example.org",
        "SLACK__SIGNING_SECRET": "s",
        "SLACK__CLIENT_ID": "12.34",
        "SLACK__CLIENT_SECRET": "c",
    }.items():
        monkeypatch.setenv(f"DOCGEN_{name}", value)

    def authors(place: str, *more: str) -> list[str]:
        assert main(["slack", "authors", place, "--workspace", "default", *more]) == 0
        return capsys.readouterr().out.split()

    assert "administrators" in dropped(desk, TEAM)
    assert authors(TEAM, "--set", f"{AUTHOR}, U0ZOE,{AUTHOR}") == [AUTHOR, "U0ZOE"]
    assert "can be published" in dropped(desk, TEAM)
    assert "administrators" in dropped(desk, "T0SECOND")
    assert authors("T0SECOND") == []
    install(desk, parts)  # again: the list stays
    assert authors(TEAM) == [AUTHOR, "U0ZOE"]
    assert main(["slack", "authors", TEAM, "--workspace", "default", "--set", "grace"]) == 2
    assert "'grace' is no id of a Slack user" in capsys.readouterr().err
    assert main(["slack", "authors", "T0NOBODY", "--workspace", "default", "--set", AUTHOR]) != 0
    assert "T0NOBODY" in capsys.readouterr().err
    assert authors(TEAM, "--set", "") == []
    assert "administrators" in dropped(desk, TEAM)
    audit = rows(module_database_url, "SELECT detail FROM audit_events WHERE action = 'slack.authors-set'")
    assert [row["detail"] for row in audit] == [f"{AUTHOR}, U0ZOE", "nobody"]
