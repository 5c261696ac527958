"""Who asks: keys, their use, and what nobody can give away."""

from datetime import timedelta

import pytest

from application.caller import Caller, CallerKind, Origin, anonymous, operator
from application.key_usage import PRECISION, KeyUsage
from application.ports.token_verifier import TokenClaims
from application.rate_limiter import RateLimiter
from application.use_cases.add_version import AddVersionCommand
from application.use_cases.audit import RecordRefusal
from application.use_cases.authenticate import AdmitAnybody, AuthenticateByKey, AuthenticateByToken
from application.use_cases.inspect_upload import TemplateUpload
from application.use_cases.manage_api_keys import MAX_EXPIRES_IN, CreateApiKeyCommand, ManageApiKeys
from application.use_cases.register_template import RegisterTemplateCommand
from domain.api_key import ApiKey, fingerprint
from domain.errors import InvalidRequestError, NotFoundError, RateLimitedError, ScopeMissingError, UnauthenticatedError
from domain.rate_limit import RateLimit
from domain.scope import ALL_SCOPES, Scope
from domain.workspace import DEFAULT_WORKSPACE, DEFAULT_WORKSPACE_ID
from tests.builders import a_secret
from tests.fakes.api_keys import InMemoryApiKeyDirectory
from tests.fakes.clock import FixedClock
from tests.fakes.ids import SequentialIds
from tests.fakes.random_source import CountingRandomSource
from tests.fakes.rate_buckets import InMemoryRateBuckets
from tests.fakes.token_verifier import FixedTokenVerifier
from tests.fakes.units_of_work import InMemoryUnitsOfWork
from tests.fakes.workspace_directory import InMemoryWorkspaceDirectory
from tests.unit.application.conftest import World

ORIGIN = Origin("req-1", "192.0.2.7")
REFUSALS = RateLimit("refusals", 0.1, 5)
OPERATOR = operator(DEFAULT_WORKSPACE_ID, DEFAULT_WORKSPACE)


class Access:
    """The use cases around keys on one database."""

    def __init__(self) -> None:
        self.clock = FixedClock()
        self.units = InMemoryUnitsOfWork()
        self.directory = InMemoryApiKeyDirectory(self.units.database)
        self.usage = KeyUsage(self.units, self.clock)
        self.keys = ManageApiKeys(self.units, self.clock, SequentialIds(), CountingRandomSource())
        self.authenticate = AuthenticateByKey(
            self.directory,
            self.usage,
            self.clock,
            RecordRefusal(self.units, RateLimiter(InMemoryRateBuckets(self.clock), self.clock, REFUSALS)),
        )

    async def created(self, *scopes: str, expires_in: int | None = None) -> tuple[ApiKey, str]:
        """Create a key."""
        return await self.keys.create(CreateApiKeyCommand(OPERATOR, "Billing", scopes or list(Scope), expires_in))

    async def stored(self, key: ApiKey) -> ApiKey:
        """Return the key as it is on the database, after what runs beside the requests."""
        async with self.usage, self.units.of_workspace(key.workspace_id) as unit:
            pass
        async with self.units.of_workspace(key.workspace_id) as unit:
            return await unit.api_keys.get(key.id)


@pytest.fixture
def access() -> Access:
    return Access()


async def test_a_key_makes_its_caller_known(access: Access) -> None:
    key, secret = await access.created("templates:read", "renders:create", expires_in=60)
    assert await access.authenticate(secret, ORIGIN) == Caller(
        workspace_id=DEFAULT_WORKSPACE_ID,
        actor=key.id,
        scopes=frozenset({Scope.TEMPLATES_READ, Scope.RENDERS_CREATE}),
        kind=CallerKind.API_KEY,
        name="Billing",
        workspace=DEFAULT_WORKSPACE,
        expires_at=access.clock.now() + timedelta(seconds=60),
        origin=ORIGIN,
    )


async def test_of_a_secret_only_the_hash_is_kept(access: Access) -> None:
    key, secret = await access.created()
    assert key.sha256 == fingerprint(secret)
    assert secret not in str(access.units.database.api_keys)


