"""Find out who asks."""

from abc import abstractmethod
from typing import Protocol

from typing_extensions import override

from application.caller import Caller, CallerKind, Origin, anonymous
from application.key_usage import KeyUsage
from application.ports.api_key_directory import ApiKeyDirectory, KnownKey
from application.ports.clock import Clock
from application.ports.token_verifier import TokenVerifier
from application.ports.workspace_directory import WorkspaceDirectory
from application.use_cases.audit import RecordRefusal
from domain.api_key import SECRET_PREFIX, fingerprint, is_well_formed
from domain.errors import UnauthenticatedError
from domain.identifiers import Slug
from domain.scope import Scope


class Authentication(Protocol):
    """Knows callers by what they present."""

    @abstractmethod
    async def __call__(self, credentials: str | None, origin: Origin) -> Caller:
        """Return who presents these credentials, None where nothing was presented.

        Raises:
            UnauthenticatedError: nobody knows.
            RateLimitedError: nobody knows, and too often.
            ServiceUnavailableError: it cannot be looked up now.
        """


class AdmitAnybody(Authentication):
    """Without authentication everybody may do everything in the default workspace, whatever they present."""

    @override
    async def __call__(self, credentials: str | None, origin: Origin) -> Caller:
        return anonymous(origin)


class AuthenticateByKey(Authentication):
    """A key is looked up for every request, so that a revoked one opens nothing from the same moment on, everywhere.

    What has not the form of a key, or a wrong checksum, is refused without a look-up. A refused key that is known is an
    audit event of its workspace; what nobody knows belongs to no workspace, and is a line of the log.
    """

    def __init__(self, keys: ApiKeyDirectory, usage: KeyUsage, clock: Clock, record_refusal: RecordRefusal) -> None:
        self._keys = keys
        self._usage = usage
        self._clock = clock
        self._record_refusal = record_refusal

    @override
    async def __call__(self, credentials: str | None, origin: Origin) -> Caller:
        if credentials is None:
            await self._record_refusal.of_unknown(origin, None)
            raise UnauthenticatedError(
                f"Say who you are: send an API key as 'Authorization: Bearer {SECRET_PREFIX}…'.", given=False
            )
        known = await self._find(credentials, origin)
        refusal = known.key.refusal_at(self._clock.now())
        if refusal is not None:
            await self._record_refusal.of_useless_key(_caller_of(known, origin), "the key is revoked or expired")
            raise UnauthenticatedError(refusal)
        self._usage.note(known.key)
        return _caller_of(known, origin)

    async def _find(self, credentials: str, origin: Origin) -> KnownKey:
        if not credentials.startswith(SECRET_PREFIX):
            raise await self.refusal(f"What was presented is no API key: one begins with {SECRET_PREFIX}.", origin)
        if not is_well_formed(credentials):
            raise await self.refusal("The API key has a typing error or is cut off: copy it again.", origin)
        known = await self._keys.find(fingerprint(credentials))
        if known is None or not known.key.is_of(credentials):
            raise await self.refusal("There is no such API key; perhaps it is one of another installation.", origin)
        return known

    async def refusal(self, message: str, origin: Origin) -> UnauthenticatedError:
        """Return what whoever presents something is told that nobody knows.

        Raises:
            RateLimitedError: that happened too often.
        """
        await self._record_refusal.of_unknown(origin, message)
        return UnauthenticatedError(message)


class AuthenticateByToken(Authentication):
    """Tokens of people, and keys of programs: what begins like a key is one, everything else a token.

    A token that names no workspace is for `default_workspace`, where there is one. Scopes that are none of ours are of
    other services, and allow nothing here.
    """

    def __init__(
        self,
        by_key: AuthenticateByKey,
        tokens: TokenVerifier,
        workspaces: WorkspaceDirectory,
        default_workspace: str | None,
    ) -> None:
        self._by_key = by_key
        self._tokens = tokens
        self._workspaces = workspaces
        self._default_workspace = default_workspace

    @override
    async def __call__(self, credentials: str | None, origin: Origin) -> Caller:
        if credentials is None or credentials.startswith(SECRET_PREFIX):
            return await self._by_key(credentials, origin)
        try:
            claims = await self._tokens.verify(credentials)
        except UnauthenticatedError as refusal:
            raise await self._by_key.refusal(str(refusal), origin) from refusal
        slug = Slug(claims.workspace or self._default_workspace or "")
        workspace_id = await self._workspaces.find(slug) if slug else None
        if workspace_id is None:
            raise await self._by_key.refusal(
                f"The token is for the workspace {slug[:80]!r}, which is not here.", origin
            )
        return Caller(
            workspace_id=workspace_id,
            actor=f"oidc:{claims.subject}",
            scopes=frozenset(scope for scope in Scope if scope in claims.scopes),
            kind=CallerKind.TOKEN,
            name=claims.name,
            workspace=slug,
            expires_at=claims.expires_at,
            origin=origin,
        )


def _caller_of(known: KnownKey, origin: Origin) -> Caller:
    key = known.key
    return Caller(
        workspace_id=key.workspace_id,
        actor=key.id,
        scopes=key.scopes,
        kind=CallerKind.API_KEY,
        name=key.name,
        workspace=known.workspace,
        expires_at=key.expires_at,
        origin=origin,
    )
