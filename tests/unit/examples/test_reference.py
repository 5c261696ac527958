"""The document that Markdown is put into comes from its script alone."""

import io
import zipfile

from adapters.rendering.docx import compile_docx
from adapters.rendering.language.limits import DEFAULT_LIMITS
from examples.reference import REFERENCE, reference
from tests.word_rules import assert_follows_word_rules


def members(package: bytes) -> list[tuple[str, object, int, bytes]]:
    """All that a package holds, in its order: names, times, rights and contents."""
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        return [
            (entry.filename, entry.date_time, entry.external_attr, archive.read(entry)) for entry in archive.infolist()
        ]


def test_the_committed_file_is_what_the_script_builds() -> None:
    """Compared member by member: the compressed form alone may differ with the machine's zlib."""
    assert members(REFERENCE.read_bytes()) == members(reference()), f"{REFERENCE} is out of date: run 'make examples'."


def test_building_twice_gives_the_same_bytes() -> None:
    assert reference() == reference()


def test_it_is_a_template_without_findings() -> None:
    assert_follows_word_rules(reference())
    compiled = compile_docx(reference(), DEFAULT_LIMITS)
    assert compiled.diagnostics == ()
    assert {placeholder.path for placeholder in compiled.placeholders} == {"body", "title"}
