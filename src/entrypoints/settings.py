"""Settings: environment first, then `.env`; any of them also as NAME_FILE or as a file in /run/secrets."""

import os
import re
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self

from pydantic import (
    AfterValidator,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict
from typing_extensions import override

from application.defaults import RenderDefaults
from application.ports.job_queue import JobKind
from domain.errors import InvalidRequestError
from domain.locale import parse_locale, parse_timezone
from entrypoints.log_settings import LogSettings
from entrypoints.metrics_settings import MetricsSettings
from entrypoints.s3_settings import S3Settings
from entrypoints.setting_names import FILE_SUFFIX, PREFIX, read_dotenv, refuse_unknown_names, setting_names
from entrypoints.setting_types import Section as _Section
from entrypoints.setting_types import WebUrl, web_address
from entrypoints.slack_settings import SlackSettings

SECRETS_DIR = Path("/run/secrets")
DOTENV = Path(".env")

_BYTES_BEFORE_BUCKET = 500_000_000
# As many as 16 random bytes have in hexadecimal.
_KEY_CHARACTERS = 32


NO_DATABASE = (
    "DOCGEN_DATABASE__URL is missing, and DOCGEN_DATABASE__EMBEDDED=false keeps DocGen from running a PostgreSQL of "
    "its own, as in the container image: set it to the address of one."
)
OIDC_INCOMPLETE = "DOCGEN_AUTH__MODE=oidc needs DOCGEN_OIDC__ISSUER and DOCGEN_OIDC__AUDIENCE: set both."


class SettingsError(Exception):
    """A setting is wrong; the message says which, why, and how to put it right."""


def _postgresql_address(value: SecretStr) -> SecretStr:
    if not re.match(r"postgres(ql)?://.", value.get_secret_value()):
        raise ValueError("it is not the address of a PostgreSQL: write postgresql://USER:PASSWORD@HOST:5432/DATABASE")
    return value


def _long_key(value: SecretStr) -> SecretStr:
    if len(value.get_secret_value()) < _KEY_CHARACTERS:
        raise ValueError(f"it has less than {_KEY_CHARACTERS} characters: make one with 'openssl rand -hex 32'")
    return value


def _safe_address(value: str) -> str:
    web_address(value)
    if not value.startswith("https://") and not re.match(r"http://(127\.0\.0\.1|localhost|\[::1\])([:/]|$)", value):
        raise ValueError("write an https address: who is on the way could put keys of their own in place of these")
    return value


def _items(value: str) -> list[str]:
    """Return what a setting lists, with commas or blanks in between."""
    return value.replace(",", " ").split()


def _origins(value: str) -> str:
    for item in _items(value):
        if item != "*" and not re.fullmatch(r"https?://[^\s/?#@]+", item):
            raise ValueError(
                f"{item[:80]!r} is no origin: write it like https://app.example.org, without a path, or * for every one"
            )
    return value


def _networks(value: str) -> str:
    for item in _items(value):
        try:
            ip_network(item)
        except ValueError as error:
            raise ValueError(f"{error}: write addresses like 192.0.2.7, and networks like 10.0.0.0/8") from None
    return value


def _queues(value: str) -> str:
    for item in _items(value):
        if item not in tuple(JobKind):
            raise ValueError(f"there is no queue {item[:80]!r}; there are: {', '.join(JobKind)}")
    return value


PostgresUrl = Annotated[SecretStr, AfterValidator(_postgresql_address)]
SecretKey = Annotated[SecretStr, AfterValidator(_long_key)]


def _hosts(value: str) -> str:
    for item in _items(value):
        if not re.fullmatch(r"[A-Za-z0-9_.-]+|\[[0-9A-Fa-f:.]+\]", item):
            raise ValueError(f"{item[:80]!r} is not a host: write docgen.example.org, or [::1], without a port")
    return value


class DatabaseSettings(_Section):
    """Without a URL DocGen runs a PostgreSQL of its own in the data directory, where `embedded` allows it."""

    url: PostgresUrl | None = None
    admin_url: PostgresUrl | None = None
    pool_size: Annotated[int, Field(ge=1, le=200)] = 10
    embedded: bool = True


class HttpSettings(_Section):
    """Where the service listens, with how many processes, who may reach it how, and how slow its clients may be.

    The head of a request has `client_seconds` to come, its body as long and one more second for each
    `client_bytes_per_second` of it that came; of an answer a client has to read as much.
    Each process works on `requests` at a time, whose bodies have `body_bytes` in all, or a single one as many as it
    may. `request_seconds` is how long the service itself may take for a request. `with_worker` lets these processes
    carry out the jobs of the queue as well; None: with the embedded database they do. Told to end by SIGTERM, the
    service says for `drain_seconds` that it is not ready, and takes requests as before; then what runs is finished.
    `allowed_hosts` are the names by which it may be called; empty is any, but where nobody has chosen an
    authentication: `docgen serve` then takes names of this machine alone.
    It, `cors_origins` and `trusted_proxies` are lists with commas in between; `hsts_seconds` is for a service that is
    reached over TLS alone, and says so to browsers for that long.
    """

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 8000
    workers: Annotated[int, Field(ge=1, le=64)] = 1
    with_worker: bool | None = None
    public_url: WebUrl | None = None
    client_seconds: Annotated[float, Field(ge=0.1, le=3600)] = 30.0
    client_bytes_per_second: Annotated[int, Field(ge=1)] = 10_000
    requests: Annotated[int, Field(ge=1)] = 2_000
    body_bytes: Annotated[int, Field(ge=1)] = 256_000_000
    request_seconds: Annotated[float, Field(ge=0.1, le=3600)] = 60.0
    drain_seconds: Annotated[float, Field(ge=0, le=600)] = 0.0
    allowed_hosts: Annotated[str, AfterValidator(_hosts)] = ""
    cors_origins: Annotated[str, AfterValidator(_origins)] = ""
    trusted_proxies: Annotated[str, AfterValidator(_networks)] = ""
    forwarded_header: Literal["x-forwarded-for", "forwarded"] = "x-forwarded-for"
    hsts_seconds: Annotated[int, Field(ge=0)] = 0

    @property
    def allowed_names(self) -> tuple[str, ...]:
        """The hosts that requests may be for, in lower case; an IPv6 address without brackets."""
        return tuple(item.lower().strip("[]") for item in _items(self.allowed_hosts))

    @property
    def allowed_origins(self) -> tuple[str, ...]:
        """The origins whose pages may call the API from a browser."""
        return tuple(_items(self.cors_origins))

    @property
    def trusted_networks(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """The networks of proxies that are believed where a request comes from."""
        return tuple(ip_network(item) for item in _items(self.trusted_proxies))

    @property
    def base_url(self) -> str:
        """The address by which programs on this machine reach the service."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

    @property
    def is_loopback(self) -> bool:
        """Tell whether only programs on this machine can connect."""
        if self.host == "localhost":
            return True
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return False


class AuthSettings(_Section):
    """Who may call; None means: nobody has decided, which is fine on a loopback address alone."""

    mode: Literal["none", "api-key", "oidc"] | None = None


class RateLimitSettings(_Section):
    """How many requests a caller may send: `burst` at once, `per_second` in the long run; 0 a second is no limit.

    What is refused has a limit of its own, for each address whose credentials open nothing, and for each caller that
    may not do what it tries.
    """

    per_second: Annotated[float, Field(ge=0, le=1_000_000)] = 1_000.0
    burst: Annotated[int, Field(ge=1, le=10_000_000)] = 10_000
    refused_per_second: Annotated[float, Field(ge=0, le=1_000_000)] = 1.0
    refused_burst: Annotated[int, Field(ge=1, le=10_000_000)] = 100


class OidcSettings(_Section):
    """The identity provider whose tokens are taken with DOCGEN_AUTH__MODE=oidc, beside API keys.

    The issuer is compared letter by letter; without `jwks_url` it is asked where its keys are. A claim in a claim is
    written with a dot. `workspace` is the slug for tokens that name none.
    """

    issuer: Annotated[str, AfterValidator(_safe_address)] | None = None
    audience: str | None = None
    jwks_url: Annotated[str, AfterValidator(_safe_address)] | None = None
    workspace_claim: str = "docgen_workspace"
    scope_claim: str = "scope"
    workspace: str | None = None


# A file of its own, and waiting for it to be on the disk, takes longer than that many bytes in the database.
_BYTES_IN_RECORD: Final = 65_536


class StorageSettings(_Section):
    """Where template files and documents lie: in the data directory, or in a bucket.

    What nothing names any more is removed when it was stored more than `grace_hours` ago. Documents of up to
    `bytes_in_record` are kept in the database, beside the record of their render; without it they are 65,536 where the
    storage is a directory, and 0 where it is a bucket: all documents are in it.
    """

    kind: Literal["local", "s3"] = "local"
    s3: S3Settings = S3Settings()
    grace_hours: Annotated[float, Field(ge=1, le=8_760)] = 24.0
    bytes_in_record: Annotated[int, Field(ge=0, le=65_536)] | None = None

    @property
    def bytes_of_document_in_record(self) -> int:
        """How many bytes a document beside its record has at most."""
        if self.bytes_in_record is not None:
            return self.bytes_in_record
        return _BYTES_IN_RECORD if self.kind == "local" else 0

    @property
    def grace(self) -> timedelta:
        """How long a blob may be without a name."""
        return timedelta(hours=self.grace_hours)


class CacheSettings(_Section):
    """What is kept on this machine, and can be deleted at any time; without `dir` in the folder `cache` of the data.

    `compiled_bytes` is for compiled templates, which are kept where templates run in the processes that serve HTTP.
    `file_bytes` is for files of templates and assets, where the storage is on another machine; without it they are
    500 MB before a bucket, and none before a directory.
    """

    dir: Path | None = None
    compiled_bytes: Annotated[int, Field(ge=0)] = 500_000_000
    file_bytes: Annotated[int, Field(ge=0)] | None = None


class RenderingSettings(_Section):
    """How many isolated workers render: None is as many as there are processors, two at least; 0 is none.

    Without workers, documents are made within the processes that serve HTTP. Several such processes divide the workers.
    """

    workers: Annotated[int, Field(ge=0, le=256)] | None = None


class WorkerSettings(_Section):
    """How a worker carries out the jobs of the queue: how many at a time, and where it says how it is.

    Without `concurrency` it is two for each process that renders. Without `port` it answers no questions. `queues` are
    the kinds of jobs that it takes, with commas in between; none named are all. Told to end, it has `grace_seconds` to
    finish what it does; the rest is handed back.
    """

    queues: Annotated[str, AfterValidator(_queues)] = ""
    concurrency: Annotated[int, Field(ge=1, le=1000)] | None = None
    grace_seconds: Annotated[float, Field(ge=0, le=3600)] = 25.0
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] | None = None

    @property
    def kinds(self) -> tuple[JobKind, ...]:
        """The kinds of jobs that are taken."""
        return tuple(JobKind(item) for item in _items(self.queues)) or tuple(JobKind)


_NOT_OF_ENGINE = {
    "render_seconds",
    "queued_renders",
    "queued_rows",
    "memory_bytes",
    "retention_days",
    "rows_bytes",
    "rows",
}


class LimitsSettings(_Section):
    """What one caller may ask for: bytes, steps of a template, seconds of a render, and the memory of a worker.

    `data_values` counts what is in the data; the other caps of a template are for its tags. docs/security.md has all.
    `queued_renders` of a workspace wait for a worker at most, and `queued_rows` of its batches.
    A workspace may keep documents for up to `retention_days`, and for as long as DOCGEN_DEFAULTS__RETENTION_DAYS.
    Without `memory_bytes` it follows from the memory of the machine, or of the control group that the service runs in.
    `rows_bytes` are those of a file of rows, `rows` how many of them a batch may have.
    """

    template_bytes: Annotated[int, Field(ge=1)] = 20_000_000
    data_bytes: Annotated[int, Field(ge=1)] = 16_000_000
    data_values: Annotated[int, Field(ge=1, le=10_000_000)] = 1_000_000
    tags: Annotated[int, Field(ge=1, le=100_000)] = 8_000
    tag_characters: Annotated[int, Field(ge=100, le=100_000)] = 30_000
    source_characters: Annotated[int, Field(ge=100, le=10_000_000)] = 1_000_000
    words: Annotated[int, Field(ge=1, le=1_000_000)] = 100_000
    nodes: Annotated[int, Field(ge=1, le=400_000)] = 40_000
    output_bytes: Annotated[int, Field(ge=1)] = 50_000_000
    document_depth: Annotated[int, Field(ge=0, le=15)] = 5
    steps: Annotated[int, Field(ge=1)] = 5_000_000
    render_seconds: Annotated[float, Field(ge=0.1, le=3600)] = 5.0
    queued_rows: Annotated[int, Field(ge=1)] = 1_000_000
    queued_renders: Annotated[int, Field(ge=1, le=1_000_000)] = 10_000
    memory_bytes: Annotated[int, Field(ge=100_000_000)] | None = None
    retention_days: Annotated[int, Field(ge=1, le=36_500)] = 3_650
    rows_bytes: Annotated[int, Field(ge=1)] = 100_000_000
    rows: Annotated[int, Field(ge=1)] = 1_000_000

    def of_engine(self) -> dict[str, int]:
        """Return those that the engine keeps to, by the names of its own limits."""
        return self.model_dump(exclude=_NOT_OF_ENGINE)

    def of_rows(self) -> dict[str, int]:
        """Return those of a file of rows, by the names of its reader's limits."""
        return {"bytes": self.rows_bytes, "rows": self.rows, "json_bytes": self.data_bytes}


def _checked(parse: Callable[[str], str], value: str) -> str:
    try:
        return parse(value)
    except InvalidRequestError as error:
        raise ValueError(error.reason) from error


class WebhookSettings(_Section):
    """Where webhooks may lead to besides the public Internet: networks with commas in between."""

    allowed_networks: Annotated[str, AfterValidator(_networks)] = ""

    @property
    def networks(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """The networks that may be sent to although they are not public."""
        return tuple(ip_network(item) for item in _items(self.allowed_networks))


class DefaultsSettings(_Section):
    """What holds where neither the request nor the template says otherwise."""

    locale: str = RenderDefaults().locale
    timezone: str = RenderDefaults().timezone
    retention_days: Annotated[int, Field(ge=1, le=36_500)] = RenderDefaults().retention_days

    @field_validator("locale")
    @classmethod
    def _is_locale(cls, value: str) -> str:
        return _checked(parse_locale, value)

    @field_validator("timezone")
    @classmethod
    def _is_timezone(cls, value: str) -> str:
        return _checked(parse_timezone, value)


class Settings(BaseSettings):
    """Everything that can be set from outside."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_nested_delimiter="__",
        extra="ignore",
        frozen=True,
    )

    data_dir: Path = Path(".docgen")
    pg_bin: Path | None = None
    secret_key: SecretKey | None = None
    previous_secret_key: SecretKey | None = None
    database: DatabaseSettings = DatabaseSettings()
    http: HttpSettings = HttpSettings()
    auth: AuthSettings = AuthSettings()
    oidc: OidcSettings = OidcSettings()
    rate_limit: RateLimitSettings = RateLimitSettings()
    storage: StorageSettings = StorageSettings()
    cache: CacheSettings = CacheSettings()
    rendering: RenderingSettings = RenderingSettings()
    worker: WorkerSettings = WorkerSettings()
    limits: LimitsSettings = LimitsSettings()
    webhooks: WebhookSettings = WebhookSettings()
    slack: SlackSettings = SlackSettings()
    defaults: DefaultsSettings = DefaultsSettings()
    log: LogSettings = LogSettings()
    metrics: MetricsSettings = MetricsSettings()

    @field_validator("previous_secret_key")
    @classmethod
    def _is_beside_another(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        if value is not None and info.data.get("secret_key") is None:
            raise ValueError("it is the one before DOCGEN_SECRET_KEY: set that too, or remove this one")
        return value

    @model_validator(mode="after")
    def _storage_is_whole(self) -> Self:
        if self.storage.kind == "s3" and (complaint := self.storage.s3.complaint()):
            raise ValueError(complaint)
        return self

    @model_validator(mode="after")
    def _slack_is_whole(self) -> Self:
        if complaint := self.slack.complaint(public=self.http.public_url is not None):
            raise ValueError(complaint)
        return self

    @property
    def uses_embedded_database(self) -> bool:
        """Tell whether DocGen runs a PostgreSQL of its own."""
        return self.database.url is None

    @property
    def secret_keys(self) -> tuple[str, ...]:
        """The keys that were given: the first one signs, and what the one before has signed still holds."""
        given = (self.secret_key, self.previous_secret_key)
        return tuple(key.get_secret_value() for key in given if key is not None)

    @property
    def secret_key_file(self) -> Path:
        """Where the key is kept of an installation that was given none."""
        return self.data_dir / "secret.key"

    @property
    def storage_dir(self) -> Path:
        """Where the local storage keeps its blobs."""
        return self.data_dir / "storage"

    @property
    def compiled_templates_dir(self) -> Path:
        """Where compiled templates are kept."""
        return self._cache_dir / "templates"

    @property
    def cached_files_dir(self) -> Path:
        """Where files of the storage are kept."""
        return self._cache_dir / "files"

    @property
    def cached_file_bytes(self) -> int:
        """How much room files of the storage have."""
        if self.cache.file_bytes is not None:
            return self.cache.file_bytes
        return _BYTES_BEFORE_BUCKET if self.storage.kind == "s3" else 0

    @property
    def _cache_dir(self) -> Path:
        return self.cache.dir or self.data_dir / "cache"

    @classmethod
    @override
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        # Ours reads what `env_settings`, `dotenv_settings` and `file_secret_settings` would, and NAME_FILE besides.
        del env_settings, dotenv_settings, file_secret_settings
        return init_settings, _Variables(settings_cls)


class _Variables(EnvSettingsSource):
    """Variables by name, from the weakest to the strongest: `.env`, /run/secrets, NAME_FILE, the environment."""

    @override
    def _load_env_vars(self) -> Mapping[str, str | None]:
        return {name.lower(): value for name, value in given_values(frozenset(setting_names(Settings))).items()}


def given_values(known: AbstractSet[str]) -> dict[str, str]:
    """Return every variable that is given, by its name in upper case; those with a `known` name also from files.

    Raises:
        SettingsError: a file cannot be read.
    """
    given = {name.upper(): value for name, value in os.environ.items()}
    files = {path.name.upper(): path for path in _files_in(SECRETS_DIR)}
    values = {name.upper(): value for name, value in read_dotenv(DOTENV).items()}
    for source in (values, given):  # the environment's NAME_FILE wins over the one in `.env`
        files |= {name: Path(path) for name in known if (path := source.pop(name + FILE_SUFFIX, None))}
    values |= {name: _contents(name, path) for name, path in files.items() if name in known}
    # Compose files and charts set variables to nothing where nobody chose a value: that is no value.
    values |= {name: value for name, value in given.items() if value}
    return {name: value for name, value in values.items() if value}


def _files_in(directory: Path) -> list[Path]:
    return sorted(path for path in directory.iterdir() if path.is_file()) if directory.is_dir() else []


def _contents(name: str, path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"The setting {name} is to be read from the file {path}, which cannot be read: {error}. "
            "Correct the path, or the file's permissions."
        ) from error


def load_settings(**overrides: Any) -> Settings:
    """Read the settings; `overrides` (sections as dictionaries) come from the command line and win.

    Raises:
        SettingsError: a value is wrong, or a name is unknown.
    """
    try:
        refuse_unknown_names(Settings, DOTENV)
        return Settings(**overrides)
    except ValidationError as error:
        raise SettingsError("\n".join(_sentence(dict(item)) for item in error.errors())) from error
    except ValueError as error:
        raise SettingsError(str(error)) from error


def _sentence(item: dict[str, Any]) -> str:
    if not item["loc"]:
        return str(item["msg"]).removeprefix("Value error, ")
    name = PREFIX + "__".join(str(step).upper() for step in item["loc"])
    if item["type"] == "extra_forbidden":
        return f"There is no setting {name}: correct its name, or remove it."
    return f"The setting {name} is wrong: {str(item['msg']).removeprefix('Value error, ').rstrip('.')}."
