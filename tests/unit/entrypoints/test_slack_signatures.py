"""Signatures of Slack's requests."""

import pytest
from slack_sdk.signature import Clock

from entrypoints.slack.signatures import SIGNATURE, TIMESTAMP, Signatures

# The example of docs.slack.dev, "Verifying requests from Slack".
SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
AT = 1531420618
BODY = (
    b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
    b"&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
    b"&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
    b"&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
)
EXAMPLE = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"


class At(Clock):
    """A clock that stands still."""

    def __init__(self, at: float) -> None:
        self._at = at

    def now(self) -> float:
        return self._at


def headers(signature: str = EXAMPLE, at: str = str(AT)) -> dict[str, str]:
    return {SIGNATURE: signature, TIMESTAMP: at}


@pytest.mark.parametrize("late", [0, 300, -300])
def test_the_published_example_is_valid_for_five_minutes(late: float) -> None:
    assert Signatures(SECRET, At(AT + late)).is_valid(headers(), BODY)


@pytest.mark.parametrize("late", [301, -301, 86_400])
def test_an_old_one_is_not(late: float) -> None:
    assert not Signatures(SECRET, At(AT + late)).is_valid(headers(), BODY)


@pytest.mark.parametrize(
    ("given", "body", "secret"),
    [
        (headers(EXAMPLE[:-1] + "4"), BODY, SECRET),
        (headers(), BODY + b"&text=more", SECRET),
        (headers(), BODY, "another secret"),
        (headers(""), BODY, SECRET),
        (headers("v0=ä"), BODY, SECRET),
        (headers(at=""), BODY, SECRET),
        (headers(at="soon"), BODY, SECRET),
        (headers(at="-1531420618"), BODY, SECRET),
        (headers(at="1531420618.0"), BODY, SECRET),
        (headers(at="9" * 5000), BODY, SECRET),
        (headers(at="१५३१४२०६१८"), BODY, SECRET),
        ({}, BODY, SECRET),
    ],
)
def test_whatever_else_is_not(given: dict[str, str], body: bytes, secret: str) -> None:
    assert not Signatures(secret, At(AT)).is_valid(given, body)
