"""For scripts of an entrant: the entries that a file can be sent for now."""

from collections.abc import Iterator

from contest.accounts.models import Person
from contest.clock import now
from contest.db import db
from contest.entries import rules
from contest.entries.queries import entries_of
from contest.entries.views.files import limits_for, place_of
from contest.uploads.registry import Place, lists_places


@lists_places
def places(person: Person) -> Iterator[Place]:
    """One for each entry that is being written or corrected, while its edition takes files."""
    at = now()
    for entry in db.session.scalars(entries_of(person)).unique():
        position = len(entry.current_files) if entry.category.max_files > 1 else 0
        if rules.why_not_receive(entry, position, began_at=at, at=at) is None:
            limits = limits_for(entry)
            title = f"{entry.title or '-'} ({entry.category.title})"
            yield Place(title=title, kind=limits["kind"], max_bytes=limits["max_bytes"], ref=place_of(entry))
