"""Which picture stands for a film, wherever it is listed."""

from datetime import datetime

from contest.accounts.models import Person
from contest.audit.actions import record
from contest.db import db, lock
from contest.entries import rules
from contest.entries.models import EntryFile
from contest.errors import Refused
from contest.uploads.actions import choose_poster


def choose_picture(file: EntryFile, number: int, *, by: Person, at: datetime) -> None:
    """Show one of its other pictures from now on, by its place in `file.asset.posters`, from 1."""
    entry = lock(file.entry)
    if reason := rules.why_not_choose_picture(entry, by):
        raise Refused(reason)
    db.session.refresh(file.asset)  # somebody else may just have chosen
    if number == file.asset.poster_number:
        return
    choose_poster(file.asset, number)
    if entry.is_editable:
        entry.changed_at = at
    record("entry.poster-chosen", by=by, on=entry, at=at, position=file.position, picture=number)
