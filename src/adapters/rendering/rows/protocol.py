"""What the service and the process that reads rows say to each other: frames of JSON, each behind its length."""

import struct
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from adapters.rendering.rows.limits import RowLimits
from application.ports.row_reader import PreparedRow, TableFacts
from domain.diagnostics import Diagnostic
from domain.placeholder import Placeholder, PlaceholderKind
from domain.rows import RowFormat, RowProblem, RowWishes

LENGTH: Final = struct.Struct("!I")
# A frame of rows is begun anew at a small part of this; the data of one row may be 16 MB, and half as much again.
MAX_FRAME: Final = 64_000_000


class ProtocolError(Exception):
    """The process does not keep to the protocol; the message says how."""


class Known(msgspec.Struct, frozen=True):
    """A placeholder, as far as rows go."""

    path: str
    kind: PlaceholderKind
    required: bool
    declared: bool
    choices: tuple[Any, ...] = ()

    @classmethod
    def of(cls, placeholder: Placeholder) -> "Known":
        """Take what counts."""
        choices = tuple(placeholder.facts.get("enum", ()))
        return cls(placeholder.path, placeholder.kind, placeholder.required, placeholder.declared, choices)

    def as_placeholder(self) -> Placeholder:
        """Return it as the domain knows it."""
        facts = {"enum": list(self.choices)} if self.choices else {}
        return Placeholder(self.path, self.kind, self.required, (), declared=self.declared, facts=facts)


class Order(msgspec.Struct, frozen=True):
    """What the process is to do; with `failed` it writes these rows with what is wrong with them."""

    format: RowFormat
    placeholders: tuple[Known, ...]
    wishes: RowWishes
    locale: str
    limits: RowLimits
    failed: dict[int, str] | None = None


class Ready(msgspec.Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    """The process is locked up; `lacking` names what this system has not to do it with."""

    lacking: tuple[str, ...] = ()


class Opened(msgspec.Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    """The header was read."""

    format: RowFormat
    encoding: str | None
    delimiter: str | None
    sheet: str | None
    columns: dict[str, str]
    ignored: tuple[str, ...]

    @classmethod
    def of(cls, facts: TableFacts, columns: Mapping[str, str], ignored: tuple[str, ...]) -> "Opened":
        """Say how a file was read."""
        return cls(facts.format, facts.encoding, facts.delimiter, facts.sheet, dict(columns), ignored)

    def facts(self) -> TableFacts:
        """Return it as the port knows it."""
        return TableFacts(self.format, self.encoding, self.delimiter, self.sheet, self.columns, self.ignored)


class Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A row; its data is JSON as it is to be rendered."""

    row: int
    data: msgspec.Raw
    key: str | None = None
    problems: tuple[RowProblem, ...] = ()
    doubts: tuple[RowProblem, ...] = ()
    doubtful: bool = False

    def prepared(self) -> PreparedRow:
        """Return it as the port knows it."""
        return PreparedRow(self.row, bytes(self.data), self.key, self.problems, self.doubts, self.doubtful)


class Rows(msgspec.Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    """Some rows."""

    rows: tuple[Row, ...]


class Text(msgspec.Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    """A piece of the file of failed rows."""

    text: str


class Ended(msgspec.Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    """That was all."""


class Failed(msgspec.Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    """The file cannot be read."""

    message: str
    diagnostics: tuple[Diagnostic, ...]


Message = Ready | Opened | Rows | Text | Ended | Failed
_MESSAGES: Final[msgspec.json.Decoder[Message]] = msgspec.json.Decoder(Message)
_ORDERS: Final = msgspec.json.Decoder(Order)


def write(message: Message | Order) -> bytes:
    """Return a frame."""
    text = msgspec.json.encode(message)
    return LENGTH.pack(len(text)) + text


def read_order(text: bytes) -> Order:
    """Return an order, which comes from the service and is as it should be."""
    return _ORDERS.decode(text)


def read_message(text: bytes) -> Message:
    """Return what the process said.

    Raises:
        ProtocolError: it is nothing of this kind.
    """
    try:
        return _MESSAGES.decode(text)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise ProtocolError(f"a message that cannot be read: {error}") from None
