"""People: registered, changed, blocked."""

from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from contest.accounts.actions.access_tokens import end_all_tokens
from contest.accounts.actions.sessions import end_other_sessions
from contest.accounts.logins import Login
from contest.accounts.models import Person
from contest.audit.actions import record
from contest.db import db
from contest.errors import Refused


def register_person(
    *,
    name: str,
    login: Login,
    password_hash: str | None,
    at: datetime,
    locale: str | None = None,
    unit_id: int | None = None,
    by: Person | None = None,
) -> Person:
    """A new account. Two at once with the same sign-in name: the database lets one through, the other is refused."""
    person = Person(
        name=name,
        email=login.email,
        phone=login.phone,
        password_hash=password_hash,
        password_changed_at=at if password_hash else None,
        locale=locale,
        unit_id=unit_id,
        created_at=at,
    )
    try:
        with db.session.begin_nested():
            db.session.add(person)
    except IntegrityError as error:
        raise Refused(taken(login)) from error
    record("person.registered", by=by or person, on=person, at=at)
    return person


def taken(login: Login) -> str:
    """That somebody has this sign-in name; the way on is to sign in."""
    if login.phone:
        return _("There is already an account with this phone number. Sign in with it instead.")
    return _("There is already an account with this e-mail address. Sign in with it instead.")


def change_details(
    person: Person, *, name: str, email: str | None, phone: str | None, locale: str | None, by: Person, at: datetime
) -> None:
    """Name, contact and language. Contact data are not written into the record, only that they changed."""
    if not (email or phone):
        raise Refused(_("Keep an e-mail address or a phone number: you sign in with it."))
    changes = {"name": name, "email": email, "phone": phone, "locale": locale}
    changed = sorted(field for field, value in changes.items() if getattr(person, field) != value)
    before = person.name
    try:
        with db.session.begin_nested():
            for field in changed:
                setattr(person, field, changes[field])
    except IntegrityError as error:
        raise Refused(_("Somebody else has an account with this e-mail address or phone number.")) from error
    if changed:
        record("person.changed", by=by, on=person, at=at, fields=changed, before={"name": before}, after={"name": name})


def change_password(
    person: Person, *, password_hash: str, keep_session: int | None, by: Person | None, at: datetime
) -> None:
    """A new password ends every other session and every token: whoever knew the old one is out."""
    person.password_hash, person.password_changed_at = password_hash, at
    record("person.password_changed", by=by, on=person, at=at)
    end_other_sessions(person, keep=keep_session, by=by, at=at)
    end_all_tokens(person, by=by, at=at)


def block_person(person: Person, *, reason: str, by: Person, at: datetime, edition_id: int | None = None) -> None:
    """Shut somebody out at once, everywhere. What they did before stays."""
    if person.blocked_at is None:
        person.blocked_at = at
        record("person.blocked", by=by, on=person, at=at, edition_id=edition_id, reason=reason)
        end_other_sessions(person, keep=None, by=by, at=at)
        end_all_tokens(person, by=by, at=at)


def unblock_person(person: Person, *, by: Person, at: datetime, edition_id: int | None = None) -> None:
    """Let somebody in again; they sign in anew."""
    if person.blocked_at is not None:
        person.blocked_at = None
        record("person.unblocked", by=by, on=person, at=at, edition_id=edition_id)
