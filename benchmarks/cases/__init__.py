"""The documents that engines are compared on: one model of each, written as a template in every engine's own words."""

from benchmarks.cases.dialects import DIALECTS
from benchmarks.cases.documents import CASES, Case
from benchmarks.cases.package import word_file

__all__ = ["CASES", "DIALECTS", "Case", "word_file"]
