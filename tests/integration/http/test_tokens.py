"""Tokens of an identity provider at the door of the whole service."""

from pathlib import Path

import pytest

from entrypoints.container import Container
from entrypoints.settings.access import AuthSettings, OidcSettings
from entrypoints.settings.errors import SettingsError
from entrypoints.settings.service import Settings
from tests.integration.adapters.oidc.provider import AUDIENCE, providing
from tests.integration.http.access import bearer, guarded_settings, key_of, serving
from tests.integration.http.problems import assert_problem


def trusting(settings: Settings, **oidc: str) -> Settings:
    """Settings of a service that takes tokens."""
    return settings.model_copy(update={"auth": AuthSettings(mode="oidc"), "oidc": OidcSettings(**oidc)})  # type: ignore[arg-type]  # texts all


def test_a_token_opens_its_workspace_for_its_scopes(database_url: str, tmp_path: Path) -> None:
    guarded = guarded_settings(database_url, tmp_path)
    key = key_of(guarded, "acme")
    with providing() as provider, serving(trusting(guarded, issuer=provider.issuer, audience=AUDIENCE)) as client:
        token = bearer(provider.token(docgen_workspace="acme", name="Ada Lovelace", scope="audit:read openid"))
        me = client.get("/v1/me", headers=token).json()
        assert (me["kind"], me["actor"], me["name"], me["workspace"]["slug"], me["scopes"]) == (
            "token",
            "oidc:ada",
            "Ada Lovelace",
            "acme",
            ["audit:read"],
        )
        assert_problem(client.get("/v1/templates", headers=token), 403, "scope-missing")
        newest = client.get("/v1/audit-events", headers=token).json()["data"][0]
        assert (newest["actor"]["id"], newest["object"]["id"]) == ("oidc:ada", "list_templates")
        assert client.get("/v1/me", headers=bearer(key)).json()["kind"] == "api-key"
        for wrong in (provider.token(docgen_workspace="nowhere"), provider.token(aud="another"), "x.y.z"):
            response = client.get("/v1/me", headers=bearer(wrong))
            assert_problem(response, 401, "unauthenticated")
            assert response.headers["www-authenticate"] == 'Bearer realm="docgen", error="invalid_token"'


def test_a_provider_that_is_away_is_named(database_url: str, tmp_path: Path) -> None:
    guarded = guarded_settings(database_url, tmp_path)
    with providing() as provider:
        token = provider.token()
    with serving(trusting(guarded, issuer=provider.issuer, audience=AUDIENCE)) as client:
        problem = assert_problem(client.get("/v1/me", headers=bearer(token)), 503, "unavailable")
        assert problem["component"] == "identity provider"


def test_half_a_provider_is_refused(database_url: str, tmp_path: Path) -> None:
    settings = trusting(guarded_settings(database_url, tmp_path), issuer="https://login.example.com/")
    with pytest.raises(SettingsError, match="DOCGEN_OIDC__AUDIENCE"):
        Container(settings=settings).authentication()


@pytest.mark.parametrize("address", ["http://login.example.com", "ftp://x", "login.example.com", "http://127.0.0.1.x"])
def test_keys_are_trusted_over_https_alone(address: str) -> None:
    with pytest.raises(ValueError, match="address"):
        OidcSettings(issuer=address)
    assert OidcSettings(issuer="https://login.example.com/").issuer == "https://login.example.com/"
