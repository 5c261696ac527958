"""Reading a template that is a plain text file."""

import re
from dataclasses import dataclass

from adapters.rendering.language.limits import Limits
from domain.diagnostics import Diagnostic, Location, Part, Severity

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_BINARY = {
    b"PK\x03\x04": "a zip archive, perhaps a Word file",
    b"%PDF": "a PDF",
    b"\xd0\xcf\x11\xe0": "an old Office file",
    b"\x89PNG": "an image",
    b"\xff\xd8\xff": "an image",
}
_SAVE_AS = "Save it as UTF-8: most editors offer the encoding when saving."


@dataclass(frozen=True, slots=True)
class TextFile:
    """A decoded file, its byte order mark dropped; `text` is None where it cannot be a template."""

    text: str | None
    diagnostics: tuple[Diagnostic, ...] = ()


def read_text(file: bytes, limits: Limits) -> TextFile:
    """Decode a template file: UTF-8, with or without a byte order mark, and without control characters."""
    if len(file) > limits.template_bytes:
        message = f"The template is larger than {limits.template_bytes:,} bytes."
        return _refused("template-too-large", message, "Split it.")
    for magic, name in _BINARY.items():
        if file.startswith(magic):
            return _refused("not-text", f"This is {name}, and no text.", "Upload it with its own extension.")
    if file.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _refused("not-utf8", "The template is encoded as UTF-16.", _SAVE_AS)
    try:
        text = file.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = file.count(b"\n", 0, error.start) + 1
        return _refused("not-utf8", f"The template is not encoded as UTF-8 (line {line}).", _SAVE_AS, line)
    control = _CONTROL.search(text)
    if control:
        line = text.count("\n", 0, control.start()) + 1
        column = control.start() - text.rfind("\n", 0, control.start())
        message = f"The template holds a control character (U+{ord(control.group()):04X})."
        return _refused("control-character", message, "Delete it.", line, column)
    return TextFile(text)


def _refused(code: str, message: str, advice: str, line: int | None = None, column: int | None = None) -> TextFile:
    location = Location(Part.TEXT, line=line, column=column)
    return TextFile(None, (Diagnostic(Severity.ERROR, code, message, advice, location),))
