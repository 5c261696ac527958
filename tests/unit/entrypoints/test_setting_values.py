"""Settings: values that are empty, oddly written or secret. The environment is the fixture's of test_settings."""

from argparse import Namespace
from pathlib import Path

import pytest

from entrypoints.cli.config import run
from entrypoints.settings.errors import SettingsError
from entrypoints.settings.names import setting_names
from entrypoints.settings.service import Settings, load_settings
from tests.unit.entrypoints.test_settings import environment

__all__ = ["environment"]

SECRET = "m4rked-s3cret"
NAMES = setting_names(Settings)


@pytest.mark.parametrize(
    "name", ["DOCGEN_DATABASE__URL", "DOCGEN_HTTP__PORT", "DOCGEN_DATA_DIR", "DOCGEN_PG_BIN", "DOCGEN_AUTH__MODE"]
)
def test_an_empty_value_is_no_value(environment: pytest.MonkeyPatch, tmp_path: Path, name: str) -> None:
    default = load_settings()
    environment.setenv(name, "")
    assert load_settings() == default
    environment.delenv(name)
    (tmp_path / ".env").write_text(f"{name}=\n", encoding="utf-8")
    assert load_settings() == default


def test_an_empty_variable_leaves_what_dotenv_says(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("DOCGEN_HTTP__PORT=9000\n", encoding="utf-8")
    environment.setenv("DOCGEN_HTTP__PORT", "")
    assert load_settings().http.port == 9000


@pytest.mark.parametrize("name", NAMES)
def test_no_refusal_repeats_a_value(environment: pytest.MonkeyPatch, name: str) -> None:
    """Whatever it is: it may be a secret that was meant for another variable."""
    environment.setenv(name, f"{SECRET}://{SECRET}:{SECRET} {SECRET}")
    try:
        load_settings()
    except SettingsError as refused:
        said = str(refused)
        assert name.partition("__")[0] in said
        assert SECRET not in said


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("postgresql://docgen:gehe/im@db/docgen", "port is no number.* in the password as %2F"),
        ("postgresql://docgen@db:port/docgen", "port is no number"),
        ("postgresql://docgen@one:5432,two:54x/docgen", "port is no number"),
        ("postgresql://docgen@db/docgen?sslmode=geheim", "sslmode has to be one of disable, "),
    ],
)
def test_an_address_that_cannot_be_used_is_refused_at_the_start(
    environment: pytest.MonkeyPatch, url: str, reason: str
) -> None:
    environment.setenv("DOCGEN_DATABASE__URL", url)
    with pytest.raises(SettingsError, match=f"DOCGEN_DATABASE__URL is wrong: its {reason}") as refused:
        load_settings()
    assert "gehe" not in str(refused.value)


@pytest.mark.parametrize(
    "url",
    [
        "postgres://docgen:p%2Fw@db.example.org:5432/docgen?sslmode=verify-full&sslrootcert=/ca.pem",
        "postgresql://docgen:p@one:5432,two:5433/docgen?target_session_attrs=primary",
        "postgresql://docgen:p@[::1]:5432,[::2]/docgen",
        "postgresql:///docgen?host=/run/postgresql",
    ],
)
def test_what_postgresql_takes_for_an_address_is_taken(environment: pytest.MonkeyPatch, url: str) -> None:
    environment.setenv("DOCGEN_DATABASE__URL", url)
    assert load_settings().database.url is not None


@pytest.mark.parametrize("url", ["nonsense", "mysql://db/docgen", "postgresql://"])
def test_what_is_no_address_of_a_postgresql_is_refused_without_repeating_it(
    environment: pytest.MonkeyPatch, url: str
) -> None:
    environment.setenv("DOCGEN_DATABASE__URL", url)
    with pytest.raises(SettingsError, match=r"DOCGEN_DATABASE__URL is wrong: .* write postgresql://") as refused:
        load_settings()
    assert f"{url!r}" not in str(refused.value)


