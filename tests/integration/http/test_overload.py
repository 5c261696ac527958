"""A service that gets more than it can carry: refusals that say when to come again, whole records, and none the worse
for it afterwards. `python -m benchmarks.overload` does it for a minute."""

import asyncio
import json
import re
from collections import Counter
from pathlib import Path

from tests.integration.cli.serving import DEADLINE_SECONDS, get, serving, upload

# More than the 500 that may wait for a workspace.
CLIENTS = 620
# Some hundredths of a second of a worker's time: what comes at once cannot be done at once.
SLOW = b"{% for i in range(3000) %}{{ name | upper }}{% endfor %}"


async def answer_of(address: str, number: int) -> tuple[int, dict[str, str], bytes]:
    """Send a render on a connection of its own; return status, headers and body."""
    host, _, port = address.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    body = json.dumps({"template": "slow", "data": {"name": f"Ada {number}"}}).encode()
    head = "POST /v1/renders HTTP/1.1\r\nHost: docgen\r\nContent-Type: application/json\r\nConnection: close\r\n"
    writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
    answer = await reader.read()
    writer.close()
    lines, _, content = answer.partition(b"\r\n\r\n")
    first, *others = lines.decode().split("\r\n")
    return int(first.split()[1]), dict(re.split(": ?", line.lower(), maxsplit=1) for line in others), content


async def overload(address: str) -> list[tuple[int, dict[str, str], bytes]]:
    async with asyncio.timeout(DEADLINE_SECONDS):
        return await asyncio.gather(*(answer_of(address, number) for number in range(CLIENTS)))


def test_what_is_too_much_is_refused_and_everything_else_is_whole(database_url: str, tmp_path: Path) -> None:
    with serving(
        tmp_path,
        DOCGEN_DATABASE__URL=database_url,
        DOCGEN_AUTH__MODE="none",
        DOCGEN_RENDERING__WORKERS="2",
        DOCGEN_LOG__LEVEL="warning",
    ) as (_, address):
        upload(address, "slow.txt", SLOW)
        answers = asyncio.run(overload(address))
        statuses = Counter(status for status, _, _ in answers)
        assert set(statuses) <= {201, 429, 503}, statuses
        assert statuses[201]
        assert statuses[429]
        for status, headers, content in answers:
            if status != 201:
                assert headers["content-type"] == "application/problem+json"
                assert json.loads(content)["code"] in ("queue-full", "overloaded", "unavailable")
                assert int(headers["retry-after"]) > 0
        # The next request is served, by a service that is ready; each answer has its record, and nothing else has one.
        status, _, content = asyncio.run(answer_of(address, CLIENTS))
        assert (status, get(f"{address}/readyz")["status"]) == (201, "ready")
        answered = {json.loads(body)["id"] for status, _, body in (*answers, (status, {}, content)) if status == 201}
        assert recorded(address) == answered
        log = (tmp_path / "serve.log").read_text(encoding="utf-8")
        assert "Traceback" not in log


def recorded(address: str) -> set[str]:
    """Return the identifiers of all records."""
    found: set[str] = set()
    query = "limit=200"
    while True:
        page = get(f"{address}/v1/renders?{query}")
        found |= {render["id"] for render in page["data"]}
        if page["next_cursor"] is None:
            return found
        query = f"limit=200&cursor={page['next_cursor']}"
