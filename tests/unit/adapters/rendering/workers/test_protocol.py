"""What goes over a worker's channel."""

import json
import pickle
from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.rendering.workers.protocol import (
    HEADER,
    MAX_TEXT_BYTES,
    Answer,
    ProtocolError,
    Request,
    Work,
    answer_lengths,
    read_answer,
    read_request,
    write_answer,
    write_request,
)
from domain.diagnostics import Diagnostic, Location, Part, Severity
from domain.formats import OutputFormat, TemplateFormat
from domain.placeholder import Occurrence, Placeholder, PlaceholderKind
from domain.render_request import MissingPolicy, RenderOptions
from tests.builders import render_options

FINDING = Diagnostic(
    Severity.WARNING, "unused", "Ä «message».", "Do it.", Location(Part.HEADER, 1, table=2, row=3), "snip\x00", "/a"
)
PLACEHOLDER = Placeholder(
    "a[].b",
    PlaceholderKind.NUMBER,
    required=True,
    occurrences=(Occurrence(Location(Part.TEXT, line=1), "{{ a }}"),),
    facts={"default": 1.5, "minimum": 10**30, "enum": ["a", None, True]},
)


def parts_of(pieces: list[bytes]) -> tuple[bytes, bytes, bytes]:
    frame = b"".join(pieces)
    text, first, second = HEADER.unpack_from(frame)
    body = frame[HEADER.size :]
    assert len(body) == text + first + second
    return body[:text], body[text : text + first], body[text + first :]


@given(
    st.builds(
        RenderOptions,
        st.sampled_from(OutputFormat),
        st.text(),
        st.text(),
        st.datetimes(timezones=st.just(UTC)),
        st.sampled_from(MissingPolicy),
        st.none() | st.text(),
    ),
    st.binary(),
    st.none() | st.binary(),
)
def test_requests_arrive_as_they_are(options: RenderOptions, data: bytes, file: bytes | None) -> None:
    request = Request(7, Work.RENDER, TemplateFormat.MARKDOWN, "ab" * 32, options, data, file)
    assert read_request(*parts_of(write_request(request))) == request


def test_the_time_of_a_request_is_the_same_moment_everywhere() -> None:
    now = datetime.fromisoformat("2026-03-14T09:26:53.123456+05:45")
    request = Request(1, Work.RENDER, TemplateFormat.TEXT, "", render_options(now=now))
    arrived = read_request(*parts_of(write_request(request)))
    assert arrived.options is not None
    assert arrived.options.now == now


def test_answers_arrive_as_they_are() -> None:
    answer = Answer(3, diagnostics=(FINDING,), placeholders=(PLACEHOLDER,), file_name="Ä", log=("one\ntwo",))
    text, document, nothing = parts_of(write_answer(answer, b"\x00document"))
    assert (read_answer(text), document, nothing) == (answer, b"\x00document", b"")


def test_half_characters_do_not_keep_an_answer_from_arriving() -> None:
    finding = Diagnostic(Severity.ERROR, "x", "message", snippet="a\ud800b")
    text, _, _ = parts_of(write_answer(Answer(3, diagnostics=(finding,), file_name="\udfff")))
    arrived = read_answer(text)
    assert (arrived.diagnostics[0].snippet, arrived.file_name) == ("a?b", "?")


def test_an_answer_that_is_too_long_is_not_written() -> None:
    with pytest.raises(ProtocolError):
        write_answer(Answer(1, file_name="x" * MAX_TEXT_BYTES))


GOOD = json.loads(parts_of(write_answer(Answer(3, diagnostics=(FINDING,), placeholders=(PLACEHOLDER,))))[0])


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"null",
        b"[]",
        b'{"id": "3"}',
        b'{"id": 3, "more": 1}',
        b'{"id": 3, "diagnostics": [{"severity": "fatal", "code": "x", "message": "y"}]}',
        b'{"id": 3, "failure": {"code": "x"}}',
        b'{"id": 3, "log": [1]}',
        b'{"id": 3, "file_name": "\xff"}',
        b'{"id": 3, "file_name": "\\ud800"}',
        b'{"id": ' + b"9" * 5_000 + b"}",
        b'{"id": 3, "placeholders": ' + b"[" * 100_000,
        pickle.dumps(Answer(3)),
        msgspec.msgpack.encode(Answer(3)),
    ],
)
def test_what_is_no_answer_is_refused(text: bytes) -> None:
    with pytest.raises(ProtocolError):
        read_answer(text)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)
    )
)
def test_any_other_json_is_refused_and_nothing_else_happens(value: object) -> None:
    for changed in (value, *({**GOOD, key: value} for key in GOOD)):
        try:
            assert isinstance(read_answer(json.dumps(changed).encode()), Answer)
        except ProtocolError:
            continue


@pytest.mark.parametrize("lengths", [(MAX_TEXT_BYTES + 1, 0, 0), (0, 101, 0), (1, 1, 1), (2**32 - 1, 2**32 - 1, 0)])
def test_lengths_have_caps(lengths: tuple[int, int, int]) -> None:
    assert answer_lengths(HEADER.pack(10, 100, 0), 100) == (10, 100)
    with pytest.raises(ProtocolError):
        answer_lengths(HEADER.pack(*lengths), 100)
