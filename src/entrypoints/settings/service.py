"""Settings: environment first, then `.env`; any of them also as NAME_FILE or as a file in /run/secrets."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import AfterValidator, SecretStr, ValidationError, ValidationInfo, field_validator, model_validator
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict
from typing_extensions import override

from entrypoints.settings.access import AuthSettings, OidcSettings, RateLimitSettings
from entrypoints.settings.database import DatabaseSettings
from entrypoints.settings.defaults import DefaultsSettings
from entrypoints.settings.errors import OWNER_WITHOUT_DATABASE, SettingsError
from entrypoints.settings.http import HttpSettings
from entrypoints.settings.limits import LimitsSettings
from entrypoints.settings.log import LogSettings
from entrypoints.settings.metrics import MetricsSettings
from entrypoints.settings.names import PREFIX, refuse_unknown_names, setting_names
from entrypoints.settings.slack import SlackSettings
from entrypoints.settings.sources import DOTENV, given_values, secret_names
from entrypoints.settings.storage import CacheSettings, StorageSettings
from entrypoints.settings.webhooks import WebhookSettings
from entrypoints.settings.work import RenderingSettings, WorkerSettings

_BYTES_BEFORE_BUCKET = 500_000_000


# As many as 16 random bytes have in hexadecimal.
_KEY_CHARACTERS = 32


def _long_key(value: SecretStr) -> SecretStr:
    if len(value.get_secret_value()) < _KEY_CHARACTERS:
        raise ValueError(f"it has less than {_KEY_CHARACTERS} characters: make one with 'openssl rand -hex 32'")
    return value


SecretKey = Annotated[SecretStr, AfterValidator(_long_key)]


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
    def _database_is_whole(self) -> Self:
        if self.database.url is None and self.database.admin_url is not None:
            raise ValueError(OWNER_WITHOUT_DATABASE)
        return self

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


def load_settings(**overrides: Any) -> Settings:
    """Read the settings; `overrides` (sections as dictionaries) come from the command line and win.

    Raises:
        SettingsError: a value is wrong, or a name is unknown.
    """
    try:
        refuse_unknown_names(Settings, DOTENV, secret_names())
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
