"""What is missing or weak on this machine, each with what to do: for `flask doctor` and the organisers' page."""

import os
import shutil
import stat
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from contest.config import MIB, Settings
from contest.db import SQLITE_BUSY_TIMEOUT_MS, database_now, db
from contest.jobs.models import Job
from contest.jobs.queries import worker_is_alive
from contest.ops import schema
from contest.ops.finding import Finding
from contest.ops.media_findings import media_findings
from contest.storage import open_storage
from contest.uploads import parts
from contest.web.commands import typed

SKEW_S = 5
OLDEST_SQLITE = (3, 35)  # RETURNING, without which no job can be claimed
OLDEST_POSTGRES = 13


def findings(settings: Settings, *, at: datetime) -> list[Finding]:
    """Everything that was looked at, by subject. A check that fails itself is a finding, never an error."""
    found: list[Finding] = []
    for name, check in CHECKS:
        try:
            found += check(settings, at)
        except Exception as error:  # the doctor must not fall ill of what he looks at
            db.session.rollback()
            found.append(
                Finding(
                    "missing",
                    _("%(what)s could not be looked at", what=str(name)),
                    str(error).strip().splitlines()[0][:300] if str(error).strip() else type(error).__name__,
                    _("See to what the message says, then look again."),
                )
            )
    return found


def _settings(settings: Settings, at: datetime) -> Iterator[Finding]:
    if settings.host not in ("127.0.0.1", "::1", "localhost") and not settings.public_url.startswith("https://"):
        yield Finding(
            "weak",
            _("The service listens beyond this machine without TLS"),
            settings.host,
            _("Put a web server with TLS before it and set CONTEST_PUBLIC_URL to its https:// address."),
        )
    if settings.public_url and settings.public_url.startswith("https://") and not settings.proxies:
        yield Finding(
            "weak",
            _("The address is https, but no proxy is said to stand in front"),
            settings.public_url,
            _("Set CONTEST_PROXIES to how many stand there, usually 1; else all people seem to come from one address."),
        )
    yield Finding("ok", _("The settings can be read"), str(settings.instance))


def _instance(settings: Settings, at: datetime) -> Iterator[Finding]:
    folder = settings.instance
    if not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
        yield Finding(
            "missing",
            _("The instance folder cannot be written"),
            str(folder),
            _("Make it, and give it to the account that runs the service: chown."),
        )
        return
    secret = folder / "secret_key"
    if settings.secret_key:
        yield Finding("ok", _("The secret key comes from the settings"))
    elif not secret.exists():
        yield Finding("ok", _("The secret key will be made at the first start"))
    elif _others_may_read(secret):
        yield Finding(
            "weak",
            _("Other accounts of this machine can read the secret key"),
            f"{secret}, {stat.S_IMODE(secret.stat().st_mode):o}",
            _("Run: chmod 600 %(path)s", path=secret),
        )
    else:
        yield Finding("ok", _("Only its owner can read the secret key"))


def _others_may_read(path: Path) -> bool:
    return bool(stat.S_IMODE(path.stat().st_mode) & 0o077)


def _disk(settings: Settings, at: datetime) -> Iterator[Finding]:
    """Each disk once: that of the files, where uploads arrive, and that of the instance when it is another."""
    uploads = parts.disk(settings)
    if uploads.stat().st_dev != settings.instance.stat().st_dev:
        yield _room(
            settings,
            settings.instance,
            full=_("The disk of the instance is full: soon nothing more can be saved"),
            advice=_("Room for three of the largest uploads should be free: films are worked on there."),
        )
    yield _room(
        settings,
        uploads,
        full=_("The disk is full: new uploads are refused"),
        advice=_(
            "Room for three of the largest uploads should be free: the original, what is made of it, and a reserve."
        ),
    )


def _room(settings: Settings, folder: Path, *, full: str, advice: str) -> Finding:
    free, reserve = shutil.disk_usage(folder).free // MIB, settings.disk_reserve_mib
    said = _(
        "%(folder)s: %(free)s MiB free, %(reserve)s MiB are kept in reserve", folder=folder, free=free, reserve=reserve
    )
    if free < reserve:
        return Finding("missing", full, said, _("Free some space, or move the folder to a larger disk."))
    if free < reserve + settings.upload_max_mib * 3:
        return Finding("weak", _("There is little disk space left"), said, advice)
    return Finding("ok", _("There is enough disk space"), said)


def _clock(settings: Settings, at: datetime) -> Iterator[Finding]:
    remedy = _("Switch on time synchronisation: timedatectl set-ntp true")
    if at.year < 2025 or at.year > 2100:
        yield Finding("missing", _("The clock of this machine is wrong"), at.isoformat(timespec="seconds"), remedy)
        return
    apart = abs((datetime.now(UTC) - database_now()).total_seconds())
    if apart > SKEW_S:
        said = _("%(seconds)s seconds apart", seconds=round(apart))
        yield Finding("weak", _("The clocks of this machine and of the database differ"), said, remedy)
        return
    yield Finding("ok", _("The clock tells a sensible time"), at.isoformat(timespec="seconds"))


