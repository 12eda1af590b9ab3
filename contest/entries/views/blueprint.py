"""The blueprint that the modules beside it hang their pages on, and how they find an entry."""

from flask import Blueprint, abort, g

from contest.accounts.access import me
from contest.entries.models import Entry
from contest.entries.queries import entry_of

bp = Blueprint("entries", __name__)


def my_entry(entry_id: int) -> Entry:
    """The signed-in person's own entry; 404 for everybody else's."""
    entry: Entry = entry_of(me(), entry_id) or abort(404)
    g.edition = entry.edition
    return entry
