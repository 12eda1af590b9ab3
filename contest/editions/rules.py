"""Reasons to say no that come from the edition: its calendar, its limits, what is already true of it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from flask_babel import gettext as _

from contest.db import db
from contest.editions.models import Category, Edition, Phase
from contest.web.filters import until

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def why_not_submit(
    edition: Edition, category: Category | None, at: datetime, upload_began_at: datetime | None = None
) -> str | None:
    """Why an entry cannot be sent in at `at`.

    The phase ends just before its last moment. Whoever was still uploading then has the edition's grace: pass when
    that upload began.
    """
    if category is not None and category.edition_id != edition.id:
        return _("This category belongs to another edition.")
    phase = edition.phase("submission")
    if edition.state != "open" or phase is None:
        return _("This edition does not take entries now.")
    if at < phase.starts_at:
        return _("Submissions open on %(moment)s.", moment=until(phase.starts_at))
    if phase.ends_at is None or at < phase.ends_at or _within_grace(edition, phase.ends_at, at, upload_began_at):
        return None
    return _("Submissions closed on %(moment)s. What you entered is kept.", moment=until(phase.ends_at))


def _within_grace(edition: Edition, closed_at: datetime, at: datetime, upload_began_at: datetime | None) -> bool:
    begun_in_time = upload_began_at is not None and upload_began_at < closed_at
    return begun_in_time and at < closed_at + timedelta(minutes=edition.upload_grace_min)


def why_not_correct(edition: Edition, at: datetime) -> str | None:
    """Why an entry that was returned cannot be changed and sent in again at `at`: it can until judging begins."""
    if edition.state != "open":
        return _("This edition is closed. What you entered is kept.")
    closed_at = corrections_close_at(edition)
    if closed_at is None or at < closed_at:
        return None
    return _("Corrections closed on %(moment)s. What you entered is kept.", moment=until(closed_at))


def corrections_close_at(edition: Edition) -> datetime | None:
    """The end of the review, or of the submission where nobody reviews."""
    phase = edition.phase("review") or edition.phase("submission")
    return phase.ends_at if phase else None


def calendar_complaint(phases: Sequence[Phase]) -> tuple[str, str] | None:
    """(kind of the phase, what is wrong with it) for the first phase that does not fit; `phases` in their order."""
    before: Phase | None = None
    for phase in phases:
        if phase.ends_at is not None and phase.ends_at <= phase.starts_at:
            return phase.kind, _("This must end after it begins.")
        if before is not None and phase.starts_at < before.starts_at:
            return phase.kind, _("This cannot begin before the step above it does.")
        before = phase
    return None


def why_not_make_current(edition: Edition) -> str | None:
    """Why the home page cannot show this edition."""
    if edition.phase("submission") is None:
        return _("Set the dates of the calendar first.")
    if not edition.categories:
        return _("Add a category first.")
    if edition.is_current:
        return _("This is already the current edition.")
    return None


def why_not_another_category(edition: Edition) -> str | None:
    """Code names begin with the letter of the category, and there are so many letters."""
    if len(edition.categories) < len(LETTERS):
        return None
    return _("An edition can have %(number)s categories, one for each letter of the code names.", number=len(LETTERS))


def why_not_create(slug: str) -> str | None:
    """Why no edition can be made under this short name."""
    taken = db.session.scalar(sa.select(sa.exists().where(Edition.slug == slug)))
    return _("Another edition already has this short name.") if taken else None
