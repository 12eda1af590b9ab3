"""The demo as it comes to be: last year's edition with its winners, this year's in the middle of everything.

Two editions, because a visitor wants to see winners at once, and everybody else something to do: last year's is judged
and published; this year's takes entries, has some to review, and a round that takes in works as they pass.
Everything happens through the actions that people use, at the moments at which it would have happened.
"""

import secrets
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from flask import Flask, current_app

from contest import clock
from contest.accounts.actions import grant_role, register_person
from contest.accounts.logins import Login
from contest.accounts.models import Person
from contest.accounts.passwords import hash_of
from contest.config import MIB, Settings
from contest.db import db, transaction
from contest.editions.actions import (
    Dates,
    Limits,
    add_category,
    create_edition,
    make_current,
    name_groups,
    set_calendar,
)
from contest.editions.models import Edition
from contest.entries.actions import describe_files, pass_entry, return_entry, save_details, start_entry, submit_entry
from contest.entries.actions.drafting import details_of
from contest.entries.models import Entry
from contest.jobs.worker import run_waiting
from contest.judging.actions.ballots import save_ballot, submit_ballot
from contest.judging.actions.panel import add_judge
from contest.judging.actions.rounds import close_round, create_round, open_round
from contest.judging.models import Assignment, Round
from contest.ops.demo import cast
from contest.ops.demo.cast import DemoWork
from contest.ops.demo.film import make_all
from contest.results.actions import compute_result, give_awards, publish
from contest.uploads import parts
from contest.uploads.actions import begin_upload, take_note
from contest.uploads.rules import Purpose

ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that could be taken for something else
WEEKS_BETWEEN = timedelta(weeks=52)
Said = Callable[[str], None]


@dataclass(frozen=True)
class SignIn:
    role: str
    login: str
    password: str


@dataclass(frozen=True)
class Demo:
    """What every step needs."""

    settings: Settings
    films: list[Path]
    photos: list[Path]
    organiser: int
    judges: list[int]
    entrant: int

    def path(self, work: DemoWork, number: int) -> Path:
        return (self.films if work.kind == "video" else self.photos)[number]


def load_demo(
    *, settings: Settings, begins: Callable[[], None] = lambda: None, said: Said = lambda _: None
) -> list[SignIn]:
    """Fill an empty instance. `begins` is called just before the first row is written.

    Raises NoFfmpeg before that, when no films can be made. The films of this year's works are shown as soon as a
    worker has made them ready; last year's are ready when this returns.
    """
    at = clock.now()
    with TemporaryDirectory(prefix="contest-demo-") as folder:
        films, photos = make_all(cast.FILMS, cast.PHOTOS, Path(folder), said=said)
        begins()
        sign_ins = [SignIn(one.role, one.email, _password()) for one in cast.ROLES]
        with clock.frozen(at - WEEKS_BETWEEN - timedelta(days=60)):
            organiser, judges, entrant, auditor = _people(sign_ins)
        demo = Demo(settings, films, photos, organiser, judges, entrant)
        last = _edition(demo, at - WEEKS_BETWEEN, auditor)
        entries = _entries(demo, last, cast.LAST_YEAR, at - WEEKS_BETWEEN - timedelta(days=3))
        said("last year's edition: checking and preparing its works")
        _process()
        _hand_in(demo, entries, at - WEEKS_BETWEEN - timedelta(days=2))
        _judge_and_publish(demo, last, entries, at - WEEKS_BETWEEN)
        this = _edition(demo, at, auditor)
        entries = _entries(demo, this, cast.THIS_YEAR, at - timedelta(days=3))
        said("this year's edition: checking and preparing its works")
        _process()
        _hand_in(demo, entries, at - timedelta(days=2))
        _open_first_round(demo, this, entries, at - timedelta(days=1))
    return sign_ins


def _password() -> str:
    """59 bits, in three groups that can be read out."""
    letters = [secrets.choice(ALPHABET) for _ in range(12)]
    return "-".join("".join(letters[start : start + 4]) for start in (0, 4, 8))


@contextmanager
def _then(at: datetime) -> Iterator[datetime]:
    """A transaction at a moment of the past."""
    with clock.frozen(at), transaction():
        yield at


def _people(sign_ins: list[SignIn]) -> tuple[int, list[int], int, int]:
    hashes = {one.login: hash_of(one.password) for one in sign_ins}
    with _then(clock.now()) as at:
        known = {
            one.role: register_person(
                name=one.name, login=Login(email=one.email), password_hash=hashes[one.email], at=at, locale="zh_CN"
            ).id
            for one in cast.ROLES
        }
        others = [
            register_person(name=name, login=Login(email=email), password_hash=None, at=at).id
            for name, email in cast.OTHER_JUDGES
        ]
    return known["organiser"], [known["judge"], *others], known["entrant"], known["auditor"]


