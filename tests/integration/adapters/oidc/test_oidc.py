"""Tokens of a real provider on loopback: what is taken, what is not, and how keys come and go."""

import base64
import json
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import jwt
import pytest
from typing_extensions import override

from adapters.oidc.issuer_keys import IssuerKeys
from adapters.oidc.verifier import OidcOptions, OidcTokenVerifier
from application.ports.token_verifier import TokenClaims, TokenVerifier
from domain.errors import ServiceUnavailableError, UnauthenticatedError
from tests.contracts.token_verifier import TokenVerifierContract
from tests.fakes.clock import FixedClock
from tests.integration.adapters.oidc.provider import AUDIENCE, Provider, providing


@pytest.fixture
def provider() -> Iterator[Provider]:
    with providing() as provider:
        yield provider


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


def verifier_of(
    provider: Provider, clock: FixedClock, jwks_url: str | None = None, **options: str
) -> OidcTokenVerifier:
    """Make a verifier that trusts the provider."""
    chosen = {"workspace_claim": "docgen_workspace", "scope_claim": "scope", **options}
    return OidcTokenVerifier(
        IssuerKeys(provider.issuer, jwks_url, clock), OidcOptions(provider.issuer, AUDIENCE, **chosen)
    )


@pytest.fixture
def verifier(provider: Provider, clock: FixedClock) -> OidcTokenVerifier:
    return verifier_of(provider, clock)


class TestOidcTokenVerifier(TokenVerifierContract):
    """Every promise holds with a provider on loopback."""

    @pytest.fixture
    @override
    def verifier(self, provider: Provider, clock: FixedClock) -> OidcTokenVerifier:  # type: ignore[override]  # a fixture
        self._provider = provider
        return verifier_of(provider, clock)

    @pytest.fixture
    @override
    def verifier_that_is_down(  # type: ignore[override]  # a fixture
        self, provider: Provider, clock: FixedClock
    ) -> OidcTokenVerifier:
        self._provider = provider
        provider.documents["/.well-known/openid-configuration"] = b"no JSON"
        return verifier_of(provider, clock)

    @override
    def token_of(self, verifier: TokenVerifier, claims: TokenClaims) -> str:
        return self._provider.token(
            sub=claims.subject,
            name=claims.name,
            docgen_workspace=claims.workspace,
            scope=" ".join(claims.scopes),
            exp=int(claims.expires_at.timestamp()),
        )


@pytest.mark.parametrize("algorithm", ["RS256", "ES256", "EdDSA"])
async def test_a_token_says_who_it_is_of(provider: Provider, verifier: OidcTokenVerifier, algorithm: str) -> None:
    provider.add("two", algorithm)
    claims = await verifier.verify(provider.token("two", sub="ada", name="Ada Lovelace", docgen_workspace="acme"))
    assert (claims.subject, claims.name, claims.workspace) == ("ada", "Ada Lovelace", "acme")
    assert claims.scopes == {"openid", "templates:read"}
    assert claims.expires_at.timestamp() > time.time()


@pytest.mark.parametrize("name", ["", "a\nb", "x" * 256, 7, None])
async def test_a_name_that_no_list_can_show_gives_way_to_the_subject(
    provider: Provider, verifier: OidcTokenVerifier, name: object
) -> None:
    assert (await verifier.verify(provider.token(name=name))).name == "ada"


async def test_a_time_that_no_calendar_has_is_refused(provider: Provider, verifier: OidcTokenVerifier) -> None:
    for exp in (10**15, 10**30):
        with pytest.raises(UnauthenticatedError):
            await verifier.verify(provider.token(exp=exp))


async def test_claims_have_the_names_that_are_configured(provider: Provider, clock: FixedClock) -> None:
    claim = "https://docgen.example/workspace"
    verifier = verifier_of(provider, clock, workspace_claim=claim, scope_claim="realm_access.roles")
    token = provider.token(**{claim: "acme", "realm_access": {"roles": ["audit:read", 7]}})
    claims = await verifier.verify(token)
    assert (claims.workspace, claims.scopes) == ("acme", {"audit:read"})
    bare = await verifier.verify(provider.token(realm_access="nothing"))
    assert (bare.workspace, bare.scopes) == (None, frozenset())


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"exp": int(time.time()) - 3600}, "expired"),
        ({"nbf": int(time.time()) + 3600}, "not valid yet"),
        ({"aud": "another"}, "another audience"),
        ({"iss": "https://elsewhere.example"}, "another issuer"),
        ({"exp": None}, "lacks a claim"),
        ({"sub": None}, "lacks a claim"),
        ({"aud": None}, "lacks a claim"),
        ({"iss": None}, "lacks a claim"),
        ({"sub": "a\nb"}, "printable"),
        ({"sub": "x" * 256}, "printable"),
        ({"sub": ""}, "printable"),
    ],
)
async def test_a_token_that_is_not_for_now_and_here_is_refused(
    provider: Provider, verifier: OidcTokenVerifier, claims: dict[str, Any], reason: str
) -> None:
    with pytest.raises(UnauthenticatedError, match=reason):
        await verifier.verify(provider.token(**claims))


