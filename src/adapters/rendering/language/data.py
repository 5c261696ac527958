"""Reading the data of a render: JSON, and nothing that is only almost JSON."""

import re
from typing import Any, Final

import jiter

from domain.diagnostics import Diagnostic, Severity
from domain.errors import DataInvalidError

_BOM: Final = b"\xef\xbb\xbf"
# What a writer might have to escape or drop. Within JSON a control character, a quotation mark and half a character can
# only be written with a backslash (RFC 8259, section 7); U+FFFE and U+FFFF may stand for themselves.
_ODD: Final = (b"\\", b"&", b"<", b">", b"\x7f")
_ODD_BEYOND_ASCII: Final = (b"\xef\xbf\xbe", b"\xef\xbf\xbf")
# Possessive: a text of many escapes would else be remembered step by step, in far more memory than it has.
_REST_OF_LITERAL: Final = re.compile(rb'[^"\\]*+(?:\\.[^"\\]*+)*+"')
# Finding an odd text costs as much as asking a writer about some ten texts.
_BYTES_PER_ODD_TEXT: Final = 1_000

# It names the key as well.
_DOUBLED: Final = re.compile(r'Detected duplicate key (".*")', re.DOTALL)
_LONGEST_KEY: Final = 60
# What jiter says, and what we say: code, sentence, advice.
_SAYINGS: Final = (
    ("recursion limit", "data-too-deep", "The data nests lists or objects more than 200 deep.", "Flatten it."),
    ("number out of range", "data-number", "A number in the data has too many digits.", "Write it as a text."),
    ("hex escape", "data-surrogate", "A text in the data holds half a character (a lone surrogate).", None),
    ("surrogate", "data-surrogate", "A text in the data holds half a character (a lone surrogate).", None),
)
# Where it is no JSON: what jiter says, and what we say.
_SYNTAX: Final = (
    ("EOF while parsing a string", "it ends within a text", 'A text ends with a quotation mark: "…".'),
    ("EOF while parsing", "it ends too early", "Close every { with } and every [ with ]."),
    ("key must be a string", "a name stands without double quotes", 'Write "name": with double quotes.'),
    ("trailing comma", "a comma stands before a closing bracket", "Delete the comma."),
    (
        "trailing characters",
        "something follows behind its end",
        "Delete what follows, or a bracket too many before it.",
    ),
    ("expected `:`", "a colon is missing behind a name", 'Write "name": "value".'),
    ("expected `,`", "a comma, or a closing bracket, is missing", "Separate entries with commas."),
    ("invalid escape", "a \\ in a text has no meaning there", "Write \\\\ for a single one."),
    ("control character", "a line break or a tab stands in a text", "Write \\n for a line break, \\t for a tab."),
    ("expected value", "no value stands where one should", "Texts stand in double quotes; JSON has no comments."),
    ("invalid number", "a number cannot be read", "Write it like 1234.56, without zeros before it."),
)
# Words where JSON wants a value.
_MEANT: Final = {
    **dict.fromkeys(("True", "TRUE", "yes"), "Write true in small letters."),
    **dict.fromkeys(("False", "FALSE", "no"), "Write false in small letters."),
    **dict.fromkeys(("None", "NULL", "Null", "undefined", "nil"), "Write null."),
    **dict.fromkeys(
        ("NaN", "Infinity", "-Infinity", "inf"), "NaN and Infinity are no JSON numbers; write null, or a number."
    ),
}
_WORD: Final = re.compile(rb"-?[A-Za-z]+")


def parse_data(text: bytes) -> dict[str, Any]:
    """Parse a JSON object: whole numbers as int, all others as exact Decimal, keys in the order of the text.

    A byte order mark is tolerated. NaN, Infinity, duplicate keys, lone surrogates and more than 200 levels are not.

    Raises:
        DataInvalidError: it is no JSON object in UTF-8; the diagnostic says where.
    """
    data = parse_json(text)
    if type(data) is not dict:
        kind = "a list" if type(data) is list else "a single value"
        message = f"The data is {kind}, and has to be an object: names with their values."
        raise _invalid("data-not-object", message, 'Write it as {"name": …}.')
    return data


def parse_json(text: bytes) -> Any:
    """Parse any JSON value as strictly.

    Raises:
        DataInvalidError: see parse_data.
    """
    try:
        return jiter.from_json(
            text.removeprefix(_BOM),
            allow_inf_nan=False,
            catch_duplicate_keys=True,
            float_mode="decimal",
            cache_mode="keys",
        )
    except ValueError as error:
        raise _invalid(*_explain(text, str(error))) from None


