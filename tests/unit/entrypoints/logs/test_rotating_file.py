"""The file of the log: several processes write to it, and it is begun anew when it is full."""

import logging
import multiprocessing
from pathlib import Path

import pytest

from entrypoints.logs.rotating_file import RotatingFile
from entrypoints.settings.log import LogSettings

LINES, PROCESSES, MAX_BYTES, KEPT = 400, 3, 4_000, 1_000


def write(path: Path, name: str) -> None:
    file = RotatingFile(path, MAX_BYTES, KEPT)
    for number in range(LINES):
        file.emit(logging.makeLogRecord({"msg": f"{name} {number:04} {'.' * 30}"}))
    file.close()


def test_processes_that_write_and_rotate_at_once_lose_no_line_and_tear_none(tmp_path: Path) -> None:
    path = tmp_path / "docgen.log"
    spawn = multiprocessing.get_context("spawn")
    writers = [spawn.Process(target=write, args=(path, f"writer{number}")) for number in range(PROCESSES)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
        assert writer.exitcode == 0
    files = [each for each in tmp_path.glob("docgen.log*") if each.suffix != ".lock"]
    lines = [line for each in files for line in each.read_text(encoding="utf-8").splitlines()]
    expected = [f"writer{w} {n:04} {'.' * 30}" for w in range(PROCESSES) for n in range(LINES)]
    assert sorted(lines) == sorted(expected)
    assert len(files) > 5
    # A line of each other process may come between the look at the size and the write.
    assert max(each.stat().st_size for each in files) <= MAX_BYTES + PROCESSES * 100


def test_as_many_old_files_are_kept_as_wanted_and_the_newest_is_the_first(tmp_path: Path) -> None:
    file = RotatingFile(tmp_path / "log", 10, 2)
    for number in range(5):
        file.emit(logging.makeLogRecord({"msg": f"line {number}"}))
    file.close()
    kept = {each.name: each.read_text() for each in tmp_path.iterdir() if each.suffix != ".lock"}
    assert kept == {"log": "line 4\n", "log.1": "line 3\n", "log.2": "line 2\n"}


def test_a_file_that_was_moved_by_another_program_is_begun_anew(tmp_path: Path) -> None:
    file = RotatingFile(tmp_path / "log", 1_000, 2)
    file.emit(logging.makeLogRecord({"msg": "before"}))
    (tmp_path / "log").rename(tmp_path / "moved")
    file.emit(logging.makeLogRecord({"msg": "after"}))
    file.close()
    assert [(tmp_path / name).read_text() for name in ("moved", "log")] == ["before\n", "after\n"]


def test_a_disk_that_takes_nothing_is_complained_of_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "logs").mkdir()
    file = RotatingFile(tmp_path / "logs" / "log", 1_000, 2)
    (tmp_path / "logs" / "log").unlink()
    (tmp_path / "logs").rmdir()
    for _ in range(3):
        file.emit(logging.makeLogRecord({"msg": "x"}))
    file.close()
    assert capsys.readouterr().err.count("cannot be written") == 1


def test_level_and_format_are_read_in_any_case() -> None:
    assert LogSettings(level="DEBUG", format="JSON") == LogSettings(level="debug", format="json")  # type: ignore[arg-type]  # as variables have it
