"""Which encoding a text file is in."""

import codecs
from typing import BinaryIO, Final

from domain.errors import RowsInvalidError

_CHUNK: Final = 1 << 20
_HEAD: Final = 65_536
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    # Before UTF-16, whose mark is the beginning of this one.
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What programs on Windows call ANSI, by the language of the system.
_CODE_PAGES: Final = {
    **dict.fromkeys(("cs", "hr", "hu", "pl", "ro", "sk", "sl"), "cp1250"),
    **dict.fromkeys(("be", "bg", "mk", "ru", "sr", "uk"), "cp1251"),
    "el": "cp1253",
    "tr": "cp1254",
    "he": "cp1255",
    "ar": "cp1256",
    **dict.fromkeys(("et", "lt", "lv"), "cp1257"),
    "ja": "cp932",
    "ko": "cp949",
    "zh": "cp936",
}
_NAMES: Final = {"utf-8-sig": "utf-8", **{f"cp125{number}": f"windows-125{number}" for number in range(10)}}
# What people upload in place of a text table, by its first bytes.
_OTHERS: Final = (
    (b"PK\x03\x04", "a zip or an Excel workbook", "Name it .xlsx if it is a workbook, or save it as CSV."),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook (.xls), or a protected one", "Save it as .xlsx without a password."),
    (b"%PDF", "a PDF", "Export the table as CSV or .xlsx."),
)


def encoding_of(file: BinaryIO, wish: str | None, language: str) -> str:
    """Return the encoding of a text file: as wished, by its mark, UTF-8 where all of it is, else Windows' code page.

    Raises:
        RowsInvalidError: there is no such encoding, or the file is no text.
    """
    head = file.read(_HEAD)
    for start, what, advice in _OTHERS:
        if head.startswith(start):
            raise RowsInvalidError.of_file("not-a-table", f"This is no text file: it is {what}.", advice)
    if wish is not None:
        return _known(wish, head)
    found = next((name for mark, name in _MARKS if head.startswith(mark)), None) or _wide(head)
    if found is None:
        found = "utf-8" if _is_utf8(head, file) else _CODE_PAGES.get(language, "cp1252")
    return found


def name_of(encoding: str) -> str:
    """Return the name by which people know an encoding."""
    return _NAMES.get(encoding, encoding)


def _known(wish: str, head: bytes) -> str:
    try:
        name = codecs.lookup(wish).name
        "a".encode(name)
    except (LookupError, UnicodeError):
        message = f"There is no encoding {wish[:40]!r}."
        raise RowsInvalidError.of_file("unknown-encoding", message, "Write utf-8, utf-16 or windows-1252.") from None
    return "utf-8-sig" if name == "utf-8" and head.startswith(codecs.BOM_UTF8) else name


def _wide(head: bytes) -> str | None:
    """Tell UTF-16 without a mark: every other byte of most texts is zero."""
    zeros = (head[0::2].count(0), head[1::2].count(0))
    half = len(head) // 2
    if zeros[1] > half // 2 and zeros[0] <= half // 10:
        return "utf-16-le"
    if zeros[0] > half // 2 and zeros[1] <= half // 10:
        return "utf-16-be"
    return None


def _is_utf8(head: bytes, file: BinaryIO) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while head:
            decoder.decode(head)
            head = file.read(_CHUNK)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
