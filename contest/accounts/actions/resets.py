"""New passwords by a link that an organiser hands over: there is no mail server to send it."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from contest.accounts.actions.people import change_password
from contest.accounts.models import PasswordReset, Person
from contest.accounts.rules import why_not_reset
from contest.accounts.tokens import new_token, sha256_of
from contest.audit.actions import record
from contest.db import db, lock
from contest.errors import Refused

VALID_FOR = timedelta(hours=24)


def issue_reset(
    person: Person, *, by: Person | None, at: datetime, edition_id: int | None = None
) -> tuple[PasswordReset, str]:
    """A link for `person`, shown once; earlier ones stop working. The present password stays until it is used."""
    db.session.execute(
        sa.update(PasswordReset)
        .where(PasswordReset.person_id == person.id)
        .where(PasswordReset.used_at.is_(None), PasswordReset.cancelled_at.is_(None))
        .values(cancelled_at=at)
    )
    token = new_token()
    reset = PasswordReset(
        token_sha256=sha256_of(token),
        person_id=person.id,
        issued_by_id=by.id if by else None,
        created_at=at,
        expires_at=at + VALID_FOR,
    )
    db.session.add(reset)
    record("reset.issued", by=by, on=person, at=at, edition_id=edition_id)
    return reset, token


def use_reset(reset: PasswordReset, *, password_hash: str, at: datetime) -> Person:
    """Set the password; every session of the person ends. Of two who use the link at once the second is refused."""
    lock(reset)
    if reason := why_not_reset(reset, at):
        raise Refused(reason, status=410)
    reset.used_at = at
    person = reset.person
    change_password(person, password_hash=password_hash, keep_session=None, by=person, at=at)
    return person
