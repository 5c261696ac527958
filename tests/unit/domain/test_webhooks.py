"""Webhooks: their addresses, events, secrets and signatures."""

import base64
from datetime import UTC, datetime, timedelta

import pytest

from domain.errors import InvalidRequestError, UrlForbiddenError
from domain.retry_after import parse_retry_after
from domain.webhook import WebhookEvent, parse_description, parse_events
from domain.webhook_delivery import (
    INTERRUPTED,
    MAX_ATTEMPTS_KEPT,
    TRIED_FOR,
    DeliveryAttempt,
    DeliveryStatus,
    WebhookDelivery,
    delay_after,
)
from domain.webhook_signature import shown, signed_headers
from domain.webhook_url import WebhookUrl, parse_webhook_url
from tests.builders import NOW, a_delivery, a_webhook


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://example.org", WebhookUrl("https", "example.org", 443, "/")),
        ("HTTP://Example.ORG./a?b=%20", WebhookUrl("http", "example.org", 80, "/a?b=%20")),
        ("https://bücher.example:8443/x", WebhookUrl("https", "xn--bcher-kva.example", 8443, "/x")),
        ("http://[2606:4700::1111]:8080", WebhookUrl("http", "2606:4700::1111", 8080, "/")),
    ],
)
def test_an_address_is_taken_apart(text: str, url: WebhookUrl) -> None:
    assert parse_webhook_url(text) == url


@pytest.mark.parametrize(
    ("url", "authority"),
    [
        ("https://example.org:443/", "example.org"),
        ("http://example.org:443/", "example.org:443"),
        ("https://[2606:4700::1111]:8443/", "[2606:4700::1111]:8443"),
    ],
)
def test_the_host_that_is_asked_for_has_its_port_where_it_is_needed(url: str, authority: str) -> None:
    assert parse_webhook_url(url).authority == authority


@pytest.mark.parametrize(
    "text",
    [
        "",
        "https://",
        "https:///path",
        "https://exa mple.org",
        "https://example.org\\@10.0.0.1",
        "https://user:secret@example.org",
        "https://example.org/#part",
        "https://example.org:port",
        "https://example.org:70000",
        "https://-example.org",
        "https://example..org",
        "https://example.org/ü",
        "https://example.org/\r\nHost: other",
        "https://[::1",
        "https://" + "a" * 64 + ".org",
        "https://example.org/" + "a" * 2000,
    ],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequestError) as refusal:
        parse_webhook_url(text)
    assert refusal.value.field == "url"


@pytest.mark.parametrize(
    "text",
    [
        "ftp://example.org",
        "file:///etc/passwd",
        "gopher://example.org",
        "javascript:alert(1)",
        "example.org",
        "//example.org",
        "https:example.org",
        "https://example.org:22",
        "http://example.org:25",
        "https://example.org:0",
        "http://example.org:6667",
    ],
)
def test_other_schemes_and_ports_are_forbidden(text: str) -> None:
    with pytest.raises(UrlForbiddenError):
        parse_webhook_url(text)


def test_events_are_chosen_by_name() -> None:
    assert parse_events(None) is None
    assert parse_events(["render.failed"]) == {WebhookEvent.RENDER_FAILED}
    for names, word in (
        (["render.suceeded"], "did you mean 'render.succeeded'"),
        ([], "null"),
        (["x"], "the events are"),
    ):
        with pytest.raises(InvalidRequestError, match=word):
            parse_events(names)
    with pytest.raises(InvalidRequestError):
        parse_events(["webhook.test"])
    with pytest.raises(InvalidRequestError, match="line breaks"):
        parse_description("a\nb")


def test_an_endpoint_hears_what_it_has_chosen_while_it_is_enabled() -> None:
    endpoint = a_webhook(events=frozenset({WebhookEvent.RENDER_FAILED}))
    assert endpoint.hears(WebhookEvent.RENDER_FAILED)
    assert not endpoint.hears(WebhookEvent.RENDER_SUCCEEDED)
    assert a_webhook(events=None).hears(WebhookEvent.TEMPLATE_PUBLISHED)
    disabled = endpoint.disable("It failed.", at=NOW)
    assert not disabled.hears(WebhookEvent.RENDER_FAILED)
    assert disabled.disable("Again.", at=NOW).disabled_reason == "It failed."
    assert disabled.enable(at=NOW).hears(WebhookEvent.RENDER_FAILED)


def test_two_secrets_live_at_most_and_the_old_one_for_a_time() -> None:
    endpoint = a_webhook()
    first = endpoint.secret.sealed
    second = endpoint.rotate(b"second", timedelta(hours=1), at=NOW)
    assert [each.sealed for each in second.live_secrets(NOW)] == [b"second", first]
    assert [each.sealed for each in second.live_secrets(NOW + timedelta(hours=1))] == [b"second"]
    third = second.rotate(b"third", timedelta(hours=1), at=NOW)
    assert [each.sealed for each in third.live_secrets(NOW)] == [b"third", b"second"]
    assert [each.sealed for each in third.rotate(b"4", timedelta(0), at=NOW).live_secrets(NOW)] == [b"4"]


def test_a_signature_is_that_of_the_specification() -> None:
    """The example that libraries of Standard Webhooks test themselves with."""
    secret = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    at = datetime.fromtimestamp(1614265330, UTC)
    headers = signed_headers("msg_p5jXN8AQM9LWM0D4loKWxJek", b'{"test": 2432232314}', [base64.b64decode(secret)], at=at)
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert shown(base64.b64decode(secret)) == f"whsec_{secret}"


