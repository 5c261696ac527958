"""Where commands read and write: links, devices, pipes that end early, odd encodings, Ctrl-C."""

import json
import os
import signal
import subprocess
from pathlib import Path

import pytest

from tests.integration.cli.conftest import DOCGEN, EXAMPLES, Run, clean_environment


@pytest.fixture
def letter(tmp_path: Path) -> Path:
    """A template `letter.txt` with `ada.json` beside it."""
    (tmp_path / "ada.json").write_text('{"name": "Ada"}', encoding="utf-8")
    template = tmp_path / "letter.txt"
    template.write_text("Dear {{ name }}", encoding="utf-8")
    return template


@pytest.mark.parametrize("output", ["letter.txt", "./letter.txt", "link.txt", "ada.json"])
def test_neither_template_nor_data_is_written_over(docgen: Run, letter: Path, output: str) -> None:
    letter.with_name("link.txt").symlink_to(letter)
    before = letter.read_bytes(), letter.with_name("ada.json").read_bytes()
    done = docgen("render", letter, "--data", "ada.json", "--output", output)
    assert done.returncode == 2
    assert "would write over" in done.stderr
    assert (letter.read_bytes(), letter.with_name("ada.json").read_bytes()) == before


def test_a_link_stays_a_link_and_a_file_keeps_its_permissions(docgen: Run, letter: Path, tmp_path: Path) -> None:
    target, link = tmp_path / "target.txt", tmp_path / "out.txt"
    target.write_text("before", encoding="utf-8")
    target.chmod(0o600)
    link.symlink_to(target)
    assert docgen("render", letter, "--data", "ada.json", "--output", link).returncode == 0
    assert link.is_symlink()
    assert target.read_text(encoding="utf-8") == "Dear Ada"
    assert target.stat().st_mode & 0o777 == 0o600


def test_a_device_is_written_to(docgen: Run, letter: Path) -> None:
    assert docgen("render", letter, "--data", "ada.json", "--output", "/dev/null").returncode == 0
    assert not Path("/dev/null").is_file()


@pytest.mark.parametrize(
    ("output", "code", "words"),
    [
        ("out", 2, "'out' has no extension"),
        ("folder.txt", 3, "docgen: folder.txt: Is a directory"),
        ("nowhere/out.txt", 3, "docgen: nowhere/out.txt: No such file"),
    ],
)
def test_an_output_that_cannot_be_is_named(
    docgen: Run, letter: Path, tmp_path: Path, output: str, code: int, words: str
) -> None:
    (tmp_path / "folder.txt").mkdir()
    done = docgen("render", letter, "--data", "ada.json", "--output", output)
    assert done.returncode == code
    assert words in done.stderr
    assert not list(tmp_path.glob(".docgen-*"))


def test_a_reader_that_stops_early_gets_no_complaint(letter: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            [DOCGEN, "schema", EXAMPLES / "invoice.docx"],
            cwd=letter.parent,
            env=clean_environment(),
            stdout=writing,
            stderr=subprocess.PIPE,
            timeout=60,
            check=False,
        )
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (128 + signal.SIGPIPE, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("arguments", [["--version"], ["config"], ["schema", "letter.txt"]])
def test_a_full_disk_is_said(letter: Path, arguments: list[str]) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [DOCGEN, *arguments],
            cwd=letter.parent,
            env=clean_environment(),
            stdout=full,
            stderr=subprocess.PIPE,
            timeout=60,
            check=False,
        )
    assert (done.returncode, done.stderr) == (3, b"docgen: The output: No space left on device.\n")


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams_are_no_failure(letter: Path, closed: str) -> None:
    done = subprocess.run(
        ["/bin/sh", "-c", f"'{DOCGEN}' schema letter.txt {closed}"],
        cwd=letter.parent,
        env=clean_environment(),
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")


def test_data_from_a_closed_standard_input_is_refused(letter: Path) -> None:
    done = subprocess.run(
        ["/bin/sh", "-c", f"'{DOCGEN}' render letter.txt --data - --output out.txt <&-"],
        cwd=letter.parent,
        env=clean_environment(),
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (2, b"docgen: --data: standard input is closed: name a file.\n")


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_a_schema_is_json_in_every_encoding(docgen: Run, tmp_path: Path, encoding: str) -> None:
    (tmp_path / "letter.txt").write_text("{{ größe }} {{ d['\U0001f600'] }}", encoding="utf-8")
    done = docgen("schema", "letter.txt", PYTHONIOENCODING=encoding)
    assert (done.returncode, done.stderr) == (0, "")
    properties = json.loads(done.stdout)["properties"]
    assert "größe" in properties
    assert "\U0001f600" in json.dumps(properties["d"], ensure_ascii=False)


@pytest.mark.usefixtures("interruptible")
@pytest.mark.parametrize("template", ["letter.txt", "long.txt"])
def test_ctrl_c_ends_a_render_at_once(letter: Path, template: str) -> None:
    """Whether it waits for its data, or calculates: nothing is written, and nothing said."""
    letter.with_name("long.txt").write_text(
        "{% for i in range(1000000) %}{% for j in range(1000) %}{{ name }}{% endfor %}{% endfor %}", encoding="utf-8"
    )
    process = subprocess.Popen(
        [DOCGEN, "render", template, "--data", "-", "--output", "out.txt"],
        cwd=letter.parent,
        env=clean_environment(DOCGEN_LIMITS__STEPS="2000000000"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdin is not None
    # The pipe takes more than it can hold only when the command reads, so then it runs.
    data = json.dumps({"name": "x", "rest": "x" * 1_000_000}).encode()
    process.stdin.write(data)
    if template == "long.txt":
        process.stdin.close()
        process.stdin = None
    else:
        process.stdin.flush()
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) == (128 + signal.SIGINT, b"")
    assert not letter.with_name("out.txt").exists()


def test_the_version_is_told(docgen: Run) -> None:
    done = docgen("--version")
    assert (done.returncode, done.stdout.split()[0]) == (0, "docgen")
