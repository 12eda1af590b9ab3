"""A backup brought back into an empty instance. Everything is checked before the first row or file goes into place."""

import hashlib
import json
import re
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from contest.config import Settings
from contest.db import db, transaction
from contest.ops import rows, schema
from contest.ops.backup import FORMAT, PRODUCT
from contest.storage import BadKey, storage
from contest.storage.base import BLOCK, checked_key
from contest.web.commands import typed

_TABLE = re.compile(r"tables/([a-z_]+)\.jsonl\.gz\Z")
_LARGEST_MANIFEST = 256 * 1024 * 1024


class NotRestored(Exception):
    """The backup was refused, nothing was changed; the message says why, in English, for a terminal."""


@dataclass(frozen=True)
class Restored:
    rows: int
    files: int
    missing: list[str]


def restore(path: Path, *, settings: Settings) -> Restored:
    """Bring back what `path` holds. Raises NotRestored, and then the instance is as empty as it was."""
    _refuse_unless_empty()
    with _unpacked(path, settings.instance) as (folder, manifest):
        revision = manifest["revision"]
        if not schema.is_known(revision):
            raise NotRestored("The backup was made by a newer version. Install that version, then restore.")
        before = schema.current_revision()
        schema.migrate_to(revision)
        try:
            restored = _bring_back(folder, manifest)
        except (sa.exc.SQLAlchemyError, ValueError, KeyError, OSError) as error:
            schema.migrate_to(before)
            raise NotRestored(f"The rows of the backup do not fit its version: {_first_line(error)}") from error
        if (folder / "secret_key").exists():
            _put_secret(folder / "secret_key", settings.instance / "secret_key")
    schema.migrate_to(schema.head())
    return restored


def _refuse_unless_empty() -> None:
    with db.engine.connect() as connection:
        for table in rows.tables(connection):
            if table.name in ("job", "periodic_slot"):
                continue  # a worker that ran on the empty instance left its housekeeping
            if connection.scalar(sa.select(sa.func.count()).select_from(table)):
                raise NotRestored(
                    f"This instance is not empty: the table {table.name} has rows. Restore into a new one, for example"
                    f" {typed('restore FILE', instance=schema.NEW_INSTANCE)}"
                )
    if next(iter(storage().list("")), None) is not None:
        raise NotRestored("The storage of this instance is not empty. Restore into a new one.")


@contextmanager
def _unpacked(path: Path, instance: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    """The members in a folder of their own, every one of them as the manifest says."""
    instance.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="restore-", dir=instance))
    try:
        try:
            if not path.is_file():
                raise NotRestored(f"There is no file {path}.")
            if shutil.disk_usage(folder).free < path.stat().st_size * 2:
                raise NotRestored("There is too little free disk space: twice the size of the backup is needed.")
            with tarfile.open(path, "r:") as tar:
                found = {name: _unpack(tar, member, folder) for name, member in _members(tar)}
        except (tarfile.TarError, EOFError) as error:
            raise NotRestored(f"{path.name} is damaged or no backup: {_first_line(error)}") from error
        yield folder, _checked_manifest(folder, found)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _members(tar: tarfile.TarFile) -> Iterator[tuple[str, tarfile.TarInfo]]:
    """Each member once, if its name and kind are such as `back_up` writes: nothing can lead out of the folder."""
    seen: set[str] = set()
    for member in tar:
        good = member.isreg() and not member.issparse() and _is_ours(member.name) and member.name not in seen
        if not good:
            raise NotRestored(f"The backup holds something that no backup of ours holds: {member.name[:80]!r}")
        seen.add(member.name)
        yield member.name, member


def _is_ours(name: str) -> bool:
    if name in ("manifest.json", "secret_key") or _TABLE.match(name):
        return True
    try:
        return name.startswith("media/") and bool(checked_key(name.removeprefix("media/")))
    except BadKey:
        return False


def _unpack(tar: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> dict[str, Any]:
    target = folder / member.name
    target.parent.mkdir(parents=True, exist_ok=True)
    sha256, size = hashlib.sha256(), 0
    source = tar.extractfile(member)
    assert source is not None  # noqa: S101  # _members lets only regular files through
    with target.open("xb") as file:
        while block := source.read(BLOCK):
            sha256.update(block)
            size += file.write(block)
    return {"bytes": size, "sha256": sha256.hexdigest()}


def _checked_manifest(folder: Path, found: dict[str, dict[str, Any]]) -> dict[str, Any]:
    about = found.pop("manifest.json", None)
    if about is None:
        raise NotRestored("The backup has no manifest: it was cut off, or it is something else.")
    if about["bytes"] > _LARGEST_MANIFEST:
        raise NotRestored("The manifest of the backup is too large to be one.")
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        product, version, members = manifest["product"], manifest["format"], manifest["members"]
        said = {name: {"bytes": one["bytes"], "sha256": one["sha256"]} for name, one in members.items()}
        revision, missing = manifest["revision"], manifest["missing"]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise NotRestored(f"The manifest of the backup cannot be read: {_first_line(error)}") from error
    if product != PRODUCT:
        raise NotRestored("This is not a backup of this service.")
    if version != FORMAT or not isinstance(missing, list) or not isinstance(revision, str):
        raise NotRestored("The backup has a format that this version does not know.")
    for name in sorted(said.keys() ^ found.keys()):
        raise NotRestored(f"The backup is not whole: {name} is not both in it and in its manifest.")
    for name in sorted(said):
        if said[name] != found[name]:
            raise NotRestored(f"The backup is damaged: {name} is not what its manifest says.")
    return dict(manifest)


def _bring_back(folder: Path, manifest: dict[str, Any]) -> Restored:
    """Files first: without their rows they are harmless, and they go again when the rows do not fit."""
    keys = [name.removeprefix("media/") for name in manifest["members"] if name.startswith("media/")]
    try:
        for key in keys:
            storage().put(key, folder / "media" / key, move=True)
        return Restored(rows=_load(folder, manifest), files=len(keys), missing=manifest["missing"])
    except BaseException:
        for key in keys:
            storage().delete(key)
        raise


def _load(folder: Path, manifest: dict[str, Any]) -> int:
    named = {match[1] for name in manifest["members"] if (match := _TABLE.match(name))}
    listed = {name for name in named if rows.is_kept(name)}  # old backups also hold other programs' tables
    count = 0
    with transaction() as session:
        connection = session.connection()
        tables = rows.tables(connection)
        if listed != {table.name for table in tables}:
            raise ValueError("the backup does not have the tables of its version")
        for table in reversed(tables):
            if table.name in ("job", "periodic_slot"):
                connection.execute(table.delete())
        for table in tables:
            count += rows.load(connection, table, folder / "tables" / f"{table.name}.jsonl.gz")
            rows.continue_numbering(connection, table)
    return count


def _put_secret(source: Path, target: Path) -> None:
    source.chmod(0o600)
    source.replace(target)


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
