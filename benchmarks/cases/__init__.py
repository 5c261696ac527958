"""The documents that engines are compared on: one model of each, written as a template in every engine's own words."""

from typing import Final

from benchmarks.cases.dialects import DIALECTS
from benchmarks.cases.documents import CASES, Case
from benchmarks.cases.package import word_file

LETTER: Final = next(case for case in CASES if case.name == "letter")

__all__ = ["CASES", "DIALECTS", "LETTER", "Case", "word_file"]
