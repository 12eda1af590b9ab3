"""Questions about people and how they come in."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from contest.accounts import registry
from contest.accounts.logins import Login, folded_login
from contest.accounts.models import AccessToken, Invitation, PasswordReset, Person, RoleGrant, SignInSession
from contest.accounts.tokens import sha256_of
from contest.config import Settings
from contest.db import db

# That a session is neither ended nor idle nor too old; the two moments come with the question, see `_limits`.
_IS_LIVE = sa.and_(
    SignInSession.ended_at.is_(None),
    SignInSession.seen_at > sa.bindparam("seen_after"),
    SignInSession.started_at > sa.bindparam("started_after"),
)


def _limits(at: datetime, settings: Settings) -> dict[str, Any]:
    return {
        "seen_after": at - timedelta(hours=settings.session_idle_h),
        "started_after": at - timedelta(hours=settings.session_absolute_h),
    }


def live_session(token: str, *, at: datetime, settings: Settings) -> SignInSession | None:
    """The session that `token` opens, with its person and what they may do, in one query."""
    sought = {"token_sha256": sha256_of(token), **_limits(at, settings)}
    return db.session.scalars(_session_opened_by(), sought).unique().one_or_none()


@cache
def _session_opened_by() -> sa.Select[SignInSession]:
    """Written once: everybody who is signed in asks it in every request, and writing it costs more than asking it."""
    person = joinedload(SignInSession.person, innerjoin=True)
    found = sa.select(SignInSession).options(person.joinedload(Person.grants))
    return found.where(SignInSession.token_sha256 == sa.bindparam("token_sha256"), _IS_LIVE)


def sessions_of(person: Person, *, at: datetime, settings: Settings) -> Sequence[SignInSession]:
    """Where the person is signed in, the latest seen first."""
    select = sa.select(SignInSession).where(SignInSession.person_id == person.id, _IS_LIVE)
    ordered = select.order_by(SignInSession.seen_at.desc(), SignInSession.id.desc())
    return db.session.scalars(ordered, _limits(at, settings)).all()


def live_token(secret: str, *, at: datetime) -> AccessToken | None:
    """The access token that is this secret, unless it has ended."""
    found = sa.select(AccessToken).where(
        AccessToken.token_sha256 == sha256_of(secret), AccessToken.ended_at.is_(None), AccessToken.expires_at > at
    )
    return db.session.scalar(found.options(joinedload(AccessToken.person, innerjoin=True)))


def tokens_of(person: Person) -> Sequence[AccessToken]:
    """The person's access tokens that were not ended, the newest first; some may be out of date."""
    mine = sa.select(AccessToken).where(AccessToken.person_id == person.id, AccessToken.ended_at.is_(None))
    return db.session.scalars(mine.order_by(AccessToken.id.desc())).all()


def token_of(person: Person, token_id: int) -> AccessToken | None:
    """The person's own token with that id."""
    return db.session.scalar(
        sa.select(AccessToken).where(AccessToken.id == token_id, AccessToken.person_id == person.id)
    )


def session_of(person: Person, session_id: int) -> SignInSession | None:
    """The person's own session with that id."""
    return db.session.scalar(
        sa.select(SignInSession).where(SignInSession.id == session_id, SignInSession.person_id == person.id)
    )


def person_by_login(login: Login | None) -> Person | None:
    """Whose sign-in name it is."""
    if login is None:
        return None
    by = Person.email == login.email if login.email else Person.phone == login.phone
    return db.session.scalar(sa.select(Person).where(by))


def invitation_by(token: str) -> Invitation | None:
    """The invitation that `token` opens, in whatever state."""
    return db.session.scalar(
        sa.select(Invitation)
        .options(joinedload(Invitation.edition), joinedload(Invitation.invited_by))
        .where(Invitation.token_sha256 == sha256_of(token))
    )


def reset_by(token: str) -> PasswordReset | None:
    """The reset link that `token` opens, in whatever state."""
    return db.session.scalar(
        sa.select(PasswordReset)
        .options(joinedload(PasswordReset.person))
        .where(PasswordReset.token_sha256 == sha256_of(token))
    )


def edition_by(edition_id: int) -> Any:
    """The edition, of a feature above this one; None when there is none."""
    return db.session.get(edition_class(), edition_id)


