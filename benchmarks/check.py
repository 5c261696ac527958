"""Whether a finished document holds what it should: every text in its place, the picture, and no tag left over."""

import io
import zipfile
from typing import Final

from lxml import etree

from benchmarks.cases import Case

_W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def what_is_wrong(document: bytes, case: Case) -> str | None:
    """Say what is wrong with a document, or None where it is right.

    Texts are compared paragraph by paragraph, whatever runs they are cut into; empty paragraphs do not count.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(document)) as archive:
            damaged = archive.testzip()
            parts = {name: archive.read(name) for name in archive.namelist()}
    except zipfile.BadZipFile as error:
        return f"no zip: {error}"
    if damaged is not None:
        return f"{damaged} is damaged"
    for name, expected in case.lines().items():
        found = _lines(parts.get(name, b"<none/>"))
        if found != expected:
            return f"{name}: {_difference(found, expected)}"
    if case.document.picture is not None and case.document.picture not in parts.values():
        return "the picture is missing"
    return None


def _lines(part: bytes) -> list[str]:
    root = etree.fromstring(part, etree.XMLParser(huge_tree=True))
    texts = ("".join(text.text or "" for text in paragraph.iter(_W + "t")) for paragraph in root.iter(_W + "p"))
    return [text for text in texts if text]


def _difference(found: list[str], expected: list[str]) -> str:
    pairs = enumerate(zip(found, expected, strict=False), 1)
    first = next(
        (f"paragraph {number} is {one!r}, not {other!r}" for number, (one, other) in pairs if one != other), ""
    )
    return first or f"{len(found)} paragraphs, not {len(expected)}"
