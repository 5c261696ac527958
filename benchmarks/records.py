"""Measures what is read of many records: python -m benchmarks.records

Starts DocGen with its embedded PostgreSQL, fills one workspace with renders of the last 30 days, in equal distances
and of 200 templates, and with templates that are searched, and times requests that count and list them, one after the
other. Each is asked for once before: what the first one took stands in the last column.

Exit codes: 0 done, 1 an answer was not the one that the records give, 2 wrong usage.
"""

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import asyncpg
import httpx2

from adapters.embedded import EmbeddedPostgres
from benchmarks.load import services
from benchmarks.report import markdown, write_report

_DAYS: Final = 30
_RENDERED: Final = 200
# The letter that all rows are copies of, with these columns of their own; $1 is how many there are.
_HEX: Final = (
    "lpad(to_hex((extract(epoch FROM {time}) * 1000)::bigint), 12, '0') || '7' || lpad(to_hex(number), 19, '0')"
)
_TIME: Final = f"now() - (number * interval '{_DAYS} days' / $1::int)"
_RENDER: Final = {
    "id": f"'rnd_' || {_HEX.format(time=_TIME)}",
    "created_at": _TIME,
    "finished_at": _TIME,
    "expires_at": "now() + interval '30 days'",
    "template_id": "(SELECT ids[1 + number % 200] FROM known)",
    "status": "CASE WHEN number % 50 = 0 THEN 'failed' ELSE source.status END",
}
_TEMPLATE: Final = {
    "id": f"'tpl_' || {_HEX.format(time=_TIME)}",
    "slug": "'copy-' || number",
    "name": "'Copy ' || number",
    "search": "'copy ' || number || ' copy-' || number || ' letter of ' || md5(number::text)",
}
_HEADING: Final = ("request", "median ms", "slowest ms", "first ms")


async def fill(url: str, renders: int, templates: int) -> None:
    """Copy the one template and the one render that there are."""
    connection = await asyncpg.connect(url)
    try:
        # No triggers: what is told of every late record, and taken back for it, is not what is measured.
        await connection.execute("SET session_replication_role = replica")
        await _copy(connection, "templates", _TEMPLATE, templates)
        await _copy(connection, "renders", _RENDER, renders)
        for table in ("templates", "renders"):
            await connection.execute(f"VACUUM ANALYZE {table}", timeout=600)
    finally:
        await connection.close()


async def _copy(connection: asyncpg.Connection, table: str, own: Mapping[str, str], count: int) -> None:
    query = "SELECT column_name FROM information_schema.columns WHERE table_schema = 'public' AND table_name = $1"
    columns = [row["column_name"] for row in await connection.fetch(query, table)]
    values = ", ".join(own.get(column, f"source.{column}") for column in columns)
    statement = (
        f"WITH source AS MATERIALIZED (SELECT * FROM {table} LIMIT 1), known AS MATERIALIZED "
        f"(SELECT (array_agg(id ORDER BY id))[1:{_RENDERED}] AS ids FROM templates) "
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values} FROM source, generate_series(1, $1::int) number"
    )
    await connection.execute(statement, count, timeout=900)


def requests_of(client: httpx2.Client) -> dict[str, str]:
    """Return what is asked for, by what it is called."""
    second = client.get("/v1/renders?limit=50").json()["next_cursor"]
    template = client.get("/v1/renders?limit=1").json()["data"][0]["template"]["id"]
    return {
        "usage, a page of the last 30 days": "/v1/usage",
        "usage of one template": f"/v1/usage?template={template}",
        "usage of a year": f"/v1/usage?from={_day(-365)}&limit=200",
        "renders": "/v1/renders",
        "renders, the next page": f"/v1/renders?cursor={second}",
        "renders of a template": f"/v1/renders?template={template}",
        "renders that failed": "/v1/renders?status=failed",
        "renders of a template that failed": f"/v1/renders?template={template}&status=failed",
        "renders that are queued (none)": "/v1/renders?status=queued",
        "renders of the last day": f"/v1/renders?created_after={_day(-1)}T00:00:00Z",
        "templates": "/v1/templates",
        "templates with a word": "/v1/templates?q=letter",
        "templates with a word that one has": "/v1/templates?q=copy-777",
        "templates with a word that none has": "/v1/templates?q=nowhere",
    }


def _day(days: int) -> str:
    return time.strftime("%Y-%m-%d", time.gmtime(time.time() + days * 86_400))


def timed(client: httpx2.Client, path: str, rounds: int) -> list[float]:
    """Return the milliseconds of each answer, the first one's before the others'."""
    times = []
    for _ in range(rounds + 1):
        began = time.perf_counter()
        client.get(path).raise_for_status()
        times.append((time.perf_counter() - began) * 1000)
    return times


def counted(client: httpx2.Client) -> int:
    """Return how many renders the usage of all days adds up to."""
    total, cursor = 0, ""
    while cursor is not None:
        page: dict[str, Any] = client.get(f"/v1/usage?from={_day(-_DAYS - 1)}&limit=200{cursor}").json()
        total += sum(row["renders"] for row in page["data"])
        cursor = page["next_cursor"] and f"&cursor={page['next_cursor']}"
    return total


def main(arguments: list[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="benchmarks.records", description="Measure reading of many records.")
    parser.add_argument("--renders", type=int, default=1_000_000, help="how many there are (default a million)")
    parser.add_argument("--templates", type=int, default=20_000, help="how many there are (default 20000)")
    parser.add_argument("--rounds", type=int, default=20, help="how often each is asked for (default 20)")
    parser.add_argument("--write", action="store_true", help="write the table into docs/benchmarks.md")
    chosen = parser.parse_args(arguments)
    rows = [[*_HEADING]]
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        folder = Path(name) / "docgen"
        with services.docgen(folder, 1) as docgen, httpx2.Client(base_url=docgen.url, timeout=90) as client:
            template = {"file": ("letter.txt", b"Dear {{ name }}")}
            client.post("/v1/templates", files=template, data={"publish": "true"}).raise_for_status()
            client.post("/v1/renders", json={"template": "letter", "data": {"name": "Ada"}}).raise_for_status()
            with EmbeddedPostgres(folder) as server:
                asyncio.run(fill(server.url(), chosen.renders, chosen.templates))
            for what, path in requests_of(client).items():
                first, *others = timed(client, path, chosen.rounds)
                rows.append([what, *(f"{each:.1f}" for each in (statistics.median(others), max(others), first))])
                print("  ".join(cell.ljust(36) for cell in rows[-1]), flush=True)
            total = counted(client)
            if total != chosen.renders + 1:
                print(f"The usage adds up to {total:,} renders, and there are {chosen.renders + 1:,}.")
                return 1
    if chosen.write:
        command = f"python -m benchmarks.records --renders {chosen.renders} --templates {chosen.templates} --write"
        write_report("records", markdown(rows), command)
    return 0


if __name__ == "__main__":
    sys.exit(main())
