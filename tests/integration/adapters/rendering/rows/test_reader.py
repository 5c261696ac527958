"""Files of rows in a process of its own: what is hostile gets a finding, and what is large takes no memory."""

import io
import struct
import sys
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import openpyxl
import psutil
import pytest
from typing_extensions import override

from adapters.rendering.rows.limits import RowLimits
from adapters.rendering.rows.reader import IsolatedRowReader
from application.ports.row_reader import PreparedRow, RowPlan, RowReader, RowSource
from domain.errors import RowsInvalidError, TimeLimitError
from domain.placeholder import Placeholder
from domain.placeholder import PlaceholderKind as Kind
from domain.rows import RowFormat, RowWishes
from tests.contracts.row_reader import RowReaderContract

KNOWN = [Placeholder(path, Kind.TEXT, required=False, occurrences=()) for path in ("name", "city")]
PLAN = RowPlan(KNOWN, RowWishes(), "en")


class TestIsolatedRowReader(RowReaderContract):
    @pytest.fixture
    @override
    def reader(self) -> RowReader:
        return IsolatedRowReader()


# The module that such a process runs.
PROGRAM = "adapters.rendering.rows.reader_process"


def processes_that_read() -> list[psutil.Process]:
    """Return the processes of this reader; a test run has others, as that of its database."""
    return [each for each in psutil.Process().children() if PROGRAM in command_line(each)]


def command_line(process: psutil.Process) -> str:
    """Return how a process was started; nothing for one that has ended."""
    try:
        return " ".join(process.cmdline())
    except (psutil.NoSuchProcess, psutil.ZombieProcess):
        return ""


async def read(path: Path, form: RowFormat, limits: RowLimits | None = None, plan: RowPlan = PLAN) -> list[PreparedRow]:
    with path.open("rb") as file:
        async with IsolatedRowReader(limits).open(RowSource(file, form), plan) as opened:
            return [row async for rows in opened for row in rows]


