"""The first organiser of an empty instance: a draft edition, and a link that makes its bearer the organiser, once."""

from datetime import datetime

import sqlalchemy as sa

from contest.accounts.actions import invite
from contest.accounts.models import Invitation, Person
from contest.audit.actions import record
from contest.db import db
from contest.editions.actions import create_edition
from contest.editions.models import Edition

SLUG = "first"
NAME = "科技活动周短视频大赛"
NAME_EN = "Science week short-video contest"


def is_empty() -> bool:
    """Whether nobody and nothing is here yet: only then a demo or a first link may be made."""
    return not any(db.session.scalar(sa.select(sa.exists().where(model.id > 0))) for model in (Person, Edition))


def has_people() -> bool:
    return bool(db.session.scalar(sa.select(sa.exists().where(Person.id > 0))))


def first_organiser_path(*, time_zone: str, at: datetime) -> str:
    """The address (without the host) of the invitation. Whoever lost it calls again: the older link ends.

    Raises ValueError when there are people already: they invite others on the organisers' pages.
    """
    if has_people():
        raise ValueError("There are people on this instance already; an organiser invites others on the page People.")
    edition = db.session.scalar(sa.select(Edition).order_by(Edition.id).limit(1))
    if edition is None:
        edition = create_edition(SLUG, name=NAME, name_en=NAME_EN, time_zone=time_zone, at=at)
    older = sa.select(Invitation).where(
        Invitation.accepted_at.is_(None), Invitation.declined_at.is_(None), Invitation.cancelled_at.is_(None)
    )
    for invitation in db.session.scalars(older):
        invitation.cancelled_at = at
        record("invitation.cancelled", on=invitation, at=at)
    # Nobody knows yet who it is: their name is theirs to write.
    _invitation, token = invite(edition_id=edition.id, role="organiser", name="", at=at, by=None)
    return f"/invitations/{token}"
