"""What an entry does when its file has arrived, and when it has been checked."""

import re
import time
from datetime import datetime, timedelta

import sqlalchemy as sa
import structlog
from flask_babel import gettext as _

from contest.accounts.registry import takes_part
from contest.clock import now
from contest.config import MIB
from contest.db import db, lock, transaction
from contest.editions.rules import corrections_close_at
from contest.entries.actions import place_file, write_report
from contest.entries.actions.resembling import VERSION, note_fingerprint, note_resemblances, what_is_like
from contest.entries.models import SHOWCASE, Entry
from contest.entries.queries import files_with, other_work_waits, without_fingerprint
from contest.errors import Refused
from contest.jobs.registry import RunningJob, TryAgain, periodic
from contest.media.capabilities import can_know_sounds
from contest.media.encode import FALLBACK
from contest.media.fingerprints import NoFingerprint, Prints, of_rendition
from contest.media.likeness import pack
from contest.uploads import registry, workshop
from contest.uploads.models import Asset, Upload

PREFIX = "entry-file"
ENOUGH_S = 90.0  # of one go; the next one goes on

log = structlog.get_logger(__name__)


def received(upload: Upload, asset: Asset) -> None:
    """Put the file where its purpose says: entry-file:<entry>:<position>, `new` for the next free place, or
    `showcase` for the copy that only the public sees."""
    named = re.fullmatch(rf"{PREFIX}:(\d+):(\d{{1,3}}|new|showcase)", upload.purpose)
    entry = db.session.get(Entry, int(named[1])) if named else None
    if named is None or entry is None or entry.entrant_id != upload.person_id:
        raise Refused(_("This file belongs to no entry of yours."), status=404)
    role = SHOWCASE if named[2] == SHOWCASE else ""
    position = None if named[2] == "new" else 0 if role else int(named[2])
    place_file(entry, upload, asset, position=position, role=role, at=now())


def checked(asset: Asset) -> bool:
    """Write the report for each place that the file fills; False when it must be replaced, so nothing is encoded."""
    reports = [write_report(file, at=now()) for file in db.session.scalars(files_with(asset))]
    return any(report.outcome in ("ok", "advice") for report in reports)


def kept_until(purpose: str) -> datetime | None:
    """An upload that was begun may be finished as long as its entry can be sent in, the grace included."""
    entry = _entry_named(purpose)
    if entry is None or not entry.is_editable:
        return None
    phase = entry.edition.phase("submission")
    ends = [phase.ends_at + timedelta(minutes=entry.edition.upload_grace_min)] if phase and phase.ends_at else []
    corrections = corrections_close_at(entry.edition) if entry.state == "returned" else None
    return max([*ends, *([corrections] if corrections else [])], default=None)


def account_of(purpose: str, hold: bool) -> registry.Account | None:
    """The edition has so much room; held by its row, so that two who come at once are not promised the same."""
    entry = _entry_named(purpose)
    if entry is None:
        return None
    edition = entry.edition
    if hold and edition.upload_quota_mib:
        lock(edition)
    quota = edition.upload_quota_mib
    return registry.Account(name=edition.account, max_bytes=quota * MIB if quota else None)


def _entry_named(purpose: str) -> Entry | None:
    named = re.fullmatch(rf"{PREFIX}:(\d+):.*", purpose)
    return db.session.get(Entry, int(named[1])) if named else None


@periodic("entries.fingerprints", every_s=120)
def fingerprints(job: RunningJob) -> None:
    """Make those that are lacking, of new works and of old ones, and look what is like them.

    One after the other, and only while no check and no encode waits or runs. Stopped anywhere, it goes on from there.
    """
    until = time.monotonic() + ENOUGH_S
    lacking = without_fingerprint(version=VERSION, can_know_sounds=can_know_sounds()).limit(1)
    while time.monotonic() < until and not other_work_waits():
        job.check_cancelled()
        asset = db.session.scalar(lacking)
        if asset is None:
            return
        _take_fingerprint(asset, job)


def _take_fingerprint(asset: Asset, job: RunningJob) -> None:
    prints, trouble = Prints(pictures=b"", sound=b""), ""
    try:
        prints = _prints_of(asset, job)
    except NoFingerprint as error:
        trouble = str(error)
        log.warning("entries.no_fingerprint", asset=asset.id, reason=trouble)
    job.check_cancelled()
    found = [] if trouble else what_is_like(asset, prints)
    db.session.rollback()
    with transaction():
        job.hold()
        note_fingerprint(asset, prints, at=now(), trouble=trouble)
        note_resemblances(asset, found, at=now())


def _prints_of(asset: Asset, job: RunningJob) -> Prints:
    facts = asset.facts or {}
    if asset.kind == "photo":
        return Prints(pictures=pack(facts.get("likeness") or ()), sound=b"")
    film = asset.rendition("film")
    key = f"{film.prefix}{FALLBACK}" if film else ""
    has_sound = facts.get("audio_stream") is not None
    try:
        with workshop.bench(asset, job, key=key) as bench:
            return of_rendition(bench.path, has_sound=has_sound, box=bench.box)
    except TryAgain as error:  # it would stand before all the others for ever
        raise NoFingerprint(error.sentence) from error


@takes_part
def entrants(edition_id: int) -> sa.Select[int]:
    """Who has an entry in the edition, drafts too."""
    return sa.select(Entry.entrant_id).where(Entry.edition_id == edition_id)


registry.keep_until(PREFIX, kept_until)
registry.counts_for(PREFIX, account_of)
registry.on_received(PREFIX, received)
registry.on_checked(PREFIX, checked)
