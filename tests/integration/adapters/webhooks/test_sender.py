"""Webhooks are sent to whom they may be sent to, and no receiver harms who sends."""

import asyncio
import os
import socket
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from typing_extensions import override

from adapters.webhooks.network import Resolve, SystemResolver
from adapters.webhooks.sender import HttpWebhookSender, SendingTimes
from domain.errors import InvalidRequestError, UrlForbiddenError
from tests.contracts.webhook_sender import WebhookSenderContract
from tests.integration.adapters.webhooks.receiving import (
    Answer,
    Names,
    Silence,
    drips,
    endless,
    nothing,
    receiving,
    reset,
    says,
    status,
)

LOOPBACK = (ip_network("127.0.0.1/32"),)
HASTY = SendingTimes(connect=0.3, read=0.3, excerpt=0.1)
HERE = "hooks_example"
HEADERS = {"webhook-id": "evt_1"}
OK = status("200 OK", "thanks")


@asynccontextmanager
async def sending(
    resolve: Resolve, times: SendingTimes | None = None, *, tls: ssl.SSLContext | None = None
) -> AsyncIterator[HttpWebhookSender]:
    """Give a sender that may send to the loopback address."""
    async with HttpWebhookSender(resolve, LOOPBACK, times=times, tls=tls) as sender:
        yield sender


def here() -> Names:
    """A resolver that knows one name, for the loopback address."""
    return Names(**{HERE: [["127.0.0.1"]]})


async def test_a_message_is_posted_as_it_is() -> None:
    async with receiving(OK) as receiver, sending(here()) as sender:
        url = f"http://hooks.example:{receiver.port}/in?key=1"
        answer = await sender.send(url, HEADERS, b'{"type": "x"}')
        assert (answer.status_code, answer.excerpt, answer.error) == (200, "thanks", None)
        (fields, body), *others = receiver.requests
        assert (body, others) == (b'{"type": "x"}', [])
        assert fields[":request"] == "POST /in?key=1 HTTP/1.1"
        assert fields["host"] == f"hooks.example:{receiver.port}"
        assert fields["webhook-id"] == "evt_1"
        assert fields["content-type"] == "application/json"
        assert fields["user-agent"].startswith("docgen/")


async def test_without_leave_nothing_is_sent_into_a_private_network() -> None:
    async with receiving(OK) as receiver, HttpWebhookSender(here()) as sender:
        url = f"http://hooks.example:{receiver.port}/"
        answer = await sender.send(url, HEADERS, b"{}")
        assert answer.status_code is None
        assert "DOCGEN_WEBHOOKS__ALLOWED_NETWORKS" in str(answer.error)
        with pytest.raises(UrlForbiddenError):
            await sender.check(url)
        assert receiver.connections == 0


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "[::1]", "[::ffff:127.0.0.1]"]
)
async def test_however_this_machine_is_written_it_is_not_reached(host: str) -> None:
    async with (
        receiving(OK) as receiver,
        SystemResolver() as resolve,
        HttpWebhookSender(resolve) as sender,
    ):
        answer = await sender.send(f"http://{host}:{receiver.port}/", HEADERS, b"{}")
        assert answer.status_code is None
        assert answer.error is not None
        assert receiver.connections == 0


async def test_a_name_that_changes_its_address_after_the_check_gains_nothing() -> None:
    names = Names(**{HERE: [["93.184.215.14"], ["127.0.0.1"]]})
    async with receiving(OK) as receiver, HttpWebhookSender(names) as sender:
        url = f"http://hooks.example:{receiver.port}/"
        await sender.check(url)
        answer = await sender.send(url, HEADERS, b"{}")
        assert answer.status_code is None
        assert receiver.connections == 0


