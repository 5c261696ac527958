"""Settings: names, values, files, refusals. The environment of the process is a fixture's, not the machine's."""

import os
from pathlib import Path

import pytest

from entrypoints.settings import sources
from entrypoints.settings.errors import SettingsError
from entrypoints.settings.http import HttpSettings
from entrypoints.settings.service import Settings, load_settings


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """An environment without any setting, in an empty directory."""
    for name in list(os.environ):
        if name.upper().startswith("DOCGEN_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return monkeypatch


@pytest.mark.usefixtures("environment")
def test_without_anything_the_database_is_embedded_and_the_address_is_loopback() -> None:
    settings = load_settings()
    assert settings.uses_embedded_database
    assert settings.http.is_loopback
    assert settings.http.port == 8000


def test_sections_are_set_with_two_underscores(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("DOCGEN_HTTP__PORT", "9000")
    environment.setenv("DOCGEN_DATA_DIR", "/srv/docgen")
    settings = load_settings()
    assert (settings.http.port, settings.data_dir) == (9000, Path("/srv/docgen"))


def test_the_command_line_wins(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("DOCGEN_HTTP__PORT", "9000")
    assert load_settings(http={"port": 9001}).http.port == 9001


def test_the_environment_wins_over_dotenv(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("DOCGEN_HTTP__PORT=9000\nDOCGEN_LOG__LEVEL=debug\n", encoding="utf-8")
    environment.setenv("DOCGEN_HTTP__PORT", "9001")
    settings = load_settings()
    assert (settings.http.port, settings.log.level) == (9001, "debug")


def test_a_secret_comes_from_a_file(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "url").write_text("postgresql://docgen:p@db/docgen\n", encoding="utf-8")
    environment.setenv("DOCGEN_DATABASE__URL_FILE", str(tmp_path / "url"))
    url = load_settings().database.url
    assert url is not None
    assert url.get_secret_value() == "postgresql://docgen:p@db/docgen"


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/nowhere/url", "No such file"),
        ("/", "Is a directory"),
        ("postgresql://docgen:geheim@db/docgen", "No such file"),  # the secret itself, where its file belongs
        ("latin", "it is not text in UTF-8"),
    ],
)
def test_a_secret_file_that_cannot_be_read_is_said_by_the_variable_that_names_it(
    environment: pytest.MonkeyPatch, tmp_path: Path, path: str, reason: str
) -> None:
    (tmp_path / "latin").write_bytes(b"geheim\xff")
    environment.setenv("DOCGEN_DATABASE__URL_FILE", path)
    with pytest.raises(SettingsError, match=rf"the file that DOCGEN_DATABASE__URL_FILE names, .*{reason}") as refused:
        load_settings()
    assert "geheim" not in str(refused.value)
    assert "nowhere" not in str(refused.value)


def test_an_owner_without_a_database_is_refused(environment: pytest.MonkeyPatch) -> None:
    """Otherwise `docgen migrate` would bring an embedded database to the schema, and not the one that is meant."""
    environment.setenv("DOCGEN_DATABASE__ADMIN_URL", "postgresql://owner:geheim@db/docgen")
    with pytest.raises(SettingsError, match=r"DOCGEN_DATABASE__URL names: set that too") as refused:
        load_settings()
    assert "geheim" not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("DOCGEN_HTTP__PROT", "did you mean DOCGEN_HTTP__PORT"),
        ("DOCGEN_HTTP_PORT", "did you mean DOCGEN_HTTP__PORT"),
        ("DOCGEN_DATADIR", "did you mean DOCGEN_DATA_DIR"),
        ("DOCGEN_NOTHING__LIKE_THIS", "There is no setting DOCGEN_NOTHING__LIKE_THIS"),
    ],
)
def test_unknown_nested_names_and_near_misses_are_refused(
    environment: pytest.MonkeyPatch, name: str, sentence: str
) -> None:
    environment.setenv(name, "1")
    with pytest.raises(SettingsError, match=sentence):
        load_settings()


