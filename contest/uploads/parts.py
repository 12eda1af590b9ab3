"""The bytes of uploads that have arrived, wherever the settings say: beside the media folder, or in the bucket."""

import contextlib
import shutil
from contextlib import AbstractContextManager
from pathlib import Path
from urllib.parse import unquote, urlsplit

from contest.config import Settings
from contest.storage.base import BLOCK
from contest.uploads.arriving import Busy, Full, Part, Parts, TooMuch, read_all
from contest.uploads.parts_in_bucket import PartsInBucket
from contest.uploads.parts_in_folder import PartsInFolder

__all__ = ["BLOCK", "Busy", "Full", "Part", "Parts", "TooMuch", "read_all"]


def of(settings: Settings) -> Parts:
    """Where they are kept."""
    return PartsInBucket(settings) if are_in_bucket(settings) else PartsInFolder(_disk(settings) / "t")


def are_in_bucket(settings: Settings) -> bool:
    return settings.storage.startswith("s3:")


def disk(settings: Settings) -> Path:
    """The folder whose disk fills with what comes in: of the media, or of the instance where they are in a bucket and
    lie on this machine only while something is worked on."""
    folder = _disk(settings)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def free_bytes(settings: Settings) -> int:
    return shutil.disk_usage(disk(settings)).free


def size_of(settings: Settings, upload_id: str) -> int:
    return of(settings).size_of(upload_id)


def make(settings: Settings, upload_id: str) -> None:
    of(settings).make(upload_id)


def hold(settings: Settings, upload_id: str, *, wait_s: float = 0) -> AbstractContextManager[Part]:
    return of(settings).hold(upload_id, wait_s=wait_s)


def remove(settings: Settings, upload_id: str) -> None:
    """Forget the bytes, unless somebody is writing them this moment; housekeeping comes again."""
    with contextlib.suppress(Busy), hold(settings, upload_id) as part:
        part.remove()


def _disk(settings: Settings) -> Path:
    where = urlsplit(settings.storage)
    return Path(unquote(where.path)) if where.scheme == "file" else settings.instance
