"""For scripts of an entrant: the entries that a file can be sent for now, and for which copy."""

from collections.abc import Iterator

from flask_babel import gettext as _

from contest.accounts.models import Person
from contest.clock import now
from contest.db import db
from contest.entries import rules
from contest.entries.models import Entry
from contest.entries.queries import entries_of
from contest.entries.views.files import limits_for, place_of, roles_of
from contest.uploads.registry import Place, lists_places


@lists_places
def places(person: Person) -> Iterator[Place]:
    """One for each entry that is being written or corrected, while its edition takes files."""
    at = now()
    for entry in db.session.scalars(entries_of(person)).unique():
        position = len(entry.judged_files) if entry.category.max_files > 1 else 0
        for role in roles_of(entry):
            if rules.why_not_receive(entry, position, role=role, began_at=at, at=at) is None:
                limits = limits_for(entry)
                kind, max_bytes = limits["kind"], limits["max_bytes"]
                yield Place(title=_title(entry, role), kind=kind, max_bytes=max_bytes, ref=place_of(entry, role))


def _title(entry: Entry, role: str) -> str:
    title = f"{entry.title or '-'} ({entry.category.title})"
    return f"{title}: {_('Showcase copy')}" if role else title
