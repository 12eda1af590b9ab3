"""What an entry does when its file has arrived, and when it has been checked."""

import re
from datetime import datetime, timedelta

import sqlalchemy as sa
from flask_babel import gettext as _

from contest.accounts.registry import takes_part
from contest.clock import now
from contest.config import MIB
from contest.db import db, lock
from contest.editions.rules import corrections_close_at
from contest.entries.actions import place_file, write_report
from contest.entries.models import SHOWCASE, Entry
from contest.entries.queries import files_with
from contest.errors import Refused
from contest.uploads import registry
from contest.uploads.models import Asset, Upload

PREFIX = "entry-file"


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


@takes_part
def entrants(edition_id: int) -> sa.Select[int]:
    """Who has an entry in the edition, drafts too."""
    return sa.select(Entry.entrant_id).where(Entry.edition_id == edition_id)


registry.keep_until(PREFIX, kept_until)
registry.counts_for(PREFIX, account_of)
registry.on_received(PREFIX, received)
registry.on_checked(PREFIX, checked)
