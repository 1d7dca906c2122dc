"""The environment, read once into one frozen object; `docs/settings.md` has the same table and a test compares them."""

import re
import secrets
from collections.abc import Collection, Mapping
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import urlsplit

from gateway.domain.staff import ROLES

ROOT = Path(__file__).resolve().parent.parent
_FLAG = re.compile(r"^AI_[A-Z][A-Z_]*_ENABLED$")
_GIT = re.compile(r"(https://|ssh://|/|file:///|[A-Za-z0-9][\w.-]*@[A-Za-z0-9][\w.-]*:)[^\s\x00-\x1f]+\Z")
_GIT_PREFIX = re.compile(r"[A-Za-z0-9][A-Za-z0-9_/-]*\Z")
OPENAI_URL = "https://api.openai.com/v1"
_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off"}


class SettingsError(Exception):
    """A setting has a value that cannot be used; the text names it and says what is wanted."""


def _setting(env: str, doc: str, default: object, least: int = 1) -> Any:
    return field(default=default, metadata={"env": env, "doc": doc, "least": least})


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything an operator can set. Durations carry their unit in the name."""

    database_url: str = _setting("DATABASE_URL", "`sqlite:///path` or `postgresql://…`", "sqlite:///var/gateway.sqlite")
    database_app_password: str = _setting(
        "DATABASE_APP_PASSWORD",
        "PostgreSQL: `migrate` lets the role `gateway_app` log in with it, and nobody else needs it",
        "",
    )
    redis_url: str = _setting("REDIS_URL", "Redis for rate limits and the shared cache; empty: in process", "")
    openai_api_key: str = _setting(
        "OPENAI_API_KEY",
        "Key of the model provider; without it (and without another OPENAI_BASE_URL) the offline rules answer",
        "",
    )
    openai_base_url: str = _setting("OPENAI_BASE_URL", "OpenAI-compatible server; HTTPS, or loopback", OPENAI_URL)
    openai_organization: str = _setting("OPENAI_ORGANIZATION", "Organisation sent with every upstream call", "")
    openai_dialect: Literal["auto", "responses", "chat"] = _setting(
        "OPENAI_DIALECT",
        "`responses`, `chat`, or `auto`: Responses first, Chat Completions if the server lacks it",
        "auto",
    )
    app_env: Literal["development", "production"] = _setting("APP_ENV", "`development` or `production`", "development")
    model_proof: Literal["require", "warn"] = _setting(
        "MODEL_PROOF",
        "`require`: only models with a passed verdict are called; `warn`: call and say so "
        "(default: `require` in production, else `warn`)",
        "warn",
    )
    secret_key: str = _setting(
        "SECRET_KEY",
        "≥ 32 characters; encrypts stored answers. Needed in production; else made once in `var/secret.key`",
        "",
    )
    secret_key_previous: str = _setting("SECRET_KEY_PREVIOUS", "Comma list of earlier keys that still decrypt", "")
    deadline_ms: int = _setting("AI_DEADLINE_MS", "Longest time a request may take, all attempts together", 3000)
    eval_budget_usd: int = _setting(
        "EVAL_BUDGET_USD", "Whole dollars a month for trying prompts with a real model in the admin, of all people", 20
    )
    eval_person_budget_usd: int = _setting("EVAL_PERSON_BUDGET_USD", "The same for each person", 5)
    cache_duration_s: int = _setting(
        "AI_CACHE_DURATION", "Seconds an answer is reused where the feature says nothing", 21600
    )
    max_body_bytes: int = _setting("MAX_BODY_BYTES", "Largest request body", 1_048_576)
    max_records_bytes: int = _setting("MAX_RECORDS_BYTES", "Largest body of a record push", 10_485_760)
    ledger_durability: Literal["process", "power"] = _setting(
        "LEDGER_DURABILITY",
        "SQLite only. `process`: survives the process's death; `power`: also a power cut",
        "process",
    )
    reservation_grace_s: int = _setting(
        "RESERVATION_GRACE_S", "Seconds past its deadline after which the hold of a request that died is closed", 20
    )
    jobs_in_process: Literal["on", "off"] = _setting(
        "JOBS_IN_PROCESS",
        "`on`: each gateway process does background jobs; `off`: `python -m gateway worker` does",
        "on",
    )
    schedules: Literal["on", "off"] = _setting("SCHEDULES", "`off`: no job starts by the clock in this process", "on")
    warm_businesses: int = _setting(
        "WARM_BUSINESSES",
        "So many businesses, those that asked last and then those that pushed most, have their evidence worked out "
        "ahead after a start and after pushes; 0: none",
        8,
        least=0,
    )
    webhook_loopback: Literal["on", "off"] = _setting(
        "WEBHOOK_LOOPBACK", "`on`: webhooks may go to this machine, by http too; in development only", "off"
    )
    prompts_dir: Path = _setting("PROMPTS_DIR", "Folder of the prompt files", ROOT / "prompts")
    verdicts_dir: Path = _setting("VERDICTS_DIR", "Folder of the committed verdicts", ROOT / "evals" / "verdicts")
    policy_dir: Path = _setting("POLICY_DIR", "Folder of plans.yaml and models.yaml", ROOT / "gateway" / "policy")
    prompts_git_url: str = _setting(
        "PROMPTS_GIT_URL", "Git remote to which the admin commits released versions: https, ssh or a folder", ""
    )
    prompts_git_prefix: str = _setting("PROMPTS_GIT_PREFIX", "How the branches of these commits begin", "prompts/")
    otlp_endpoint: str = _setting(
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        "Collector of traces, such as `http://127.0.0.1:4318`; needs the extra `telemetry`",
        "",
    )
    metrics_folder: str = _setting(
        "PROMETHEUS_MULTIPROC_DIR", "Folder in which several processes share their metrics; `--workers` sets it", ""
    )
    pos_dialect: Literal["off", "on"] = _setting(
        "POS_DIALECT", "`on`: also answer under `/ai/api/` in the shapes of the POS backend's own AI client", "off"
    )
    guides_dir: Path = _setting(
        "GUIDES_DIR", "Folder of the guides that the support chat answers from", ROOT / "docs" / "guides"
    )
    admin_url: str = _setting(
        "ADMIN_URL",
        "Address of this service as browsers see it, such as `https://ai.example.com`; for single sign-on",
        "",
    )
    oidc_issuer: str = _setting("OIDC_ISSUER", "OpenID Connect provider for signing in to the admin; empty: none", "")
    oidc_client_id: str = _setting("OIDC_CLIENT_ID", "What the provider calls this service", "")
    oidc_client_secret: str = _setting("OIDC_CLIENT_SECRET", "Its secret; empty for a public client, PKCE alone", "")
    oidc_name: str = _setting("OIDC_NAME", "What people call the provider, for the sign-in page", "single sign-on")
    oidc_scope: str = _setting("OIDC_SCOPE", "What the provider is asked for", "openid email profile")
    oidc_role_claim: str = _setting("OIDC_ROLE_CLAIM", "Claim that lists a person's groups, such as `groups`", "")
    oidc_roles: tuple[tuple[str, str], ...] = _setting(
        "OIDC_ROLES", "`group=role,…`: people of these groups get an account; empty: invited people only", ()
    )
    log_level: Literal["debug", "info", "warning", "error"] = _setting(
        "LOG_LEVEL", "`debug`, `info`, `warning` or `error`", "info"
    )
    flags_off: frozenset[str] = _setting(
        "AI_*_ENABLED", "One switch per feature, for example `AI_INSIGHTS_ENABLED=false`; unset means on", frozenset()
    )

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Self:
        """Return the settings. Raises SettingsError with the name of the wrong variable."""
        values: dict[str, Any] = {}
        for entry in fields(cls):
            if (env := entry.metadata["env"]) in environ and environ[env].strip():
                values[entry.name] = _convert(env, environ[env].strip(), entry)
        flags = {name: _boolean(name, text) for name, text in environ.items() if _FLAG.match(name)}
        values["flags_off"] = frozenset(name for name, on in flags.items() if not on)
        production = values.get("app_env") == "production"
        values.setdefault("model_proof", "require" if production else "warn")
        settings = cls(**values)
        _check_stores(settings)
        _check_provider_url(settings.openai_base_url)
        if not settings.secret_key and production:
            raise SettingsError("SECRET_KEY is needed when APP_ENV=production: set at least 32 random characters.")
        if settings.secret_key and len(settings.secret_key) < 32:
            raise SettingsError("SECRET_KEY is too short: at least 32 random characters are needed.")
        _check_oidc(settings)
        _check_git(settings)
        if settings.webhook_loopback == "on" and production:
            raise SettingsError("WEBHOOK_LOOPBACK=on is for APP_ENV=development only: unset it.")
        return settings

    def secrets(self) -> tuple[str, ...]:
        """Return the current secret key, then the earlier ones; in development the current one is made on first use."""
        earlier = tuple(key for key in self.secret_key_previous.split(",") if key)
        return (self.secret_key or _development_secret(self.state_dir), *earlier)

    @property
    def state_dir(self) -> Path:
        """The folder of files that a development set-up keeps: beside the SQLite file, else `var/`."""
        if self.database_url.startswith("sqlite:///"):
            return Path(self.database_url.removeprefix("sqlite:///")).parent
        return ROOT / "var"

    @property
    def offline(self) -> bool:
        """True when no provider is set, so that the offline rules stand in for a model; a local server needs no key."""
        return not self.openai_api_key and self.openai_base_url == OPENAI_URL

    @property
    def roles_of_groups(self) -> dict[str, str]:
        """The role that each group of the provider gives."""
        return dict(self.oidc_roles)

    def check_flags(self, known: Collection[str]) -> None:
        """Raise SettingsError for a switch that switches nothing: a slip in its name would leave a feature on."""
        for name in sorted(self.flags_off.difference(known)):
            raise SettingsError(f"{name} switches nothing. Switches: {', '.join(sorted(known))}.")

    def flag(self, name: str) -> bool:
        """Return the environment's default of a feature flag; on when unset."""
        return name not in self.flags_off


