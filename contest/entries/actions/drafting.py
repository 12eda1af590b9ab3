"""The texts of an entry, saved before and apart from its file."""

from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _

from contest.accounts.models import Person
from contest.audit.actions import record
from contest.db import db, lock
from contest.editions import rules as edition_rules
from contest.editions.models import Category, Edition
from contest.entries import queries, rules
from contest.entries.models import Entry, EntryAuthor
from contest.errors import Refused


class Changed(Refused):
    """Somebody, mostly the same person in another window, saved the entry since this form was opened."""

    def __init__(self) -> None:
        super().__init__(_("This entry was changed in another window since you opened this page."))


@dataclass(frozen=True, kw_only=True)
class Details:
    """What the entrant types. It may be incomplete: only submitting asks for all of it."""

    title: str
    synopsis: str
    authors: list[str]
    unit_name: str
    group_id: int | None
    contact_name: str
    contact_phone: str
    contact_email: str
    ai_use: str = ""

    TEXTS = ("title", "synopsis", "unit_name", "contact_name", "contact_phone", "contact_email", "ai_use")


def start_entry(edition: Edition, category: Category, *, group_id: int | None, by: Person, at: datetime) -> Entry:
    """A draft that is saved from its first moment. An untouched draft of the same category is taken up again, so that
    a second tap on the button makes no second entry."""
    if reason := edition_rules.why_not_submit(edition, category, at):
        raise Refused(reason)
    lock(by)  # two taps at once become one after the other
    entry = db.session.scalar(queries.untouched_draft(category, by))
    if entry is not None:
        entry.group_id = group_id
        return entry
    entry = Entry(
        edition_id=edition.id,
        category_id=category.id,
        group_id=group_id,
        entrant_id=by.id,
        contact_name=by.name,
        contact_phone=by.phone or "",
        contact_email=by.email or "",
        unit_name=by.unit.name if by.unit else "",
        created_at=at,
        changed_at=at,
    )
    entry.authors = [EntryAuthor(position=0, name=by.name)]
    db.session.add(entry)
    record("entry.started", by=by, on=entry, at=at, category=category.code)
    return entry


def save_details(entry: Entry, details: Details, *, revision: int, at: datetime) -> None:
    """Keep what was typed. `revision` is the one the form was opened with: Changed when it is no longer the newest.

    Saves of a draft write no line of the audit: what counts is what is submitted, and that is recorded whole.
    """
    lock(entry)
    if reason := rules.why_not_edit(entry):
        raise Refused(reason)
    if details_of(entry) == details:
        return
    if entry.revision != revision:
        raise Changed
    for name in Details.TEXTS:
        setattr(entry, name, getattr(details, name))
    if details.group_id in {group.id for group in entry.edition.groups}:
        entry.group_id = details.group_id
    _set_authors(entry, details.authors)
    entry.revision += 1
    entry.changed_at = at


def details_of(entry: Entry) -> Details:
    """What is saved, in the form in which it is typed."""
    texts = {name: getattr(entry, name) for name in Details.TEXTS}
    return Details(group_id=entry.group_id, authors=[author.name for author in entry.authors], **texts)


def _set_authors(entry: Entry, names: list[str]) -> None:
    """The names in their order; rows are kept and renamed, so that positions never collide."""
    for position, name in enumerate(names):
        if position < len(entry.authors):
            entry.authors[position].name = name
        else:
            entry.authors.append(EntryAuthor(position=position, name=name))
    del entry.authors[len(names) :]
