"""The fields RateLimit and RateLimit-Policy, as of draft-ietf-httpapi-ratelimit-headers-10.

Both are lists of structured fields (RFC 9651): the name of a policy, with `q` requests in `w` seconds, and with `r`
requests that are left and `t` seconds until all of them are there again. A bucket of tokens is a policy whose window is
the time in which an empty bucket fills up.
"""

import math
from functools import lru_cache

from domain.rate_limit import Allowance, RateLimit


def rate_limit_fields(allowance: Allowance | None) -> list[tuple[bytes, bytes]]:
    """Return the fields that tell a caller what is left to it, none where nobody counts."""
    if allowance is None:
        return []
    limit = allowance.limit
    left = f'"{limit.name}";r={allowance.remaining};t={allowance.full_in}'
    return [(b"ratelimit-policy", _policy(limit)), (b"ratelimit", left.encode("ascii"))]


@lru_cache(maxsize=4)
def _policy(limit: RateLimit) -> bytes:
    window = math.ceil(limit.seconds_until(limit.burst))
    return f'"{limit.name}";q={limit.burst};w={window}'.encode("ascii")