def table() -> list[tuple[str, str, str]]:
    """Return (variable, default, meaning) of every setting, in order; the documentation is checked against it."""
    rows = []
    for entry in fields(Settings):
        default = entry.default
        if isinstance(default, Path):
            default = default.relative_to(ROOT)
        rows.append(
            (entry.metadata["env"], "" if default in ("", frozenset(), ()) else str(default), entry.metadata["doc"])
        )
    return rows


def _convert(env: str, text: str, entry: Field[Any]) -> object:
    default = entry.default
    if isinstance(default, Path):
        return Path(text)
    if isinstance(default, tuple):
        return _pairs(env, text)
    if isinstance(default, int):
        least: int = entry.metadata["least"]
        if not text.isdigit() or int(text) < least:
            raise SettingsError(f"{env} must be a whole number above {least - 1}.")
        return int(text)
    allowed = getattr(entry.type, "__args__", ())
    if allowed and all(isinstance(choice, str) for choice in allowed) and text not in allowed:
        raise SettingsError(f"{env} must be one of: {', '.join(allowed)}.")
    return text


def _boolean(env: str, text: str) -> bool:
    lowered = text.strip().lower()
    if lowered not in _TRUE | _FALSE:
        raise SettingsError(f"{env} must be true or false.")
    return lowered in _TRUE


