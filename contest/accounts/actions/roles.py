"""What people may do in an edition: granted, and taken back by a date."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from contest.accounts.models import Person, RoleGrant
from contest.accounts.rules import why_not_revoke
from contest.audit.actions import record
from contest.db import db
from contest.errors import Refused


def grant_role(
    person: Person, *, role: str, edition_id: int, at: datetime, by: Person | None, unit_id: int | None = None
) -> RoleGrant:
    """Let `person` act as `role` in the edition; who already may stays as they are."""
    if held := _held(person, role, edition_id):
        return held
    grant = RoleGrant(
        person_id=person.id,
        edition_id=edition_id,
        role=role,
        unit_id=unit_id,
        granted_by_id=by.id if by else None,
        granted_at=at,
    )
    try:
        with db.session.begin_nested():
            db.session.add(grant)
    except IntegrityError:  # granted by somebody else at the same moment
        if held := _held(person, role, edition_id):
            return held
        raise
    db.session.expire(person, ["grants"])
    record("role.granted", by=by or person, on=grant, at=at, role=role, person_id=person.id)
    return grant


def revoke_role(grant: RoleGrant, *, by: Person | None, at: datetime) -> None:
    """Take a role back from now on. What was done in it stays."""
    # Two organisers who take the role from each other at once must not leave the edition to nobody.
    db.session.scalars(
        sa.select(RoleGrant)
        .where(RoleGrant.edition_id == grant.edition_id, RoleGrant.role == grant.role, RoleGrant.revoked_at.is_(None))
        .order_by(RoleGrant.id)
        .with_for_update()
    ).all()
    db.session.refresh(grant)
    if reason := why_not_revoke(grant):
        raise Refused(reason)
    grant.revoked_at, grant.revoked_by_id = at, by.id if by else None
    record("role.revoked", by=by, on=grant, at=at, role=grant.role, person_id=grant.person_id)
    db.session.flush()
    db.session.expire(grant.person, ["grants"])


def _held(person: Person, role: str, edition_id: int) -> RoleGrant | None:
    return db.session.scalar(
        sa.select(RoleGrant).where(
            RoleGrant.person_id == person.id,
            RoleGrant.role == role,
            RoleGrant.edition_id == edition_id,
            RoleGrant.revoked_at.is_(None),
        )
    )
