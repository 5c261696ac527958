"""The load on the service: what is sent, and how it is told."""

import json
from pathlib import Path

from benchmarks.cases import LETTER
from benchmarks.load.wrk import Answered
from benchmarks.service import Addresses, Round, loads, rows_of

AT = Addresses("http://docgen", "http://naive", "http://bare")


def answered(requests: int, *, refused: int = 0, broken: int = 0) -> Answered:
    return Answered(requests, seconds=2.0, p50_ms=3.0, p99_ms=9.0, refused=refused, broken=broken)


def test_all_services_get_the_same_data_and_no_two_requests_are_alike(tmp_path: Path) -> None:
    letters = list(loads(AT, tmp_path).values())[:4]
    naive, bare, stored, unstored = (json.loads(each.body.read_text(encoding="utf-8")) for each in letters if each.body)
    assert naive == bare == stored["data"] == unstored["data"] == {**LETTER.data, "recipient": "@@N@@"}
    assert [wish.get("store") for wish in (stored, unstored)] == [None, False]


def test_the_table_tells_medians_shares_and_failures(tmp_path: Path) -> None:
    naive, _, stored, *_ = loads(AT, tmp_path)
    rounds = [Round(naive, answered(200), answered(100))]
    rounds += [Round(stored, answered(full, refused=100, broken=1), answered(900)) for full in (2100, 2500, 5100)]
    _, first, second = rows_of(rounds)
    assert first == [naive, "100", "1.0 times", "3.0", "9.0", "50", "3.0", "9.0", "0"]
    assert second == [stored, "1,200", "12.0 times", "3.0", "9.0", "450", "3.0", "9.0", "303"]
