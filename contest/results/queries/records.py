"""The record of a round: what it is computed from, whether it still is what the rows say, and what it tells."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from contest.db import db
from contest.entries.models import Entry
from contest.judging.models import COUNTED, Assignment, Ballot, Criterion, PanelMember, Round
from contest.judging.queries.works import of_round
from contest.ranking.engines import ARITHMETIC, ENGINE_OF, NoOrder, method_of
from contest.ranking.mean import ENGINE
from contest.ranking.numbers import text
from contest.ranking.record import (
    FORMAT,
    UnknownRecord,
    canonical,
    complete,
    exact_of,
    fingerprint,
    inputs_of,
    recompute,
)
from contest.ranking.situation import Method, Proposal, Said, Situation, proposed, why_not
from contest.results.models import ResultAnalysis, ResultSnapshot


@dataclass(frozen=True)
class Choice:
    """The method that a result is computed by; `because` where it is not the one the round declared."""

    method: Method
    because: str = ""


@dataclass(frozen=True, kw_only=True)
class Outset:
    """What is known before a result is computed: the declared method, what suits, and what is refused and why."""

    declared: Method
    proposal: Proposal
    situation: Situation
    refused: Mapping[Method, Said]


def outset_of(round_: Round) -> Outset:
    """What may be computed from the ballots of a closed round."""
    document = _inputs(round_, Choice(declared(round_)))
    about = Situation.of(exact_of(document))
    trim = document["rules"]["trim"]
    refused = {method: why for method in Method if (why := why_not(method, about, trim=trim))}
    return Outset(declared=declared(round_), proposal=proposed(about, at_random=True), situation=about, refused=refused)


def declared(round_: Round) -> Method:
    return Method(round_.method or Method.MEAN)  # a draft may not have any yet


def choice_of(snapshot: ResultSnapshot) -> Choice:
    """By which method a result was computed, and why not by the declared one."""
    rules = json.loads(snapshot.body)["rules"]
    return Choice(method_of(snapshot.engine), rules.get("because", ""))


def record_of(round_: Round, choice: Choice | None = None) -> str:
    """The record that the round gives now, computed from its rows; the same rows give the same bytes.

    Raises NoOrder where the method must not be used.
    """
    chosen = choice or Choice(declared(round_))
    return complete(_inputs(round_, chosen), engine=ENGINE_OF[chosen.method])


def is_current(round_: Round, snapshot: ResultSnapshot) -> bool:
    """Whether the rows are still those that the result was computed from; nothing is computed for the answer."""
    inputs = _plain_inputs(round_) if snapshot.engine == ENGINE else _inputs(round_, choice_of(snapshot))
    document: dict[str, Any] = json.loads(snapshot.body)
    now = canonical({**inputs, "format": FORMAT, "engine": snapshot.engine})
    return now == canonical(inputs_of(document))


def is_whole(snapshot: ResultSnapshot) -> bool:
    """Whether the stored record has its fingerprint and recomputes byte for byte. What needs a model of judges is
    recomputed by a worker, whose finding is kept with the analysis; until then the fingerprint has to do."""
    if fingerprint(snapshot.body) != snapshot.sha256:
        return False
    if snapshot.engine not in ARITHMETIC:
        kept = db.session.get(ResultAnalysis, snapshot.id)
        return kept is None or kept.sha256 != snapshot.sha256 or bool(kept.body["recomputes"])
    try:
        return recompute(snapshot.body) == snapshot.body
    except (UnknownRecord, NoOrder, ValueError, KeyError):
        return False


def decided_by(snapshot: ResultSnapshot) -> dict[str, str]:
    """What gave each placed work its place: the score, or the rule that parted it from its equals, by code name."""
    rows = json.loads(snapshot.body)["result"]
    return {row["entry"]: row["decided_by"] for row in rows if row.get("decided_by")}


def _inputs(round_: Round, choice: Choice) -> dict[str, Any]:
    """All that a record says but its result."""
    letters = _letters(round_)
    given = _given(round_, letters)
    plain = _plain_inputs(round_, letters, given)
    stated = declared(round_)
    rules: dict[str, Any] = {
        "method": choice.method.value,
        "quorum": round_.quorum,
        "decimals": round_.decimals,
        "rank_on": round_.rank_on,
        "rounding": "half up, from the exact value",
        "ties": list(round_.tie_chain),
        "trim": round_.trim,
    }
    if choice.method is not stated:
        rules |= {"declared": stated.value, "because": choice.because}
    plain["assignments"] = [
        {**row, "state": "abstained" if one.is_abstained else row["state"]}
        for row, one in zip(plain["assignments"], given, strict=True)
    ]
    plain["recusals"] = [
        {"entry": one.entry.code, "judge": letters[one.judge_id], "kind": one.recusal_kind or "other"}
        for one in given
        if one.state == "recused"
    ]
    plain["voids"] = [_void(one, letters) for one in given if one.state == "void"]
    return {**plain, "rules": rules}


def _letters(round_: Round) -> dict[int, str]:
    panel = db.session.execute(
        sa.select(PanelMember.judge_id, PanelMember.letter).where(
            PanelMember.round_id == round_.id, PanelMember.letter.is_not(None)
        )
    )
    return {judge_id: str(letter) for judge_id, letter in panel}


def _given(round_: Round, letters: Mapping[int, str]) -> list[Assignment]:
    return sorted(_assignments(round_), key=lambda one: (str(one.entry.code), letters[one.judge_id]))


def _plain_inputs(
    round_: Round, letters: Mapping[int, str] | None = None, given: list[Assignment] | None = None
) -> dict[str, Any]:
    """As the first version wrote them, so that its records stay what they are."""
    letters = _letters(round_) if letters is None else letters
    given = _given(round_, letters) if given is None else given
    entries = _works(round_)
    keys = {criterion.id: str(criterion.position) for criterion in round_.criteria}
    return {
        "edition": round_.edition.slug,
        "round": {
            "category": round_.category.code,
            "number": round_.number,
            "name": round_.name,
            "seed": round_.seed,
        },
        "rules": {
            "method": round_.method,
            "quorum": round_.quorum,
            "decimals": 2,
            "rounding": "half up, from the exact value",
            "ties": "shared places, by the exact value",
        },
        "criteria": [_criterion(criterion) for criterion in round_.criteria],
        "entries": entries,
        "withdrawn": sorted({str(one.entry.code) for one in given} - set(entries)),
        "judges": sorted(letters.values()),
        "assignments": [
            {
                "entry": one.entry.code,
                "judge": letters[one.judge_id],
                "position": one.position,
                "state": "submitted" if one.state in COUNTED else one.state,
            }
            for one in given
        ],
        "ballots": [
            _ballot(one, one.ballot, letters[one.judge_id], keys)
            for one in given
            if one.ballot and one.state in COUNTED
        ],
        # Reasons stay inside: they tell who knows whom.
        "recusals": [
            {"entry": one.entry.code, "judge": letters[one.judge_id]} for one in given if one.state == "recused"
        ],
    }


def _void(assignment: Assignment, letters: Mapping[int, str]) -> dict[str, Any]:
    """Why, where a conflict of interest is the reason; which one stays inside: it tells who knows whom."""
    void = {"entry": assignment.entry.code, "judge": letters[assignment.judge_id]}
    return void if assignment.conflict_id is None else {**void, "why": "conflict of interest"}


def _works(round_: Round) -> list[str]:
    """The passed works of the round: all of its category, or of a group or a shortlist those that were assigned."""
    works = sa.select(Entry.code).where(of_round(round_))
    if round_.group_id is not None or round_.based_on_id is not None:
        works = works.where(sa.exists().where(Assignment.round_id == round_.id, Assignment.entry_id == Entry.id))
    return sorted(str(code) for code in db.session.scalars(works))


def entry_ids(round_: Round) -> dict[str, int]:
    """Works of the round's category by code name."""
    found = sa.select(Entry.code, Entry.id).where(Entry.category_id == round_.category_id, Entry.code.is_not(None))
    return {str(code): entry_id for code, entry_id in db.session.execute(found)}


def _assignments(round_: Round) -> list[Assignment]:
    found = sa.select(Assignment).where(Assignment.round_id == round_.id)
    return list(
        db.session.scalars(
            found.options(joinedload(Assignment.entry), joinedload(Assignment.ballot).selectinload(Ballot.scores))
        )
    )


def _criterion(criterion: Criterion) -> dict[str, Any]:
    return {
        "key": str(criterion.position),
        "name": criterion.name,
        "weight": text(criterion.weight_bp),
        "max": text(criterion.max_hundredths),
        "step": text(criterion.step_hundredths),
    }


def _ballot(assignment: Assignment, ballot: Ballot, letter: str, keys: dict[int, str]) -> dict[str, Any]:
    return {
        "entry": assignment.entry.code,
        "judge": letter,
        "revision": ballot.revision,
        "marks": {keys[key]: text(value) for key, value in ballot.marks.items()},
    }
