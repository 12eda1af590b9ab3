"""Files in a folder of this machine: written aside, forced to the disk, then renamed into place."""

import contextlib
import errno
import hashlib
import os
import secrets
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from contest.storage.base import BLOCK, OCTETS, BadKey, Missing, Multipart, Part, Stat, checked_key, checked_prefix

# No key can begin with a dot, so nothing that is half written can be read, listed or overwritten through a key.
_ASIDE = ".aside"
_PARTS = ".parts"


class LocalStorage:
    """See `Storage`. Several processes may share the folder; it must be one file system."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()

    def put(self, key: str, source: Path | BinaryIO, *, content_type: str = OCTETS, move: bool = False) -> Stat:
        """The content type is not kept: who serves a file knows what it is."""
        target = self._path(key)
        if isinstance(source, Path):
            if not (move and self._moved(source, target)):
                with source.open("rb") as stream:
                    self._write(target, stream)
            if move:
                source.unlink(missing_ok=True)
        else:
            self._write(target, source)
        return self.stat(key)

    @contextmanager
    def local_copy(self, key: str) -> Iterator[Path]:
        path = self._path(key)
        self.stat(key)
        yield path

    def read_range(self, key: str, start: int, length: int) -> Iterator[bytes]:
        handle = self._open(self._path(key))
        return _blocks(handle, start, length)

    def stat(self, key: str) -> Stat:
        path = self._path(key)
        try:
            found = path.lstat()
        except (FileNotFoundError, NotADirectoryError):
            raise Missing(key) from None
        if not path.is_file():
            raise Missing(key)
        return Stat(key=key, bytes=found.st_size, modified_at=datetime.fromtimestamp(found.st_mtime, UTC))

    def delete(self, key: str) -> None:
        path = self._path(key)
        with contextlib.suppress(FileNotFoundError, NotADirectoryError, IsADirectoryError):
            path.unlink()
            _fsync_folder(path.parent)

    def list(self, prefix: str) -> Iterator[Stat]:
        checked_prefix(prefix)
        folder = self.root.joinpath(*prefix.split("/")[:-1])
        keys = (path.relative_to(self.root).as_posix() for path in _files_below(folder))
        for key in (key for key in keys if key.startswith(prefix)):
            with contextlib.suppress(Missing):  # deleted since the folder was read
                yield self.stat(key)

    def signed_get(self, key: str, *, expires_s: int, content_type: str, filename: str | None = None) -> str | None:
        checked_key(key)
        return None

    def create_multipart(self, key: str, *, content_type: str = OCTETS) -> str:
        checked_key(key)
        upload = secrets.token_hex(16)
        self._write(self.root / _PARTS / upload / "key", _Once(key.encode()))
        return upload

    def sign_part(self, key: str, upload: str, number: int, *, expires_s: int) -> str | None:
        self._parts_of(key, upload)
        return None

    def put_part(self, key: str, upload: str, number: int, body: bytes | BinaryIO) -> Part:
        if not 1 <= number <= 10_000:
            raise ValueError(f"part number {number} is not between 1 and 10000")
        path = self._parts_of(key, upload) / f"{number:05d}"
        if isinstance(body, bytes):
            self._write(path, _Once(body))
        else:
            body.seek(0)
            self._write(path, body)
        return Part(number=number, bytes=path.stat().st_size, etag=_sha256(path))

    def list_parts(self, key: str, upload: str) -> Sequence[Part]:
        files = sorted(path for path in self._parts_of(key, upload).iterdir() if path.name.isdigit())
        return [Part(number=int(path.name), bytes=path.stat().st_size, etag=_sha256(path)) for path in files]

    def list_multipart(self, prefix: str) -> Iterator[Multipart]:
        checked_prefix(prefix)
        for path in (self.root / _PARTS).glob("*/key"):
            with contextlib.suppress(FileNotFoundError):  # completed since the folder was read
                key, begun_at = path.read_text(), datetime.fromtimestamp(path.stat().st_mtime, UTC)
                if key.startswith(prefix):
                    yield Multipart(key=key, upload=path.parent.name, begun_at=begun_at)

    def complete(self, key: str, upload: str, parts: Sequence[Part]) -> Stat:
        folder = self._parts_of(key, upload)
        if not parts or not set(parts) <= set(self.list_parts(key, upload)):
            raise Missing(f"{key}: a part of {upload} is not there as it was named")
        names = [folder / f"{part.number:05d}" for part in sorted(parts, key=lambda part: part.number)]
        self._write(self._path(key), _Joined(names))
        shutil.rmtree(folder)
        return self.stat(key)

    def abort(self, key: str, upload: str) -> None:
        with contextlib.suppress(Missing):
            shutil.rmtree(self._parts_of(key, upload))

    def remove_leftovers(self, *, older_than_s: int) -> None:
        for path in (self.root / _ASIDE).glob("*"):
            with contextlib.suppress(FileNotFoundError):  # it was moved into place since
                if path.stat().st_mtime < time.time() - older_than_s:
                    path.unlink()

    def _path(self, key: str) -> Path:
        """Where `key` is. A symbolic link on the way could lead out of the folder, so there must be none."""
        path = self.root / checked_key(key)
        for step in (path, *path.parents):
            if step == self.root:
                return path
            if step.is_symlink():
                break
        raise BadKey(f"{key!r} leads through a symbolic link")

    def _parts_of(self, key: str, upload: str) -> Path:
        checked_key(key)
        folder = self.root / _PARTS / checked_key(upload)
        try:
            mine = "/" not in upload and (folder / "key").read_text() == key
        except FileNotFoundError:
            mine = False
        if not mine:
            raise Missing(f"{key}: there is no multipart upload {upload}")
        return folder

    def _open(self, path: Path) -> BinaryIO:
        try:
            return os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC), "rb")
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            raise Missing(path.relative_to(self.root).as_posix()) from None

    def _write(self, target: Path, source: "BinaryIO | _Once | _Joined") -> None:
        """Everything in `source`, at `target`, durably; until the last moment `target` is what it was."""
        aside = self.root / _ASIDE / secrets.token_hex(16)
        _make_folder(aside.parent)
        try:
            with aside.open("xb") as file:
                while block := source.read(BLOCK):
                    file.write(block)
                file.flush()
                os.fsync(file.fileno())
            _into_place(aside, target)
        finally:
            aside.unlink(missing_ok=True)

    def _moved(self, source: Path, target: Path) -> bool:
        """Whether renaming alone did it; across file systems it cannot."""
        with source.open("rb") as file:
            os.fsync(file.fileno())
        try:
            _into_place(source, target)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            return False
        return True


class _Once:
    """Bytes in memory as something to read from."""

    def __init__(self, body: bytes) -> None:
        self._rest = memoryview(body)

    def read(self, size: int) -> bytes:
        block, self._rest = self._rest[:size], self._rest[size:]
        return bytes(block)


class _Joined:
    """Several files read as one."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self._blocks = (block for path in paths for block in _file_blocks(path))

    def read(self, _size: int) -> bytes:
        return next(self._blocks, b"")


def _file_blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            yield block


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _blocks(handle: BinaryIO, start: int, length: int) -> Iterator[bytes]:
    with handle:
        handle.seek(start)
        while length > 0 and (block := handle.read(min(BLOCK, length))):
            length -= len(block)
            yield block


def _files_below(folder: Path) -> Iterator[Path]:
    for here, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from (Path(here, name) for name in names if not Path(here, name).is_symlink())


def _into_place(source: Path, target: Path) -> None:
    _make_folder(target.parent)
    source.replace(target)
    _fsync_folder(target.parent)


def _make_folder(folder: Path) -> None:
    """The folder and its parents, each one's name forced to the disk: a file in a lost folder is a lost file."""
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    _fsync_folder(folder.parent)


def _fsync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
