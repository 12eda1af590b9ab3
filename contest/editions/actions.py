"""What happens to an edition: made, described, dated, given categories and groups, shown to the public."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from contest.accounts.models import Person, RoleGrant
from contest.audit.actions import record
from contest.db import db, lock
from contest.editions import rules
from contest.editions.models import PHASES, Category, Edition, Group, Phase
from contest.errors import Refused

TEXTS = (
    "name",
    "name_en",
    "theme",
    "theme_en",
    "introduction",
    "introduction_en",
    "organisers",
    "contact_phone",
    "contact_email",
    "upload_grace_min",
    "upload_quota_mib",
)


@dataclass(frozen=True, kw_only=True)
class Dates:
    """When a phase begins and ends; without an end it stays open."""

    starts_at: datetime
    ends_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What a category asks of an entry. Lengths in ms, sizes in bytes, sides in pixels; None means no limit."""

    name: str
    name_en: str
    description: str
    description_en: str
    max_files: int
    max_bytes: int
    min_length_ms: int | None
    max_length_ms: int | None
    tolerance_ms: int
    min_short_side: int | None
    min_long_side: int | None
    sound_required: bool


def create_edition(slug: str, *, name: str, at: datetime, by: Person | None = None, **texts: Any) -> Edition:
    """A draft that nobody but its organisers sees; who makes it is the first. `slug` stands in public addresses and
    never changes."""
    edition = Edition(slug=slug, name=name, created_at=at, **texts)
    db.session.add(edition)
    record("edition.created", by=by, on=edition, at=at, slug=slug, name=name)
    if by is not None:
        by.grants.append(RoleGrant(edition_id=edition.id, role="organiser", granted_by_id=by.id, granted_at=at))
        record("role.granted", by=by, on=by, at=at, role="organiser", edition=edition.id)
    return edition


def describe_edition(edition: Edition, texts: Mapping[str, Any], *, by: Person, at: datetime) -> None:
    """Change its names, texts and contact; `texts` may hold any of TEXTS."""
    before = {name: getattr(edition, name) for name in TEXTS if name in texts}
    after = {name: texts[name] for name in before}
    if before == after:
        return
    for name, value in after.items():
        setattr(edition, name, value)
    changed = [name for name in before if before[name] != after[name]]
    record(
        "edition.described",
        by=by,
        on=edition,
        at=at,
        before={name: before[name] for name in changed},
        after={name: after[name] for name in changed},
    )


def set_calendar(edition: Edition, dates: Mapping[str, Dates], *, by: Person | None, at: datetime) -> None:
    """Fix all phases at once: those in `dates` (by kind), and no others. Refused when they do not fit together."""
    lock(edition)
    before = _written(edition.phases)
    wanted = [
        Phase(kind=kind, position=position, starts_at=dates[kind].starts_at, ends_at=dates[kind].ends_at)
        for position, kind in enumerate(PHASES)
        if kind in dates
    ]
    if complaint := rules.calendar_complaint(wanted):
        raise Refused(complaint[1], status=422)
    if _written(wanted) == before:
        return
    for phase in list(edition.phases):
        if phase.kind not in dates:
            edition.phases.remove(phase)
            db.session.delete(phase)
    for phase in wanted:
        kept = edition.phase(phase.kind)
        if kept is None:
            edition.phases.append(phase)
        else:
            kept.starts_at, kept.ends_at, kept.position = phase.starts_at, phase.ends_at, phase.position
    record("edition.dated", by=by, on=edition, at=at, before=before, after=_written(wanted))


def _written(phases: Sequence[Phase]) -> dict[str, list[str | None]]:
    return {
        phase.kind: [phase.starts_at.isoformat(), phase.ends_at.isoformat() if phase.ends_at else None]
        for phase in sorted(phases, key=lambda phase: PHASES.index(phase.kind))
    }


def add_category(edition: Edition, *, kind: str, limits: Limits, by: Person | None, at: datetime) -> Category:
    """A further category; its letter is the first that is free."""
    if reason := rules.why_not_another_category(edition):
        raise Refused(reason)
    taken = {category.code for category in edition.categories}
    letter = next(letter for letter in rules.LETTERS if letter not in taken)
    category = Category(kind=kind, code=letter, position=len(edition.categories), **asdict(limits))
    edition.categories.append(category)
    record("category.added", by=by, on=edition, at=at, code=letter, kind=kind, **asdict(limits))
    return category


def change_category(category: Category, limits: Limits, *, by: Person, at: datetime) -> None:
    """Other limits; files already checked keep the report they have, files checked from now on meet the new ones."""
    after = asdict(limits)
    before = {name: getattr(category, name) for name in after}
    changed = [name for name in after if before[name] != after[name]]
    for name in changed:
        setattr(category, name, after[name])
    if changed:
        record(
            "category.changed",
            by=by,
            on=category,
            at=at,
            before={name: before[name] for name in changed},
            after={name: after[name] for name in changed},
        )


def name_groups(edition: Edition, names: Sequence[tuple[str, str]], *, by: Person | None, at: datetime) -> None:
    """The groups in their order, by Chinese and English name: the first names rename the groups there are, further
    ones are added. A group is never taken away, because entries may stand in it."""
    before = [group.name for group in edition.groups]
    if [(group.name, group.name_en) for group in edition.groups] == list(names):
        return
    if len(names) < len(before) or len({name for name, _english in names}) < len(names):
        raise ValueError("groups can be renamed and added only, each with a name of its own")
    for position, group in enumerate(edition.groups):  # out of the way first: names are unique, and may be swapped
        group.name = f"~{position}~"
    db.session.flush()
    for position, (name, english) in enumerate(names):
        if position < len(edition.groups):
            edition.groups[position].name, edition.groups[position].name_en = name, english
        else:
            edition.groups.append(Group(position=position, name=name, name_en=english))
    record("edition.grouped", by=by, on=edition, at=at, before=before, after=[name for name, _english in names])


def make_current(edition: Edition, *, by: Person | None, at: datetime) -> None:
    """Open it and let the home page show it instead of the edition before."""
    if reason := rules.why_not_make_current(edition):
        raise Refused(reason)
    before = db.session.scalar(sa.select(Edition).where(Edition.is_current).with_for_update())
    if before is not None:
        before.is_current = False
        db.session.flush()  # the two are never current at once
    edition.state, edition.is_current = "open", True
    record("edition.made_current", by=by, on=edition, at=at, before=before.slug if before else None, after=edition.slug)
