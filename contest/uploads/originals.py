"""The original: from the part file into the storage, hashed on the way, once and for good."""

import hashlib
from collections.abc import Callable

from contest.config import Settings
from contest.storage import Missing, storage
from contest.uploads import parts
from contest.uploads.models import Upload

BLOCK = 1024 * 1024


class Lost(Exception):
    """Neither the part file nor the storage has the bytes: another machine may, or a disk was lost."""


def key_of(upload: Upload) -> str:
    return f"o/{upload.created_at:%Y}/{upload.id}"


def keep(upload: Upload, *, settings: Settings, check_cancelled: Callable[[], None]) -> str:
    """Move the file into the storage under `key_of`; its SHA-256. A repetition finds it there and only hashes it.

    The hash is taken before the move, while nobody else can write to the part file, so that what was hashed is what
    is kept; when the move was done by an attempt that died, the storage's file is hashed instead.
    """
    key = key_of(upload)
    if parts.size_of(settings, upload.id) == upload.declared_bytes:
        with parts.hold(settings, upload.id, wait_s=10) as part, part.path.open("rb") as file:
            digest = _sha256(file.read, check_cancelled)
            storage().put(key, part.path, content_type="application/octet-stream", move=True)
        return digest
    try:
        complete = storage().stat(key).bytes == upload.declared_bytes
    except Missing:
        complete = False
    if not complete:
        raise Lost(upload.id)
    with storage().local_copy(key) as path, path.open("rb") as file:
        return _sha256(file.read, check_cancelled)


def _sha256(read: Callable[[int], bytes], check_cancelled: Callable[[], None]) -> str:
    digest = hashlib.sha256()
    while block := read(BLOCK):
        digest.update(block)
        check_cancelled()
    return digest.hexdigest()
