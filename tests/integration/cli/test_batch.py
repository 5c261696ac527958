"""`docgen batch`: a document from each row, resumed where a run was stopped."""

import hashlib
import json
import os
import pty
import signal
import subprocess
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import psutil
import pytest

from tests.integration.cli.conftest import DOCGEN, Run, clean_environment
from tests.word_files import lines_of, word_file

LETTER = "Dear {{ name }}, you owe {{ amount | number(2) }}{% if city %} in {{ city }}{% endif %}.\n"
PEOPLE = "name,amount,city\nAda,12.5,York\nBob,3,\nCy,1,Leeds\n"


@pytest.fixture
def letter(tmp_path: Path) -> Path:
    path = tmp_path / "letter.txt"
    path.write_text(LETTER, encoding="utf-8")
    return path


def table(tmp_path: Path, content: str = PEOPLE, name: str = "people.csv") -> Path:
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    return path


def documents(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.txt")}


def manifest(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "manifest.jsonl").read_text(encoding="utf-8").splitlines()]


def test_each_row_becomes_a_document(docgen: Run, letter: Path, tmp_path: Path) -> None:
    done = docgen("batch", letter, "--rows", table(tmp_path), "--output-dir", tmp_path / "out")
    assert (done.returncode, done.stderr) == (0, "")
    assert "CSV in utf-8, separated by ',', 3 rows." in done.stdout
    assert "3 documents made" in done.stdout
    made = documents(tmp_path / "out")
    assert made["letter-2.txt"] == "Dear Ada, you owe 12.50 in York.\n"
    assert made["letter-3.txt"] == "Dear Bob, you owe 3.00.\n"
    head, *lines = manifest(tmp_path / "out")
    assert head["template_sha256"] == hashlib.sha256(letter.read_bytes()).hexdigest()
    for line in lines:
        content = (tmp_path / "out" / line["file"]).read_bytes()
        assert (line["sha256"], line["bytes"]) == (hashlib.sha256(content).hexdigest(), len(content))
    assert [line["row"] for line in lines] == [2, 3, 4]


def test_all_documents_can_be_put_into_one_zip(docgen: Run, letter: Path, tmp_path: Path) -> None:
    """In the order of the rows, also those of an earlier run; the same documents give the same bytes."""
    command = ("batch", letter, "--rows", table(tmp_path), "--output-dir", tmp_path / "out")
    docgen(*command)
    zips = []
    for name in ("one.zip", "two.zip"):
        done = docgen(*command, "--zip", tmp_path / name)
        assert f"All documents are in {tmp_path / name} as well." in done.stdout
        zips.append((tmp_path / name).read_bytes())
    assert zips[0] == zips[1]
    with zipfile.ZipFile(tmp_path / "one.zip") as archive:
        assert archive.namelist() == ["letter-2.txt", "letter-3.txt", "letter-4.txt"]
        assert archive.read("letter-3.txt").decode() == "Dear Bob, you owe 3.00.\n"
    refused = docgen(*command, "--zip", tmp_path / "away" / "x.zip")
    assert refused.returncode != 0
    assert "away" in refused.stderr


