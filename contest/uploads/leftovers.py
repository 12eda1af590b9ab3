"""What attempts that were killed left in the storage: once a day, all that lies there is held against the rows."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import groupby

import sqlalchemy as sa
import structlog

from contest.clock import now
from contest.db import db
from contest.jobs.registry import RunningJob, periodic
from contest.storage import storage
from contest.uploads.models import Rendition
from contest.uploads.queries import running_tokens
from contest.uploads.rules import LEFT_ALONE_S

TOKEN_CHARS = 12  # of an attempt, as `begin_rendition` writes them into the prefix

log = structlog.get_logger(__name__)


@periodic("uploads.leftovers", every_s=24 * 3600)
def leftovers(job: RunningJob) -> None:
    """Remove files that we made and no row names: an attempt's that was killed after it had put some of them down, and
    captions that were replaced."""
    before = now() - timedelta(seconds=LEFT_ALONE_S)
    removed = 0
    for number in range(256):  # a part at a time: a contest's films are a million files
        for _original, keys in groupby(_old(f"d/{number:02x}/", before), key=lambda key: key.split("/")[2]):
            job.check_cancelled()
            removed += _remove_unnamed(list(keys))
    storage().remove_leftovers(older_than_s=LEFT_ALONE_S)
    if removed:
        log.info("uploads.leftovers", files=removed)


def _old(beginning: str, before: datetime) -> list[str]:
    """Read before the rows are, so that nothing new is missed; in order, so that those of one original are together."""
    return sorted(stat.key for stat in storage().list(beginning) if stat.modified_at < before)


def _remove_unnamed(keys: list[str]) -> int:
    """Of files made from one original; how many there were."""
    db.session.rollback()
    named, busy = _named(keys[0]), {token[:TOKEN_CHARS] for token in running_tokens()}
    lost = [key for key in keys if key not in named and not busy & set(key.split("/"))]
    for key in lost:
        storage().delete(key)
    return len(lost)


def _named(key: str) -> set[str]:
    """The keys that rows have for the original that `key` was made from."""
    beginning = "/".join(key.split("/")[:3]) + "/"
    made: Iterable[Rendition] = db.session.scalars(
        sa.select(Rendition).where(Rendition.prefix.startswith(beginning, autoescape=True), Rendition.state == "ready")
    )
    return {one.prefix + file["name"] for one in made for file in one.files}
