"""The Word examples come from their script alone, and every example has data that can be read."""

import io
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from examples.build import EXAMPLES, build
from examples.builder.features import PIECES
from examples.builder.logo import SIZE, logo_png

FOLDER = Path(__file__).parents[3] / "examples"
_NAMES = ("codes", "documents", "images", "locales", "markdown", "merge-fields", "rich-text")
FEATURES = tuple(f"features/{name}.docx" for name in _NAMES)
TEMPLATES = ("invoice.docx", "meeting-minutes.md", "offer-letter.docx", "payment-reminder.txt", *FEATURES)
WORD_TEMPLATES = [name for name in TEMPLATES if name.endswith(".docx")]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with freshly built examples."""
    folder = tmp_path_factory.mktemp("examples")
    build(folder)
    return folder


def members(package: Path) -> list[tuple[str, object, int, bytes]]:
    """All that a package holds, in its order: names, times, rights and contents."""
    with zipfile.ZipFile(package) as archive:
        return [
            (entry.filename, entry.date_time, entry.external_attr, archive.read(entry)) for entry in archive.infolist()
        ]


def test_the_script_builds_every_word_example() -> None:
    assert sorted(EXAMPLES) == sorted([*WORD_TEMPLATES, *PIECES])


@pytest.mark.parametrize("name", WORD_TEMPLATES)
def test_the_committed_file_is_what_the_script_builds(name: str, built: Path) -> None:
    """Compared member by member: the compressed form alone may differ with the machine's zlib."""
    assert members(built / name) == members(FOLDER / name), f"{name} is out of date: run 'make examples'."


def test_building_twice_gives_the_same_bytes(built: Path, tmp_path: Path) -> None:
    """The second build runs in a process of its own, with another hash seed, from its command line."""
    command = [sys.executable, "-m", "examples.build", "--output-dir", str(tmp_path)]
    subprocess.run(command, cwd=FOLDER.parent, check=True, env={**os.environ, "PYTHONHASHSEED": "4711"})
    assert {name: (tmp_path / name).read_bytes() for name in WORD_TEMPLATES} == {
        name: (built / name).read_bytes() for name in WORD_TEMPLATES
    }


@pytest.mark.parametrize("name", WORD_TEMPLATES)
def test_a_word_example_is_a_whole_package(name: str) -> None:
    with zipfile.ZipFile(FOLDER / name) as archive:
        assert archive.testzip() is None
        assert {"[Content_Types].xml", "_rels/.rels", "word/document.xml"} <= set(archive.namelist())


@pytest.mark.parametrize("name", TEMPLATES)
def test_the_data_of_an_example_are_a_json_object(name: str) -> None:
    data = json.loads((FOLDER / name).with_suffix(".json").read_text(encoding="utf-8"))
    assert isinstance(data, dict)
    assert data


def test_the_logo_is_a_picture_that_word_accepts() -> None:
    picture = io.BytesIO(logo_png())
    assert picture.read(8) == b"\x89PNG\r\n\x1a\n"
    picture.seek(16)
    assert int.from_bytes(picture.read(4)) == int.from_bytes(picture.read(4)) == SIZE
