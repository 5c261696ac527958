"""serve, migrate, workspace and healthcheck on an embedded PostgreSQL, as a first user runs them."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from contextlib import closing
from pathlib import Path

import psutil
import pytest

from adapters.embedded import EmbeddedPostgres
from entrypoints.cli.health_marker import HealthMarker
from tests.integration.cli.conftest import DOCGEN, EXAMPLES, Run, clean_environment
from tests.integration.cli.serving import DEADLINE_SECONDS, free_port, get, serving, upload


def test_a_first_start_serves_the_examples_and_ends_in_order(tmp_path: Path, docgen: Run) -> None:
    shutil.copytree(EXAMPLES, tmp_path / "examples")
    port = free_port()
    HealthMarker(port).put()  # what an earlier service has left
    with serving(tmp_path, "--examples", port=port) as (process, address):
        slugs = {template["slug"] for template in get(f"{address}/v1/templates")["data"]}  # type: ignore[index,call-overload]  # JSON
        assert slugs == {"offer-letter", "invoice", "meeting-minutes", "payment-reminder"}
        assert docgen("healthcheck", "--url", address).stdout == "ready\n"
        assert docgen("healthcheck", DOCGEN_HTTP__PORT=str(port)).stdout == "alive\n"
        # Another command on the same data directory shares the running database.
        assert docgen("workspace", "create", "acme", "--name", "Acme").returncode == 0
        assert "acme\tAcme" in docgen("workspace", "list").stdout
        assert docgen("migrate").returncode == 0
        process.send_signal(signal.SIGTERM)
        assert process.wait(DEADLINE_SECONDS) == 0
    log = (tmp_path / "serve.log").read_text(encoding="utf-8")
    assert "Loaded the example templates" in log
    assert "Traceback" not in log, log
    assert docgen("healthcheck", "--url", address).returncode == 3
    HealthMarker(port).remove()
    with serving(tmp_path, "--examples") as (_, second):
        assert len(get(f"{second}/v1/templates")["data"]) == 4  # type: ignore[index,call-overload,arg-type]  # JSON
    assert "Loaded" not in (tmp_path / "serve.log").read_text(encoding="utf-8")


def test_several_processes_share_the_embedded_database(tmp_path: Path) -> None:
    with serving(tmp_path, DOCGEN_HTTP__WORKERS="2") as (_, address):
        for _ in range(20):
            assert get(f"{address}/v1/templates") == {"data": [], "next_cursor": None}


def test_killed_processes_leave_nothing_that_hinders_a_new_start(tmp_path: Path) -> None:
    with serving(tmp_path, DOCGEN_HTTP__WORKERS="2") as (process, address):
        workers = psutil.Process(process.pid).children(recursive=True)
        host, _, port = address.removeprefix("http://").partition(":")
        connections = [socket.create_connection((host, int(port)), timeout=DEADLINE_SECONDS) for _ in range(20)]
        # Requests that are never sent to the end: each process has some, and none is waited for.
        for connection in connections:
            connection.sendall(b"POST /v1/renders HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{")
        for _ in range(20):  # in the meantime they have been read
            get(f"{address}/livez")
        process.kill()
        process.wait()
        began = time.monotonic()
        gone, alive = psutil.wait_procs(workers, timeout=DEADLINE_SECONDS)
        assert not alive
        assert len(gone) >= 2
        # Far less than the 30 seconds that requests have to finish when the service ends in order.
        assert time.monotonic() - began < 15
        for connection in connections:
            connection.close()
    log = (tmp_path / "serve.log").read_text(encoding="utf-8")
    assert log.count("is gone: it ends too") == 2
    assert "Traceback" not in log, log
    with serving(tmp_path, port=int(address.rpartition(":")[2])) as (_, again):
        assert get(f"{again}/v1/templates") == {"data": [], "next_cursor": None}


def test_a_port_in_use_is_one_sentence(tmp_path: Path, docgen: Run) -> None:
    with closing(socket.socket()) as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        done = docgen("serve", "--port", other.getsockname()[1])
    assert done.returncode == 3
    assert re.fullmatch(
        r"docgen: Cannot listen on 127\.0\.0\.1:\d+: .* or set DOCGEN_HTTP__PORT to another one\.\n", done.stderr
    )
    assert not (tmp_path / ".docgen").exists()


def test_an_address_of_another_machine_is_one_sentence(docgen: Run) -> None:
    done = docgen("serve", "--host", "192.0.2.1", DOCGEN_AUTH__MODE="none")
    assert done.returncode == 3
    assert done.stderr.startswith("docgen: Cannot listen on 192.0.2.1:8000: ")
    assert done.stderr.endswith(" Set DOCGEN_HTTP__HOST to an address or a name of this machine.\n")


def test_an_issuer_whose_tokens_would_not_be_taken_is_refused(docgen: Run) -> None:
    """Where nobody has chosen an authentication, the service would even do without."""
    done = docgen("serve", DOCGEN_OIDC__ISSUER="https://login.example.org/")
    assert (done.returncode, "set DOCGEN_AUTH__MODE=oidc" in done.stderr) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "settings"),
    [
        (["--host", "0.0.0.0"], {}),
        ([], {"DOCGEN_DATABASE__URL": "postgresql://docgen@127.0.0.1:1/docgen"}),
    ],
)
def test_without_authentication_it_serves_only_a_first_try(
    docgen: Run, arguments: list[str], settings: dict[str, str]
) -> None:
    done = docgen("serve", "--port", free_port(), *arguments, **settings)
    assert done.returncode == 2
    assert "DOCGEN_AUTH__MODE=none" in done.stderr


@pytest.mark.parametrize("command", ["serve", "worker", "migrate"])
def test_without_a_database_it_is_refused_where_none_is_to_be_run(docgen: Run, command: str) -> None:
    """In the container image, whose files are gone with the container."""
    done = docgen(command, DOCGEN_DATABASE__EMBEDDED="false", DOCGEN_AUTH__MODE="none", DOCGEN_HTTP__PORT="1")
    assert done.returncode == 2
    assert "DOCGEN_DATABASE__URL is missing" in done.stderr


def test_more_connections_than_the_embedded_database_takes_are_refused(docgen: Run) -> None:
    done = docgen("serve", DOCGEN_HTTP__WORKERS="20", DOCGEN_DATABASE__POOL_SIZE="10")
    assert done.returncode == 2
    assert "is 360" in done.stderr


def test_a_database_that_is_down_lets_the_service_start_unready(tmp_path: Path) -> None:
    port = free_port()
    settings = {
        "DOCGEN_DATABASE__URL": f"postgresql://docgen@127.0.0.1:{free_port()}/docgen",
        "DOCGEN_AUTH__MODE": "none",
    }
    process = subprocess.Popen(
        [DOCGEN, "serve", "--port", str(port)],
        cwd=tmp_path,
        env=clean_environment(**settings),
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + DEADLINE_SECONDS
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/livez", timeout=5).close()
                break
            except OSError:
                assert time.monotonic() < deadline
                time.sleep(0.05)  # between two questions of a loop with a deadline
        with pytest.raises(urllib.error.HTTPError) as unready:
            get(f"http://127.0.0.1:{port}/readyz")
        problem = json.load(unready.value)
        unready.value.close()
        assert unready.value.code == 503
        assert "database" in problem["detail"]
    finally:
        process.terminate()
        assert process.wait(DEADLINE_SECONDS) == 0


def test_without_authentication_no_page_on_the_web_reaches_it(tmp_path: Path) -> None:
    with serving(tmp_path) as (_, address):
        request = urllib.request.Request(f"{address}/v1/templates", headers={"Host": "evil.example"})
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request, timeout=10)
        assert refused.value.code == 400
        refused.value.close()
        assert get(f"{address.replace('127.0.0.1', 'localhost')}/v1/templates") == {"data": [], "next_cursor": None}


def test_a_workspace_is_created_once_and_deleted_when_it_is_meant(data_dir: Path, docgen: Run) -> None:
    with EmbeddedPostgres(data_dir):  # the commands attach to it, instead of starting one each
        assert docgen("workspace", "create", "acme").returncode == 0
        taken = docgen("workspace", "create", "acme")
        assert (taken.returncode, "belongs to another workspace" in taken.stderr) == (2, True)
        assert docgen("workspace", "create", "Not A Slug").returncode == 2
        assert "--yes" in docgen("workspace", "delete", "acme").stderr
        assert docgen("workspace", "delete", "acme", "--yes").returncode == 0
        assert docgen("workspace", "delete", "acme", "--yes").returncode == 2
        assert docgen("workspace", "delete", "default", "--yes").returncode == 2
        assert [line.split("\t")[0] for line in docgen("workspace", "list").stdout.splitlines()] == ["default"]
        slug, name, _, _, by = docgen("workspace", "list", "--deleted").stdout.strip().split("\t")
        assert (slug, name, "@" in by) == ("acme", "acme", True)


def test_a_workspace_is_configured(data_dir: Path, docgen: Run) -> None:
    with EmbeddedPostgres(data_dir):
        chosen = docgen("workspace", "configure", "default", "--retention-days", "7", "--locale", "de-DE")
        assert "retention_days\t7\tchosen\n" in chosen.stdout
        shown = docgen("workspace", "configure", "default", "--locale", "default").stdout
        assert "locale\ten\tthe service's own\n" in shown
        assert docgen("workspace", "show", "default").stdout == shown
        wrong = docgen("workspace", "configure", "default", "--retention-days", "4000")
        assert (wrong.returncode, "from 1 to 3,650" in wrong.stderr) == (2, True)
        assert docgen("workspace", "configure", "default", "--data-bytes", "x").returncode == 2


def test_a_key_is_created_used_listed_and_revoked(tmp_path: Path, docgen: Run) -> None:
    with serving(tmp_path, DOCGEN_AUTH__MODE="api-key") as (_, address):
        created = docgen(
            "api-key", "create", "--workspace", "default", "--scope", "templates:read", "--expires-in", "30"
        )
        secret = created.stdout.strip()
        assert re.fullmatch(r"dg_live_[0-9A-Za-z]{49}", secret)
        key_id = re.search(r"key_[0-9a-f]{32}", created.stderr)[0]  # type: ignore[index]  # a test that fails otherwise
        request = urllib.request.Request(f"{address}/v1/templates", headers={"Authorization": f"Bearer {secret}"})
        assert json.load(urllib.request.urlopen(request, timeout=10)) == {"data": [], "next_cursor": None}
        listed = docgen("api-key", "list").stdout
        assert listed.startswith(f"{key_id}\tdefault\tcommand line\t{secret[:12]}…\tactive\t")
        assert secret not in listed
        assert docgen("api-key", "revoke", key_id).returncode == 0
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request, timeout=10)
        refused.value.close()
        assert refused.value.code == 401
        assert "\trevoked\t" in docgen("api-key", "list", "--workspace", "default").stdout
        for wrong in (
            ["revoke", "key_" + "0" * 32],
            ["create", "--workspace", "nowhere"],
            ["create", "--workspace", "default", "--scope", "everything"],
            ["create", "--workspace", "default", "--expires-in", "0"],
        ):
            done = docgen("api-key", *wrong)
            assert (done.returncode, done.stdout) == (2, ""), wrong


def test_a_database_that_is_away_is_said_by_commands(docgen: Run) -> None:
    url = f"postgresql://docgen@127.0.0.1:{free_port()}/docgen"
    for command in (["migrate"], ["workspace", "list"]):
        done = docgen(*command, DOCGEN_DATABASE__URL=url)
        assert done.returncode == 3
        assert done.stderr.startswith("docgen: ")


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_tour_of_the_readme_works_as_it_is_written(tmp_path: Path) -> None:
    readme = Path("README.md").read_text(encoding="utf-8")
    tour = readme.partition("## A tour with curl")[2].partition("## Settings")[0]
    steps = re.findall(r"```sh\n(.*?)```", tour, re.DOTALL)
    assert len(steps) >= 6
    shutil.copytree(EXAMPLES, tmp_path / "examples")
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "docgen").symlink_to(DOCGEN)
    with serving(tmp_path, "--examples") as (_, address):
        answers = []
        for step in steps:
            script = step.replace("http://127.0.0.1:8000", address).replace("curl -s", "curl -sS")
            done = subprocess.run(
                ["bash", "-euo", "pipefail", "-c", script],
                cwd=tmp_path,
                env=clean_environment(PATH=os.environ["PATH"]),
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
            )
            assert done.returncode == 0, (script, done.stderr)
            answers.append(done.stdout)
    assert (tmp_path / "offer.docx").read_bytes().startswith(b"PK")
    everything = "\n".join(answers)
    assert '"status":"succeeded"' in everything
    assert "Dear Ada,\n\n- one\n- two\n" in everything or "Dear Ada,\n- one\n- two\n" in everything
    assert '"code": "data-invalid"' in everything
    assert everything.count("application/problem+json") == 0


def test_sigterm_lets_a_request_that_runs_finish(tmp_path: Path) -> None:
    body = json.dumps({"template": "note", "data": {"name": "Ada"}}).encode()
    head = (
        f"POST /v1/renders HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nAccept: text/plain\r\n"
        f"Connection: close\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode()
    with serving(tmp_path) as (process, address):
        upload(address, "note.txt", b"Dear {{ name }}")
        host, _, port = address.removeprefix("http://").partition(":")
        with closing(socket.create_connection((host, int(port)), timeout=DEADLINE_SECONDS)) as connection:
            connection.sendall(head + body[:10])
            # The answer to a second request shows that the first one's head was read: one loop serves both.
            get(f"{address}/livez")
            process.send_signal(signal.SIGTERM)
            wait_until_refused(host, int(port))
            connection.sendall(body[10:])
            answer = b"".join(iter(lambda: connection.recv(65536), b""))
        assert process.wait(DEADLINE_SECONDS) == 0
    assert answer.startswith(b"HTTP/1.1 200")
    assert answer.endswith(b"Dear Ada")


def wait_until_refused(host: str, port: int) -> None:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while time.monotonic() < deadline:
        try:
            socket.create_connection((host, port), timeout=1).close()
        except OSError:
            return
        time.sleep(0.02)  # between two questions of a loop with a deadline
    pytest.fail("the service still takes connections")
