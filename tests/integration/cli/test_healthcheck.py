"""healthcheck: addresses that cannot be any."""

import pytest

from tests.integration.cli.conftest import Run


@pytest.mark.parametrize(
    "url", ["127.0.0.1:8000", "ftp://host", "http://", "http://[bad", "http://host:x", "http://a\nb"]
)
def test_what_is_no_address_is_wrong_usage(docgen: Run, url: str) -> None:
    done = docgen("healthcheck", "--url", url)
    assert done.returncode == 2
    assert "is not an address" in done.stderr
