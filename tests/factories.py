"""The smallest valid things, committed, so that a test shows only what matters to it."""

from datetime import timedelta
from itertools import count
from typing import Any

from contest import clock
from contest.accounts.models import Person, RoleGrant
from contest.db import db
from contest.editions.models import PHASES, Category, Edition, Group, Phase

_numbers = count(1)


def save(*rows: Any) -> Any:
    """Commit `rows` and give back the first."""
    db.session.add_all(rows)
    db.session.commit()
    return rows[0]


def a_person(*, name: str = "Zhang Xiaolan", email: str | None = None, **columns: Any) -> Person:
    columns.setdefault("created_at", clock.now())
    return save(Person(name=name, email=email or f"person{next(_numbers)}@example.org", **columns))


def an_edition(*, phase: str | None = "submission", **columns: Any) -> Edition:
    """The current edition, open, standing in the middle of `phase` (None: no calendar); one video and one photo
    category, one group."""
    number = next(_numbers)
    columns = {
        "slug": f"edition-{number}",
        "name": "2026年晋中市科技活动周",
        "name_en": "Jinzhong Science Week 2026",
        "theme": "弘扬科学家精神",
        "state": "open",
        "is_current": True,
        "created_at": clock.now(),
        **columns,
    }
    edition = Edition(**columns)
    if phase:
        begin = clock.now() - timedelta(days=10 * PHASES.index(phase) + 5)
        for position, kind in enumerate(PHASES):
            starts_at = begin + timedelta(days=10 * position)
            ends_at = None if kind == "showcase" else starts_at + timedelta(days=10)
            edition.phases.append(Phase(kind=kind, position=position, starts_at=starts_at, ends_at=ends_at))
    edition.categories = [a_video_category(), a_photo_category()]
    edition.groups = [Group(position=0, name="公众组", name_en="Public")]
    return save(edition)


def a_video_category(**columns: Any) -> Category:
    """Not saved: put it into an edition. The limits of the notice: at most 3 minutes, with sound."""
    limits = {"max_bytes": 500 * 1024 * 1024, "max_length_ms": 180_000, "min_short_side": 480, "sound_required": True}
    names = {"code": "A", "kind": "video", "name": "短视频", "name_en": "Short video", "position": 0}
    return Category(**{**names, **limits, **columns})


def a_photo_category(**columns: Any) -> Category:
    """Not saved: put it into an edition. One to four photos, 1,600 px at least."""
    limits = {"max_bytes": 30 * 1024 * 1024, "min_long_side": 1600, "max_files": 4}
    names = {"code": "B", "kind": "photo", "name": "摄影", "name_en": "Photo", "position": 1}
    return Category(**{**names, **limits, **columns})


def grant(person: Person, role: str, edition: Edition) -> Person:
    save(RoleGrant(person_id=person.id, edition_id=edition.id, role=role, granted_at=clock.now()))
    db.session.refresh(person)
    return person


def an_organiser(edition: Edition, **columns: Any) -> Person:
    return grant(a_person(**{"name": "Office Clerk", **columns}), "organiser", edition)


def a_judge(edition: Edition, **columns: Any) -> Person:
    return grant(a_person(**{"name": "Li Judge", **columns}), "judge", edition)


def an_auditor(edition: Edition, **columns: Any) -> Person:
    return grant(a_person(**{"name": "Auditor Wang", **columns}), "auditor", edition)
