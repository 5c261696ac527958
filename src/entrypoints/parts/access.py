"""Who may call, how often, and how far a workspace may go."""

from collections.abc import Sequence

from adapters.links.key_file import read_or_make_key
from adapters.postgres.workspace_repository import PostgresWorkspaceDirectory
from application.defaults import RenderDefaults
from application.ports.clock import Clock
from application.settings_in_force import InForce, ServiceBounds
from application.use_cases.authenticate import AdmitAnybody, AuthenticateByKey, AuthenticateByToken, Authentication
from domain.rate_limit import RateLimit
from entrypoints.settings.errors import OIDC_INCOMPLETE, SettingsError
from entrypoints.settings.service import Settings


def choose_authentication(
    settings: Settings, by_key: AuthenticateByKey, workspaces: PostgresWorkspaceDirectory, clock: Clock
) -> Authentication:
    """Choose how callers become known; where nobody has chosen, not at all would be the wrong guess."""
    if settings.auth.mode == "none":
        return AdmitAnybody()
    if settings.auth.mode != "oidc":
        return by_key
    from adapters.oidc.issuer_keys import IssuerKeys  # noqa: PLC0415  # only where it is configured
    from adapters.oidc.verifier import OidcOptions, OidcTokenVerifier  # noqa: PLC0415  # see above

    oidc = settings.oidc
    if oidc.issuer is None or oidc.audience is None:
        raise SettingsError(OIDC_INCOMPLETE)
    options = OidcOptions(oidc.issuer, oidc.audience, oidc.workspace_claim, oidc.scope_claim)
    tokens = OidcTokenVerifier(IssuerKeys(oidc.issuer, oidc.jwks_url, clock), options)
    return AuthenticateByToken(by_key, tokens, workspaces, oidc.workspace)


def rate_limit(name: str, per_second: float, burst: int) -> RateLimit | None:
    """Return a limit, None where there is to be none."""
    return RateLimit(name, per_second, burst) if per_second else None


def secret_keys_of(settings: Settings) -> Sequence[str]:
    """Return the keys that were given, or that of the data directory.

    Raises:
        ServiceUnavailableError: none was given, and that one can be neither read nor made.
    """
    return settings.secret_keys or (read_or_make_key(settings.secret_key_file),)


def bounds_of(settings: Settings) -> ServiceBounds:
    """Say what holds where a workspace has chosen nothing, and how far it may go."""
    limits, defaults = settings.limits, settings.defaults
    service = InForce(RenderDefaults(**defaults.model_dump()), limits.template_bytes, limits.data_bytes)
    return ServiceBounds(service, max(limits.retention_days, defaults.retention_days))
