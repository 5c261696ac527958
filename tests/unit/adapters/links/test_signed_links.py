"""Links that nobody can make up, change, or use for something else."""

import asyncio
import base64
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapters.links.key_file import read_or_make_key
from adapters.links.signed import PATH, SignedDocumentLinks
from application.ports.document_links import ArchiveTicket, Ticket
from domain.errors import ServiceUnavailableError
from domain.identifiers import BatchId, RenderId, WorkspaceId
from tests.builders import a_document

TICKET = Ticket(
    WorkspaceId("wsp_" + "0a" * 16), RenderId("rnd_" + "0b" * 16), datetime(2026, 3, 14, 9, 26, 53, 589000, tzinfo=UTC)
)
OLD, NEW = "old key " * 4, "new key " * 4
NOWHERE = Path("nowhere/secret.key")


async def token_of(*keys: str) -> str:
    """Make the token of the ticket."""
    async with SignedDocumentLinks(keys, NOWHERE) as links:
        address = await links.make(TICKET, a_document())
    assert address.startswith(PATH)
    return address.removeprefix(PATH)


async def opened(token: str, *keys: str) -> Ticket | ArchiveTicket | None:
    """Open a token."""
    async with SignedDocumentLinks(keys, NOWHERE) as links:
        return links.open(token)


async def test_a_link_opens_to_what_it_was_made_for() -> None:
    assert await opened(await token_of(NEW), NEW) == TICKET


async def test_a_link_to_an_archive_is_none_to_a_document() -> None:
    ticket = ArchiveTicket(TICKET.workspace_id, BatchId("bat_" + "0b" * 16), TICKET.expires_at)
    async with SignedDocumentLinks([NEW], NOWHERE) as links:
        token = links.make_archive(ticket).removeprefix(PATH)
    assert await opened(token, NEW) == ticket
    assert token != await token_of(NEW)


async def test_the_key_before_opens_and_does_not_sign() -> None:
    assert await opened(await token_of(OLD), NEW, OLD) == TICKET
    assert await token_of(NEW, OLD) == await token_of(NEW)
    assert await opened(await token_of(OLD), NEW) is None


async def test_no_byte_of_a_link_can_be_changed() -> None:
    token = await token_of(NEW)
    raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    for place in range(len(raw)):
        changed = bytearray(raw)
        changed[place] ^= 1
        assert await opened(base64.urlsafe_b64encode(changed).decode().rstrip("="), NEW) is None, place


@pytest.mark.parametrize(
    "change",
    [lambda _: "", lambda t: t[:-1], lambda t: t + "A", lambda t: t + "=", lambda _: "é" * 95, lambda t: t + "\n"],
    ids=["empty", "cut", "longer", "padded", "no base64", "line break"],
)
async def test_what_is_no_token_opens_nothing(change: Callable[[str], str]) -> None:
    assert await opened(change(await token_of(NEW)), NEW) is None


async def test_each_link_has_one_spelling() -> None:
    """The last character of a token has bits that mean nothing."""
    token = await token_of(NEW)
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    accepted = [last for last in alphabet if await opened(token[:-1] + last, NEW) is not None]
    assert accepted == [token[-1]]


async def test_without_a_key_one_is_made_once_for_all_processes(tmp_path: Path) -> None:
    path = tmp_path / "data" / "secret.key"
    keys = await asyncio.gather(*(asyncio.to_thread(read_or_make_key, path) for _ in range(8)))
    assert len(set(keys)) == 1
    assert len(keys[0]) == 64
    assert path.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in path.parent.iterdir()] == ["secret.key"]


@pytest.mark.parametrize("content", [b"", b"short\n", b"\xff" * 64])
async def test_a_file_without_a_key_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "secret.key"
    path.write_bytes(content)
    with pytest.raises(ServiceUnavailableError, match="DOCGEN_SECRET_KEY"):
        async with SignedDocumentLinks((), path):
            pass


async def test_a_folder_that_cannot_be_used_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ServiceUnavailableError, match="cannot be read or made"):
        read_or_make_key(tmp_path / "file" / "secret.key")
