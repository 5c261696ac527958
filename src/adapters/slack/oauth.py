"""Installations and new tokens by Slack's OAuth, on slack_sdk."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from slack_sdk.errors import SlackTokenRotationError
from slack_sdk.oauth import AuthorizeUrlGenerator
from slack_sdk.oauth.installation_store import Bot
from slack_sdk.oauth.token_rotation.async_rotator import AsyncTokenRotator
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse
from typing_extensions import override

from adapters.slack.clients import SlackWebClients, failures_of
from application.ports.clock import Clock
from application.ports.slack_api import SlackRefusedError
from application.ports.slack_oauth import BotTokens, GrantedInstallation, SlackOAuth

_METHOD: Final = "oauth.v2.access"
_ALWAYS: Final = 10_000_000


class _FormClient(AsyncWebClient):
    """Sends the app's credentials in the form, as Slack also takes them: aiohttp gives up the way of slack_sdk."""

    @override
    async def oauth_v2_access(
        self,
        *,
        client_id: str,
        client_secret: str,
        code: str | None = None,
        redirect_uri: str | None = None,
        grant_type: str | None = None,
        refresh_token: str | None = None,
        **kwargs: Any,
    ) -> AsyncSlackResponse:
        fields = {
            "client_id": client_id,
            "client_secret": client_secret,
            "code": code,
            "redirect_uri": redirect_uri,
            "grant_type": grant_type,
            "refresh_token": refresh_token,
            **kwargs,
        }
        return await self.api_call(_METHOD, data={name: each for name, each in fields.items() if each is not None})


class SlackWebOAuth(SlackOAuth):
    """The app with this Client ID."""

    def __init__(
        self,
        clients: SlackWebClients,
        client_id: str,
        client_secret: str,
        scopes: Sequence[str],
        redirect_uri: str,
        authorization_url: str,
        clock: Clock,
    ) -> None:
        self._clients = clients
        self._client_id = client_id
        self._client_secret = client_secret
        self._redirect_uri = redirect_uri
        self._clock = clock
        self._pages = AuthorizeUrlGenerator(
            client_id=client_id, scopes=list(scopes), redirect_uri=redirect_uri, authorization_url=authorization_url
        )

    def _client(self) -> _FormClient:
        return _FormClient(base_url=self._clients.api_url, session=self._clients.session)

    @override
    def authorize_url(self, state: str) -> str:
        return self._pages.generate(state)

    @override
    async def exchange(self, code: str) -> GrantedInstallation:
        async with failures_of(_METHOD):
            response = await self._client().oauth_v2_access(
                client_id=self._client_id,
                client_secret=self._client_secret,
                code=code,
                redirect_uri=self._redirect_uri,
            )
        data = response.data
        if not isinstance(data, dict) or not data.get("access_token"):
            raise SlackRefusedError(_METHOD, "no_bot_token")
        return self._granted(data)

    def _granted(self, data: Mapping[str, Any]) -> GrantedInstallation:
        # Where it was installed for a whole organisation, no workspace is named.
        where = data.get("enterprise") if data.get("is_enterprise_install") else data.get("team")
        if not isinstance(where, dict) or not where.get("id"):
            raise SlackRefusedError(_METHOD, "no_place")
        return GrantedInstallation(
            place=str(where["id"]),
            name=str(where.get("name") or where["id"]),
            app_id=str(data.get("app_id", "")),
            bot_user_id=str(data.get("bot_user_id", "")),
            scopes=tuple(str(data.get("scope", "")).split(",")),
            installed_by=str(data.get("authed_user", {}).get("id", "")),
            tokens=self._tokens(data),
        )

    def _tokens(self, data: Mapping[str, Any]) -> BotTokens:
        seconds = data.get("expires_in")
        ends = None if seconds is None else self._clock.now() + timedelta(seconds=int(seconds))
        return BotTokens(str(data["access_token"]), data.get("refresh_token"), ends)

    @override
    async def renew(self, tokens: BotTokens) -> BotTokens:
        rotator = AsyncTokenRotator(client_id=self._client_id, client_secret=self._client_secret, client=self._client())
        ends = None if tokens.expires_at is None else int(tokens.expires_at.timestamp())
        bot = Bot(
            bot_token=tokens.token,
            bot_id="",
            bot_user_id="",
            bot_refresh_token=tokens.refresh_token,
            bot_token_expires_at=ends,
            installed_at=self._clock.now().timestamp(),
        )
        try:
            async with failures_of(_METHOD):
                # When they are to be renewed, the caller knows.
                renewed = await rotator.perform_bot_token_rotation(bot=bot, minutes_before_expiration=_ALWAYS)
        except SlackTokenRotationError as error:
            raise SlackRefusedError(_METHOD, str(error.api_error.response.get("error", "unknown"))) from error
        if renewed is None or renewed.bot_token_expires_at is None:
            raise SlackRefusedError(_METHOD, "no_new_token")
        ends_at = datetime.fromtimestamp(float(renewed.bot_token_expires_at), UTC)
        return BotTokens(renewed.bot_token, renewed.bot_refresh_token, ends_at)
