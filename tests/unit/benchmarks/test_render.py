"""The benchmark of renders."""

import itertools
import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.render import main
from benchmarks.timing import measure

ROOT = Path(__file__).parents[3]


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    template, data = tmp_path / "letter.txt", tmp_path / "letter.json"
    template.write_text("Dear {{ name }},\n", encoding="utf-8")
    data.write_text('{"name": "Ada"}', encoding="utf-8")
    return template, data


def test_it_prints_one_json_object(files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    template, data = files
    assert main([str(template), "--data", str(data), "--seconds", "0", "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    figures = {"compile_ms", "first_ms", "median_ms", "min_ms", "cpu_ms", "docs_per_s", "peak_rss_mb"}
    assert set(result) == {*figures, "out_bytes"}
    assert result["out_bytes"] == len("Dear Ada,\n")
    assert 0 < result["min_ms"] <= result["median_ms"]


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="without /proc no system tells it apart")
def test_the_peak_is_that_of_the_process_itself(files: tuple[Path, Path]) -> None:
    """A program that is started inherits the peak of the one that starts it, in what most systems count."""
    template, data = files
    arguments = [str(template), "--data", str(data), "--seconds", "0", "--json"]
    much = bytearray(b"x") * 300_000_000
    ran = subprocess.run(
        [sys.executable, "-m", "benchmarks.render", *arguments], capture_output=True, check=True, cwd=ROOT
    )
    assert json.loads(ran.stdout)["peak_rss_mb"] < len(much) / 1_000_000


def test_it_prints_a_line(files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    template, data = files
    assert main([str(template), "--data", str(data), "--seconds", "0"]) == 0
    assert capsys.readouterr().out.startswith("letter.txt: median ")


def test_faults_of_the_template_are_told(files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    template, data = files
    template.write_text("{{ nme }}", encoding="utf-8")
    assert main([str(template), "--data", str(data)]) == 1
    assert "Did you mean 'name'?" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["letter.pdf", "missing.txt"])
def test_wrong_usage_exits_with_2(files: tuple[Path, Path], name: str) -> None:
    template, data = files
    with pytest.raises(SystemExit) as caught:
        main([str(template.with_name(name)), "--data", str(data)])
    assert caught.value.code == 2


def test_changing_or_empty_documents_are_noticed() -> None:
    numbers = itertools.count()
    with pytest.raises(RuntimeError, match="differ"):
        measure(lambda: str(next(numbers)).encode(), 0)
    with pytest.raises(RuntimeError, match="empty"):
        measure(lambda: b"", 0)