def test_a_workbook_a_word_template_and_a_pattern_of_names(docgen: Run, tmp_path: Path) -> None:
    template = tmp_path / "letter.docx"
    template.write_bytes(word_file("Dear {{ customer.name }}", "{{ items[0].price }}"))
    book = openpyxl.Workbook()
    book.active.append(["Kunde", "items[0].price"])
    for name in ("Ada/Müller", "Ada/Müller"):
        book.active.append([name, 0.1 + 0.2])
    book.save(tmp_path / "people.xlsx")
    done = docgen(
        *("batch", template, "--rows", tmp_path / "people.xlsx", "--output-dir", tmp_path / "out"),
        *("--mapping", "Kunde=customer.name", "--file-name", "{{ customer.name }}"),
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "sheet 'Sheet', 2 rows" in done.stdout
    assert "column 'Kunde' is customer.name" in done.stdout
    made = sorted((tmp_path / "out").glob("*.docx"))
    assert [path.name for path in made] == ["Ada-Müller-2.docx", "Ada-Müller.docx"]
    assert lines_of(made[0].read_bytes()) == ["Dear Ada/Müller", "0.3"]


BAD = "name,amount,city\nAda,much,York\n,2,\nCy,1,Leeds\n"


def test_nothing_is_made_where_a_row_is_wrong(docgen: Run, letter: Path, tmp_path: Path) -> None:
    done = docgen("batch", letter, "--rows", table(tmp_path, BAD), "--output-dir", tmp_path / "out")
    assert done.returncode == 1
    assert "error[bad-value] Row 2, column 'amount': 'much' is no number in en. Write it like 1234.5." in done.stderr
    assert "error[missing-value] Row 3, column 'name': is empty, and the template needs a value." in done.stderr
    assert "2 of 3 rows cannot be rendered, and nothing was" in done.stderr
    assert documents(tmp_path / "out") == {}


def test_failed_rows_can_be_corrected_and_run_again(docgen: Run, letter: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    common = ("--output-dir", out, "--on-error", "continue", "--file-name", "{{ row }}")
    done = docgen("batch", letter, "--rows", table(tmp_path, BAD), *common)
    assert done.returncode == 1
    assert "1 document made" in done.stdout
    assert "2 rows failed" in done.stdout
    assert list(documents(out)) == ["4.txt"]
    failed = out / "failed-rows.csv"
    text = failed.read_text(encoding="utf-8-sig")
    assert text.splitlines()[0] == "name,amount,city,docgen_row,docgen_error"
    failed.write_text(text.replace("much", "12").replace("\n,2,", "\nBob,2,"), encoding="utf-8")
    again = docgen("batch", letter, "--rows", failed, *common)
    assert (again.returncode, again.stderr) == (0, "")
    assert sorted(documents(out)) == ["2.txt", "3.txt", "4.txt"]
    # What was corrected is not written over by the rows that it was made of, and nothing is made twice.
    first = docgen("batch", letter, "--rows", table(tmp_path, BAD), *common)
    assert "1 were there already" in first.stdout
    assert (out / "failed-rows-2.csv").exists()
    assert "12" in failed.read_text(encoding="utf-8")


def test_finished_rows_are_not_made_again_and_changed_ones_are(docgen: Run, letter: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    rows = table(tmp_path, "no,name,amount\na,Ada,1\nb,Bob,2\na,Ada,1\n")
    command = ("batch", letter, "--rows", rows, "--output-dir", out, "--key", "no", "--json")
    first = json.loads(docgen(*command).stdout)
    assert first["counts"] == {"rows": 3, "made": 2, "kept": 0, "repeated": 1, "failed": 0}
    before = {path.name: path.stat().st_mtime_ns for path in out.glob("*.txt")}
    assert sorted(before) == ["letter-a.txt", "letter-b.txt"]
    # Rows may move: they are known by their keys.
    table(tmp_path, "no,name,amount\nc,Cy,3\nb,Bob,4\na,Ada,1\n")
    second = json.loads(docgen(*command).stdout)
    assert second["counts"] == {"rows": 3, "made": 2, "kept": 1, "repeated": 0, "failed": 0}
    assert (out / "letter-a.txt").stat().st_mtime_ns == before["letter-a.txt"]
    assert documents(out)["letter-b.txt"] == "Dear Bob, you owe 4.00.\n"
    (out / "letter-a.txt").unlink()
    (out / "letter-c.txt").write_text("changed by hand", encoding="utf-8")
    third = json.loads(docgen(*command).stdout)
    assert (third["counts"]["made"], third["changed_files"]) == (1, ["letter-c.txt"])
    assert documents(out)["letter-c.txt"] == "changed by hand"


def test_other_documents_are_not_mixed_with_these(docgen: Run, letter: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    rows = table(tmp_path)
    assert docgen("batch", letter, "--rows", rows, "--output-dir", out).returncode == 0
    letter.write_text("Hello {{ name }}{{ amount }}{{ city }}", encoding="utf-8")
    refused = docgen("batch", letter, "--rows", rows, "--output-dir", out, "--missing", "empty")
    assert refused.returncode == 2
    assert "made from something else (template sha256, missing)" in refused.stderr
    anew = docgen("batch", letter, "--rows", rows, "--output-dir", out, "--missing", "empty", "--overwrite")
    assert anew.returncode == 0
    assert documents(out)["letter-2.txt"] == "Hello Ada12.5York"


def test_a_folder_with_other_files_is_left_alone(docgen: Run, letter: Path, tmp_path: Path) -> None:
    done = docgen("batch", letter, "--rows", table(tmp_path), "--output-dir", tmp_path)
    assert done.returncode == 2
    assert "holds files that no batch has made" in done.stderr
    assert not (tmp_path / "manifest.jsonl").exists()


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--rows", "none.csv"], 3, "none.csv"),
        (["--rows", "people.xls"], 1, "Save the table as .xlsx or CSV."),
        (["--rows", "people.csv", "--format", "docx"], 2, "txt"),
        (["--rows", "people.csv", "--mapping", "x.json"], 3, "x.json"),
        (["--rows", "people.csv", "--mapping", "people.csv"], 2, "is no JSON object of columns and paths"),
        (["--rows", "people.csv", "--mapping", "nmae=name"], 1, "Did you mean 'name'?"),
        (["--rows", "people.csv", "--key", "id"], 1, "The columns are: name, amount, city."),
        (["--rows", "people.csv", "--file-name", "{{ name"], 2, "file_name"),
        (["--rows", "people.csv", "--workers", "0"], 2, "is no number from 1 to 256"),
        (["--rows", "people.csv", "--locale", "12"], 2, "is not a locale"),
        (["--rows", "extra.csv"], 1, "The template does not use the column 'notes'."),
    ],
)
def test_what_is_wrong_is_said(
    docgen: Run, letter: Path, tmp_path: Path, arguments: list[str], code: int, words: str
) -> None:
    table(tmp_path)
    table(tmp_path, name="people.xls")
    table(tmp_path, "name,amount,city,notes\nAda,1,,x\n", "extra.csv")
    done = docgen("batch", letter, "--output-dir", tmp_path / "out", *arguments)
    assert (done.returncode, words in done.stderr) == (code, True), done.stderr


def test_a_template_with_errors_makes_nothing(docgen: Run, tmp_path: Path) -> None:
    template = tmp_path / "letter.txt"
    template.write_text("{{ name", encoding="utf-8")
    done = docgen("batch", template, "--rows", table(tmp_path), "--output-dir", tmp_path / "out")
    assert done.returncode == 1
    assert "unclosed-tag" in done.stderr
    assert not (tmp_path / "out").exists()


def test_columns_can_be_ignored_and_mapped_by_a_file(docgen: Run, letter: Path, tmp_path: Path) -> None:
    rows = table(tmp_path, "Who,amount,notes,more\nAda,1,x,y\n")
    table(tmp_path, '{"Who": "name", "notes": null}', "mapping.json")
    command = ("batch", letter, "--rows", rows, "--output-dir", tmp_path / "out", "--mapping", "mapping.json")
    assert "'more'" in docgen(*command).stderr
    done = docgen(*command, "--unknown-columns", "ignore")
    assert (done.returncode, done.stderr) == (0, "")
    assert "not used: notes, more" in done.stdout


def test_a_check_makes_nothing(docgen: Run, letter: Path, tmp_path: Path) -> None:
    done = docgen("batch", letter, "--rows", table(tmp_path, BAD), "--output-dir", tmp_path / "out", "--check")
    assert done.returncode == 1
    assert "1 row can be rendered; 2 rows cannot be rendered." in done.stdout
    assert not (tmp_path / "out").exists()


def test_a_row_that_fails_while_it_is_rendered(docgen: Run, tmp_path: Path) -> None:
    template = tmp_path / "letter.txt"
    template.write_text("{{ 6 / n }}", encoding="utf-8")
    rows = table(tmp_path, "n\n1\n0\n2\n")
    stopped = docgen("batch", template, "--rows", rows, "--output-dir", tmp_path / "out")
    assert stopped.returncode == 1
    assert "1 document made" in stopped.stdout
    assert "the rows behind that were not rendered" in stopped.stdout
    goes_on = docgen("batch", template, "--rows", rows, "--output-dir", tmp_path / "out", "--on-error", "continue")
    assert "1 document made" in goes_on.stdout
    assert sorted(documents(tmp_path / "out")) == ["letter-2.txt", "letter-4.txt"]
    assert "\r\n0,3," in (tmp_path / "out" / "failed-rows.csv").read_text(encoding="utf-8-sig").replace("\n", "\r\n")


MANY = 1_500


@pytest.fixture
def begin(letter: Path, tmp_path: Path) -> Callable[[], "subprocess.Popen[bytes]"]:
    """Start a batch of many rows, and return when some of its documents are there."""
    lines = "".join(f"Person {number},{number},\n" for number in range(MANY))
    rows = table(tmp_path, f"name,amount,city\n{lines}")

    def start() -> "subprocess.Popen[bytes]":
        command = [DOCGEN, "batch", letter, "--rows", rows, "--output-dir", tmp_path / "out"]
        process = subprocess.Popen(
            command, env=clean_environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=tmp_path
        )
        already = len(list((tmp_path / "out").glob("*.txt")))
        deadline = time.monotonic() + 60
        while len(list((tmp_path / "out").glob("*.txt"))) < already + 50:
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.01)
        return process

    return start


def test_a_batch_goes_on_where_it_was_killed(
    begin: Callable[[], "subprocess.Popen[bytes]"], docgen: Run, letter: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    for _ in range(2):
        process = begin()
        children = psutil.Process(process.pid).children(recursive=True)
        process.kill()
        process.communicate()
        psutil.wait_procs(children, timeout=20)
        assert not any(child.is_running() for child in children)
    # What was noted is there in whole; what was being written when the end came may be there without a note.
    noted = [line for line in manifest_before_its_end(out) if "file" in line]
    before = {line["file"]: (out / line["file"]).stat().st_mtime_ns for line in noted}
    assert 0 < len(noted) < MANY
    done = docgen("batch", letter, "--rows", tmp_path / "people.csv", "--output-dir", out, "--json")
    counts = json.loads(done.stdout)["counts"]
    assert counts == {"rows": MANY, "made": MANY - len(noted), "kept": len(noted), "repeated": 0, "failed": 0}
    assert {name: (out / name).stat().st_mtime_ns for name in before} == before
    made = documents(out)
    assert made == {
        f"letter-{number + 2}.txt": f"Dear Person {number}, you owe {number:,}.00.\n" for number in range(MANY)
    }
    lines = [line for line in manifest(out) if "file" in line]
    assert len(lines) == len({line["row"] for line in lines}) == MANY
    assert not list(out.glob(".docgen-*"))


def manifest_before_its_end(out: Path) -> list[dict[str, Any]]:
    text = (out / "manifest.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines(keepends=True) if line.endswith("\n")]


@pytest.mark.usefixtures("interruptible")
def test_ctrl_c_says_how_to_go_on(begin: Callable[[], "subprocess.Popen[bytes]"], tmp_path: Path) -> None:
    process = begin()
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 130
    assert b"the same command goes on from there." in said
    assert b"Traceback" not in said


def test_a_second_run_in_the_same_folder_is_refused(
    begin: Callable[[], "subprocess.Popen[bytes]"], docgen: Run, letter: Path, tmp_path: Path
) -> None:
    process = begin()
    process.send_signal(signal.SIGSTOP)  # so that it is not done before the other one looks
    second = docgen("batch", letter, "--rows", tmp_path / "people.csv", "--output-dir", tmp_path / "out")
    process.kill()
    process.communicate()
    assert second.returncode == 2
    assert "another batch works in" in second.stderr


def test_a_line_that_was_cut_off_is_made_again(docgen: Run, letter: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    command = ("batch", letter, "--rows", table(tmp_path), "--output-dir", out, "--json")
    docgen(*command)
    text = (out / "manifest.jsonl").read_bytes()
    (out / "manifest.jsonl").write_bytes(text[:-20])
    assert json.loads(docgen(*command).stdout)["counts"]["made"] == 1
    assert len(manifest(out)) == 4


def test_a_terminal_shows_a_bar_and_nothing_else_does(docgen: Run, letter: Path, tmp_path: Path) -> None:
    command = [str(part) for part in (DOCGEN, "batch", letter, "--rows", table(tmp_path), "--output-dir", "out")]
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(tmp_path)
        os.execve(DOCGEN, command, clean_environment())
    shown = b""
    while piece := read_terminal(terminal):
        shown += piece
    os.waitpid(pid, 0)
    text = shown.decode()
    assert "Checking" in text
    assert "Rendering" in text
    assert "3 documents made" in text
    assert "Rendering" not in docgen(*command[1:], "--overwrite").stderr


def read_terminal(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65_536)
    except OSError:  # Linux says so where the other side has ended
        return b""
