"""docs/how-to/generate-a-client.md works: the client is generated, typed, and talks to the service."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.integration.http.api_fuzzing import served

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
BIN = Path(sys.executable).parent
REQUIREMENTS = HERE / "client-requirements.txt"
DOCUMENT = "docs/how-to/generate-a-client.md"
GENERATE = (
    "openapi-python-client generate --path docs/openapi.json --config docs/how-to/generate-a-client.yml "
    "--meta none --output-path docgen_client"
)


def run(*command: object, **options: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([str(each) for each in command], check=False, capture_output=True, text=True, **options)


@pytest.fixture
def environment(tmp_path: Path) -> Path:
    """An environment as a user has it, with the generator and what the client needs, and nothing of the service."""
    folder = tmp_path / "environment"
    uv = BIN / "uv"
    assert run(uv, "venv", "--quiet", "--python", sys.executable, folder).returncode == 0
    python = folder / "bin" / "python"
    installed = run(uv, "pip", "install", "--python", python, "--require-hashes", "--requirement", REQUIREMENTS)
    if installed.returncode:
        pytest.skip(f"the generator of clients cannot be installed here: {installed.stderr[-300:]}")
    return folder


@pytest.mark.timeout(600)
def test_a_client_is_generated_and_works(
    environment: Path, database_url: str, open_folder: Path, tmp_path: Path
) -> None:
    assert GENERATE in (ROOT / DOCUMENT).read_text(encoding="utf-8").replace("\\\n    ", "")
    program, *arguments = GENERATE.replace("docs/", f"{ROOT}/docs/").split()
    generated = run(environment / "bin" / program, *arguments, cwd=str(tmp_path))
    assert generated.returncode == 0, generated.stdout + generated.stderr
    (tmp_path / "docgen_client" / "py.typed").touch()
    use = tmp_path / "use.py"
    use.write_text((HERE / "generated_client_use.py").read_text(encoding="utf-8"), encoding="utf-8")
    python = environment / "bin" / "python"
    checked = run(
        *(BIN / "mypy", "--strict", "--config-file", "/dev/null", "--python-executable", python, "use.py"),
        cwd=str(tmp_path),
    )
    assert checked.returncode == 0, checked.stdout
    with served(database_url, open_folder) as (address, key):
        used = run(python, "use.py", address, key, cwd=str(tmp_path))
    assert used.returncode == 0, used.stderr