def _edition(demo: Demo, at: datetime, auditor: int) -> int:
    """An edition that stands, at `at`, twelve days before the end of its submission."""
    began = at - timedelta(days=48)
    year = clock.local(at, "Asia/Shanghai").year
    with _then(began - timedelta(days=7)) as made_at:
        organiser = _person(demo.organiser)
        edition = create_edition(
            str(year),
            name=f"{year}年{cast.NAMES[0]}",
            name_en=f"{cast.NAMES[1]} {year}",
            theme=cast.THEME[0],
            theme_en=cast.THEME[1],
            introduction=cast.INTRODUCTION[0],
            introduction_en=cast.INTRODUCTION[1],
            organisers=cast.ORGANISERS,
            contact_phone=cast.PHONE,
            contact_email=cast.MAIL,
            at=made_at,
            by=organiser,
        )
        set_calendar(edition, _calendar(at), by=organiser, at=made_at)
        for kind, limits in (("video", VIDEO), ("photo", PHOTO)):
            add_category(edition, kind=kind, limits=limits, by=organiser, at=made_at)
        name_groups(edition, cast.GROUPS, by=organiser, at=made_at)
        make_current(edition, by=organiser, at=made_at)
        for person, role in [
            *((judge, "judge") for judge in demo.judges),
            (auditor, "auditor"),
            (demo.entrant, "entrant"),
        ]:
            grant_role(_person(person), role=role, edition_id=edition.id, at=made_at, by=organiser)
        return edition.id


VIDEO = Limits(
    name="短视频",
    name_en="Short video",
    description="不超过3分钟，横屏竖屏均可，须有声音。",
    description_en="At most three minutes, landscape or portrait, with sound.",
    max_files=1,
    max_bytes=500 * MIB,
    min_length_ms=None,
    max_length_ms=180_000,
    tolerance_ms=500,
    min_short_side=480,
    min_long_side=None,
    sound_required=True,
)
PHOTO = replace(
    VIDEO,
    name="摄影",
    name_en="Photography",
    description="1至4张，长边不少于1600像素。",
    description_en="One to four photos, 1,600 pixels or more on the long side.",
    max_files=4,
    max_bytes=30 * MIB,
    max_length_ms=None,
    min_short_side=None,
    min_long_side=1600,
    sound_required=False,
)


def _calendar(at: datetime) -> dict[str, Dates]:
    """Days from today, counted at midnight: each phase ends at 24:00, as a notice would say."""
    zone = ZoneInfo("Asia/Shanghai")
    today = datetime.combine(clock.local(at, zone.key).date(), time(), zone)
    days = {
        "submission": (-48, 13),
        "review": (13, 18),
        "judging": (18, 30),
        "notice": (31, 36),
        "showcase": (38, None),
    }
    return {
        kind: Dates(
            starts_at=clock.require_aware(today + timedelta(days=first)),
            ends_at=clock.require_aware(today + timedelta(days=last)) if last is not None else None,
        )
        for kind, (first, last) in days.items()
    }


def _entries(demo: Demo, edition_id: int, works: tuple[DemoWork, ...], at: datetime) -> list[tuple[DemoWork, int]]:
    """The works with their drafts: texts saved and files received, but not yet checked."""
    return [
        (work, _draft(demo, edition_id, work, at + timedelta(minutes=7 * number))) for number, work in enumerate(works)
    ]


def _draft(demo: Demo, edition_id: int, work: DemoWork, at: datetime) -> int:
    with _then(at):
        person = _person(demo.entrant) if work.is_entrants else _entrant(work, at)
        edition = db.session.get_one(Edition, edition_id)
        category = next(one for one in edition.categories if one.kind == work.kind)
        group = edition.groups[work.group]
        entry = start_entry(edition, category, group_id=group.id, by=person, at=at)
        details = replace(
            details_of(entry),
            title=work.title,
            synopsis=work.synopsis,
            authors=list(work.authors),
            unit_name=work.unit,
            contact_name=work.authors[0],
        )
        save_details(entry, details, revision=entry.revision, at=at)
        entry_id = entry.id
    for place, number in enumerate(work.files):
        _receive(demo, entry_id, demo.path(work, number), place=place, at=at)
    return entry_id


def _entrant(work: DemoWork, at: datetime) -> Person:
    """The account behind a work; nobody can sign in to it."""
    email = f"entrant-{secrets.token_hex(4)}@example.org"
    return register_person(name=work.authors[0], login=Login(email=email), password_hash=None, at=at)


