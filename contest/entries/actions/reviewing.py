"""The office's decision on a submitted entry."""

import secrets
from datetime import datetime

import sqlalchemy as sa

from contest.accounts.models import Person
from contest.audit.actions import record
from contest.db import db, lock
from contest.editions.models import Category
from contest.entries import rules
from contest.entries.models import EligibilityDecision, Entry
from contest.errors import Refused


def pass_entry(entry: Entry, *, by: Person, at: datetime) -> EligibilityDecision:
    """The entry goes to the judges, who will know it only by the code name it gets here."""
    lock(entry)
    if reason := rules.why_not_decide(entry):
        raise Refused(reason)
    entry.code = entry.code or unused_code(entry)
    entry.state, entry.changed_at = "passed", at
    decision = _decide(entry, "passed", reason="", by=by, at=at)
    record("entry.passed", by=by, on=entry, at=at, code=entry.code)
    return decision


def return_entry(entry: Entry, *, reason: str, by: Person, at: datetime) -> EligibilityDecision:
    """Give it back to be corrected; the entrant reads `reason` and can submit again until judging begins."""
    lock(entry)
    if complaint := rules.why_not_return(entry, reason):
        raise Refused(complaint)
    entry.state, entry.changed_at = "returned", at
    decision = _decide(entry, "returned", reason=reason.strip(), by=by, at=at)
    record("entry.returned", by=by, on=entry, at=at, reason=reason.strip())
    return decision


def _decide(entry: Entry, outcome: str, *, reason: str, by: Person, at: datetime) -> EligibilityDecision:
    decision = EligibilityDecision(outcome=outcome, reason=reason, decided_by_id=by.id, decided_at=at)
    entry.decisions.append(decision)
    db.session.flush()
    return decision


def unused_code(entry: Entry) -> str:
    """A code name such as A-017 that no entry of the edition has, drawn by lot so that it tells nothing of the order
    in which entries came; four digits once three are used up."""
    category = lock(db.session.get_one(Category, entry.category_id))
    used = set(db.session.scalars(sa.select(Entry.code).where(Entry.edition_id == entry.edition_id)))
    for digits in (3, 4, 5):
        free = [code for n in range(1, 10**digits) if (code := f"{category.code}-{n:0{digits}}") not in used]
        if free:
            return secrets.choice(free)
    raise RuntimeError("more than 99,999 entries passed in one category")
