"""What both ways to keep arriving bytes have in common: the promises, and the reasons why they cannot be kept."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol

from werkzeug.exceptions import ClientDisconnected

from contest.storage.base import BLOCK as BLOCK  # the beginning by which a file is known again
from contest.uploads.models import Upload

READ_BYTES = 256 * 1024  # at once: measured to cost least with the server there is


class Busy(Exception):
    """Another request, perhaps in another process or on another machine, is writing to this upload."""


class TooMuch(Exception):
    """More bytes came than were announced; none of this request's were kept."""


class Full(Exception):
    """The disk took no more; what it took before is kept."""


class Stream(Protocol):
    def read(self, size: int, /) -> bytes: ...


class Part(Protocol):
    """What has arrived of one upload, in our hands; nobody else writes to it meanwhile."""

    @property
    def offset(self) -> int:
        """Where the next byte goes; every byte before it is kept whatever happens to this process and machine."""
        ...

    def append(self, stream: Stream, *, room: int) -> int:
        """Keep what `stream` still gives, however it ends; how many bytes that was.

        Raises TooMuch, Full, or Busy when the upload was taken out of our hands because nothing came for long. A
        connection that breaks ends the stream like any other end: the bytes before the break are good.
        """
        ...

    def first_block_sha256(self) -> str:
        """Tells whether a file chosen again is the same one, without reading it all."""
        ...

    def remove(self) -> None:
        """Forget the bytes."""
        ...


class Parts(Protocol):
    """Where arriving bytes are kept until they are whole."""

    def size_of(self, upload_id: str) -> int:
        """Bytes that are here; 0 when nothing is known of that upload."""
        ...

    def make(self, upload_id: str) -> None:
        """Be ready for the bytes of a new upload; called in the transaction that makes its row."""
        ...

    def hold(self, upload_id: str, *, wait_s: float = 0) -> AbstractContextManager[Part]:
        """What has arrived, made when it is not there; Busy when another holds it even after `wait_s`. Not to be
        called inside a transaction."""
        ...

    def move(self, upload: Upload, *, check_cancelled: Callable[[], None]) -> str | None:
        """Put the file into the storage under its key and forget the parts, if all its bytes are here.

        Its SHA-256 where it was taken on the way; None when it was not, or there was nothing to move. It may be
        repeated. Raises Busy.
        """
        ...

    def names(self) -> set[str]:
        """Of all uploads of which something is here, but for those begun this minute."""
        ...

    def remove_orphans(self, *, older_than_s: int) -> None:
        """Remove what belongs to no upload and has been left alone for that long."""
        ...


def read(stream: Stream, size: int) -> bytes:
    """The next bytes; none at the end and when the connection is broken."""
    try:
        return stream.read(size)
    except (ClientDisconnected, ConnectionError, TimeoutError):
        return b""


def read_all(stream: Stream, *, most: int) -> bytes:
    """What `stream` still gives, at most `most` bytes of it; a single read may give less than there is."""
    body = bytearray()
    while block := read(stream, min(BLOCK, most - len(body))):
        body += block
    return bytes(body)
