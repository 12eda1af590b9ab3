"""The files of an entry: put in their place, replaced, ordered, taken out. Rows stay, only their state changes."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from contest.accounts.models import Person
from contest.audit.actions import record
from contest.db import db, lock
from contest.entries import rules
from contest.entries.models import SHOTS, Entry, EntryFile
from contest.errors import Refused
from contest.uploads.actions import drop_captions, set_captions
from contest.uploads.models import Asset, Upload


def place_file(
    entry: Entry, upload: Upload, asset: Asset, *, position: int | None, at: datetime, role: str = ""
) -> EntryFile:
    """A received file takes its place: `position`, where it replaces what was there, or the first free one (None)."""
    lock(entry)
    db.session.refresh(entry, ["files"])
    if position is None:
        position = _first_free(entry)
    if reason := rules.why_not_receive(entry, position, role=role, began_at=upload.created_at, at=at):
        raise Refused(reason)
    before = _at(entry, position, role)
    if before is not None:
        before.state = "replaced"
        db.session.flush()  # a place is never taken twice
    file = EntryFile(entry_id=entry.id, position=position, role=role, asset_id=asset.id, added_at=at)
    file.caption = before.caption if before is not None else ""
    entry.files.append(file)
    entry.changed_at = at
    db.session.flush()
    record("entry.file-placed", by=upload.person, on=entry, at=at, position=position, role=role, asset=asset.id)
    return file


def remove_file(file: EntryFile, *, by: Person, at: datetime) -> None:
    """Take a file out; those behind it move up."""
    entry = lock(file.entry)
    if reason := rules.why_not_edit(entry):
        raise Refused(reason)
    db.session.refresh(file)
    if file.state != "current":
        return
    file.state = "removed"
    db.session.flush()
    if not file.is_showcase_copy:
        _renumber(entry, entry.judged_files)
    entry.changed_at = at
    record("entry.file-removed", by=by, on=entry, at=at, position=file.position, asset=file.asset_id)


def move_file(file: EntryFile, *, by: int, at: datetime) -> None:
    """Let it stand one place earlier (-1) or later (+1); nothing happens at the ends."""
    entry = lock(file.entry)
    if reason := rules.why_not_edit(entry):
        raise Refused(reason)
    files = entry.judged_files
    if file not in files:
        raise Refused(_("This photo is no longer part of the entry."))
    place = files.index(file)
    target = min(max(place + by, 0), len(files) - 1)
    files.insert(target, files.pop(place))
    _renumber(entry, files)
    entry.changed_at = at


def describe_files(entry: Entry, captions: Mapping[int, str], shots: Mapping[int, str], *, at: datetime) -> None:
    """Other captions and kinds of shot, by the id of the file."""
    lock(entry)
    if reason := rules.why_not_edit(entry):
        raise Refused(reason)
    for file in entry.current_files:
        file.caption = captions.get(file.id, file.caption)
        shot = shots.get(file.id, file.shot)
        file.shot = shot if shot in SHOTS else ""
    entry.changed_at = at


def _at(entry: Entry, position: int, role: str) -> EntryFile | None:
    there = (file for file in entry.current_files if (file.role, file.position) == (role, position))
    return next(there, None)


def _first_free(entry: Entry) -> int:
    taken = {file.position for file in entry.judged_files}
    return next(position for position in range(len(taken) + 1) if position not in taken)


def _renumber(entry: Entry, files: list[EntryFile]) -> None:
    """Positions 0, 1, 2 in the order of `files`, by way of numbers that nobody has, since places are unique."""
    for place, file in enumerate(files):
        file.position = 1000 + place
    db.session.flush()
    for place, file in enumerate(files):
        file.position = place
    db.session.flush()
    db.session.expire(entry, ["files"])


def place_captions(
    file: EntryFile, prefix: str, stored: dict[str, Any], *, language: str, by: Person, at: datetime
) -> None:
    """Captions of the film in one language, instead of those there were."""
    entry = lock(file.entry)
    if reason := rules.why_not_edit(entry):
        raise Refused(reason)
    set_captions(file.asset, prefix, stored, language=language, at=at)
    entry.changed_at = at
    record("entry.captioned", by=by, on=entry, at=at, language=language, sha256=stored["sha256"])


def remove_captions(file: EntryFile, *, language: str, by: Person, at: datetime) -> None:
    entry = lock(file.entry)
    if reason := rules.why_not_edit(entry):
        raise Refused(reason)
    if drop_captions(file.asset, language=language):
        entry.changed_at = at
        record("entry.captions-removed", by=by, on=entry, at=at, language=language)