def _receive(demo: Demo, entry_id: int, path: Path, *, place: int, at: datetime) -> None:
    """As an upload in one request: promised, its bytes kept, finished."""
    with _then(at):
        entry = db.session.get_one(Entry, entry_id)
        upload = begin_upload(
            person=entry.entrant,
            purpose=Purpose(
                kind=entry.category.kind, max_bytes=entry.category.max_bytes, ref=f"entry-file:{entry_id}:{place}"
            ),
            filename=path.name,
            mime="video/mp4" if path.suffix == ".mp4" else "image/jpeg",
            declared_bytes=path.stat().st_size,
            at=at,
            settings=demo.settings,
        )
        parts.make(demo.settings, upload.id)
    with parts.hold(demo.settings, upload.id, wait_s=5) as part:
        with path.open("rb") as file:
            part.append(file, room=upload.declared_bytes)
        with _then(at):
            take_note(upload, part, at=at, settings=demo.settings)


def _process() -> None:
    """Do the jobs that a worker would do, two at a time."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # threads need the app itself
    db.session.remove()
    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(run_waiting, app) for _ in range(2)]:
            done.result()


def _hand_in(demo: Demo, entries: list[tuple[DemoWork, int]], at: datetime) -> None:
    """Submit, and decide as the work says it ends."""
    key = str(current_app.secret_key)
    for number, (work, entry_id) in enumerate(entries):
        with _then(at + timedelta(minutes=11 * number)) as moment:
            entry = db.session.get_one(Entry, entry_id)
            captions = {file.id: text for file, text in zip(entry.current_files, work.captions, strict=False)}
            describe_files(entry, captions, {}, at=moment)
            if work.ends_as == "draft":
                continue
            submit_entry(
                entry,
                pledge=True,
                showcase_consent=True,
                revision=entry.revision,
                by=entry.entrant,
                at=moment,
                key=key,
            )
            if work.ends_as == "passed":
                pass_entry(entry, by=_person(demo.organiser), at=moment)
            elif work.ends_as == "returned":
                return_entry(entry, reason=cast.RETURN_REASON, by=_person(demo.organiser), at=moment)


def _judge_and_publish(demo: Demo, edition_id: int, entries: list[tuple[DemoWork, int]], at: datetime) -> None:
    """Both categories: scored by all judges, closed, given prizes, shown to everybody."""
    for kind in ("video", "photo"):
        of_kind = [(work, entry_id) for work, entry_id in entries if work.kind == kind]
        round_id = _round(demo, edition_id, kind, name="终评", at=at + timedelta(days=18))
        for place, judge in enumerate(demo.judges):
            for work, entry_id in of_kind:
                _score(round_id, judge, entry_id, work.shares[place], at=at + timedelta(days=20, minutes=9 * place))
        with _then(at + timedelta(days=30)) as closed_at:
            organiser, round_ = _person(demo.organiser), db.session.get_one(Round, round_id)
            close_round(round_, by=organiser, at=closed_at)
            snapshot = compute_result(round_, by=organiser, at=closed_at)
            db.session.flush()
            give_awards(snapshot, {entry_id: work.tier for work, entry_id in of_kind}, by=organiser, at=closed_at)
        with _then(at + timedelta(days=31)) as published_at:
            publish(db.session.merge(snapshot), by=_person(demo.organiser), at=published_at)


def _open_first_round(demo: Demo, edition_id: int, entries: list[tuple[DemoWork, int]], at: datetime) -> None:
    """One judge is done, one has begun, one has not."""
    round_id = _round(demo, edition_id, "video", name="初评（随到随评）", at=at)
    passed = [(work, entry_id) for work, entry_id in entries if work.ends_as == "passed"]
    for place, judge in enumerate(demo.judges):
        for number, (work, entry_id) in enumerate(passed):
            if share := work.shares[place]:
                moment = at + timedelta(hours=2, minutes=20 * number + 5 * place)
                _score(round_id, judge, entry_id, share, at=moment, is_draft=share < 0.5)


def _round(demo: Demo, edition_id: int, kind: str, *, name: str, at: datetime) -> int:
    with _then(at):
        edition, organiser = db.session.get_one(Edition, edition_id), _person(demo.organiser)
        category = next(one for one in edition.categories if one.kind == kind)
        round_ = create_round(category, name=name, quorum=2, by=organiser, at=at)
        for judge in demo.judges:
            add_judge(round_, _person(judge), by=organiser, at=at)
        open_round(round_, by=organiser, at=at)
        return round_.id


def _score(round_id: int, judge: int, entry_id: int, share: float, *, at: datetime, is_draft: bool = False) -> None:
    """Marks for every criterion and the ballot handed in; of a draft only the first two criteria."""
    with _then(at):
        assignment = db.session.query(Assignment).filter_by(round_id=round_id, judge_id=judge, entry_id=entry_id).one()
        criteria = assignment.round.criteria[: 2 if is_draft else None]
        marks = {
            one.id: round(one.max_hundredths * (0.8 if is_draft else share) / one.step_hundredths) * one.step_hundredths
            for one in criteria
        }
        save_ballot(assignment, marks=marks, comment="", revision=0, at=at)
        if not is_draft:
            submit_ballot(assignment, by=_person(judge), at=at)


def _person(person_id: int) -> Person:
    return db.session.get_one(Person, person_id)