def is_loopback_http(url: str) -> bool:
    """Tell whether an address is plain HTTP to this very machine, where nobody listens in between."""
    parts = urlsplit(url)
    return parts.scheme == "http" and parts.hostname in {"127.0.0.1", "localhost", "::1"}


def _safe_url(url: str) -> bool:
    parts = urlsplit(url)
    return (parts.scheme == "https" and bool(parts.hostname)) or is_loopback_http(url)


def _pairs(env: str, text: str) -> tuple[tuple[str, str], ...]:
    found = []
    for part in text.split(","):
        group, _, role = (piece.strip() for piece in part.rpartition("="))
        if not group or role not in ROLES:
            raise SettingsError(f"{env} must be group=role,… with the roles {', '.join(ROLES)}.")
        found.append((group, role))
    return tuple(found)


def _check_oidc(settings: Settings) -> None:
    if settings.oidc_roles and not settings.oidc_role_claim:
        raise SettingsError("OIDC_ROLES needs OIDC_ROLE_CLAIM: name the claim that lists a person's groups.")
    if not settings.oidc_issuer:
        return
    if not _safe_url(settings.oidc_issuer):
        raise SettingsError("OIDC_ISSUER must be an https:// address; http:// is allowed on loopback only.")
    if not settings.oidc_client_id:
        raise SettingsError("OIDC_CLIENT_ID is needed with OIDC_ISSUER: what the provider calls this service.")
    if not _safe_url(settings.admin_url):
        raise SettingsError("ADMIN_URL is needed with OIDC_ISSUER: this service's https:// address, or loopback.")


def _check_git(settings: Settings) -> None:
    url = settings.prompts_git_url
    if url and not (_GIT.match(url) or is_loopback_http(url)):
        raise SettingsError("PROMPTS_GIT_URL must be https://…, ssh://…, user@host:path or the path of a folder.")
    if not _GIT_PREFIX.match(settings.prompts_git_prefix) or ".." in settings.prompts_git_prefix:
        raise SettingsError("PROMPTS_GIT_PREFIX must be the beginning of a branch's name, such as prompts/.")


def _check_stores(settings: Settings) -> None:
    if not settings.database_url.startswith(("sqlite:///", "postgresql://", "postgres://")):
        raise SettingsError("DATABASE_URL must begin with sqlite:/// or postgresql://.")
    if settings.redis_url and not settings.redis_url.startswith(("redis://", "rediss://", "unix://")):
        raise SettingsError("REDIS_URL must begin with redis://, rediss:// or unix://.")


def _check_provider_url(url: str) -> None:
    if _safe_url(url):
        return
    raise SettingsError("OPENAI_BASE_URL must be an https:// address; http:// is allowed on loopback only.")


def _development_secret(folder: Path) -> str:
    path = folder / "secret.key"
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("x", encoding="ascii") as file:
            path.chmod(0o600)
            file.write(secrets.token_urlsafe(48))
    except FileExistsError:
        pass
    return path.read_text("ascii")
