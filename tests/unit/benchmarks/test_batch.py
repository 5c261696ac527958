"""The benchmark of mail merge."""

from pathlib import Path

import pytest

from benchmarks.batch import LETTER, Figure, case_of, data_of, require, run_loop, write_csv


def test_rows_differ_and_their_documents_have_to(tmp_path: Path) -> None:
    write_csv(tmp_path / "rows.csv", 3)
    lines = (tmp_path / "rows.csv").read_text(encoding="utf-8").splitlines()
    assert (len(lines), len(set(lines)), len(lines[0].split(","))) == (4, 4, len(LETTER.data))
    assert case_of(1).lines() != case_of(2).lines()
    assert set(data_of(1)) == set(LETTER.data)


def test_documents_of_the_loop_are_looked_at(tmp_path: Path) -> None:
    figure = run_loop(tmp_path, 2)
    assert figure.seconds > 0
    assert Figure("x", 10, 2.0).row() == ["x", "10", "2.0", "5", ""]
    with pytest.raises(RuntimeError, match="row 3"):
        require(False, "row 3")
