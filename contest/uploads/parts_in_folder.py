"""Part files: the bytes of uploads that have arrived. Their length is the one truth about how much is here.

A part file is named by the upload's id, lies on the file system of the storage (so that it can be renamed into it), and
is held with flock while it is written, which holds across processes and ends with them.
"""

import contextlib
import errno
import fcntl
import hashlib
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from contest.storage import storage
from contest.storage.base import OCTETS
from contest.uploads.arriving import BLOCK, READ_BYTES, Busy, Full, Part, Stream, TooMuch, read
from contest.uploads.models import Upload

YOUNG_S = 60  # a part file this young may be of an upload whose row is not committed yet


class FilePart:
    """A part file in our hands."""

    def __init__(self, path: Path, handle: int) -> None:
        self._path = path
        self._handle = handle

    @property
    def offset(self) -> int:
        """The length of the file, asked anew each time."""
        return os.fstat(self._handle).st_size

    def append(self, stream: Stream, *, room: int) -> int:
        begin = end = self.offset
        try:
            while block := read(stream, min(READ_BYTES, begin + room - end + 1)):
                if end + len(block) > begin + room:
                    os.ftruncate(self._handle, begin)
                    raise TooMuch
                end = self._write(block, at=end)
        finally:
            os.fdatasync(self._handle)
        return end - begin

    def first_block_sha256(self) -> str:
        return hashlib.sha256(os.pread(self._handle, BLOCK, 0)).hexdigest()

    def remove(self) -> None:
        self._path.unlink(missing_ok=True)

    def _write(self, block: bytes, *, at: int) -> int:
        rest = memoryview(block)
        try:
            while rest:
                written = os.pwrite(self._handle, rest, at)
                at, rest = at + written, rest[written:]
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise Full from error
            raise
        return at


class PartsInFolder:
    """See `Parts`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def size_of(self, upload_id: str) -> int:
        try:
            return self.path_of(upload_id).stat().st_size
        except FileNotFoundError:
            return 0

    def make(self, upload_id: str) -> None:
        """An empty part file whose name survives a power cut."""
        with self.hold(upload_id):
            directory = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY)
            try:
                os.fsync(directory)
            finally:
                os.close(directory)

    @contextmanager
    def hold(self, upload_id: str, *, wait_s: float = 0) -> Iterator[Part]:
        path = self.path_of(upload_id)
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            _lock(handle, until=time.monotonic() + wait_s)
            if not _is_still(path, handle):  # removed or moved between our open and our lock
                raise Busy
            yield FilePart(path, handle)
        finally:
            os.close(handle)

    def move(self, upload: Upload, *, check_cancelled: Callable[[], None]) -> str | None:
        """The hash is taken before the move, while nobody else can write, so that what was hashed is what is kept."""
        if self.size_of(upload.id) != upload.declared_bytes:
            return None
        path, digest = self.path_of(upload.id), hashlib.sha256()
        with self.hold(upload.id, wait_s=10), path.open("rb") as file:
            while block := file.read(BLOCK):
                digest.update(block)
                check_cancelled()
            storage().put(upload.key, path, content_type=OCTETS, move=True)
        return digest.hexdigest()

    def names(self) -> set[str]:
        return {path.name for path in self.folder.iterdir() if is_old(path, seconds=YOUNG_S)}

    def remove_orphans(self, *, older_than_s: int) -> None:
        """A part file has the name of its upload: there are no others."""

    def path_of(self, upload_id: str) -> Path:
        return self.folder / upload_id


def _lock(handle: int, *, until: float) -> None:
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                raise Busy from None
            time.sleep(0.05)
        else:
            return


def _is_still(path: Path, handle: int) -> bool:
    try:
        return path.stat().st_ino == os.fstat(handle).st_ino
    except FileNotFoundError:
        return False


def is_old(path: Path, *, seconds: int) -> bool:
    """Whether it is there and was left alone for so long."""
    with contextlib.suppress(FileNotFoundError):
        return path.stat().st_mtime < time.time() - seconds
    return False
