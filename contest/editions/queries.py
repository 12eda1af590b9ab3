"""Questions about editions: which one is current, and where in its calendar a moment is."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from flask import abort

from contest.accounts.models import Person
from contest.config import MIB
from contest.db import db
from contest.editions.models import Category, Edition, Phase
from contest.uploads.rules import bytes_counted_for

TIGHT_PERCENT = 90


def current_edition() -> Edition | None:
    """The one that the home page shows."""
    edition: Edition | None = db.session.scalar(sa.select(Edition).where(Edition.is_current))
    return edition


def edition_or_404(edition_id: int) -> Edition:
    return db.session.get(Edition, edition_id) or abort(404)


def all_editions() -> sa.Select[Edition]:
    """Newest first."""
    return sa.select(Edition).order_by(Edition.created_at.desc(), Edition.id.desc())


def watched_by(person: Person) -> list[int]:
    """The ids of the editions that the person may look into as an auditor."""
    return [grant.edition_id for grant in person.grants if grant.role == "auditor" and grant.revoked_at is None]


def category_of(edition: Edition, category_id: int | None) -> Category | None:
    """The edition's category with that id; None also when it is another edition's."""
    return next((category for category in edition.categories if category.id == category_id), None)


def first_steps(edition: Edition) -> list[tuple[str, bool]]:
    """What an edition that nobody sees yet needs, in the order in which it is done, and whether it is there."""
    if edition.state != "draft":
        return []
    return [
        ("texts", bool(edition.theme and edition.contact_lines)),
        ("calendar", edition.phase("submission") is not None),
        ("categories", bool(edition.categories)),
        ("current", edition.is_current),
    ]


def own_desk(person: Person) -> int | None:
    """The edition whose desk somebody of the office opens first: the current one, else the newest of theirs."""
    theirs = [
        grant.edition_id
        for grant in person.grants
        if grant.role in ("organiser", "auditor") and grant.revoked_at is None
    ]
    current = current_edition() if theirs else None
    return current.id if current is not None and current.id in theirs else max(theirs, default=None)


@dataclass(frozen=True, kw_only=True)
class Use:
    """How much of its room an edition has taken; `limit` 0: there is none."""

    bytes: int
    limit: int

    @property
    def percent(self) -> int:
        return min(100, self.bytes * 100 // self.limit) if self.limit else 0

    @property
    def is_tight(self) -> bool:
        return bool(self.limit) and self.percent >= TIGHT_PERCENT


def use_of_room(edition: Edition) -> Use:
    """What was sent to it and is being sent, replaced files too."""
    return Use(bytes=bytes_counted_for(edition.account), limit=(edition.upload_quota_mib or 0) * MIB)


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """A phase as seen from one moment. state: done, now or next (any that is still to come)."""

    phase: Phase
    state: str

    @property
    def kind(self) -> str:
        return self.phase.kind

    @property
    def starts_at(self) -> datetime:
        return self.phase.starts_at

    @property
    def ends_at(self) -> datetime | None:
        return self.phase.ends_at


def phase_at(edition: Edition, at: datetime) -> Phase | None:
    """The phase that runs at `at`, the one that began last when two overlap; None before, between and after them."""
    running = [phase for phase in edition.phases if _state(phase, at) == "now"]
    return max(running, key=lambda phase: (phase.starts_at, phase.position), default=None)


def next_phase(edition: Edition, at: datetime) -> Phase | None:
    """The phase that begins next after `at`."""
    coming = [phase for phase in edition.phases if phase.starts_at > at]
    return min(coming, key=lambda phase: (phase.starts_at, phase.position), default=None)


def calendar(edition: Edition, at: datetime) -> list[Stretch]:
    """All phases in order; exactly one is `now` while any runs."""
    present = phase_at(edition, at)
    return [
        Stretch(phase=phase, state="now" if phase is present else _other_state(phase, at)) for phase in edition.phases
    ]


def _state(phase: Phase, at: datetime) -> str:
    if at < phase.starts_at:
        return "next"
    return "now" if phase.ends_at is None or at < phase.ends_at else "done"


def _other_state(phase: Phase, at: datetime) -> str:
    """Of a phase that is not the present one: one that overlaps it and began earlier counts as done."""
    return "next" if at < phase.starts_at else "done"
