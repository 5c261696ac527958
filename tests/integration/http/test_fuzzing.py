"""A few of the requests that `make fuzz-api` makes up by the thousand."""

import os
from pathlib import Path

import pytest

from tests.integration.http.api_fuzzing import fuzz, served

SEED = int(os.environ.get("DOCGEN_FUZZ_SEED", "1"))
# Besides those that follow from the description alone: a missing header, a number out of its range.
EXAMPLES = 3


@pytest.mark.timeout(600)
def test_made_up_requests_find_nothing(database_url: str, open_folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with served(database_url, open_folder) as (address, key):
        found = fuzz(address, key, examples=EXAMPLES, seed=SEED)
    said = capfd.readouterr().out
    assert found == 0, said
    log = (open_folder / "serve.log").read_text(encoding="utf-8")
    assert "Traceback" not in log
    assert "ERROR" not in log