async def test_the_address_that_was_checked_is_the_one_that_is_connected_to() -> None:
    """A name is asked for once for each message: no second answer could lead elsewhere."""
    names = Names(**{HERE: [["127.0.0.1"], ["127.0.0.2"]]})
    async with receiving(OK) as receiver, sending(names) as sender:
        url = f"http://hooks.example:{receiver.port}/"
        assert (await sender.send(url, HEADERS, b"{}")).status_code == 200
        assert names.asked == ["hooks.example"]
        assert (await sender.send(url, HEADERS, b"{}")).status_code is None
        assert receiver.connections == 1


async def test_one_forbidden_address_among_others_forbids_the_name() -> None:
    async with receiving(OK) as receiver, sending(Names(**{HERE: [["127.0.0.1", "10.0.0.1"]]})) as sender:
        answer = await sender.send(f"http://hooks.example:{receiver.port}/", HEADERS, b"{}")
        assert answer.status_code is None
        assert receiver.connections == 0


async def test_the_next_address_is_tried_where_nobody_listens() -> None:
    allowed = (ip_network("127.0.0.0/8"),)
    names = Names(**{HERE: [["127.0.0.2", "127.0.0.1"]]})
    async with receiving(OK) as receiver, HttpWebhookSender(names, allowed) as sender:
        answer = await sender.send(f"http://hooks.example:{receiver.port}/", HEADERS, b"{}")
        assert answer.status_code == 200


@pytest.mark.parametrize("line", ["301 Moved", "302 Found", "307 Temporary Redirect", "308 Permanent Redirect"])
async def test_a_redirect_is_not_followed(line: str) -> None:
    async with receiving(OK) as inside:
        elsewhere = status(line, "", f"Location: http://127.0.0.1:{inside.port}/")
        async with receiving(elsewhere) as receiver, sending(here()) as sender:
            answer = await sender.send(f"http://hooks.example:{receiver.port}/", HEADERS, b"{}")
            assert answer.status_code == int(line.split(maxsplit=1)[0])
            assert "not followed" in str(answer.error)
            assert inside.connections == 0


@pytest.mark.parametrize(
    ("behaves", "words"),
    [
        (nothing, "longer than 0.3 s"),
        (drips, "longer than 0.3 s"),
        (reset, "No answer"),
        (says("hello\r\n\r\n"), "No answer"),
        (says("HTTP/1.1 200 OK\r\nX: " + "a" * 200_000), "No answer"),
    ],
)
async def test_a_receiver_that_gives_no_answer_is_told_apart(behaves: Answer, words: str) -> None:
    async with receiving(behaves) as receiver, sending(here(), HASTY) as sender:
        answer = await sender.send(f"http://hooks.example:{receiver.port}/", HEADERS, b"{}")
        assert answer.status_code is None
        assert words in str(answer.error)


@pytest.mark.parametrize("field", ["Retry-After: 120", "retry-after: Sat, 14 Mar 2026 09:28:53 GMT", "X: 1"])
async def test_when_a_receiver_wants_to_be_asked_again_is_passed_on(field: str) -> None:
    async with receiving(status("503 Later", "", field)) as receiver, sending(here()) as sender:
        answer = await sender.send(f"http://hooks.example:{receiver.port}/", HEADERS, b"{}")
    assert (answer.status_code, answer.retry_after) == (503, None if field == "X: 1" else field.partition(": ")[2])


async def test_of_an_endless_body_the_beginning_is_read() -> None:
    async with receiving(endless) as receiver, sending(here()) as sender:
        answer = await sender.send(f"http://hooks.example:{receiver.port}/", HEADERS, b"{}")
        assert answer.status_code == 200
        assert len(answer.excerpt) == 1000
        assert answer.excerpt.startswith("0123456789")


@pytest.mark.parametrize("rest", ["", "Content-Length: 100\r\n", "Content-Encoding: gzip\r\n"])
async def test_what_becomes_of_the_body_does_not_matter_once_the_status_is_there(rest: str) -> None:
    body = f"HTTP/1.1 204 No Content\r\n{rest}\r\n" if not rest else f"HTTP/1.1 200 OK\r\n{rest}\r\nbeg\x00in"
    async with receiving(says(body)) as receiver, sending(here()) as sender:
        answer = await sender.send(f"http://hooks.example:{receiver.port}/", HEADERS, b"{}")
        assert answer.status_code in (200, 204)
        assert answer.excerpt == ("beg\N{REPLACEMENT CHARACTER}in" if rest else "")