def test_each_live_secret_signs() -> None:
    signatures = signed_headers("evt_1", b"{}", [b"new", b"old"], at=NOW)["webhook-signature"].split(" ")
    assert len(signatures) == 2
    assert all(each.startswith("v1,") for each in signatures)
    assert signed_headers("evt_1", b"{}", [b"old"], at=NOW)["webhook-signature"] == signatures[1]


def failed_until_given_up(delivery: WebhookDelivery, chance: float) -> tuple[int, WebhookDelivery]:
    """Let every attempt fail at its time; return how many there were, and what became of the delivery."""
    now, tries = NOW, 0
    while delivery.status is DeliveryStatus.PENDING:
        delivery = delivery.after(DeliveryAttempt(now, 1.0, 500), chance, at=now)
        tries += 1
        if delivery.next_attempt_at is not None:
            assert now < delivery.next_attempt_at <= NOW + TRIED_FOR
            now = delivery.next_attempt_at
    assert now == NOW + TRIED_FOR
    return tries, delivery


@pytest.mark.parametrize("chance", [0.0, 0.5, 1.0])
def test_a_message_is_tried_for_a_day_and_then_given_up(chance: float) -> None:
    tries, delivery = failed_until_given_up(a_delivery(), chance)
    assert 15 < tries <= MAX_ATTEMPTS_KEPT
    assert (delivery.status, delivery.tries, len(delivery.attempts)) == (DeliveryStatus.FAILED, tries, tries)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("120", 120),
        (" 0 ", 0),
        ("Sat, 14 Mar 2026 09:28:53 GMT", 120),
        ("Sat, 14 Mar 2026 09:28:53 -0000", 120),
        ("Sat, 14 Mar 2026 09:26:52 GMT", 0),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("\u0661\u0662", None),
        ("9" * 400, None),
        ("Sat, 99 Mar 2026 09:28:53 GMT", None),
        ("", None),
    ],
)
def test_when_to_come_again_is_read_as_seconds_or_as_a_date(text: str, seconds: int | None) -> None:
    now = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)
    assert parse_retry_after(text, now=now) == (None if seconds is None else timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("status", "asked", "seconds"),
    [
        (429, timedelta(minutes=5), 300),
        (503, timedelta(minutes=5), 300),
        # It is no sooner than without the wish, no later than the time for all attempts, and of these two alone.
        (503, timedelta(seconds=1), 5),
        (503, timedelta.max, 24 * 3600),
        (500, timedelta(minutes=5), 5),
    ],
)
def test_a_receiver_says_when_it_wants_to_be_asked_again(status: int, asked: timedelta, seconds: int) -> None:
    delivery = a_delivery()
    tried = delivery.after(DeliveryAttempt(NOW, 1.0, status), 0.5, at=NOW, asked=asked)
    assert tried.next_attempt_at == NOW + timedelta(seconds=seconds)


def test_attempts_of_workers_that_died_are_kept_and_counted() -> None:
    first = a_delivery().start(at=NOW)
    assert (first.started_at, first.attempts) == (NOW, ())
    second = first.start(at=NOW + timedelta(seconds=6))
    assert [(each.at, each.error) for each in second.attempts] == [(NOW, INTERRUPTED)]
    assert (second.tries, second.interruptions, second.status) == (1, 1, DeliveryStatus.PENDING)
    answered = second.after(DeliveryAttempt(NOW, 1.0, 200), 0.5, at=NOW)
    assert (answered.status, answered.started_at) == (DeliveryStatus.SUCCEEDED, None)
    given_up = second.start(at=NOW).start(at=NOW)
    assert (given_up.status, given_up.is_given_up, len(given_up.attempts)) == (DeliveryStatus.FAILED, True, 3)
    assert given_up.replay(at=NOW).interruptions == 0


def test_delays_double_with_jitter_up_to_two_hours() -> None:
    assert [delay_after(tries, 0.5).total_seconds() for tries in (1, 2, 3, 4)] == [5, 10, 20, 40]
    assert delay_after(1, 0).total_seconds() == 4
    assert delay_after(1, 1).total_seconds() == 6
    assert delay_after(1000, 0.5) == timedelta(hours=2)


def test_a_test_and_a_receiver_that_is_gone_are_not_tried_again() -> None:
    failed = DeliveryAttempt(NOW, 1.0, 500)
    assert a_delivery(event=WebhookEvent.WEBHOOK_TEST).after(failed, 0.5, at=NOW).status is DeliveryStatus.FAILED
    assert a_delivery().after(DeliveryAttempt(NOW, 1.0, 410), 0.5, at=NOW).status is DeliveryStatus.FAILED
    assert a_delivery().after(failed, 0.5, at=NOW).status is DeliveryStatus.PENDING


@pytest.mark.parametrize(("status", "success"), [(200, True), (204, True), (299, True), (302, False), (404, False)])
def test_a_status_of_2xx_is_success(status: int, *, success: bool) -> None:
    assert DeliveryAttempt(NOW, 1.0, status).is_success is success


def test_a_replay_is_the_same_message_with_time_of_its_own() -> None:
    _, given_up = failed_until_given_up(a_delivery(), 0.5)
    later = NOW + timedelta(days=3)
    again = given_up.replay(at=later)
    assert (again.event_id, again.body, again.run, again.tries) == (given_up.event_id, given_up.body, 2, 0)
    assert again.status is DeliveryStatus.PENDING
    assert again.after(DeliveryAttempt(later, 1.0), 0.5, at=later).status is DeliveryStatus.PENDING