def edition_named(slug: str | None) -> Any:
    """The edition with that short name; without one the current edition, else the newest."""
    edition = edition_class()
    select = sa.select(edition).order_by(edition.is_current.desc(), edition.id.desc()).limit(1)
    return db.session.scalar(select if slug is None else select.where(edition.slug == slug))


def edition_class() -> Any:
    """The model that the column `edition_id` points to; importing it would turn the layers upside down."""
    return sa.inspect(RoleGrant).relationships["edition"].mapper.class_


def people_in(edition_id: int, *, words: str = "", role: str = "") -> sa.Select[Any]:
    """(Person, when last seen) of everybody with a role or an entry in the edition, by name.

    `words` are looked for in name and contact. A whole e-mail address or phone number also finds somebody who has an
    account but no part in the edition yet: to help them in, one must know them.
    """
    seen = sa.select(sa.func.max(SignInSession.seen_at)).where(SignInSession.person_id == Person.id)
    columns = cast("sa.Select[Any]", sa.select(Person, seen.correlate(Person).scalar_subquery()))
    select = columns.order_by(Person.name, Person.id)
    holds = sa.select(RoleGrant.person_id).where(RoleGrant.edition_id == edition_id, RoleGrant.revoked_at.is_(None))
    if role:
        holds = holds.where(RoleGrant.role == role)
    here = [Person.id.in_(holds)]
    if role in ("", "entrant"):
        here += [Person.id.in_(part) for part in registry.participants(edition_id)]
    if not words:
        return select.where(sa.or_(*here))
    said = [column.icontains(words, autoescape=True) for column in (Person.name, Person.email, Person.phone)]
    found = sa.and_(sa.or_(*here), sa.or_(*said))
    exact = folded_login(words)
    if exact and not role:
        found = sa.or_(found, Person.email == exact.email if exact.email else Person.phone == exact.phone)
    return select.where(found)


def person_in(edition_id: int, person_id: int, *, contact: str = "") -> Person | None:
    """The person as an organiser of the edition may see them: with a role (now or before) or an entry in it.

    Somebody without any part in it is found only by who knows their whole `contact`.
    """
    held = sa.select(RoleGrant.person_id).where(RoleGrant.edition_id == edition_id)
    ways: list[sa.ColumnElement[bool]] = [
        Person.id.in_(held),
        *(Person.id.in_(part) for part in registry.participants(edition_id)),
    ]
    if exact := folded_login(contact):
        ways.append(Person.email == exact.email if exact.email else Person.phone == exact.phone)
    return db.session.scalar(sa.select(Person).where(Person.id == person_id, sa.or_(*ways)))


def grant_in(edition_id: int, grant_id: int) -> RoleGrant | None:
    """The grant, with its person, if it is of this edition."""
    return db.session.scalar(
        sa.select(RoleGrant)
        .options(joinedload(RoleGrant.person))
        .where(RoleGrant.id == grant_id, RoleGrant.edition_id == edition_id)
    )


def invitations_in(edition_id: int) -> sa.Select[Invitation]:
    """Invitations nobody has accepted and nobody cancelled, the newest first."""
    return (
        sa.select(Invitation)
        .where(Invitation.edition_id == edition_id)
        .where(Invitation.accepted_at.is_(None), Invitation.cancelled_at.is_(None))
        .order_by(Invitation.id.desc())
    )


def invitation_in(edition_id: int, invitation_id: int) -> Invitation | None:
    """The invitation if it is of this edition."""
    return db.session.scalar(
        sa.select(Invitation).where(Invitation.id == invitation_id, Invitation.edition_id == edition_id)
    )


def names_of(ids: set[int]) -> dict[int, str]:
    """The names of people by their ids, in one query."""
    rows = db.session.execute(sa.select(Person.id, Person.name).where(Person.id.in_(ids))).all() if ids else []
    return {row.id: row.name for row in rows}


def people_named(words: str) -> sa.Select[int]:
    """The ids of people whose name, e-mail or phone has these words in it."""
    said = [column.icontains(words, autoescape=True) for column in (Person.name, Person.email, Person.phone)]
    return sa.select(Person.id).where(sa.or_(*said))
