"""Where files are kept: a folder of this machine, or a bucket of an S3-compatible server, behind one Protocol."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

from flask import current_app

from contest.config import Settings
from contest.storage.base import Away, BadKey, Missing, Multipart, Part, Stat, Storage
from contest.storage.local import LocalStorage

__all__ = ["Away", "BadKey", "Missing", "Multipart", "Part", "Stat", "Storage", "open_storage", "storage"]


def open_storage(settings: Settings) -> Storage:
    """The storage that `settings` name; nothing is read or made yet."""
    where = urlsplit(settings.storage)
    if where.scheme == "s3":
        # Here and not above: boto3 costs 30 MB of memory, which a folder does not need.
        from contest.storage.s3 import S3Storage

        return S3Storage(
            bucket=where.netloc,
            prefix=where.path.strip("/"),
            endpoint=settings.s3_endpoint,
            scratch=settings.scratch,
        )
    return LocalStorage(Path(unquote(where.path)))


def storage() -> Storage:
    """The storage of the running application."""
    opened: Storage | None = current_app.extensions.get("contest.storage")
    if opened is None:
        opened = current_app.extensions["contest.storage"] = open_storage(current_app.config["SETTINGS"])
    return opened
