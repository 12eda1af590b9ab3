"""Settings of this installation: `instance/contest.toml`, and `CONTEST_*` variables, which go before it.

Every setting has a default that makes the embedded form work; a wrong value stops the start and names the setting.
"""

import os
import secrets
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from contest.errors import WrongSetting

MIB = 1024 * 1024
MOST_IN_BUCKET_MIB = 40 * 1024  # 10,000 parts, of which some are of the least size and some get lost
ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, kw_only=True)
class Settings:
    """All settings, checked. The name in capitals after `CONTEST_` is the variable; the comment says what it does."""

    instance: Path = ROOT / "instance"  # database, media and secrets live here
    database_url: str = ""  # empty: SQLite in the instance folder
    storage_url: str = ""  # empty: a folder in the instance folder; or s3://bucket/prefix
    s3_endpoint: str = ""  # address of the S3-compatible server; keys come from the usual AWS_* variables
    jobs_driver: str = "poll"  # poll (the worker asks the database) or dramatiq (a broker wakes it)
    broker_url: str = ""  # redis://... for dramatiq
    host: str = "127.0.0.1"
    port: int = 8000
    public_url: str = ""  # how people reach the service, for links that leave it; empty: as the request says
    proxies: int = 0  # how many reverse proxies stand in front and set X-Forwarded-*
    media_accel: str = ""  # path under which a web server in front hands media out, of folder or bucket; empty: we do
    time_zone: str = "Asia/Shanghai"
    locale: str = "zh_CN"
    secret_key: str = ""  # empty: made once and kept in the instance folder
    web_threads: int = 8
    check_slots: int = 2  # checks of fresh uploads that run at once
    encode_slots: int = 1  # encodes that run at once
    job_lease_s: int = 30
    job_poll_ms: int = 200
    upload_max_mib: int = 2048  # no single upload is larger, whatever a category says
    person_quota_mib: int = 20_480  # what one person may send in all, given up uploads apart; 0: no limit
    unit_quota_mib: int = 0  # what the people of one unit may send together; 0: no limit
    upload_expiry_h: int = 48  # an unfinished upload is kept this long after its last byte
    disk_reserve_mib: int = 1024  # new uploads are refused when less than this would stay free
    session_idle_h: int = 24 * 7
    session_absolute_h: int = 24 * 30
    log_level: str = "info"  # debug, info, warning or error; goes to standard error
    sandbox: str = "best"  # best (bubblewrap where it works), require (refuse to start without), limits (never)
    testing: bool = False
    extra: Mapping[str, Any] = field(default_factory=dict)  # Flask's own settings, for tests

    @property
    def database(self) -> str:
        """SQLAlchemy's address of the database."""
        return self.database_url or f"sqlite:///{self.instance / 'contest.sqlite'}"

    @property
    def scratch(self) -> Path:
        """The folder for what is half done; housekeeping removes what killed processes leave in it."""
        return self.instance / "scratch"

    @property
    def storage(self) -> str:
        return self.storage_url or f"file://{self.instance / 'media'}"


def load(environ: Mapping[str, str] | None = None, **overrides: Any) -> Settings:
    """The settings in force: defaults, then contest.toml, then CONTEST_* variables, then `overrides`.

    Raises WrongSetting naming the first setting that cannot work.
    """
    environ = os.environ if environ is None else environ
    known = {f.name: f for f in fields(Settings) if f.name != "extra"}
    instance = Path(overrides.get("instance") or environ.get("CONTEST_INSTANCE") or Settings.instance).resolve()
    values: dict[str, Any] = {}
    toml = instance / "contest.toml"
    if toml.exists():
        try:
            given = tomllib.loads(toml.read_text(encoding="utf-8"))
        except tomllib.TOMLDecodeError as error:
            raise WrongSetting(f"{toml} cannot be read: {error}") from error
        for name, value in given.items():
            if name not in known:
                raise WrongSetting(f"{toml}: there is no setting called {name!r}")
            values[name] = _typed(name, value, f"{name} in {toml}")
    for variable, value in environ.items():
        if variable.startswith("CONTEST_") and variable != "CONTEST_INSTANCE":
            name = variable.removeprefix("CONTEST_").lower()
            if name not in known:
                raise WrongSetting(f"{variable}: there is no such setting")
            values[name] = _typed(name, value, variable)
    settings = Settings(**(values | overrides | {"instance": instance}))
    for name, check in CHECKS.items():
        if complaint := check(getattr(settings, name)):
            raise WrongSetting(f"CONTEST_{name.upper()} ({name} in contest.toml) {complaint}")
    if settings.jobs_driver == "dramatiq" and not settings.broker_url:
        raise WrongSetting(
            "CONTEST_BROKER_URL (broker_url in contest.toml) is empty; dramatiq needs redis://host:6379/0"
        )
    if settings.storage.startswith("s3:") and settings.upload_max_mib > MOST_IN_BUCKET_MIB:
        raise WrongSetting(
            f"CONTEST_UPLOAD_MAX_MIB (upload_max_mib in contest.toml) may be at most {MOST_IN_BUCKET_MIB} with S3"
        )
    return settings