@pytest.mark.parametrize(
    ("credentials", "reason"),
    [
        (None, "Say who you are"),
        ("eyJhbGciOi", "no API key"),
        (a_secret()[:-1], "typing error"),
        (a_secret(99), "no such API key"),
    ],
)
async def test_who_presents_nothing_good_is_not_known(access: Access, credentials: str | None, reason: str) -> None:
    await access.created()
    with pytest.raises(UnauthenticatedError, match=reason) as failure:
        await access.authenticate(credentials, ORIGIN)
    assert failure.value.given is (credentials is not None)


async def test_a_typing_error_costs_no_look_up(access: Access) -> None:
    _, secret = await access.created()
    with pytest.raises(UnauthenticatedError):
        await access.authenticate(secret.swapcase(), ORIGIN)
    with pytest.raises(UnauthenticatedError):
        await access.authenticate(secret[:20] + "x" + secret[21:], ORIGIN)
    assert access.directory.lookups == 0


async def test_a_revoked_key_opens_nothing_from_the_next_request_on(access: Access) -> None:
    key, secret = await access.created()
    await access.authenticate(secret, ORIGIN)
    await access.keys.revoke(OPERATOR, key.id)
    with pytest.raises(UnauthenticatedError, match="revoked"):
        await access.authenticate(secret, ORIGIN)


async def test_an_expired_key_opens_nothing(access: Access) -> None:
    _, secret = await access.created(expires_in=60)
    access.clock.advance(timedelta(seconds=59))
    await access.authenticate(secret, ORIGIN)
    access.clock.advance(timedelta(seconds=1))
    with pytest.raises(UnauthenticatedError, match="expired"):
        await access.authenticate(secret, ORIGIN)


async def test_a_flood_of_what_opens_nothing_is_refused_in_another_way_and_not_kept(access: Access) -> None:
    key, secret = await access.created()
    await access.keys.revoke(OPERATOR, key.id)
    before = len(access.units.database.audit)
    for presented in (secret, a_secret(99), secret, None, "eyJhbGciOi"):
        with pytest.raises(UnauthenticatedError):
            await access.authenticate(presented, ORIGIN)
    for presented in (secret, a_secret(99), None, "eyJhbGciOi"):
        with pytest.raises(RateLimitedError):
            await access.authenticate(presented, ORIGIN)
    assert len(access.units.database.audit) == before + 2
    # Others at the same address are not held up, nor is the same mistake from another one.
    _, good = await access.created()
    assert await access.authenticate(good, ORIGIN)
    with pytest.raises(UnauthenticatedError):
        await access.authenticate(secret, Origin("req-2", "192.0.2.8"))


async def test_the_last_use_is_kept_to_the_minute_and_written_once_in_it(access: Access) -> None:
    key, secret = await access.created()
    first = access.clock.now()
    before = access.units.database.commits
    for _ in range(3):
        await access.authenticate(secret, ORIGIN)
    assert (await access.stored(key)).last_used_at == first
    access.clock.advance(PRECISION - timedelta(seconds=1))
    await access.authenticate(secret, ORIGIN)
    assert (await access.stored(key)).last_used_at == first
    assert access.units.database.commits == before + 1
    access.clock.advance(timedelta(seconds=1))
    await access.authenticate(secret, ORIGIN)
    assert (await access.stored(key)).last_used_at == first + PRECISION


async def test_a_use_that_cannot_be_written_hinders_nobody(access: Access, caplog: pytest.LogCaptureFixture) -> None:
    key, secret = await access.created()
    await access.authenticate(secret, ORIGIN)
    access.units.database.down = True
    async with access.usage:
        pass
    access.units.database.down = False
    assert (await access.stored(key)).last_used_at is None
    assert "could not be kept" in caplog.text


async def test_uses_of_many_keys_are_not_remembered_for_ever(access: Access) -> None:
    for _ in range(1100):
        key, _ = await access.created("audit:read")
        access.usage.note(key)
        access.clock.advance(timedelta(seconds=1))
    assert (await access.stored(key)).last_used_at is not None
    assert len(access.usage._noted) <= 1000


