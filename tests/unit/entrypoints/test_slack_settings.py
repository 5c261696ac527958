"""The settings of Slack. The environment is the fixture's of test_settings."""

from pathlib import Path

import pytest

from entrypoints.settings.errors import SettingsError
from entrypoints.settings.service import load_settings
from tests.unit.entrypoints.test_settings import environment

__all__ = ["environment"]

ONE_WORKSPACE = {"SIGNING_SECRET": "8f742231b10e8888abcd99yyyzzz85a5", "BOT_TOKEN": "xoxb-1"}


def set_slack(environment: pytest.MonkeyPatch, **values: str) -> None:
    for name, value in values.items():
        environment.setenv(f"DOCGEN_SLACK__{name}", value)


@pytest.mark.usefixtures("environment")
def test_without_anything_there_is_no_slack() -> None:
    settings = load_settings()
    assert not settings.slack.is_configured
    assert settings.slack.api_url == "https://slack.com/api"


def test_secrets_come_from_files_too(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("s3cret\n")
    set_slack(environment, SIGNING_SECRET_FILE=str(tmp_path / "secret"), BOT_TOKEN="xoxb-1")
    slack = load_settings().slack
    assert slack.is_configured
    assert slack.signing_secret is not None
    assert slack.signing_secret.get_secret_value() == "s3cret"


@pytest.mark.parametrize(
    "right",
    [
        ONE_WORKSPACE,
        {"APP_TOKEN": "xapp-1", "BOT_TOKEN": "xoxb-1"},
        {"SIGNING_SECRET": "s", "CLIENT_ID": "12.34", "CLIENT_SECRET": "c"},
    ],
)
def test_each_way_to_have_slack_is_taken(environment: pytest.MonkeyPatch, right: dict[str, str]) -> None:
    environment.setenv("DOCGEN_HTTP__PUBLIC_URL", "https://docgen.example.org")
    set_slack(environment, **right)
    assert load_settings().slack.is_configured


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        ({"SIGNING_SECRET": "s"}, "Slack needs DOCGEN_SLACK__BOT_TOKEN"),
        ({"BOT_TOKEN": "xoxb-1"}, "DOCGEN_SLACK__SIGNING_SECRET is missing"),
        (ONE_WORKSPACE | {"CLIENT_ID": "12.34"}, "CLIENT_ID and DOCGEN_SLACK__CLIENT_SECRET belong together"),
        (ONE_WORKSPACE | {"CLIENT_ID": "12.34", "CLIENT_SECRET": "c"}, "remove one of the two"),
        ({"SIGNING_SECRET": "s", "CLIENT_ID": "12.34", "CLIENT_SECRET": "c"}, "needs DOCGEN_HTTP__PUBLIC_URL"),
        (
            {"SIGNING_SECRET": "s", "CLIENT_ID": "12.34", "CLIENT_SECRET": "c", "TEMPLATE_AUTHORS": "U0ADA"},
            "use 'docgen slack authors'",
        ),
        (ONE_WORKSPACE | {"TEMPLATE_AUTHORS": "ada"}, "item 1 of the list is no id of a Slack user"),
        (ONE_WORKSPACE | {"BOT_TOKEN": "xoxp-s3cret"}, "DOCGEN_SLACK__BOT_TOKEN is wrong: it is no bot token"),
        (ONE_WORKSPACE | {"APP_TOKEN": "s3cret"}, "DOCGEN_SLACK__APP_TOKEN is wrong: it is no app-level token"),
        (ONE_WORKSPACE | {"CLIENT_ID": "acme"}, "CLIENT_ID is wrong: it is no Client ID"),
        (ONE_WORKSPACE | {"API_URL": "slack"}, "DOCGEN_SLACK__API_URL is wrong"),
    ],
)
def test_what_is_missing_or_too_much_is_said(
    environment: pytest.MonkeyPatch, wrong: dict[str, str], complaint: str
) -> None:
    if "TEMPLATE_AUTHORS" in wrong:
        environment.setenv("DOCGEN_HTTP__PUBLIC_URL", "https://docgen.example.org")
    set_slack(environment, **wrong)
    with pytest.raises(SettingsError, match=complaint) as refusal:
        load_settings()
    assert "s3cret" not in str(refusal.value)
