"""Reading the data of a render: JSON, and nothing that is only almost JSON."""

from typing import Any, Final

import jiter

from domain.diagnostics import Diagnostic, Severity
from domain.errors import DataInvalidError

_BOM: Final = b"\xef\xbb\xbf"

# What jiter says, and what we say: code, sentence, advice.
_SAYINGS: Final = (
    ("duplicate key", "data-duplicate-key", "The data names the same key twice in one object.", "Keep one of them."),
    ("recursion limit", "data-too-deep", "The data nests lists or objects more than 200 deep.", "Flatten it."),
    ("number out of range", "data-number", "A number in the data has too many digits.", "Write it as a text."),
    ("hex escape", "data-surrogate", "A text in the data holds half a character (a lone surrogate).", None),
    ("surrogate", "data-surrogate", "A text in the data holds half a character (a lone surrogate).", None),
)


def parse_data(text: bytes) -> dict[str, Any]:
    """Parse a JSON object: whole numbers as int, all others as exact Decimal, keys in the order of the text.

    A byte order mark is tolerated. NaN, Infinity, duplicate keys, lone surrogates and more than 200 levels are not.

    Raises:
        DataInvalidError: it is no JSON object in UTF-8; the diagnostic says where.
    """
    try:
        data = jiter.from_json(
            text.removeprefix(_BOM),
            allow_inf_nan=False,
            catch_duplicate_keys=True,
            float_mode="decimal",
            cache_mode="keys",
        )
    except ValueError as error:
        raise _invalid(*_explain(text, str(error))) from None
    if type(data) is not dict:
        kind = "a list" if type(data) is list else "a single value"
        message = f"The data is {kind}, and has to be an object: names with their values."
        raise _invalid("data-not-object", message, 'Write it as {"name": …}.')
    return data


def _explain(text: bytes, words: str) -> tuple[str, str, str | None]:
    try:
        text.decode()
    except UnicodeDecodeError as error:
        return "data-not-utf8", f"The data is not UTF-8 (byte {error.start:,}).", "Save it as UTF-8."
    place = words.partition(" at line ")[2].replace(" column ", ", column ")
    for saying, code, message, advice in _SAYINGS:
        if saying in words:
            return code, f"{message} (line {place})", advice
    reason = words.partition(" at line ")[0]
    if b"NaN" in text or b"Infinity" in text:
        reason += "; NaN and Infinity are no JSON numbers"
    return "data-not-json", f"The data is not JSON: {reason} (line {place}).", "Check it with any JSON validator."


def _invalid(code: str, message: str, advice: str | None) -> DataInvalidError:
    return DataInvalidError(message, [Diagnostic(Severity.ERROR, code, message, advice, pointer="")])
