"""What every storage can do. Nothing outside this package knows whether files are on a disk or in a bucket."""

import re
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Protocol

BLOCK = 1024 * 1024
OCTETS = "application/octet-stream"

# A segment begins with a letter or digit, so that `..`, `.hidden` and `-option` cannot be said at all.
_SEGMENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}\Z")
_LONGEST_KEY = 800  # S3 allows 1024 bytes; the rest is left for the prefix of the bucket


class Missing(LookupError):
    """Nothing is stored under this key, or no such multipart upload or part is known."""


class Away(OSError):
    """The server that keeps the files does not answer, or not sensibly; it may be back soon."""


class BadKey(ValueError):
    """The key could mean something else than a file of ours; it was refused before anything was touched."""


@dataclass(frozen=True, kw_only=True)
class Stat:
    """One stored file."""

    key: str
    bytes: int
    modified_at: datetime


@dataclass(frozen=True, kw_only=True)
class Part:
    """One received part of a multipart upload; `etag` says which bytes it holds."""

    number: int
    bytes: int
    etag: str


@dataclass(frozen=True, kw_only=True)
class Multipart:
    """A multipart upload that is neither completed nor aborted."""

    key: str
    upload: str
    begun_at: datetime


class Storage(Protocol):
    """Files under keys such as `o/2026/4f1c`. Every method raises BadKey for a key that is not of that form.

    A key holds a whole file or nothing: a reader never sees half of one, and what was put is still there after a
    power cut. Putting under a key that exists replaces it at once.
    """

    def put(self, key: str, source: Path | BinaryIO, *, content_type: str = OCTETS, move: bool = False) -> Stat:
        """Store a file or everything that a stream still holds. With `move` the file at `source` is gone afterwards."""
        ...

    def local_copy(self, key: str) -> AbstractContextManager[Path]:
        """A path to read the file at, for programs that need one; never write to it. Missing when there is none."""
        ...

    def read_range(self, key: str, start: int, length: int) -> Iterator[bytes]:
        """`length` bytes from `start`, in blocks; fewer when the file ends before. Missing is raised by the call."""
        ...

    def stat(self, key: str) -> Stat: ...

    def delete(self, key: str) -> None:
        """Remove the file; it is no mistake when it is gone already."""
        ...

    def list(self, prefix: str) -> Iterator[Stat]:
        """Every file whose key begins with `prefix`; the order is the server's own."""
        ...

    def signed_get(self, key: str, *, expires_s: int, content_type: str, filename: str | None = None) -> str | None:
        """An address that hands out the file without asking us, for a while; None when the storage has no addresses."""
        ...

    def create_multipart(self, key: str, *, content_type: str = OCTETS) -> str:
        """Begin a file that arrives in parts; the name returned goes to the methods below."""
        ...

    def sign_part(self, key: str, upload: str, number: int, *, expires_s: int) -> str | None:
        """An address that takes one part by PUT; None when the storage has no addresses."""
        ...

    def put_part(self, key: str, upload: str, number: int, body: bytes | BinaryIO) -> Part:
        """Store part `number` (1 to 10,000), bytes or a file from its beginning. It may be sent again.

        All but the last must hold 5 MiB or more.
        """
        ...

    def list_parts(self, key: str, upload: str) -> Sequence[Part]:
        """What has arrived. SeaweedFS lists a part that was sent again with other bytes beside the new one."""
        ...

    def list_multipart(self, prefix: str) -> Iterator[Multipart]:
        """Every unfinished multipart upload of a key that begins with `prefix`. Some servers (MinIO) only list those of
        one whole key, and forget old ones by themselves."""
        ...

    def complete(self, key: str, upload: str, parts: Sequence[Part]) -> Stat:
        """Join `parts`, one for each number, into the file. Missing when one is not there with exactly these bytes."""
        ...

    def abort(self, key: str, upload: str) -> None:
        """Forget the parts; it is no mistake when they are forgotten already."""
        ...

    def remove_leftovers(self, *, older_than_s: int) -> None:
        """Remove what was only half written when its writer was killed, and left alone for that long."""
        ...


def checked_key(key: str) -> str:
    """`key` itself, when it cannot name anything but a file inside the storage."""
    if len(key) > _LONGEST_KEY or not all(_SEGMENT.match(segment) for segment in key.split("/")):
        raise BadKey(f"{key!r} is not a storage key")
    return key


def checked_prefix(prefix: str) -> str:
    """`prefix` itself, when it is the beginning of a possible key; the empty one begins them all."""
    segments = prefix.split("/")
    whole, last = segments[:-1], segments[-1]
    if not all(_SEGMENT.match(segment) for segment in whole) or (last and not _SEGMENT.match(last)):
        raise BadKey(f"{prefix!r} cannot begin a storage key")
    return prefix
