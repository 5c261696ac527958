"""The settings of who may call, and how often."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from entrypoints.settings.types import Section, web_address


class AuthSettings(Section):
    """Who may call; None means: nobody has decided, which is fine on a loopback address alone."""

    mode: Literal["none", "api-key", "oidc"] | None = None


class RateLimitSettings(Section):
    """How many requests a caller may send: `burst` at once, `per_second` in the long run; 0 a second is no limit.

    What is refused has a limit of its own, for each address whose credentials open nothing, and for each caller that
    may not do what it tries.
    """

    per_second: Annotated[float, Field(ge=0, le=1_000_000)] = 1_000.0
    burst: Annotated[int, Field(ge=1, le=10_000_000)] = 10_000
    refused_per_second: Annotated[float, Field(ge=0, le=1_000_000)] = 1.0
    refused_burst: Annotated[int, Field(ge=1, le=10_000_000)] = 100


def _safe_address(value: str) -> str:
    web_address(value)
    if not value.startswith("https://") and not re.match(r"http://(127\.0\.0\.1|localhost|\[::1\])([:/]|$)", value):
        raise ValueError("write an https address: who is on the way could put keys of their own in place of these")
    return value


class OidcSettings(Section):
    """The identity provider whose tokens are taken with DOCGEN_AUTH__MODE=oidc, beside API keys.

    The issuer is compared letter by letter; without `jwks_url` it is asked where its keys are. A claim in a claim is
    written with a dot. `workspace` is the slug for tokens that name none.
    """

    issuer: Annotated[str, AfterValidator(_safe_address)] | None = None
    audience: str | None = None
    jwks_url: Annotated[str, AfterValidator(_safe_address)] | None = None
    workspace_claim: str = "docgen_workspace"
    scope_claim: str = "scope"
    workspace: str | None = None