def zipped(**parts: bytes | str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
STRINGS = "xl/sharedStrings.xml"
TYPES = "[Content_Types].xml"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRINGS_TYPE = (
    f'<Override PartName="/{STRINGS}" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/>'
).encode()


def workbook() -> dict[str, bytes]:
    """The parts of a small workbook, with its texts in a part of their own, as Excel writes them."""
    made = openpyxl.Workbook()
    made.active.append(["name", "city"])
    file = io.BytesIO()
    made.save(file)
    with zipfile.ZipFile(file) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    cells = [f'<c r="{place}" t="s"><v>{number}</v></c>' for number, place in enumerate(("A1", "B1", "A2", "B2"))]
    rows = f'<row r="1">{cells[0]}{cells[1]}</row><row r="2">{cells[2]}{cells[3]}</row>'
    texts = "".join(f"<si><t>{text}</t></si>" for text in ("name", "city", "Ada", "York"))
    start, _, rest = parts[SHEET].partition(b"<sheetData>")
    _, _, end = rest.partition(b"</sheetData>")
    return {
        **parts,
        SHEET: start + f"<sheetData>{rows}</sheetData>".encode() + end,
        STRINGS: f'<sst xmlns="{MAIN}">{texts}</sst>'.encode(),
        TYPES: parts[TYPES].replace(b"</Types>", STRINGS_TYPE + b"</Types>"),
    }


def with_sheet(change: Callable[[bytes], bytes], part: str = SHEET) -> bytes:
    parts = workbook()
    return zipped(**{**parts, part: change(parts[part])})


def a_bomb() -> bytes:
    """A sheet that unpacks to more than it may, packed a thousand times smaller."""
    return with_sheet(lambda sheet: sheet.replace(b"</sheetData>", b" " * 60_000_000 + b"</sheetData>"))


def a_lying_bomb() -> bytes:
    """A member whose headers say that it is small."""
    packed = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    content = packed.compress(b"0" * 10_000_000) + packed.flush()
    whole = bytearray(zipped(**workbook()))
    with zipfile.ZipFile(io.BytesIO(bytes(whole))) as archive:
        info = archive.getinfo(SHEET)
    start = info.header_offset + 30 + len(SHEET)
    moved = len(content) - info.compress_size
    whole[start : start + info.compress_size] = content
    struct.pack_into("<I", whole, info.header_offset + 18, len(content))
    at = whole.find(b"PK\x01\x02")
    while at >= 0:
        name_size = struct.unpack_from("<H", whole, at + 28)[0]
        offset = struct.unpack_from("<I", whole, at + 42)[0]
        if bytes(whole[at + 46 : at + 46 + name_size]) == SHEET.encode():
            struct.pack_into("<I", whole, at + 20, len(content))
        elif offset > info.header_offset:
            struct.pack_into("<I", whole, at + 42, offset + moved)
        at = whole.find(b"PK\x01\x02", at + 46)
    end = whole.rfind(b"PK\x05\x06")
    struct.pack_into("<I", whole, end + 16, struct.unpack_from("<I", whole, end + 16)[0] + moved)
    return bytes(whole)


LAUGHS = b'<!DOCTYPE a [<!ENTITY b "x"><!ENTITY c "&b;&b;&b;">]>'
HOSTILE: dict[str, tuple[RowFormat, Callable[[], bytes], str]] = {
    "a bomb": (RowFormat.XLSX, a_bomb, "rows-too-large"),
    "a bomb whose headers lie": (RowFormat.XLSX, a_lying_bomb, "broken-workbook"),
    "a document type": (
        RowFormat.XLSX,
        lambda: with_sheet(lambda sheet: sheet.replace(b"<worksheet", LAUGHS + b"<worksheet", 1)),
        "broken-workbook",
    ),
    "a document type in the strings": (
        RowFormat.XLSX,
        lambda: with_sheet(lambda strings: strings.replace(b"<sst", LAUGHS + b"<sst", 1), STRINGS),
        "broken-workbook",
    ),
    "a row far below": (
        RowFormat.XLSX,
        lambda: with_sheet(lambda sheet: sheet.replace(b'<row r="2"', b'<row r="999999999"')),
        "broken-workbook",
    ),
    "a cell far to the right": (
        RowFormat.XLSX,
        lambda: with_sheet(lambda sheet: sheet.replace(b'r="B1"', b'r="ZZZZZZ1"')),
        "broken-workbook",
    ),
    "a million columns": (RowFormat.CSV, lambda: b"a," * 999_999 + b"a\n", "too-many-columns"),
    "no strings": (
        RowFormat.XLSX,
        lambda: with_sheet(lambda _: b"<sst/>", STRINGS),
        "broken-workbook",
    ),
    "a sheet cut off": (RowFormat.XLSX, lambda: with_sheet(lambda sheet: sheet[:-60]), "broken-workbook"),
    "a workbook cut off": (RowFormat.XLSX, lambda: zipped(**workbook())[:-300], "broken-workbook"),
    "a path that leads out": (
        RowFormat.XLSX,
        lambda: zipped(**{**workbook(), "../../etc/passwd": b""}),
        "broken-workbook",
    ),
    "any zip": (RowFormat.XLSX, lambda: zipped(a=b"b"), "broken-workbook"),
    "a text": (RowFormat.XLSX, lambda: b"name,city\na,b\n", "not-a-table"),
    "an old workbook": (RowFormat.XLSX, lambda: b"\xd0\xcf\x11\xe0" + b"\0" * 600, "not-a-table"),
    "zeros": (RowFormat.CSV, lambda: b"\0" * 10_000, "not-a-table"),
    "a quotation mark that is never closed": (RowFormat.CSV, lambda: b'name\n"' + b"a\n" * 200_000, "cell-too-long"),
    "a line of JSON without an end": (RowFormat.JSONL, lambda: b'{"a": "' + b"x" * 17_000_000, "row-too-long"),
    "a deep list": (RowFormat.JSON, lambda: b"[" * 1_000_000, "data-too-deep"),
    "a large list": (RowFormat.JSON, lambda: b"[" + b"{}," * 6_000_000 + b"{}]", "rows-too-large"),
}


@pytest.mark.parametrize("name", HOSTILE)
async def test_what_is_hostile_gets_a_finding(tmp_path: Path, name: str) -> None:
    form, make, code = HOSTILE[name]
    path = tmp_path / "rows"
    path.write_bytes(make())
    with pytest.raises(RowsInvalidError) as raised:
        await read(path, form, RowLimits(unpacked_bytes=50_000_000))
    assert [found.code for found in raised.value.diagnostics] == [code]
    assert processes_that_read() == []


async def test_a_good_file_of_each_format_is_read(tmp_path: Path) -> None:
    files = {
        RowFormat.CSV: b"name,city\nAda,York\n",
        RowFormat.XLSX: zipped(**workbook()),
        RowFormat.JSONL: b'{"name":"Ada","city":"York"}\n',
        RowFormat.JSON: b'[{"name": "Ada", "city": "York"}]',
    }
    path = tmp_path / "rows"
    for form, content in files.items():
        path.write_bytes(content)
        assert [row.data for row in await read(path, form)] == [b'{"name":"Ada","city":"York"}']


async def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "rows"
    with path.open("wb") as file:
        file.truncate(2_000_000_000)
    with pytest.raises(RowsInvalidError, match=r"2,000,000,000 bytes; the limit is 100,000,000"):
        await read(path, RowFormat.CSV)


async def test_many_rows_take_no_memory(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("name,city\n" + "".join(f"Person {n},{'x' * 100}\n" for n in range(100_000)), encoding="utf-8")
    most, count = 0, 0
    with path.open("rb") as file:
        async with IsolatedRowReader().open(RowSource(file, RowFormat.CSV), PLAN) as opened:
            (process,) = processes_that_read()
            async for rows in opened:
                count += len(rows)
                most = max(most, process.memory_info().rss)
    assert count == 100_000
    assert most < 200_000_000


async def test_a_process_that_needs_too_much_memory_ends_with_a_finding(tmp_path: Path) -> None:
    path = tmp_path / "rows.xlsx"
    texts = b"".join(b"<si><t>%d</t></si>" % number for number in range(400_000))
    path.write_bytes(with_sheet(lambda strings: strings.replace(b"</sst>", texts + b"</sst>"), STRINGS))
    with pytest.raises(RowsInvalidError) as raised:
        await read(path, RowFormat.XLSX, RowLimits(memory_bytes=20_000_000))
    assert raised.value.diagnostics[0].code in ("rows-too-large", "process-ended")


async def test_a_process_that_dies_is_a_finding(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("name\n" + "Ada\n" * 300_000, encoding="utf-8")

    async def read_and_kill() -> None:
        with path.open("rb") as file:
            async with IsolatedRowReader().open(RowSource(file, RowFormat.CSV), PLAN) as opened:
                (process,) = processes_that_read()
                process.kill()
                async for _ in opened:
                    pass

    with pytest.raises(RowsInvalidError, match="ended unexpectedly"):
        await read_and_kill()


async def test_a_process_that_says_nothing_is_ended(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("name\nAda\n", encoding="utf-8")
    with pytest.raises(TimeLimitError, match=r"longer than 0\.001 seconds"):
        await read(path, RowFormat.CSV, RowLimits(silent_seconds=0.001))
    assert processes_that_read() == []


def seen_by_the_kernel(pid: int) -> tuple[str, list[str]]:
    """What the kernel says of a process, and where its descriptors lead."""
    folder = Path(f"/proc/{pid}")
    targets = [str(each.readlink()) for each in (folder / "fd").iterdir()]
    return (folder / "status").read_text(encoding="ascii"), targets


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's locks are those of Linux")
async def test_the_process_is_locked_up(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("name\n" + "Ada\n" * 300_000, encoding="utf-8")
    with path.open("rb") as file:
        async with IsolatedRowReader().open(RowSource(file, RowFormat.CSV), PLAN):
            (process,) = processes_that_read()
            status, targets = seen_by_the_kernel(process.pid)
            environment = process.environ()
    assert "Seccomp:\t2" in status
    assert "NoNewPrivs:\t1" in status
    assert set(environment) <= {"LC_ALL", "TZ", "LD_LIBRARY_PATH"}
    others = [target for target in targets if not target.startswith(("pipe:", "socket:", "/dev/null"))]
    assert others == [str(path)]
