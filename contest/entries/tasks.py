"""What an entry does when its file has arrived, and when it has been checked."""

import re
from datetime import datetime, timedelta

import sqlalchemy as sa
from flask_babel import gettext as _

from contest.accounts.registry import takes_part
from contest.clock import now
from contest.db import db
from contest.editions.rules import corrections_close_at
from contest.entries.actions import place_file, write_report
from contest.entries.models import Entry
from contest.entries.queries import files_with
from contest.errors import Refused
from contest.uploads import registry
from contest.uploads.models import Asset, Upload

PREFIX = "entry-file"


def received(upload: Upload, asset: Asset) -> None:
    """Put the file where its purpose says: entry-file:<entry>:<position>, or `new` for the next free place."""
    named = re.fullmatch(rf"{PREFIX}:(\d+):(\d{{1,3}}|new)", upload.purpose)
    entry = db.session.get(Entry, int(named[1])) if named else None
    if named is None or entry is None or entry.entrant_id != upload.person_id:
        raise Refused(_("This file belongs to no entry of yours."), status=404)
    position = None if named[2] == "new" else int(named[2])
    place_file(entry, upload, asset, position=position, at=now())


def checked(asset: Asset) -> bool:
    """Write the report for each place that the file fills; False when it must be replaced, so nothing is encoded."""
    reports = [write_report(file, at=now()) for file in db.session.scalars(files_with(asset))]
    return any(report.outcome in ("ok", "advice") for report in reports)


def kept_until(purpose: str) -> datetime | None:
    """An upload that was begun may be finished as long as its entry can be sent in, the grace included."""
    named = re.fullmatch(rf"{PREFIX}:(\d+):.*", purpose)
    entry = db.session.get(Entry, int(named[1])) if named else None
    if entry is None or not entry.is_editable:
        return None
    phase = entry.edition.phase("submission")
    ends = [phase.ends_at + timedelta(minutes=entry.edition.upload_grace_min)] if phase and phase.ends_at else []
    corrections = corrections_close_at(entry.edition) if entry.state == "returned" else None
    return max([*ends, *([corrections] if corrections else [])], default=None)


@takes_part
def entrants(edition_id: int) -> sa.Select[int]:
    """Who has an entry in the edition, drafts too."""
    return sa.select(Entry.entrant_id).where(Entry.edition_id == edition_id)


registry.keep_until(PREFIX, kept_until)
registry.on_received(PREFIX, received)
registry.on_checked(PREFIX, checked)