def _typed(name: str, value: Any, where: str) -> Any:
    wanted = type(getattr(Settings, name))
    if wanted is bool:
        words = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
        if str(value).lower() in words:
            return words[str(value).lower()]
        raise WrongSetting(f"{where} is {value!r}; write true or false")
    if wanted is int:
        try:
            return int(value)
        except (TypeError, ValueError):
            raise WrongSetting(f"{where} is {value!r}; write a whole number") from None
    if not isinstance(value, str):
        raise WrongSetting(f"{where} is {value!r}; write text in quotes")
    return Path(value) if wanted is not str else value


def _among(*words: str) -> Callable[[Any], str | None]:
    return lambda value: None if value in words else f"is {value!r}; write one of: {', '.join(words)}"


def _between(low: int, high: int) -> Callable[[Any], str | None]:
    return lambda value: None if low <= value <= high else f"is {value}; write a number from {low} to {high}"


def _starts(*prefixes: str) -> Callable[[Any], str | None]:
    def check(value: Any) -> str | None:
        good = not value or value.startswith(prefixes)
        return None if good else f"is {value!r}; it must begin with one of: {', '.join(prefixes)}"

    return check


def _zone(value: Any) -> str | None:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        return f"is {value!r}; write a zone such as Asia/Shanghai"
    return None


CHECKS: dict[str, Callable[[Any], str | None]] = {
    "database_url": _starts("sqlite:///", "postgresql+psycopg://"),
    "storage_url": _starts("file:///", "s3://"),
    "s3_endpoint": _starts("http://", "https://"),
    "jobs_driver": _among("poll", "dramatiq"),
    "broker_url": _starts("redis://", "rediss://"),
    "port": _between(1, 65535),
    "public_url": _starts("http://", "https://"),
    "proxies": _between(0, 5),
    "media_accel": _starts("/"),
    "time_zone": _zone,
    "locale": _among("zh_CN", "en"),
    "web_threads": _between(1, 256),
    "check_slots": _between(1, 64),
    "encode_slots": _between(1, 64),
    "job_lease_s": _between(2, 3600),
    "job_poll_ms": _between(20, 60_000),
    "upload_max_mib": _between(1, 1024 * 1024),
    "person_quota_mib": _between(0, 1024 * 1024 * 1024),
    "unit_quota_mib": _between(0, 1024 * 1024 * 1024),
    "upload_expiry_h": _between(1, 24 * 90),
    "disk_reserve_mib": _between(0, 1024 * 1024),
    "session_idle_h": _between(1, 24 * 90),
    "session_absolute_h": _between(1, 24 * 365),
    "log_level": _among("debug", "info", "warning", "error"),
    "sandbox": _among("best", "require", "limits"),
}


def flask_config(settings: Settings) -> dict[str, Any]:
    """What Flask and its extensions read, from `settings`."""
    return {
        "SECRET_KEY": settings.secret_key or secret_of(settings.instance),
        "SQLALCHEMY_DATABASE_URI": settings.database,
        "SQLALCHEMY_ENGINE_OPTIONS": {"pool_pre_ping": True} if settings.database.startswith("postgresql") else {},
        "BABEL_DEFAULT_LOCALE": settings.locale,
        "BABEL_DEFAULT_TIMEZONE": settings.time_zone,
        "SESSION_COOKIE_NAME": "contest",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": settings.public_url.startswith("https://"),
        "MAX_CONTENT_LENGTH": 64 * MIB,  # uploads.views raises its own requests' limit
        "MAX_FORM_MEMORY_SIZE": 2 * MIB,
        # Under TLS it would ask for a Referer too, which the pages behind one-time links keep back. The token does.
        "WTF_CSRF_SSL_STRICT": False,
        "WTF_CSRF_TIME_LIMIT": None,  # a form that was open overnight still posts; the session bounds it
        "TESTING": settings.testing,
        "SETTINGS": settings,
        **settings.extra,
    }


def secret_of(instance: Path) -> str:
    """The instance's secret key, made at the first call; mode 600, never in git."""
    path = instance / "secret_key"
    if not path.exists():
        instance.mkdir(parents=True, exist_ok=True)
        handle = os.open(path.with_suffix(".new"), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(48))
        path.with_suffix(".new").rename(path)
    return path.read_text()
