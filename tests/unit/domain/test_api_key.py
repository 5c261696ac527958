"""Secrets of keys, their checksums, and when a key opens something."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.api_key import ENTROPY_BYTES, fingerprint, hint_of, is_well_formed, new_secret, parse_key_name
from domain.errors import InvalidRequestError
from domain.scope import Scope, parse_scopes
from tests.builders import NOW, a_secret, an_api_key

SECRET = a_secret()


def test_a_secret_has_the_form_that_scanners_look_for() -> None:
    """Computed by hand: 43 digits of base 62 for 32 bytes, 6 for the CRC-32 of all before them."""
    assert new_secret(bytes(32)) == "dg_live_" + "0" * 43 + "41gMTl"
    assert new_secret(b"\xff" * 32) == "dg_live_yhjskwdA6OZ1AL1YmHWZWm8LLG7HjnuCA2j5rOw8Xp123d85l"


@given(st.binary(min_size=ENTROPY_BYTES, max_size=ENTROPY_BYTES))
def test_every_secret_is_well_formed_and_has_the_same_length(entropy: bytes) -> None:
    secret = new_secret(entropy)
    assert len(secret) == len(SECRET)
    assert is_well_formed(secret)


@given(st.integers(8, len(SECRET) - 1), st.characters(min_codepoint=33, max_codepoint=126))
def test_no_single_typing_error_is_well_formed(place: int, character: str) -> None:
    spoiled = SECRET[:place] + character + SECRET[place + 1 :]
    assert is_well_formed(spoiled) == (spoiled == SECRET)


@pytest.mark.parametrize(
    "text",
    ["", "dg_live_", SECRET[:-1], SECRET + "0", SECRET.upper(), "dg_test_" + SECRET[8:], "é" * 57, "\ud800" * 57],
)
def test_what_is_no_secret_is_not_well_formed(text: str) -> None:
    assert not is_well_formed(text)


def test_a_key_knows_its_secret_and_no_other() -> None:
    key = an_api_key(secret=SECRET)
    assert key.is_of(SECRET)
    assert not key.is_of(a_secret(1))
    assert SECRET not in repr(key)
    assert key.sha256 == fingerprint(SECRET)
    assert hint_of(SECRET) == SECRET[:12]


def test_a_key_opens_until_it_expires_or_is_revoked() -> None:
    key = an_api_key(expires_at=NOW + timedelta(days=1))
    assert key.refusal_at(NOW) is None
    assert "expired" in (key.refusal_at(NOW + timedelta(days=1)) or "")
    assert "revoked" in (key.revoke(NOW).refusal_at(NOW) or "")
    assert key.revoke(NOW).revoke(NOW + timedelta(days=1)).revoked_at == NOW
    assert replace(key, expires_at=None).refusal_at(NOW + timedelta(days=9999)) is None


@pytest.mark.parametrize("name", ["", "  ", "x" * 101, "two\nlines", "a\tb", "\x1b[31m"])
def test_a_name_that_no_list_can_show_is_refused(name: str) -> None:
    with pytest.raises(InvalidRequestError, match=r"^name: "):
        parse_key_name(name)


def test_scopes_are_named_exactly_and_a_near_miss_is_said() -> None:
    assert parse_scopes(["audit:read", "audit:read"]) == {Scope.AUDIT_READ}
    with pytest.raises(InvalidRequestError, match="did you mean 'templates:read'"):
        parse_scopes(["template:read"])
    with pytest.raises(InvalidRequestError, match="the scopes are"):
        parse_scopes(["*"])
    with pytest.raises(InvalidRequestError, match="give one"):
        parse_scopes([])