def _database(settings: Settings, at: datetime) -> Iterator[Finding]:
    with db.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            yield from _sqlite(connection)
        else:
            yield from _postgres(connection)
    state = schema.schema_state()
    titles = {
        "ok": _("The database has the schema of this version"),
        "empty": _("The database has no tables yet"),
        "older": _("The database is older than this version"),
        "newer": _("The database was changed by a newer version"),
    }
    remedies = {
        "ok": "",
        "empty": _("Run: %(command)s", command=typed("db upgrade")),
        "older": _(
            "Make a backup (%(backup)s), then run: %(command)s",
            backup=typed("backup FILE"),
            command=typed("db upgrade"),
        ),
        "newer": _("Start the newer version again, or restore a backup of this one into an empty instance."),
    }
    level: Literal["ok", "missing"] = "ok" if state == "ok" else "missing"
    yield Finding(level, titles[state], schema.current_revision() or "", remedies[state])


def _sqlite(connection: sa.Connection) -> Iterator[Finding]:
    version = str(connection.scalar(sa.text("SELECT sqlite_version()")))
    if tuple(int(part) for part in version.split(".")[:2]) < OLDEST_SQLITE:
        yield Finding("missing", _("SQLite is too old"), version, _("Install a newer system: 3.35 or later is needed."))
    settings = {
        name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
        for name in ("journal_mode", "foreign_keys", "busy_timeout", "synchronous")
    }
    good = {"journal_mode": "wal", "foreign_keys": 1, "busy_timeout": SQLITE_BUSY_TIMEOUT_MS, "synchronous": 2}
    wrong = ", ".join(f"{name} {settings[name]}" for name in good if settings[name] != good[name])
    if wrong:
        yield Finding(
            "missing" if "foreign_keys" in wrong else "weak",
            _("SQLite does not take its settings"),
            wrong,
            _("Keep the instance on a local disk: on network drives SQLite cannot lock as it must."),
        )
    else:
        yield Finding("ok", _("SQLite runs with write-ahead log, foreign keys and full sync"), version)
    broken = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
    if broken != "ok":
        yield Finding(
            "missing",
            _("The database file is damaged"),
            str(broken)[:200],
            _("Stop the service, keep a copy of the file, and restore the newest backup."),
        )


def _postgres(connection: sa.Connection) -> Iterator[Finding]:
    number = int(connection.scalar(sa.text("SHOW server_version_num")) or 0) // 10_000
    if number < OLDEST_POSTGRES:
        yield Finding("missing", _("PostgreSQL is too old"), str(number), _("13 or later is needed."))
    encoding = connection.scalar(sa.text("SHOW server_encoding"))
    if encoding != "UTF8":
        yield Finding("missing", _("The database does not keep Unicode"), str(encoding), _("Make it anew with UTF8."))
    if connection.scalar(sa.text("SHOW fsync")) != "on":
        yield Finding(
            "weak",
            _("PostgreSQL does not wait for the disk"),
            "fsync = off",
            _("Set fsync = on: a power cut could lose marks that were given."),
        )
    yield Finding("ok", _("PostgreSQL answers"), str(connection.scalar(sa.text("SHOW server_version"))))


def _storage(settings: Settings, at: datetime) -> Iterator[Finding]:
    """Writes, reads and deletes a small file, as an upload would."""
    from io import BytesIO

    storage, key = open_storage(settings), "doctor/try"
    storage.put(key, BytesIO(b"here"))
    read = b"".join(storage.read_range(key, 0, 4))
    storage.delete(key)
    if read == b"here":
        yield Finding("ok", _("Files can be stored, read and deleted"), settings.storage.partition("://")[0])
    else:
        yield Finding(
            "missing",
            _("The storage gives back something else than it was given"),
            settings.storage.partition("://")[0],
            _("Check the disk or the storage server before anything else is uploaded."),
        )


def _worker(settings: Settings, at: datetime) -> Iterator[Finding]:
    if schema.schema_state() != "ok":
        return
    if worker_is_alive(database_now()):
        yield Finding("ok", _("A worker is running"))
    else:
        yield Finding(
            "weak",
            _("No worker is running: checks and encodes wait"),
            "",
            _(
                "Start one with the web server: %(both)s; or alone: %(alone)s",
                both=typed("serve"),
                alone=typed("jobs work"),
            ),
        )
    failed = db.session.scalar(sa.select(sa.func.count()).select_from(Job).where(Job.state == "failed")) or 0
    if failed:
        yield Finding(
            "weak",
            ngettext("%(num)s job has failed for good", "%(num)s jobs have failed for good", failed),
            "",
            _("See why, and start them again: %(command)s", command=typed("jobs list --state failed")),
        )


CHECKS: list[tuple[Any, Callable[[Settings, datetime], Iterator[Finding]]]] = [
    (_l("settings"), _settings),
    (_l("instance folder"), _instance),
    (_l("disk"), _disk),
    (_l("clock"), _clock),
    (_l("database"), _database),
    (_l("storage"), _storage),
    (_l("worker"), _worker),
    (_l("media tools"), media_findings),
]
