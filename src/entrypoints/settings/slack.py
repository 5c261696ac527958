"""The settings of Slack."""

import re
from typing import Annotated, Final

from pydantic import AfterValidator, Field, SecretStr

from domain.slack_installation import is_user_id
from entrypoints.settings.lists import checked, items
from entrypoints.settings.types import Section, WebUrl

API_URL: Final = "https://slack.com/api"


def _token(kind: str, *prefixes: str) -> AfterValidator:
    def check(value: SecretStr) -> SecretStr:
        if not value.get_secret_value().startswith(prefixes):
            raise ValueError(f"it is no {kind}: one begins with {' or '.join(prefixes)}")
        return value

    return AfterValidator(check)


def _client_id(value: str) -> str:
    if not re.fullmatch(r"\d+\.\d+", value):
        raise ValueError("it is no Client ID: that has two numbers with a dot in between")
    return value


def _user_ids(value: str) -> str:
    wrong = "is no id of a Slack user: they look like U0123ABCD, with commas in between"
    return checked(value, lambda item: None if is_user_id(item) else wrong)


class SlackSettings(Section):
    """The Slack app, from its pages "Basic Information" and "OAuth & Permissions"; without any of it there is no Slack.

    `signing_secret` lets requests in, `app_token` opens Socket Mode in place of them, or besides. `bot_token` is that
    of one Slack workspace, whose people work in the workspace of DocGen with the slug `workspace`. With `client_id`
    and `client_secret` the app is installed by links (`docgen slack install-link`), in any number of Slack workspaces.
    In the Slack workspace of the bot token, `template_authors` (ids of Slack users, with commas in between) may add and
    publish templates besides its administrators; where the app is installed by links, `docgen slack authors` says who.
    `api_url` is another base address of Slack's Web API. Documents up to `file_bytes` are uploaded, others are linked
    to.
    """

    signing_secret: SecretStr | None = None
    bot_token: Annotated[SecretStr, _token("bot token", "xoxb-", "xoxe.xoxb-")] | None = None
    app_token: Annotated[SecretStr, _token("app-level token", "xapp-")] | None = None
    client_id: Annotated[str, AfterValidator(_client_id)] | None = None
    client_secret: SecretStr | None = None
    api_url: WebUrl = API_URL
    workspace: str = "default"
    template_authors: Annotated[str, AfterValidator(_user_ids)] = ""
    file_bytes: Annotated[int, Field(ge=0, le=1_000_000_000)] = 100_000_000

    @property
    def site_url(self) -> str:
        """Where people see Slack's own pages."""
        return self.api_url.removesuffix("/api")

    @property
    def authors(self) -> tuple[str, ...]:
        """The ids of those who may add and publish templates without being administrators."""
        return tuple(items(self.template_authors))

    @property
    def is_configured(self) -> bool:
        """Tell whether there is a Slack app at all."""
        return self.signing_secret is not None or self.app_token is not None

    def complaint(self, *, public: bool) -> str | None:
        """Say what is missing or too much for Slack to be used, None where nothing is.

        `public` tells whether the service knows its own address.
        """
        links, tokens = self.client_id is not None, self.bot_token is not None or self.client_id is not None
        wrong = (
            (
                links != (self.client_secret is not None),
                "DOCGEN_SLACK__CLIENT_ID and DOCGEN_SLACK__CLIENT_SECRET belong together: set both, or neither and "
                "DOCGEN_SLACK__BOT_TOKEN for one Slack workspace.",
            ),
            (
                links and self.bot_token is not None,
                "DOCGEN_SLACK__BOT_TOKEN is for one Slack workspace, and DOCGEN_SLACK__CLIENT_ID for any number of "
                "them: remove one of the two.",
            ),
            (
                links and not public,
                "DOCGEN_SLACK__CLIENT_ID needs DOCGEN_HTTP__PUBLIC_URL, where Slack sends people back to: set it, with "
                "https.",
            ),
            (
                links and bool(self.authors),
                "DOCGEN_SLACK__TEMPLATE_AUTHORS is for the one Slack workspace of DOCGEN_SLACK__BOT_TOKEN, since the "
                "id of a user may mean somebody else in another one: remove it, and use 'docgen slack authors'.",
            ),
            (
                tokens and not self.is_configured,
                "DOCGEN_SLACK__SIGNING_SECRET is missing, without which no request of Slack is let in: set it, or "
                "DOCGEN_SLACK__APP_TOKEN for Socket Mode.",
            ),
            (
                self.is_configured and not tokens,
                "Slack needs DOCGEN_SLACK__BOT_TOKEN for one Slack workspace, or DOCGEN_SLACK__CLIENT_ID and "
                "DOCGEN_SLACK__CLIENT_SECRET for any number of them: set the one or the others.",
            ),
        )
        return next((sentence for is_wrong, sentence in wrong if is_wrong), None)
