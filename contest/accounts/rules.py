"""Reasons to say no: to passwords, to tries that come too fast, to links that no longer work, to changes of roles."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import ngettext

from contest.accounts.models import Invitation, PasswordReset, Person, RoleGrant, SignInAttempt
from contest.accounts.passwords import LEAST_CHARACTERS, MOST_CHARACTERS, is_common
from contest.db import db

WINDOW = timedelta(minutes=15)
FAILURES_OF_NAME_AND_IP = 5  # somebody who forgot the password
FAILURES_OF_IP = 50  # a school behind one address
FAILURES_OF_NAME = 30  # many addresses try one name; its owner at an address known to us is not held up
KNOWN_FOR = timedelta(days=180)
REGISTRATIONS_OF_IP = 60  # a class that registers in its computer room
REGISTRATION_WINDOW = timedelta(hours=1)
MOST_TOKENS = 20


def why_not_password(password: str, *, known: list[str]) -> str | None:
    """What is wrong with a new password; `known` is what everybody knows of the person: name, e-mail, phone."""
    if len(password) < LEAST_CHARACTERS:
        return ngettext(
            "Use at least %(least)s characters; this one has %(num)s",
            "Use at least %(least)s characters; these are %(num)s",
            len(password),
            least=LEAST_CHARACTERS,
        )
    if len(password) > MOST_CHARACTERS:
        return _("Use at most %(most)s characters", most=MOST_CHARACTERS)
    if is_common(password):
        return _("Many people use this password, or it is a simple row of keys. Choose one that nobody guesses")
    if _says_only(password, known):
        return _("The password must not be your name, e-mail address or phone number")
    return None


def _says_only(password: str, known: list[str]) -> bool:
    plain = "".join(password.casefold().split())
    words = {part for text in known for part in ("".join(text.casefold().split()), text.casefold().partition("@")[0])}
    return any(word and word in (plain, plain.strip("0123456789!.-_")) for word in words)


@dataclass(frozen=True)
class TooFast:
    """That a try must wait, and until when."""

    until: datetime


def why_not_try(*, name_sha256: str, ip: str, at: datetime) -> TooFast | None:
    """Whether this name may be tried from this address now. Only failures count, and those before a success do not."""
    from_here = [SignInAttempt.name_sha256 == name_sha256, SignInAttempt.ip == ip]
    last_success = db.session.scalar(
        sa.select(sa.func.max(SignInAttempt.at)).where(*from_here, SignInAttempt.succeeded)
    )
    since = max(at - WINDOW, last_success) if last_success else at - WINDOW
    windows = [
        (from_here, since, FAILURES_OF_NAME_AND_IP),
        ([SignInAttempt.ip == ip], at - WINDOW, FAILURES_OF_IP),
    ]
    if last_success is None or last_success < at - KNOWN_FOR:
        windows.append(([SignInAttempt.name_sha256 == name_sha256], at - WINDOW, FAILURES_OF_NAME))
    found = [_full_until(conditions, since, most) for conditions, since, most in windows]
    return max((one for one in found if one), key=lambda one: one.until, default=None)


def _full_until(conditions: list[sa.ColumnElement[bool]], since: datetime, most: int) -> TooFast | None:
    """The `most`-th newest failure leaves the window at that moment; until then the window is full."""
    at = db.session.scalar(
        sa.select(SignInAttempt.at)
        .where(*conditions, SignInAttempt.at > since, ~SignInAttempt.succeeded)
        .order_by(SignInAttempt.at.desc())
        .offset(most - 1)
        .limit(1)
    )
    return TooFast(at + WINDOW) if at else None


def why_not_register_from(*, name_sha256: str, ip: str, at: datetime) -> TooFast | None:
    """Whether one more account may come from this address now."""
    oldest = db.session.scalar(
        sa.select(SignInAttempt.at)
        .where(SignInAttempt.name_sha256 == name_sha256, SignInAttempt.ip == ip)
        .where(SignInAttempt.at > at - REGISTRATION_WINDOW)
        .order_by(SignInAttempt.at.desc())
        .offset(REGISTRATIONS_OF_IP - 1)
        .limit(1)
    )
    return TooFast(oldest + REGISTRATION_WINDOW) if oldest else None


def why_not_invitation(invitation: Invitation, at: datetime) -> str | None:
    """Why the link no longer makes anybody anything."""
    return {
        "accepted": _("This invitation has already been accepted. Sign in with the account that accepted it."),
        "declined": _("This invitation was declined. If that was a mistake, ask the organisers for a new link."),
        "cancelled": _("The organisers have withdrawn this invitation. If you expected to take part, ask them."),
        "expired": _("This invitation has expired. Ask the organisers for a new link."),
    }.get(invitation.state_at(at))


def why_not_reset(reset: PasswordReset, at: datetime) -> str | None:
    """Why the link no longer sets a password."""
    return {
        "used": _("This link has already been used to choose a password. Sign in with that password."),
        "cancelled": _("A newer link has been issued, and this one no longer works. Use the newest one."),
        "expired": _("This link has expired. Ask the organisers for a new one."),
    }.get(reset.state_at(at))


def why_not_revoke(grant: RoleGrant) -> str | None:
    """Why this role cannot be taken back: somebody must remain who can run the edition."""
    if grant.revoked_at is not None:
        return _("This role has already been taken back.")
    if grant.role != "organiser":
        return None
    others = db.session.scalar(
        sa.select(sa.func.count())
        .select_from(RoleGrant)
        .join(Person, Person.id == RoleGrant.person_id)
        .where(RoleGrant.edition_id == grant.edition_id, RoleGrant.role == "organiser")
        .where(RoleGrant.revoked_at.is_(None), RoleGrant.id != grant.id, Person.blocked_at.is_(None))
    )
    return None if others else _("This is the only organiser. Make somebody else an organiser first.")


def why_not_manage(person: Person, *, by: Person, edition_id: int) -> str | None:
    """Why an organiser of the edition may not block somebody or reset their password: it would reach further."""
    if person.id == by.id:
        return _("This is your own account. You can change your password on your account page.")
    elsewhere = {grant.edition_id for grant in person.grants if grant.revoked_at is None and grant.role != "entrant"}
    if any(not by.has_role("organiser", edition_id=other) for other in elsewhere - {edition_id}):
        return _("This person also has a role in an edition that you do not run. Ask its organisers.")
    return None


def why_not_another_token(live: int) -> str | None:
    """A list that nobody can look over is a list where nobody misses one."""
    if live < MOST_TOKENS:
        return None
    return _("You have %(number)s access tokens. End one that you no longer need first.", number=live)
