"""Everything that counts in one file: the rows, the media, the secret key.

A plain tar: media do not get smaller, and the rows are gzipped one by one. The manifest with every SHA-256 is the last
member, so that the file is written in one go; a file that was cut off has none and is refused whole.
"""

import hashlib
import io
import json
import os
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import sqlalchemy as sa

from contest.config import Settings
from contest.db import db
from contest.ops import rows, schema
from contest.storage import Missing, storage
from contest.storage.base import BLOCK

PRODUCT = "zhuiguang-backup"
FORMAT = 1


@dataclass
class Backup:
    """What was written: the file, and media that a row names but the storage did not have."""

    path: Path
    rows: int = 0
    files: int = 0
    bytes: int = 0
    missing: list[str] = field(default_factory=list)


def back_up(target: Path, *, settings: Settings, at: datetime) -> Backup:
    """Write a backup to `target`, a file or a folder; the service may go on running.

    The rows are read in one transaction, which sees one moment. Media come after them: a file never changes once a row
    names it, so what the rows know is there; what came later is left out with its row.
    """
    path = target / f"contest-{at:%Y%m%d-%H%M%S}.tar" if target.is_dir() else target
    if path.exists():
        raise FileExistsError(path)
    made = Backup(path)
    unfinished = path.with_name(path.name + ".unfinished")
    handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)  # it holds names and the secret key
    try:
        with os.fdopen(handle, "wb") as file:
            with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar:
                _fill(tar, made, settings=settings, at=at)
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(path)
    finally:
        unfinished.unlink(missing_ok=True)
    made.bytes = path.stat().st_size
    return made


def _fill(tar: tarfile.TarFile, made: Backup, *, settings: Settings, at: datetime) -> None:
    members: dict[str, dict[str, Any]] = {}
    revision, keys = _add_rows(tar, members, made, at=at)
    for key in keys:
        try:
            _add_media(tar, members, key, at=at)
            made.files += 1
        except Missing:
            made.missing.append(key)
    secret = settings.instance / "secret_key"
    if secret.exists():
        _add_bytes(tar, members, "secret_key", secret.read_bytes(), at=at)
    manifest = {
        "product": PRODUCT,
        "format": FORMAT,
        "made_at": at.isoformat(),
        "revision": revision,
        "members": members,
        "missing": made.missing,
    }
    _add_bytes(tar, {}, "manifest.json", json.dumps(manifest, ensure_ascii=False, indent=1).encode(), at=at)


def _add_rows(
    tar: tarfile.TarFile, members: dict[str, dict[str, Any]], made: Backup, *, at: datetime
) -> tuple[str | None, list[str]]:
    with tempfile.TemporaryDirectory(prefix="contest-backup-") as scratch, _one_moment() as connection:
        for table in rows.tables(connection):
            path = Path(scratch, "rows")
            count = rows.dump(connection, table, path)
            with path.open("rb") as file:
                _add(tar, members, f"tables/{table.name}.jsonl.gz", file, path.stat().st_size, at=at)
            members[f"tables/{table.name}.jsonl.gz"]["rows"] = count
            made.rows += count
        return schema.current_revision(), sorted(media_keys(connection))


def _one_moment() -> sa.engine.base.Connection:
    """A connection whose transaction sees the database as it is at its first read. On SQLite every one does."""
    connection = db.engine.connect()
    if connection.dialect.name == "postgresql":
        connection = connection.execution_options(isolation_level="REPEATABLE READ")
    return connection


def media_keys(connection: sa.Connection) -> set[str]:
    """The key of every stored file that a row names."""
    named = {table.name: table for table in rows.tables(connection)}
    keys: set[str | None] = set()
    for table, column in (("upload", "storage_key"), ("asset", "original_key"), ("asset", "poster_key")):
        keys |= set(connection.scalars(sa.select(named[table].c[column])))
    rendition = named["rendition"].c
    for prefix, files in connection.execute(sa.select(rendition.prefix, rendition.files)):
        keys |= {prefix + file["name"] for file in files}
    return {key for key in keys if key}


def _add_media(tar: tarfile.TarFile, members: dict[str, dict[str, Any]], key: str, *, at: datetime) -> None:
    size = storage().stat(key).bytes
    _add(tar, members, f"media/{key}", _Stream(storage().read_range(key, 0, size)), size, at=at)


def _add_bytes(
    tar: tarfile.TarFile, members: dict[str, dict[str, Any]], name: str, body: bytes, *, at: datetime
) -> None:
    _add(tar, members, name, io.BytesIO(body), len(body), at=at)


def _add(
    tar: tarfile.TarFile,
    members: dict[str, dict[str, Any]],
    name: str,
    source: "IO[bytes] | _Stream",
    size: int,
    *,
    at: datetime,
) -> None:
    """Add one member, and what the manifest says about it."""
    header = tarfile.TarInfo(name)
    header.size, header.mode, header.mtime = size, 0o600, int(at.timestamp())
    hashing = _Hashing(source)
    tar.addfile(header, hashing)
    members[name] = {"bytes": size, "sha256": hashing.sha256.hexdigest()}


class _Hashing(io.RawIOBase):
    """A stream that remembers the SHA-256 of what went through."""

    def __init__(self, source: "IO[bytes] | _Stream") -> None:
        self.sha256 = hashlib.sha256()
        self._source = source

    def read(self, size: int = -1) -> bytes:
        block = self._source.read(size)
        self.sha256.update(block)
        return block


class _Stream:
    """Blocks of any size read as a stream."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks, self._rest = blocks, b""

    def read(self, size: int = BLOCK) -> bytes:
        while len(self._rest) < size and (block := next(self._blocks, b"")):
            self._rest += block
        given, self._rest = self._rest[:size], self._rest[size:]
        return given
