"""Invitations: a link is made, shown once, and works once."""

from datetime import datetime, timedelta

from contest.accounts import registry
from contest.accounts.actions.roles import grant_role
from contest.accounts.models import Invitation, Person
from contest.accounts.rules import why_not_invitation
from contest.accounts.tokens import new_token, sha256_of
from contest.audit.actions import record
from contest.db import db, lock
from contest.errors import Refused

VALID_FOR = timedelta(days=14)


def invite(
    *,
    edition_id: int,
    role: str,
    name: str,
    at: datetime,
    by: Person | None,
    email: str | None = None,
    phone: str | None = None,
    unit_id: int | None = None,
    round_id: int | None = None,
    expires_at: datetime | None = None,
) -> tuple[Invitation, str]:
    """An invitation and its token, which nobody can ever read again. A judge of a round gets `round_id`."""
    token = new_token()
    invitation = Invitation(
        token_sha256=sha256_of(token),
        edition_id=edition_id,
        round_id=round_id,
        role=role,
        name=name,
        email=email,
        phone=phone,
        unit_id=unit_id,
        invited_by_id=by.id if by else None,
        created_at=at,
        expires_at=expires_at or at + VALID_FOR,
    )
    db.session.add(invitation)
    record("invitation.made", by=by, on=_flushed(invitation), at=at, role=role, name=name, round_id=round_id)
    return invitation, token


def accept_invitation(invitation: Invitation, person: Person, *, at: datetime) -> None:
    """Make `person` what the invitation says. Of two who accept at once the second is refused."""
    lock(invitation)
    if invitation.accepted_by_id == person.id:
        return
    if reason := why_not_invitation(invitation, at):
        raise Refused(reason, status=410)
    invitation.accepted_at, invitation.accepted_by_id = at, person.id
    record("invitation.accepted", by=person, on=invitation, at=at, role=invitation.role)
    grant_role(
        person,
        role=invitation.role,
        edition_id=invitation.edition_id,
        unit_id=invitation.unit_id,
        by=invitation.invited_by,
        at=at,
    )
    registry.tell_accepted(invitation, person, at)


def decline_invitation(invitation: Invitation, *, by: Person | None, at: datetime) -> None:
    """The invited person cannot take part; the organisers see it in their list."""
    lock(invitation)
    if reason := why_not_invitation(invitation, at):
        raise Refused(reason, status=410)
    invitation.declined_at = at
    record("invitation.declined", by=by, on=invitation, at=at)


def cancel_invitation(invitation: Invitation, *, by: Person, at: datetime) -> None:
    """Make the link worthless; not once somebody has used it."""
    lock(invitation)
    if invitation.state_at(at) == "cancelled":
        return
    if (reason := why_not_invitation(invitation, at)) and invitation.state_at(at) != "expired":
        raise Refused(reason)
    invitation.cancelled_at = at
    record("invitation.cancelled", by=by, on=invitation, at=at)


def _flushed(invitation: Invitation) -> Invitation:
    db.session.flush()
    return invitation
