"""Batches that are sent again and again, and what has to be true of them in the end."""

import random
import time
from collections import Counter
from dataclasses import dataclass, field
from threading import Event
from typing import Any, Final

import httpx2

from tests.chaos.installation import Installation

_TEMPLATE: Final = b"Dear {{ name }},\n"
_PAUSE_SECONDS: Final = 0.1
_UNFINISHED: Final = 4
_ATTEMPTS: Final = 20


@dataclass
class Load:
    """Sends batches until it is told to stop; each has a key, and is sent until it is accepted."""

    installation: Installation
    randomness: random.Random
    stop: Event = field(default_factory=Event)
    accepted: dict[str, list[str]] = field(default_factory=dict)
    tries: Counter[str] = field(default_factory=Counter)

    def prepare(self) -> None:
        """Register the template."""
        files, data = {"file": ("letter.txt", _TEMPLATE)}, {"publish": "true"}
        with self._client() as client:
            client.post("/v1/templates", files=files, data=data).raise_for_status()

    def run(self) -> None:
        """Send batches, a few at a time."""
        number = 0
        while not self.stop.is_set():
            if len(self.accepted) and self._unfinished() >= _UNFINISHED:
                self.stop.wait(_PAUSE_SECONDS)
                continue
            number += 1
            names = [f"B{number} R{row}" for row in range(self.randomness.randint(1, 500))]
            self._send(f"batch-{number}", names)

    def _send(self, key: str, names: list[str]) -> None:
        body = {"template": "letter", "items": [{"name": name} for name in names], "on_error": "continue"}
        while True:
            self.tries["sent"] += 1
            try:
                with self._client() as client:
                    answer = client.post("/v1/batches", json=body, headers={"Idempotency-Key": key})
            except httpx2.TransportError:
                self.tries["cut off"] += 1
            else:
                if answer.status_code == 202:
                    self.accepted[answer.json()["id"]] = names
                    return
                assert answer.status_code in (409, 429, 500, 503, 504), answer.text
                self.tries[f"answered {answer.status_code}"] += 1
            time.sleep(_PAUSE_SECONDS)

    def _unfinished(self) -> int:
        try:
            with self._client() as client:
                return len(client.get("/v1/batches?status=running").json()["data"])
        except (httpx2.TransportError, KeyError, ValueError):
            return 0

    def _client(self) -> httpx2.Client:
        return httpx2.Client(base_url=self.installation.address, trust_env=False, timeout=90)


@dataclass
class Verdict:
    """What became of everything that was accepted."""

    counts: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


def verdict_of(load: Load) -> Verdict:
    """Wait for the ends of all batches, and look at every row and every document."""
    verdict, renders = Verdict(), set[str]()
    address = load.installation.address
    with httpx2.Client(base_url=address, trust_env=False, timeout=90) as client:
        for batch_id, names in load.accepted.items():
            batch = _answer(client, f"/v1/batches/{batch_id}?wait=60").json()
            while batch["finished_at"] is None:
                batch = _answer(client, f"/v1/batches/{batch_id}?wait=60").json()
            verdict.counts["batches"] += 1
            _look_at(client, batch, names, renders, verdict)
        for path, expected in (("batches", set(load.accepted)), ("renders", renders)):
            found = {each["id"] for each in _all(client, f"/v1/{path}")}
            if found != expected:
                verdict.wrong.append(f"there are {len(found)} {path}, and should be {len(expected)}")
    return verdict


def _look_at(
    client: httpx2.Client, batch: dict[str, Any], names: list[str], renders: set[str], verdict: Verdict
) -> None:
    items = _all(client, f"/v1/batches/{batch['id']}/items")
    if [item["row"] for item in items] != list(range(1, len(names) + 1)):
        verdict.wrong.append(f"{batch['id']} has {len(items)} rows of {len(names)}")
    ends = Counter(item["status"] for item in items)
    if (ends["succeeded"], ends["failed"]) != (batch["counts"]["succeeded"], batch["counts"]["failed"]):
        verdict.wrong.append(f"{batch['id']} counts {batch['counts']}, and has {dict(ends)}")
    for item, name in zip(items, names, strict=False):
        verdict.counts["rows"] += 1
        if item["status"] == "failed":
            verdict.counts[f"failures: {item['error']['code']}"] += 1
            continue
        if item["status"] != "succeeded" or item["render_id"] in renders:
            verdict.wrong.append(f"{batch['id']}, row {item['row']}: {item['status']}, {item['render_id']}")
            continue
        renders.add(item["render_id"])
        document = _answer(client, item["links"]["document"])
        if document.text != f"Dear {name},\n":
            verdict.wrong.append(f"{batch['id']}, row {item['row']}: {document.status_code} {document.text[:80]!r}")
        verdict.counts["documents"] += 1


def _answer(client: httpx2.Client, path: str, **query: str) -> httpx2.Response:
    """Ask until there is an answer: a machine that has just gone through faults may be late with one."""
    for _ in range(_ATTEMPTS):
        answer = client.get(path, params=query or None)
        if answer.status_code not in (503, 504):
            break
        time.sleep(_PAUSE_SECONDS)
    return answer


def _all(client: httpx2.Client, path: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        page = _answer(client, path, limit="200", **cursor).json()
        found += page["data"]
        if page["next_cursor"] is None:
            return found
        cursor = {"cursor": page["next_cursor"]}
