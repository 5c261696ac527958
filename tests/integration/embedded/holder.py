"""Hold an embedded PostgreSQL until the standard input ends: ``python holder.py DATA_DIR [PG_BIN]``.

Prints one line of JSON when it runs, or when it cannot, and another one with what has become of it at the end.
"""

import json
import sys
from pathlib import Path

from adapters.embedded import EmbeddedPostgres, EmbeddedPostgresError


def main(data_dir: str, pg_bin: str | None = None) -> None:
    """Enter, report, wait, report, leave."""
    try:
        with EmbeddedPostgres(Path(data_dir), pg_bin=None if pg_bin is None else Path(pg_bin)) as server:
            print(json.dumps({"url": server.url(), "owned": server.owned}), flush=True)
            sys.stdin.read()
            print(json.dumps({"url": server.url(), "owned": server.owned}), flush=True)
    except EmbeddedPostgresError as error:
        print(json.dumps({"error": str(error)}), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