async def test_where_nobody_listens_and_where_no_name_is_known_there_is_no_connection() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        async with sending(here()) as sender:
            refused = await sender.send(f"http://hooks.example:{unused.getsockname()[1]}/", HEADERS, b"{}")
            unknown = await sender.send("http://other.example/", HEADERS, b"{}")
            await sender.check("http://other.example/")
    assert "No connection" in str(refused.error)
    assert "the name other.example is not known" in str(unknown.error)


async def test_a_name_server_that_does_not_answer_is_not_waited_for() -> None:
    async with sending(Silence(), HASTY) as sender:
        answer = await sender.send("http://hooks.example/", HEADERS, b"{}")
        assert "nobody answered within 0.3 s" in str(answer.error)
        await sender.check("http://hooks.example/")


async def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    async with receiving(OK) as proxy, receiving(OK) as receiver, sending(here()) as sender:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setitem(os.environ, name, f"http://127.0.0.1:{proxy.port}")
        assert (await sender.send(f"http://hooks.example:{receiver.port}/", HEADERS, b"{}")).status_code == 200
        assert (proxy.connections, receiver.connections) == (0, 1)


async def test_what_is_no_address_is_an_answer_too() -> None:
    async with sending(here()) as sender:
        assert "port 22" in str((await sender.send("http://hooks.example:22/", HEADERS, b"{}")).error)
        with pytest.raises(InvalidRequestError):
            await sender.check("http://")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A certificate for hooks.example, which signs itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "hooks.example")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("hooks.example")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + signed.public_bytes(serialization.Encoding.PEM))
    yield path
    path.unlink()


async def test_a_certificate_has_to_be_of_the_host_and_trusted(certificate: Path) -> None:
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(certificate)
    trusting = ssl.create_default_context(cafile=certificate)
    names = Names(**{HERE: [["127.0.0.1"]], "other_example": [["127.0.0.1"]]})
    async with receiving(OK, tls=server) as receiver:
        async with sending(names, tls=trusting) as sender:
            url = "https://{}:" + str(receiver.port)
            assert (await sender.send(url.format("hooks.example"), HEADERS, b"{}")).status_code == 200
            of_another = await sender.send(url.format("other.example"), HEADERS, b"{}")
        async with sending(names) as sender:
            untrusted = await sender.send(url.format("hooks.example"), HEADERS, b"{}")
        assert "No connection" in str(of_another.error)
        assert "certificate" in str(of_another.error)
        assert "No connection" in str(untrusted.error)
        assert len(receiver.requests) == 1


async def test_messages_do_not_wait_for_each_other() -> None:
    async with receiving(nothing) as stuck, receiving(OK) as receiver, sending(here()) as sender:
        url = f"http://hooks.example:{stuck.port}/"
        waiting = [asyncio.create_task(sender.send(url, HEADERS, b"{}")) for _ in range(20)]
        assert (await sender.send(f"http://hooks.example:{receiver.port}/", HEADERS, b"{}")).status_code == 200
        assert not any(task.done() for task in waiting)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)


class TestHttpWebhookSender(WebhookSenderContract):
    @pytest.fixture
    @override
    async def sender(self) -> AsyncIterator[HttpWebhookSender]:  # type: ignore[override]  # a fixture
        async with sending(Names(**{HERE: [["127.0.0.1"]], "inside_example": [["10.0.0.1"]]})) as sender:
            yield sender

    @pytest.fixture
    @override
    async def url(self) -> AsyncIterator[str]:  # type: ignore[override]  # a fixture
        async with receiving(OK) as receiver:
            yield f"http://hooks.example:{receiver.port}/"

    @pytest.fixture
    @override
    def forbidden_url(self) -> str:
        return "http://inside.example/"
