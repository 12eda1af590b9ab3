"""What a judge may see: own assignments, and of each work a code name and the work itself.

Nothing else about a work may reach a judge's page, address or header. Views take `blind_view`, never the entry.
"""

from dataclasses import dataclass
from functools import cache

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from contest.accounts.models import Person, RoleGrant
from contest.db import db
from contest.entries.models import Entry, EntryFile
from contest.judging.models import COUNTED, TO_DO, Assignment, Ballot, PanelMember, Round
from contest.ranking.mean import Criterion as Weighted
from contest.ranking.mean import partial_total
from contest.ranking.numbers import half_up
from contest.uploads.models import Asset

SHOWN = ("open", "draft", "submitted")  # while the round is open, these may be watched


@dataclass(frozen=True, kw_only=True)
class BlindFile:
    """One file of a work: its place, its size as shown, and the names of the renditions that may be fetched."""

    position: int
    kind: str
    length_ms: int
    width: int
    height: int
    made_by_ai: bool  # the file carries the label that the law asks for, or the entrant declares it
    hls: str
    mp4: str
    poster: str
    poster_small: str
    captions: tuple[tuple[str, str], ...]  # language and name
    storyboard: str
    photos: tuple[tuple[str, int], ...]  # name and width, smallest first
    smaller: tuple[tuple[str, tuple[tuple[str, int], ...]], ...]  # the same by MIME type, the smallest format first

    @property
    def can_be_shown(self) -> bool:
        return bool(self.hls or self.mp4 or self.photos)


@dataclass(frozen=True, kw_only=True)
class BlindWork:
    """All that a judge is told about a work."""

    code: str
    category: str
    kind: str
    length_ms: int
    files: tuple[BlindFile, ...]

    @property
    def made_by_ai(self) -> bool:
        return any(file.made_by_ai for file in self.files)

    @property
    def poster(self) -> tuple[int, str] | None:
        """Place and name of the picture for lists: of the first file that has one."""
        for file in self.files:
            name = file.poster_small or (file.photos[0][0] if file.photos else "")
            if name:
                return file.position, name
        return None


def blind_view(assignment: Assignment) -> BlindWork:
    """The work as its judge sees it. The title is left out too: entrants put names into titles."""
    entry = assignment.entry
    files = tuple(_blind_file(file) for file in entry.judged_files)
    return BlindWork(
        code=str(entry.code),
        category=entry.category.title,
        kind=entry.category.kind,
        length_ms=sum(file.length_ms for file in files),
        files=files,
    )


def _blind_file(file: EntryFile) -> BlindFile:
    asset, facts = file.asset, file.asset.facts or {}
    film = [name for name, _width in _by_width(asset, "film")]
    photos = _by_width(asset, "photo")
    poster, poster_small = asset.poster
    return BlindFile(
        position=file.position,
        kind=asset.kind,
        length_ms=int(facts.get("length_ms") or 0),
        width=int(facts.get("width") or 0),
        height=int(facts.get("height") or 0),
        made_by_ai=bool(facts.get("ai_label")) or file.entry.says_ai_made_it,
        hls=next((name for name in film if name.endswith("master.m3u8")), ""),
        mp4=next((name for name in film if name.endswith(".mp4") and "/" not in name), ""),
        poster=poster,
        poster_small=poster_small,
        captions=tuple(asset.captions),
        storyboard=asset.storyboard,
        smaller=tuple((f"image/{kind}", tuple(asset.photos(kind))) for kind in ("avif", "webp")),
        photos=tuple((name, width) for name, width in photos if name.endswith(".jpg")),
    )


def _by_width(asset: Asset, profile: str) -> list[tuple[str, int]]:
    """Names and widths of the files of a rendition, smallest first."""
    made = asset.rendition(profile)
    found = [(str(file["name"]), int(file.get("width") or 0)) for file in made.files] if made else []
    return sorted(found, key=lambda one: one[1])


def _mine(judge_id: "int | sa.BindParameter[int]") -> sa.Select[Assignment]:
    """Assignments of a judge who is on the panel and still a judge of the edition; void ones do not exist."""
    still_judge = sa.exists().where(
        RoleGrant.person_id == judge_id,
        RoleGrant.edition_id == Round.edition_id,
        RoleGrant.role == "judge",
        RoleGrant.revoked_at.is_(None),
    )
    return (
        sa.select(Assignment)
        .join(Round, Round.id == Assignment.round_id)
        .join(PanelMember, sa.and_(PanelMember.round_id == Round.id, PanelMember.judge_id == Assignment.judge_id))
        .where(
            Assignment.judge_id == judge_id,
            Assignment.state != "void",
            PanelMember.removed_at.is_(None),
            still_judge,
        )
    )


def assignment_of(judge: Person, assignment_id: int) -> Assignment | None:
    """The judge's own assignment, with all that scoring it needs; None when it is somebody else's or over for good."""
    found = _mine(judge.id).where(Assignment.id == assignment_id).options(*_with_ballot())
    return db.session.scalar(found)


def held_assignment(judge: Person, assignment_id: int) -> Assignment | None:
    """The same without what hangs on it, for a save, which reads all that once it holds the lock."""
    return db.session.scalar(_one_of_mine(), {"judge_id": judge.id, "assignment_id": assignment_id})


