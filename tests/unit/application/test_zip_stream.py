"""A zip that is written while it is read."""

import gc
import io
import zipfile
from datetime import UTC, datetime

import pytest

from application.zip_stream import ZipStream
from domain.formats import OutputFormat

TIME = datetime(2026, 11, 26, 8, 15, 31, tzinfo=UTC)


def zipped(*documents: tuple[str, OutputFormat, bytes], time: datetime = TIME) -> bytes:
    stream = ZipStream(time)
    return b"".join([*(stream.add(*document) for document in documents), stream.end()])


DOCUMENTS = (
    ("Zoë.docx", OutputFormat.DOCX, bytes(range(256)) * 9),
    ("a.txt", OutputFormat.TEXT, b"x" * 5000),
    ("empty.md", OutputFormat.MARKDOWN, b""),
)


def test_what_goes_in_comes_out_and_stands_where_readers_expect_it() -> None:
    content = zipped(*DOCUMENTS)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        found = archive.infolist()
        assert [(each.filename, archive.read(each)) for each in found] == [(name, data) for name, _, data in DOCUMENTS]
        assert {each.date_time for each in found} == {(2026, 11, 26, 8, 15, 30)}
        # Bit 3 says that sizes follow behind, which readers of streams do not take of what is stored.
        assert not any(each.flag_bits & 8 for each in found)
        assert [each.compress_type for each in found] == [
            zipfile.ZIP_STORED,
            zipfile.ZIP_DEFLATED,
            zipfile.ZIP_DEFLATED,
        ]
    assert len(content) < 3500


def test_the_same_documents_give_the_same_bytes() -> None:
    assert zipped(*DOCUMENTS) == zipped(*DOCUMENTS)


def test_each_document_has_gone_when_the_next_one_comes() -> None:
    stream = ZipStream(TIME)
    pieces = [stream.add(f"{number}.docx", OutputFormat.DOCX, b"x" * 1000) for number in range(100)]
    assert {len(piece) for piece in pieces} <= {1000 + 30 + len(name) for name in ("0.docx", "10.docx")}


def test_a_time_before_zips_is_their_first_one() -> None:
    with zipfile.ZipFile(io.BytesIO(zipped(*DOCUMENTS, time=datetime(1970, 1, 1, tzinfo=UTC)))) as archive:
        assert archive.infolist()[0].date_time == (1980, 1, 1, 0, 0, 0)


def test_there_are_more_files_than_two_bytes_can_count() -> None:
    """ZIP64: 70,000 files."""
    stream = ZipStream(TIME)
    names = (f"{number}.docx" for number in range(70_000))
    written = io.BytesIO()
    for name in names:
        written.write(stream.add(name, OutputFormat.DOCX, b"x"))
    written.write(stream.end())
    with zipfile.ZipFile(written) as archive:
        assert len(archive.namelist()) == 70_000
        assert archive.read("69999.docx") == b"x"


def test_a_zip_that_nobody_ends_says_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    """As where who fetches an archive goes away."""
    stream = ZipStream(TIME)
    stream.add("a.txt", OutputFormat.TEXT, b"x")
    del stream
    gc.collect()
    assert capfd.readouterr() == ("", "")