def count_values(text: bytes, enough: int) -> int:
    """Return how many values JSON text has at most, objects and lists included.

    Commas and brackets within texts are counted too, but where that would be more than `enough`.
    """
    if (most := 1 + _count(text)) <= enough:
        return most
    found, position = 1, 0
    while position < len(text):
        # Some thousand texts at a time: all that is left of a large JSON text at once would take forty times its bytes.
        some = _SOME_LITERALS.match(text, position)
        end = some.end() if some else len(text)
        found += _count(_LITERAL.sub(b"", text[position:end]))
        position = end
    return found


def _count(text: bytes) -> int:
    # Three searches for what comes that often take three times as long; and no copy of the whole is made.
    pieces = (text[start : start + _PIECE_BYTES] for start in range(0, len(text), _PIECE_BYTES))
    return len(text) - sum(len(piece.translate(None, b",[{")) for piece in pieces)


_PIECE_BYTES: Final = 100_000
_LITERAL: Final = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"')
_SOME_LITERALS: Final = re.compile(rb'(?:[^"]*+"[^"\\]*+(?:\\.[^"\\]*+)*+"){1,10000}+')


def may_hold_typed_values(text: bytes) -> bool:
    """Tell whether a key in JSON text may begin with a dollar sign."""
    # A single byte that is rare is found missing much faster than two of which one is frequent.
    return (b"$" in text and b'"$' in text) or (b"\\" in text and b"\\u0024" in text)


def odd_texts(text: bytes) -> frozenset[str] | None:
    """Return the texts in proper JSON that hold anything a document's format may have to escape or drop.

    A few searches in the whole are much cheaper than one in each text. None where there are too many to be worth it.
    """
    found: set[str] = set()
    left = 1 + len(text) // _BYTES_PER_ODD_TEXT
    for sign in _ODD if text.isascii() else _ODD + _ODD_BEYOND_ASCII:
        position = text.find(sign)
        while position >= 0:
            left -= 1
            rest = _REST_OF_LITERAL.match(text, position)
            if left < 0 or rest is None:
                return None
            start = text.rfind(b'"', 0, position)
            # An escaped quotation mark does not begin the text, which is known by its backslash already.
            if text[start - 1 : start] != b"\\":
                found.add(jiter.from_json(text[start : rest.end()]))
            position = text.find(sign, rest.end())
    return frozenset(found)


def _explain(text: bytes, words: str) -> tuple[str, str, str | None]:
    try:
        text.decode()
    except UnicodeDecodeError as error:
        return "data-not-utf8", f"The data is not UTF-8 (byte {error.start:,}).", "Save it as UTF-8."
    if not text.strip():
        return "data-not-json", "The data is empty.", 'Write an object, at least {}, such as {"name": "Ada"}.'
    reason, _, numbers = words.rpartition(" at line ")
    place = f"line {numbers.replace(' column ', ', column ')}"
    if doubled := _DOUBLED.fullmatch(reason):
        name = doubled[1] if len(doubled[1]) <= _LONGEST_KEY else f'{doubled[1][:_LONGEST_KEY]}…"'
        return "data-duplicate-key", f"The data names {name} twice in one object. ({place})", "Keep one of them."
    for saying, code, message, advice in _SAYINGS:
        if saying in reason:
            return code, f"{message} ({place})", advice
    meant = _MEANT.get(_word_at(text, numbers))
    for saying, message, advice in _SYNTAX:
        if saying in reason:
            return "data-not-json", f"The data is not JSON: {message} ({place}).", meant or advice
    return "data-not-json", f"The data is not JSON: {reason} ({place}).", meant or "Check it with any JSON validator."


def _word_at(text: bytes, numbers: str) -> str:
    """Return the word at a place that jiter names, as 'line 1, column 6' counts it."""
    line, _, column = numbers.partition(" column ")
    if not (line.isdigit() and column.isdigit()):
        return ""
    lines = text.removeprefix(_BOM).split(b"\n", int(line))
    found = _WORD.match(lines[int(line) - 1], max(0, int(column) - 1)) if len(lines) >= int(line) else None
    return found.group().decode("ascii") if found else ""


def _invalid(code: str, message: str, advice: str | None) -> DataInvalidError:
    return DataInvalidError(message, [Diagnostic(Severity.ERROR, code, message, advice, pointer="")])
