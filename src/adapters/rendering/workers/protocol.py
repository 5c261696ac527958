"""What the service and its workers say to each other: frames of JSON and bytes; nothing is executed or trusted.

A frame is three lengths, a JSON text and two runs of bytes. To a worker they are a request, the data and the template's
file; back come an answer and the document. What a worker sends may have been made by whoever broke into it: it is read
with a cap on each length, and into these types alone.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC
from enum import StrEnum
from typing import Any, Final

import msgspec

from application.ports.template_renderer import Assets
from domain.diagnostics import Diagnostic
from domain.formats import TemplateFormat
from domain.placeholder import Placeholder
from domain.render_request import RenderOptions

HEADER: Final = struct.Struct("!III")
# Findings and placeholders of the largest template that the limits allow take some 8 MB.
MAX_TEXT_BYTES: Final = 16_000_000
# What of a worker's words about one request goes into the log.
MAX_LOG_LINES: Final = 20
MAX_LOG_CHARACTERS: Final = 10_000
# What a worker says of itself before its first request.
READY_ID: Final = 0


class Work(StrEnum):
    """What is to be done with a template: the methods of the renderer's port, and keeping it for requests to come."""

    LEARN = "learn"
    INSPECT = "inspect"
    CHECK = "check"
    VALIDATE = "validate"
    RENDER = "render"


class ProtocolError(Exception):
    """The other side does not keep to the protocol; the message says how."""


@dataclass(frozen=True, slots=True)
class Request:
    """One piece of work; `options` and data belong to renders and validations, `file` is there where it was sent."""

    id: int
    work: Work
    format: TemplateFormat
    sha256: str
    options: RenderOptions | None = None
    data: bytes = b""
    file: bytes | None = None
    assets: Assets = field(default_factory=dict)
    refinements: str | None = None
    # Whether somebody wants to know how long the work takes.
    timed: bool = False

    @property
    def key(self) -> tuple[str, TemplateFormat]:
        """What a compiled template is kept under."""
        return self.sha256, self.format

    @property
    def size(self) -> int:
        """How many bytes of data and assets it has; the file is counted where it is known whether it goes along."""
        return len(self.data) + sum(len(asset) for asset in self.assets.values() if asset is not None)


class Failure(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An error of the domain: its code and sentence, and the assets it names; its findings are the answer's."""

    code: str
    message: str
    names: tuple[str, ...] = ()


class Spent(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Seconds that a worker took to compile the template, and for the rest of its work."""

    compile: float = 0.0
    work: float = 0.0


class Answer(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What came of a request.

    `miss` asks for the same request with the template's file; `retire` asks for a fresh worker in place of this one;
    `log` are lines for the service's log; `spent` is there where it was asked for. The first answer of a worker has
    READY_ID, and names in `lacking` what this system has not to lock it up with.
    """

    id: int
    miss: bool = False
    retire: bool = False
    failure: Failure | None = None
    diagnostics: tuple[Diagnostic, ...] = ()
    placeholders: tuple[Placeholder, ...] = ()
    file_name: str | None = None
    lacking: tuple[str, ...] = ()
    log: tuple[str, ...] = ()
    spent: Spent | None = None


class _Head(msgspec.Struct, frozen=True, omit_defaults=True):
    """A request without its bytes."""

    id: int
    work: Work
    format: TemplateFormat
    sha256: str
    has_file: bool = False
    options: RenderOptions | None = None
    # Names and sizes of the assets; no size for one that is not there.
    assets: tuple[tuple[str, int | None], ...] = ()
    refinements: str | None = None
    timed: bool = False


_HEADS: Final = msgspec.json.Decoder(_Head)
_ANSWERS: Final = msgspec.json.Decoder(Answer)


def write_request(request: Request) -> list[bytes]:
    """Return a request's frame in pieces."""
    options = request.options
    if options is not None and options.now.tzinfo is not UTC:
        options = replace(options, now=options.now.astimezone(UTC))
    has_file = request.file is not None
    sizes = tuple((name, None if asset is None else len(asset)) for name, asset in request.assets.items())
    head = _Head(
        request.id,
        request.work,
        request.format,
        request.sha256,
        has_file,
        options,
        sizes,
        request.refinements,
        request.timed,
    )
    # The assets stand behind the data, in their order.
    assets = [asset for asset in request.assets.values() if asset is not None]
    data = b"".join((request.data, *assets)) if assets else request.data
    return _frame(_encoded(head), data, request.file or b"")


def read_request(text: bytes, data: bytes, file: bytes) -> Request:
    """Return the request of a frame's parts, which come from the service and are as they should be."""
    head = _HEADS.decode(text)
    assets, end = dict[str, bytes | None](), len(data)
    for name, size in reversed(head.assets):
        assets[name] = None if size is None else data[end - size : end]
        end -= size or 0
    sent = file if head.has_file else None
    return Request(
        head.id,
        head.work,
        head.format,
        head.sha256,
        head.options,
        data[:end],
        sent,
        assets,
        head.refinements,
        head.timed,
    )


def write_answer(answer: Answer, document: bytes = b"") -> list[bytes]:
    """Return an answer's frame in pieces.

    Raises:
        ProtocolError: its findings are longer than an answer may be.
    """
    text = _encoded(answer)
    if len(text) > MAX_TEXT_BYTES:
        raise ProtocolError(f"an answer of {len(text):,} bytes")
    return _frame(text, document, b"")


def read_answer(text: bytes) -> Answer:
    """Return the answer in a frame's JSON text.

    Raises:
        ProtocolError: it is none.
    """
    try:
        return _ANSWERS.decode(text)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise ProtocolError(f"an answer that cannot be read: {error}") from None


def answer_lengths(header: bytes, max_document_bytes: int) -> tuple[int, int]:
    """Return the lengths of an answer's text and document.

    Raises:
        ProtocolError: they are longer than they may be.
    """
    text, document, nothing = HEADER.unpack(header)
    if text > MAX_TEXT_BYTES or document > max_document_bytes or nothing:
        raise ProtocolError(f"an answer of {text:,}, {document:,} and {nothing:,} bytes")
    return text, document


def _frame(text: bytes, first: bytes, second: bytes) -> list[bytes]:
    return [HEADER.pack(len(text), len(first), len(second)), text, *(part for part in (first, second) if part)]


def _encoded(value: msgspec.Struct) -> bytes:
    try:
        return msgspec.json.encode(value)
    except UnicodeEncodeError:
        # Half a character cannot be sent, in a file's name or a finding's snippet as little as in a document.
        return msgspec.json.encode(_mended(msgspec.to_builtins(value)))


def _mended(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {_mended(key): _mended(each) for key, each in value.items()}
    if isinstance(value, Sequence):
        return [_mended(each) for each in value]
    return value