def test_unknown_names_in_dotenv_are_refused_too(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("DOCGEN_HTTP__PROT=1\n", encoding="utf-8")
    with pytest.raises(SettingsError, match="did you mean DOCGEN_HTTP__PORT"):
        load_settings()


def test_files_with_secrets_that_no_setting_reads_are_refused_too(
    environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Otherwise a service whose secret has a misspelt name would do without, and serve an embedded database."""
    environment.setattr(sources, "SECRETS_DIR", tmp_path)
    (tmp_path / "docgen_databse__url").write_text("postgresql://docgen:geheim@db/docgen")
    (tmp_path / "postgres_password").write_text("geheim")
    with pytest.raises(SettingsError, match=r"docgen_databse__url; did you mean DOCGEN_DATABASE__URL\?$") as refused:
        load_settings()
    assert "geheim" not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DOCGEN_SERVICE_HOST", "10.0.0.1"),
        ("DOCGEN_SERVICE_PORT_HTTP", "80"),
        ("DOCGEN_PORT", "tcp://10.0.0.1:80"),
        ("DOCGEN_PORT_8000_TCP_ADDR", "10.0.0.1"),
        ("DOCGEN_HTTP_PORT", "tcp://10.0.0.1:80"),
        ("DOCGEN_TEST_DATABASE_URL", "postgresql://…"),
        ("DOCGEN_BUILD_NUMBER", "7"),
    ],
)
def test_names_that_kubernetes_and_others_set_are_left_alone(
    environment: pytest.MonkeyPatch, name: str, value: str
) -> None:
    environment.setenv(name, value)
    assert load_settings() == Settings.model_construct()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DOCGEN_HTTP__PORT", "abc"),
        ("DOCGEN_HTTP__PORT", "70000"),
        ("DOCGEN_STORAGE__KIND", "floppy"),
        ("DOCGEN_DEFAULTS__TIMEZONE", "Mars/Olympus"),
        ("DOCGEN_DEFAULTS__LOCALE", "x y"),
        ("DOCGEN_LIMITS__STEPS", "0"),
        ("DOCGEN_SECRET_KEY", "short"),
        ("DOCGEN_PREVIOUS_SECRET_KEY", "k" * 32),
    ],
)
def test_a_wrong_value_is_said_with_its_name(environment: pytest.MonkeyPatch, name: str, value: str) -> None:
    environment.setenv(name, value)
    with pytest.raises(SettingsError, match=rf"The setting {name} is wrong: .+\.$"):
        load_settings()


@pytest.mark.parametrize(
    ("host", "loopback"),
    [("127.0.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("db.example", False)],
)
def test_only_loopback_addresses_are_loopback(host: str, loopback: bool) -> None:
    assert Settings(http=HttpSettings(host=host)).http.is_loopback is loopback


@pytest.mark.parametrize(
    ("host", "url"),
    [("127.0.0.1", "http://127.0.0.1:8000"), ("::1", "http://[::1]:8000"), ("db.local", "http://db.local:8000")],
)
def test_the_address_is_said_as_a_browser_takes_it(host: str, url: str) -> None:
    assert HttpSettings(host=host).base_url == url


BUCKET = {"KIND": "s3", "S3__BUCKET": "letters"}


def set_storage(environment: pytest.MonkeyPatch, **settings: str) -> None:
    for name, value in settings.items():
        environment.setenv(f"DOCGEN_STORAGE__{name}", value)


def test_a_bucket_is_chosen_by_its_name(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("s3cret\n")
    key = {"S3__ACCESS_KEY_ID": "docgen", "S3__SECRET_ACCESS_KEY_FILE": str(tmp_path / "secret")}
    set_storage(environment, **BUCKET, **key, S3__PREFIX="/documents//of/acme")
    settings = load_settings()
    assert settings.storage.s3.key == ("docgen", "s3cret", None)
    assert settings.storage.s3.of_bucket()["prefix"] == "documents/of/acme/"
    assert settings.cached_file_bytes == 500_000_000


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        ({"S3__BUCKET": ""}, r"DOCGEN_STORAGE__KIND=s3 needs DOCGEN_STORAGE__S3__BUCKET"),
        ({"S3__BUCKET": "s3://letters"}, r"DOCGEN_STORAGE__S3__BUCKET is wrong: it is not the name"),
        ({"S3__ACCESS_KEY_ID": "docgen"}, r"S3__ACCESS_KEY_ID and DOCGEN_STORAGE__S3__SECRET_ACCESS_KEY belong"),
        ({"S3__SECRET_ACCESS_KEY": "s3cret"}, r"S3__ACCESS_KEY_ID and DOCGEN_STORAGE__S3__SECRET_ACCESS_KEY belong"),
        ({"S3__SESSION_TOKEN": "token"}, r"DOCGEN_STORAGE__S3__SESSION_TOKEN belongs to an access key"),
        ({"S3__KMS_KEY_ID": "k"}, r"DOCGEN_STORAGE__S3__KMS_KEY_ID is for DOCGEN_STORAGE__S3__ENCRYPTION=aws:kms"),
        ({"S3__ENDPOINT_URL": "minio:9000"}, r"DOCGEN_STORAGE__S3__ENDPOINT_URL is wrong: it is not an"),
        ({"S3__PREFIX": "../others"}, r"DOCGEN_STORAGE__S3__PREFIX is wrong: it is no beginning of names"),
        ({"S3__BUKET": "letters"}, r"There is no setting DOCGEN_STORAGE__S3__BUKET; did you mean"),
    ],
)
def test_a_bucket_that_cannot_be_used_is_refused(
    environment: pytest.MonkeyPatch, wrong: dict[str, str], complaint: str
) -> None:
    set_storage(environment, **(BUCKET | wrong))
    with pytest.raises(SettingsError, match=complaint) as refusal:
        load_settings()
    assert "s3cret" not in str(refusal.value)


@pytest.mark.usefixtures("environment")
def test_a_directory_needs_no_cache() -> None:
    assert load_settings().cached_file_bytes == 0
