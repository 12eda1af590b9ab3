"""Rounds in every state, with works that have names to leak."""

from itertools import count
from typing import Any

from contest import clock
from contest.accounts.models import Person
from contest.db import db, transaction
from contest.editions.models import Category, Edition
from contest.entries.models import Entry, EntryAuthor, EntryFile
from contest.judging import actions
from contest.judging.models import Assignment, Round
from contest.judging.rubrics import RubricLine
from contest.uploads.models import Asset, Rendition, Upload
from tests.factories import a_judge, a_person, an_edition, an_organiser, save

_numbers = count(1)

# Whatever a judge must never see. Planted into every work, and looked for on every page.
PLANTED = {
    "entrant": "Planted Entrant 林望舒",
    "unit": "Planted Unit 榆次七中",
    "author": "Planted Author 贺知远",
    "title": "Planted Title 高粱远征",
    "synopsis": "Planted Synopsis",
    "file": "planted-file-name.mp4",
    "contact": "Planted Contact",
    "phone": "13935499999",
    "email": "planted@example.org",
    "number": "PLANTED-0001",
}
SIMPLE = (
    RubricLine(name="主题", name_en="Theme", weight_bp=6000, max_hundredths=6000),
    RubricLine(name="制作", name_en="Craft", weight_bp=4000, max_hundredths=4000),
)


def a_work(edition: Edition, *, category: Category | None = None, files: bool = True, **columns: Any) -> Entry:
    """A passed work full of names; its file has been made ready, though no bytes are there."""
    number = next(_numbers)
    category = category or edition.categories[0]
    entrant = columns.pop("entrant", None) or a_person(name=PLANTED["entrant"], email=f"{number}-{PLANTED['email']}")
    values = {
        "edition_id": edition.id,
        "category_id": category.id,
        "entrant_id": entrant.id,
        "state": "passed",
        "number": f"{PLANTED['number']}-{number}",
        "code": f"{category.code}-{number:03}",
        "title": f"{PLANTED['title']} {number}",
        "synopsis": PLANTED["synopsis"],
        "unit_name": PLANTED["unit"],
        "contact_name": PLANTED["contact"],
        "contact_phone": PLANTED["phone"],
        "contact_email": PLANTED["email"],
        "showcase_consent": True,
        "created_at": clock.now(),
        "changed_at": clock.now(),
        "submitted_at": clock.now(),
    }
    entry = Entry(**{**values, **columns})
    entry.authors = [EntryAuthor(position=0, name=PLANTED["author"])]
    save(entry)
    if files:
        add_file(entry, entrant)
    return entry


def add_file(entry: Entry, entrant: Person, *, position: int = 0, role: str = "") -> Asset:
    at = clock.now()
    kind = entry.category.kind
    upload = Upload(
        person_id=entrant.id,
        purpose="entry-file:1",
        kind=kind,
        filename=PLANTED["file"],
        mime="video/mp4",
        declared_bytes=5,
        received_bytes=5,
        state="received",
        created_at=at,
        completed_at=at,
        expires_at=at,
    )
    save(upload)
    facts = {"kind": kind, "length_ms": 167_000, "width": 1280, "height": 720}
    sha = f"{next(_numbers):064x}"
    asset = Asset(
        upload_id=upload.id, kind=kind, state="checked", bytes=5, sha256=sha, facts=facts, created_at=at, checked_at=at
    )
    profiles = {
        "poster": {"poster.jpg": 1280, "poster-small.jpg": 480},
        "film": {"hls/master.m3u8": 0, "hls/480.m4s": 0, "video.mp4": 854},
    }
    if kind == "photo":
        profiles = {"photo": {"photo-2048.jpg": 2048, "photo-480.jpg": 480, "photo-2048.webp": 2048}}
    asset.renditions = [
        Rendition(
            profile=profile,
            version=1,
            state="ready",
            prefix=f"d/aa/{sha}/{profile}-1/",
            files=[
                {"name": name, "mime": "image/jpeg", "bytes": 5, "sha256": sha, "width": width, "height": 450}
                for name, width in names.items()
            ],
            created_at=at,
        )
        for profile, names in profiles.items()
    ]
    save(asset)
    save(EntryFile(entry_id=entry.id, position=position, role=role, asset_id=asset.id, state="current", added_at=at))
    return asset


def a_round(
    edition: Edition | None = None,
    *,
    judges: int = 2,
    works: int = 2,
    rubric: tuple[RubricLine, ...] = SIMPLE,
    state: str = "open",
    category: Category | None = None,
    **values: Any,
) -> Round:
    """A round with its own judges and works, opened unless it is to stay a draft."""
    edition = edition or an_edition(phase="judging")
    category = category or edition.categories[0]
    organiser = an_organiser(edition)
    for _ in range(works):
        a_work(edition, category=category)
    panel = [a_judge(edition, name=f"Judge {next(_numbers)}") for _ in range(judges)]
    with transaction():
        round_ = actions.create_round(category, name="初评", rubric=rubric, by=organiser, at=clock.now(), **values)
        for judge in panel:
            actions.add_judge(round_, judge, by=organiser, at=clock.now())
        if state != "draft":
            actions.open_round(round_, by=organiser, at=clock.now())
    if state == "closed":
        close(round_)
    return round_


def close(round_: Round) -> None:
    with transaction():
        actions.close_round(round_, anyway=True, by=organiser_of(round_), at=clock.now())


def organiser_of(round_: Round) -> Person:
    return an_organiser(round_.edition)


def judges_of(round_: Round) -> list[Person]:
    return [member.judge for member in round_.panel]


def assignments_of(round_: Round, judge: Person) -> list[Assignment]:
    """The judge's assignments in the judge's own order."""
    mine = [one for one in round_.assignments if one.judge_id == judge.id]
    return sorted(mine, key=lambda one: one.position)


def marks_for(round_: Round, *values: int) -> dict[int, int]:
    """Marks in hundredths by criterion id, in the order of the rubric."""
    return dict(zip([criterion.id for criterion in round_.criteria], values, strict=False))


def give(assignment: Assignment, *values: int, submit: bool = True, comment: str = "") -> Assignment:
    """Score an assignment, and submit it."""
    kept = assignment.ballot.revision if assignment.ballot else 0
    with transaction():
        marks = marks_for(assignment.round, *values)
        actions.save_ballot(assignment, marks=marks, comment=comment, revision=kept, at=clock.now())
        if submit:
            actions.submit_ballot(assignment, by=assignment.judge, at=clock.now())
    return assignment


def fill(round_: Round, *, mark: int = 3000) -> None:
    """Every ballot submitted with the same mark everywhere."""
    for assignment in db.session.query(Assignment).filter_by(round_id=round_.id).order_by(Assignment.id):
        give(assignment, *[mark for _ in round_.criteria])