@cache
def _one_of_mine() -> sa.Select[Assignment]:
    """Written once: it is asked at every save."""
    mine = _mine(sa.bindparam("judge_id", type_=sa.Integer))
    return mine.where(Assignment.id == sa.bindparam("assignment_id")).options(contains_eager(Assignment.round))


def with_files() -> list[sa.orm.interfaces.ORMOption]:
    """The work's files and their renditions, in a few queries however many there are."""
    files = selectinload(Assignment.entry, Entry.files).joinedload(EntryFile.asset)
    return [files.selectinload(Asset.renditions), files.lazyload(Asset.upload)]


def _with_ballot() -> list[sa.orm.interfaces.ORMOption]:
    return [
        joinedload(Assignment.round).selectinload(Round.criteria),
        joinedload(Assignment.round).joinedload(Round.edition),
        joinedload(Assignment.entry).joinedload(Entry.category),
        joinedload(Assignment.ballot).selectinload(Ballot.scores),
    ]


@dataclass(frozen=True, kw_only=True)
class Task:
    """A line of the judge's list."""

    assignment: Assignment
    work: BlindWork
    scored: int
    criteria: int
    total_hundredths: int | None

    @property
    def state(self) -> str:
        return self.assignment.state

    @property
    def is_complete(self) -> bool:
        return self.scored == self.criteria

    @property
    def is_to_do(self) -> bool:
        return self.state in TO_DO


@dataclass(frozen=True, kw_only=True)
class Bench:
    """A round as one of its judges sees it: own works in the own order."""

    round: Round
    tasks: tuple[Task, ...]

    @property
    def to_do(self) -> list[Task]:
        return [task for task in self.tasks if task.is_to_do]

    @property
    def done(self) -> list[Task]:
        return [task for task in self.tasks if task.state in COUNTED]

    @property
    def recused(self) -> list[Task]:
        return [task for task in self.tasks if task.state == "recused"]

    @property
    def complete(self) -> list[Task]:
        """Scored in full and not yet submitted."""
        return [task for task in self.to_do if task.is_complete]

    @property
    def to_score(self) -> int:
        """How many ballots there are, recused ones left out."""
        return len(self.tasks) - len(self.recused)

    @property
    def next_task(self) -> Task | None:
        """Half-scored works first, since the judge was just there; those that only wait to be submitted last."""
        waiting = {"draft": 0, "open": 1}
        rest = [task for task in self.to_do if not task.is_complete]
        return min(rest, key=lambda task: waiting[task.state], default=None)

    def around(self, assignment: Assignment) -> tuple[Task | None, Task | None, int]:
        """The tasks before and after, and the place from 1."""
        here = next(n for n, task in enumerate(self.tasks) if task.assignment.id == assignment.id)
        before = self.tasks[here - 1] if here else None
        return before, self.tasks[here + 1] if here + 1 < len(self.tasks) else None, here + 1

    def after(self, assignment: Assignment) -> Task | None:
        """The next work to score, searching onwards from `assignment` and then from the start."""
        here = self.around(assignment)[2]
        onwards = [*self.tasks[here:], *self.tasks[: here - 1]]
        return next((task for task in onwards if task.is_to_do and not task.is_complete), None)


def queue(judge: Person, *, round_id: int | None = None) -> list[Bench]:
    """The judge's rounds, open ones first; works that left the contest are not in them."""
    found = (
        _mine(judge.id).where(Round.state.in_(("open", "closed"))).join(Assignment.entry).where(Entry.state == "passed")
    )
    if round_id is not None:
        found = found.where(Round.id == round_id)
    ordered = found.options(*_with_ballot(), *with_files()).order_by(Assignment.round_id, Assignment.position)
    benches: dict[int, list[Assignment]] = {}
    for assignment in db.session.scalars(ordered):
        benches.setdefault(assignment.round_id, []).append(assignment)
    made = [_bench(assignments) for assignments in benches.values()]
    return sorted(made, key=lambda bench: (not bench.round.is_open, -bench.round.id))


def _bench(assignments: list[Assignment]) -> Bench:
    return Bench(round=assignments[0].round, tasks=tuple(_task(one) for one in assignments))


def _task(assignment: Assignment) -> Task:
    criteria, marks = assignment.round.criteria, assignment.ballot.marks if assignment.ballot else {}
    return Task(
        assignment=assignment,
        work=blind_view(assignment),
        scored=len(marks),
        criteria=len(criteria),
        total_hundredths=total_so_far(assignment) if marks else None,
    )


def total_so_far(assignment: Assignment) -> int:
    """The weighted total of what is marked, in hundredths."""
    marks = {str(key): value for key, value in (assignment.ballot.marks if assignment.ballot else {}).items()}
    weighted = [Weighted(str(c.id), c.weight_bp, c.max_hundredths) for c in assignment.round.criteria]
    return half_up(partial_total(marks, weighted))


def may_be_watched(assignment: Assignment) -> bool:
    """Whether the judge may fetch the work's media now."""
    round_, entry = assignment.round, assignment.entry
    return round_.is_open and entry.state == "passed" and assignment.state in SHOWN


def media_of(assignment: Assignment, position: int) -> Asset | None:
    """The file at `position` of the work, of those that are judged."""
    return db.session.scalar(
        sa.select(Asset)
        .join(EntryFile, EntryFile.asset_id == Asset.id)
        .where(
            EntryFile.entry_id == assignment.entry_id,
            EntryFile.role == "",  # in the credits of the showcase copy stand names
            EntryFile.position == position,
            EntryFile.state == "current",
        )
    )