async def test_nobody_gives_more_than_they_have(access: Access) -> None:
    _, secret = await access.created("keys:manage", "renders:read")
    caller = await access.authenticate(secret, ORIGIN)
    await access.keys.create(CreateApiKeyCommand(caller, "Child", ["renders:read"]))
    with pytest.raises(ScopeMissingError) as failure:
        await access.keys.create(CreateApiKeyCommand(caller, "Greedy", ["renders:read", "audit:read"]))
    assert failure.value.scope == "audit:read"
    assert [key.name for key in await access.keys.search(OPERATOR, limit=10)] == ["Child", "Billing"]


@pytest.mark.parametrize("expires_in", [0, -1, MAX_EXPIRES_IN + 1])
async def test_a_time_that_is_none_is_refused(access: Access, expires_in: int) -> None:
    with pytest.raises(InvalidRequestError, match="expires_in"):
        await access.created(expires_in=expires_in)


async def test_a_key_that_is_not_there_cannot_be_revoked(access: Access) -> None:
    with pytest.raises(NotFoundError):
        await access.keys.revoke(OPERATOR, "key_" + "0" * 32)


async def test_without_authentication_anybody_may_do_everything_in_the_default_workspace() -> None:
    caller = await AdmitAnybody()("whatever", ORIGIN)
    assert caller == anonymous(ORIGIN)
    assert (caller.workspace_id, caller.scopes, caller.origin) == (DEFAULT_WORKSPACE_ID, ALL_SCOPES, ORIGIN)


async def test_publishing_along_the_way_needs_its_own_scope(world: World) -> None:
    author = Caller(DEFAULT_WORKSPACE_ID, "author", frozenset({Scope.TEMPLATES_WRITE}))
    upload = TemplateUpload("note.txt", b"Dear {{ name }}")
    with pytest.raises(ScopeMissingError, match="templates:publish"):
        await world.register(RegisterTemplateCommand(author, upload, "Note", publish=True))
    template, _ = await world.register(RegisterTemplateCommand(author, upload, "Note"))
    other = TemplateUpload("note.txt", b"Hello {{ name }}")
    with pytest.raises(ScopeMissingError, match="templates:publish"):
        await world.add_version(AddVersionCommand(author, template.slug, other, publish=True))
    assert (await world.add_version(AddVersionCommand(author, template.slug, other))).created


HOUR_LATER = FixedClock().now() + timedelta(hours=1)


def claims_of(workspace: str | None, *scopes: str) -> TokenClaims:
    """Build what a token of Ada says."""
    return TokenClaims("ada", "Ada Lovelace", workspace, frozenset(scopes), HOUR_LATER)


def by_token(access: Access, default_workspace: str | None = None, **tokens: TokenClaims) -> AuthenticateByToken:
    """Make an authentication that knows these tokens, and keys."""
    directory = InMemoryWorkspaceDirectory(access.units.database)
    return AuthenticateByToken(
        access.authenticate, FixedTokenVerifier(tokens, FixedClock()), directory, default_workspace
    )


async def test_a_token_makes_its_owner_known(access: Access) -> None:
    authenticate = by_token(access, good=claims_of("default", "openid", "audit:read"))
    caller = await authenticate("good", ORIGIN)
    assert (caller.actor, caller.name, caller.kind) == ("oidc:ada", "Ada Lovelace", CallerKind.TOKEN)
    assert (caller.workspace_id, caller.scopes) == (DEFAULT_WORKSPACE_ID, {Scope.AUDIT_READ})
    assert (caller.expires_at, caller.origin) == (HOUR_LATER, ORIGIN)


async def test_keys_are_taken_beside_tokens(access: Access) -> None:
    key, secret = await access.created()
    authenticate = by_token(access)
    assert (await authenticate(secret, ORIGIN)).actor == key.id
    for nothing in (None, a_secret(99), "nonsense"):
        with pytest.raises(UnauthenticatedError):
            await authenticate(nothing, ORIGIN)


async def test_a_token_without_a_workspace_is_for_the_default_one_where_there_is_one(access: Access) -> None:
    assert (await by_token(access, "default", bare=claims_of(None))("bare", ORIGIN)).workspace == "default"
    for authenticate in (by_token(access, bare=claims_of(None)), by_token(access, "default", bare=claims_of("gone"))):
        with pytest.raises(UnauthenticatedError, match="which is not here"):
            await authenticate("bare", ORIGIN)