async def test_a_token_of_somebody_else_is_refused(provider: Provider, verifier: OidcTokenVerifier) -> None:
    with providing() as other:
        forged = other.token(iss=provider.issuer)
    with pytest.raises(UnauthenticatedError, match="signature"):
        await verifier.verify(forged)


async def test_a_changed_token_is_refused(provider: Provider, verifier: OidcTokenVerifier) -> None:
    head, body, signature = provider.token().split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    changed = base64.urlsafe_b64encode(json.dumps({**claims, "sub": "eve"}).encode()).rstrip(b"=").decode()
    with pytest.raises(UnauthenticatedError, match="signature"):
        await verifier.verify(f"{head}.{changed}.{signature}")


async def test_a_token_without_a_signature_or_with_a_shared_secret_is_refused(
    provider: Provider, verifier: OidcTokenVerifier
) -> None:
    """The two classic forgeries: `none`, and the public key taken for a secret."""
    claims = jwt.decode(provider.token(), options={"verify_signature": False})
    for algorithm, key in (("none", None), ("HS256", "x" * 64)):
        forged = jwt.encode(claims, key, algorithm=algorithm, headers={"kid": "one"})
        with pytest.raises(UnauthenticatedError):
            await verifier.verify(forged)


@pytest.mark.parametrize("text", ["", "x", "a.b.c", "é" * 10, "eyJ" * 6000, "....", '{"alg":"RS256"}'])
async def test_what_is_no_token_is_refused(verifier: OidcTokenVerifier, text: str) -> None:
    with pytest.raises(UnauthenticatedError):
        await verifier.verify(text)


async def test_keys_are_fetched_once_for_many_tokens(provider: Provider, verifier: OidcTokenVerifier) -> None:
    for _ in range(5):
        await verifier.verify(provider.token())
    assert provider.answers == 1


async def test_a_new_key_is_found_when_a_token_names_it(
    provider: Provider, verifier: OidcTokenVerifier, clock: FixedClock
) -> None:
    await verifier.verify(provider.token())
    provider.add("two")
    clock.advance(timedelta(seconds=11))
    await verifier.verify(provider.token("two"))
    assert provider.answers == 2


async def test_invented_names_of_keys_do_not_make_it_ask_each_time(
    provider: Provider, verifier: OidcTokenVerifier, clock: FixedClock
) -> None:
    provider.add("hidden")
    token = provider.token("hidden")
    del provider.private["hidden"]
    for _ in range(20):
        with pytest.raises(UnauthenticatedError, match="does not have"):
            await verifier.verify(token)
    assert provider.answers == 1


async def test_a_withdrawn_key_is_forgotten(provider: Provider, verifier: OidcTokenVerifier, clock: FixedClock) -> None:
    token = provider.token()
    await verifier.verify(token)
    provider.add("two")
    del provider.private["one"]
    clock.advance(timedelta(minutes=10))
    with pytest.raises(UnauthenticatedError, match="does not have"):
        await verifier.verify(token)


async def test_a_provider_that_is_away_hinders_nobody_for_a_while(
    provider: Provider, verifier: OidcTokenVerifier, clock: FixedClock
) -> None:
    token = provider.token()
    await verifier.verify(token)
    provider.documents["/keys"] = b"gone"
    clock.advance(timedelta(minutes=30))
    await verifier.verify(token)
    clock.advance(timedelta(minutes=31))
    with pytest.raises(ServiceUnavailableError) as failure:
        await verifier.verify(token)
    assert failure.value.component == "identity provider"
    del provider.documents["/keys"]
    clock.advance(timedelta(seconds=11))
    await verifier.verify(token)


@pytest.mark.parametrize(
    "documents",
    [
        {"/.well-known/openid-configuration": {"issuer": "https://elsewhere.example", "jwks_uri": "x"}},
        {"/.well-known/openid-configuration": {}},
        {"/.well-known/openid-configuration": []},
        {"/keys": b"x" * 1_000_001},
        {"/keys": b"no json"},
    ],
)
async def test_a_provider_that_answers_nonsense_is_unavailable(
    provider: Provider, verifier: OidcTokenVerifier, documents: dict[str, Any]
) -> None:
    provider.documents = documents
    with pytest.raises(ServiceUnavailableError, match="identity provider"):
        await verifier.verify(provider.token())


@pytest.mark.parametrize("path", ["http://docgen.example/keys", "file:///etc/passwd", "/moved/keys"])
async def test_keys_come_from_a_safe_place_alone(provider: Provider, clock: FixedClock, path: str) -> None:
    url = provider.issuer + path if path.startswith("/") else path
    with pytest.raises(ServiceUnavailableError):
        await verifier_of(provider, clock, jwks_url=url).verify(provider.token())


async def test_keys_that_nothing_can_be_done_with_are_left_out(provider: Provider, verifier: OidcTokenVerifier) -> None:
    good = provider.answer("/keys")["keys"]
    bad = [
        {"kty": "oct", "k": "c2VjcmV0", "kid": "secret"},
        {"kty": "RSA", "kid": "broken", "n": "!", "e": "AQAB"},
        {**good[0], "kid": "enc", "use": "enc"},
        {**good[0], "kid": "hmac", "alg": "HS256"},
        "nonsense",
    ]
    provider.documents["/keys"] = {"keys": bad + good}
    assert (await verifier.verify(provider.token())).subject == "ada"