def test_the_public_address_is_one(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("DOCGEN_HTTP__PUBLIC_URL", "docgen.example.org")
    with pytest.raises(SettingsError, match=r"PUBLIC_URL is wrong: it is not an address"):
        load_settings()
    environment.setenv("DOCGEN_HTTP__PUBLIC_URL", "https://docgen.example.org/")
    assert load_settings().http.public_url == "https://docgen.example.org"


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("CORS_ORIGINS", "https://a.example.org/path", "is no origin"),
        ("CORS_ORIGINS", "app.example.org", "is no origin"),
        ("ALLOWED_HOSTS", "https://docgen.example.org", "is not a host"),
        ("ALLOWED_HOSTS", "localhost:8000", "is not a host"),
        ("TRUSTED_PROXIES", "10.0.0.1/8", "has host bits set"),
        ("TRUSTED_PROXIES", "proxy", "write addresses like"),
        ("FORWARDED_HEADER", "x-real-ip", "'x-forwarded-for' or 'forwarded'"),
    ],
)
def test_who_may_reach_the_service_how_is_checked(
    environment: pytest.MonkeyPatch, name: str, value: str, words: str
) -> None:
    environment.setenv(f"DOCGEN_HTTP__{name}", value)
    with pytest.raises(SettingsError, match=f"DOCGEN_HTTP__{name} is wrong: .*{words}"):
        load_settings()


def test_lists_have_commas_or_blanks_between(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("DOCGEN_HTTP__CORS_ORIGINS", "https://a.example.org, http://localhost:3000")
    environment.setenv("DOCGEN_HTTP__TRUSTED_PROXIES", "10.0.0.0/8 fd00::/8,192.0.2.7")
    http = load_settings().http
    assert http.allowed_origins == ("https://a.example.org", "http://localhost:3000")
    assert [str(network) for network in http.trusted_networks] == ["10.0.0.0/8", "fd00::/8", "192.0.2.7/32"]


def test_a_level_may_be_in_capitals(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("DOCGEN_LOG__LEVEL", "WARNING")
    assert load_settings().log.level == "warning"


def test_dotenv_may_name_a_file(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "port").write_text("9000\n", encoding="utf-8")
    (tmp_path / ".env").write_text(f"DOCGEN_HTTP__PORT_FILE={tmp_path / 'port'}\n", encoding="utf-8")
    assert load_settings().http.port == 9000
    environment.setenv("DOCGEN_HTTP__PORT", "9001")
    assert load_settings().http.port == 9001


@pytest.mark.usefixtures("environment")
def test_a_dotenv_that_is_not_text_is_named(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"DOCGEN_DATA_DIR=\xff\n")
    with pytest.raises(SettingsError, match=r"\.env is not text in UTF-8"):
        load_settings()


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://docgen:geheim@db/docgen",
        "postgresql://docgen:@/geheim@db/docgen",
        "postgresql://docgen@db/docgen?sslmode=require&password=geheim",
    ],
)
def test_config_hides_a_password_wherever_it_stands(
    environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], url: str
) -> None:
    environment.setenv("DOCGEN_DATABASE__URL", url)
    assert run(Namespace()) == 0
    printed = capsys.readouterr().out
    assert "geheim" not in printed
    assert "***" in printed
    assert "DOCGEN_DATABASE__URL=postgresql://docgen" in printed


def test_a_secret_key_is_neither_shown_nor_repeated(
    environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    environment.setenv("DOCGEN_SECRET_KEY", "secret " * 5)
    environment.setenv("DOCGEN_PREVIOUS_SECRET_KEY", "former " * 5)
    assert load_settings().secret_keys == ("secret " * 5, "former " * 5)
    assert run(Namespace()) == 0
    shown = capsys.readouterr().out
    assert "DOCGEN_SECRET_KEY=***\nDOCGEN_PREVIOUS_SECRET_KEY=***\n" in shown
    assert "secret " not in shown
    environment.setenv("DOCGEN_SECRET_KEY", "too short")
    with pytest.raises(SettingsError, match="openssl rand -hex 32") as refused:
        load_settings()
    assert "too short" not in str(refused.value)
