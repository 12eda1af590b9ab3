"""Part files: the bytes of an upload that have arrived. Their length is the one truth about how much is here.

A part file is named by the upload's id, lies on the file system of the storage where that is a folder (so that it can
be renamed into it), and is held with flock while it is written, which holds across processes and ends with them.
"""

import contextlib
import errno
import fcntl
import hashlib
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from werkzeug.exceptions import ClientDisconnected

from contest.config import Settings

BLOCK = 1024 * 1024  # the beginning by which a file is known again
READ_BYTES = 256 * 1024  # at once: measured to cost least with the server there is


class Busy(Exception):
    """Another request, perhaps in another process, is writing to this part."""


class TooMuch(Exception):
    """More bytes came than were announced; none of this request's were kept."""


class Full(Exception):
    """The disk took no more; what it took before is kept."""


class Stream(Protocol):
    def read(self, size: int, /) -> bytes: ...


def folder(settings: Settings) -> Path:
    """Where part files lie; made when it is not there."""
    where = urlsplit(settings.storage)
    media = Path(unquote(where.path)) if where.scheme == "file" else settings.instance
    (media / "t").mkdir(parents=True, exist_ok=True)
    return media / "t"


def path_of(settings: Settings, upload_id: str) -> Path:
    return folder(settings) / upload_id


def size_of(settings: Settings, upload_id: str) -> int:
    """Bytes that are here; 0 when there is no part file."""
    try:
        return path_of(settings, upload_id).stat().st_size
    except FileNotFoundError:
        return 0


def free_bytes(settings: Settings) -> int:
    return shutil.disk_usage(folder(settings)).free


class Part:
    """A part file in our hands; nobody else writes to it meanwhile."""

    def __init__(self, path: Path, handle: int) -> None:
        self.path = path
        self._handle = handle

    @property
    def offset(self) -> int:
        """Where the next byte goes: the length of the file, asked anew each time."""
        return os.fstat(self._handle).st_size

    def append(self, stream: Stream, *, room: int) -> int:
        """Keep what `stream` still gives, however it ends; how many bytes that was. Raises TooMuch or Full.

        A connection that breaks ends the stream like any other end: the bytes before the break are good.
        """
        begin = end = self.offset
        try:
            while block := _read(stream, min(READ_BYTES, begin + room - end + 1)):
                if end + len(block) > begin + room:
                    os.ftruncate(self._handle, begin)
                    raise TooMuch
                end = self._write(block, at=end)
        finally:
            os.fdatasync(self._handle)
        return end - begin

    def first_block_sha256(self) -> str:
        """Tells whether a file chosen again is the same one, without reading it all."""
        return hashlib.sha256(os.pread(self._handle, BLOCK, 0)).hexdigest()

    def remove(self) -> None:
        self.path.unlink(missing_ok=True)

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


@contextmanager
def hold(settings: Settings, upload_id: str, *, wait_s: float = 0) -> Iterator[Part]:
    """The part file of `upload_id`, made when it is not there; Busy when another holds it even after `wait_s`."""
    path = path_of(settings, upload_id)
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        _lock(handle, until=time.monotonic() + wait_s)
        if not _is_still(path, handle):  # removed or moved between our open and our lock
            raise Busy
        yield Part(path, handle)
    finally:
        os.close(handle)


def make(settings: Settings, upload_id: str) -> None:
    """An empty part file whose name survives a power cut."""
    with hold(settings, upload_id):
        directory = os.open(folder(settings), os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)


def remove(settings: Settings, upload_id: str) -> None:
    """Forget the bytes, unless somebody is writing them this moment; housekeeping comes again."""
    if path_of(settings, upload_id).exists():
        with contextlib.suppress(Busy), hold(settings, upload_id) as part:
            part.remove()


def read_all(stream: Stream, *, most: int) -> bytes:
    """What `stream` still gives, at most `most` bytes of it; a single read may give less than there is."""
    body = bytearray()
    while block := _read(stream, min(BLOCK, most - len(body))):
        body += block
    return bytes(body)


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


def _read(stream: Stream, size: int) -> bytes:
    try:
        return stream.read(size)
    except (ClientDisconnected, ConnectionError, TimeoutError):
        return b""
