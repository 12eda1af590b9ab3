"""What is known about a result besides its order, and what a worker is asked to find out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from contest.accounts.models import Person
from contest.db import db
from contest.entries.models import Entry
from contest.jobs.models import Job
from contest.jobs.queries import latest_job
from contest.judging.models import Assignment, PanelMember, Round
from contest.judging.queries.conflicts import held_pairs
from contest.results.models import Award, ResultAnalysis, ResultRow, ResultSnapshot
from contest.results.queries.results import live_awards, rows_of

if TYPE_CHECKING:
    from contest.ranking.analysis import Asked

ASSUMED_SHARE = 10  # without prizes, a line is assumed below one work in so many


@dataclass(frozen=True)
class Line:
    """Where a prize ends: `seats` works are above it. `tier` is None where no prize has been given yet."""

    tier: int | None
    seats: int


def lines_of(awards: Sequence[Award], rows: Sequence[ResultRow]) -> list[Line]:
    """The award lines of a result, from the top."""
    placed = sum(row.place is not None for row in rows)
    tiers = sorted({award.tier for award in awards})
    if not tiers:
        return [Line(None, max(1, placed // ASSUMED_SHARE))] if placed else []
    return [Line(tier, sum(award.tier <= tier for award in awards)) for tier in tiers]


def analysis_of(snapshot: ResultSnapshot, lines: Sequence[Line]) -> ResultAnalysis | None:
    """The analysis of this very record for these lines; None while there is none, or an older one only."""
    kept = db.session.get(ResultAnalysis, snapshot.id)
    fits = kept and kept.sha256 == snapshot.sha256 and kept.seats == [line.seats for line in lines]
    return kept if fits else None


def analysis_key(snapshot_id: int) -> str:
    return f"results.analyse:{snapshot_id}"


def compute_key(round_id: int) -> str:
    return f"results.compute:{round_id}"


def analysis_job(snapshot: ResultSnapshot) -> Job | None:
    return db.session.scalar(latest_job(analysis_key(snapshot.id)))


def compute_job(round_: Round) -> Job | None:
    return db.session.scalar(latest_job(compute_key(round_.id)))


def asked_of(snapshot: ResultSnapshot) -> "Asked":
    """What the record does not say and its analysis needs: the award lines, and who must not score what."""
    from contest.ranking.analysis import Asked  # here, because it needs NumPy and the pages do not

    round_ = snapshot.round
    lines = lines_of(live_awards(snapshot), rows_of(snapshot))
    members = list(
        db.session.scalars(
            sa.select(PanelMember)
            .where(PanelMember.round_id == round_.id, PanelMember.letter.is_not(None))
            .options(joinedload(PanelMember.judge))
        )
    )
    return Asked(
        seats=[line.seats for line in lines] or [1],
        own=_own(round_, members),
        barred=_barred(round_, members),
        judges=[str(member.letter) for member in members if member.is_on],
    )


def _own(round_: Round, members: Sequence[PanelMember]) -> list[tuple[str, str]]:
    """Works of the judges' own units, by code name and letter."""
    by_unit: dict[int, list[str]] = {}
    for member in members:
        if member.judge.unit_id is not None:
            by_unit.setdefault(member.judge.unit_id, []).append(str(member.letter))
    found = sa.select(Entry.code, Person.unit_id).join(Entry.entrant)
    found = found.where(Entry.category_id == round_.category_id, Person.unit_id.in_(by_unit), Entry.code.is_not(None))
    rows = db.session.execute(found).all() if by_unit else []
    return [(str(code), letter) for code, unit_id in rows for letter in by_unit.get(unit_id or 0, [])]


def _barred(round_: Round, members: Sequence[PanelMember]) -> list[tuple[str, str]]:
    """Pairs with a conflict of interest, and those whose judge stepped back, by code name and letter."""
    letters = {member.judge_id: str(member.letter) for member in members}
    works = dict(
        db.session.execute(sa.select(Entry.id, Entry.code).where(Entry.category_id == round_.category_id)).all()
    )
    stepped = sa.select(Assignment.judge_id, Assignment.entry_id).where(
        Assignment.round_id == round_.id, Assignment.state == "recused"
    )
    pairs = {*held_pairs(round_), *((judge, entry) for judge, entry in db.session.execute(stepped))}
    return sorted((str(works[entry]), letters[judge]) for judge, entry in pairs if judge in letters and entry in works)
