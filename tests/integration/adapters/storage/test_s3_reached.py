"""Ways to reach a store: by TLS with an authority of one's own, and with the bucket in the host name."""

import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from adapters.storage.s3.bucket import Bucket
from adapters.storage.s3.options import S3Options
from adapters.storage.s3.storage import S3DocumentStorage
from adapters.system import SystemClock
from domain.errors import ServiceUnavailableError
from tests.contracts.document_storage import BOOK, LETTER, key_of
from tests.fakes.blob_locks import InMemoryBlobLocks
from tests.integration.support.seaweedfs import free_ports, killable_seaweedfs

DOMAIN = "s3.example.test"


@dataclass(frozen=True, slots=True)
class Store:
    """A store with a certificate by an authority of its own, which knows its buckets by names below a domain."""

    options: S3Options
    https_port: int
    authority: Path


def _signed(folder: Path) -> Path:
    """Write `server.pem` and `server.key` for this machine, and the certificate of who has signed it; return that."""
    keys = {who: ec.generate_private_key(ec.SECP256R1()) for who in ("authority", "server")}
    names = {who: x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"DocGen's test {who}")]) for who in keys}
    now = datetime.now(UTC)
    for who, key in keys.items():
        is_authority = who == "authority"
        builder = (
            x509.CertificateBuilder()
            .subject_name(names[who])
            .issuer_name(names["authority"])
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        )
        if not is_authority:
            address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
            builder = builder.add_extension(x509.SubjectAlternativeName([address]), critical=False)
        certificate = builder.sign(keys["authority"], hashes.SHA256())
        (folder / f"{who}.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private = keys["server"].private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "server.key").write_bytes(private)
    return folder / "authority.pem"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """One for all of these tests."""
    folder = tmp_path_factory.mktemp("certificates")
    authority = _signed(folder)
    [port] = free_ports(1)
    more = (
        f"-s3.cert.file={folder}/server.pem",
        f"-s3.key.file={folder}/server.key",
        f"-s3.port.https={port}",
        f"-s3.domainName={DOMAIN}",
    )
    with killable_seaweedfs(folder / "store", *more) as running:
        yield Store(replace(running.server.options(), attempts=1, request_seconds=5), port, authority)


def storage_with(options: S3Options) -> S3DocumentStorage:
    """Make a storage that is alone with its bucket."""
    return S3DocumentStorage(Bucket(options), InMemoryBlobLocks(), SystemClock())


async def test_an_authority_of_ones_own_is_trusted_where_it_is_named(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_tls = replace(store.options, endpoint_url=f"https://127.0.0.1:{store.https_port}")
    async with storage_with(by_tls) as storage:
        with pytest.raises(ServiceUnavailableError, match="certificate"):
            await storage.put(key_of(LETTER), LETTER)
    monkeypatch.setenv("AWS_CA_BUNDLE", str(store.authority))
    async with storage_with(by_tls) as storage:
        await storage.put(key_of(LETTER), LETTER)
        assert await storage.read(key_of(LETTER)) == LETTER


async def test_the_bucket_may_be_in_the_host_name(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    # Nobody here knows where the name leads: so it goes by a proxy, which the store itself is.
    assert store.options.endpoint_url is not None
    monkeypatch.setenv("HTTP_PROXY", store.options.endpoint_url)
    in_host = replace(store.options, endpoint_url=f"http://{DOMAIN}", addressing_style="virtual")
    async with storage_with(in_host) as storage:
        for content in (LETTER, BOOK):
            await storage.put(key_of(content), content)
            assert await storage.read(key_of(content)) == content
    async with storage_with(store.options) as storage:
        assert await storage.read(key_of(BOOK)) == BOOK
