"""The original: from what arrived into the storage, hashed, once and for good."""

import hashlib
from collections.abc import Callable

from contest.config import Settings
from contest.storage import Missing, storage
from contest.uploads import parts
from contest.uploads.models import Upload


class Lost(Exception):
    """Neither what arrived nor the storage has the bytes: another machine may, or a disk was lost."""


def keep(upload: Upload, *, settings: Settings, check_cancelled: Callable[[], None]) -> str:
    """Move the file into the storage under its key; its SHA-256. A repetition finds it there and only hashes it."""
    digest = parts.of(settings).move(upload, check_cancelled=check_cancelled)
    return digest or _sha256(upload.key, upload.declared_bytes, check_cancelled)


def _sha256(key: str, size: int, check_cancelled: Callable[[], None]) -> str:
    """Of what the storage has; Lost unless that is exactly `size` bytes."""
    digest, read = hashlib.sha256(), 0
    try:
        for block in storage().read_range(key, 0, size):
            digest.update(block)
            read += len(block)
            check_cancelled()
        whole = read == size == storage().stat(key).bytes
    except Missing:
        whole = False
    if not whole:
        raise Lost(key)
    return digest.hexdigest()
