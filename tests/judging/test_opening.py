"""What opening a round would give is shown before it is made, and stays fair when judges come and go."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from contest import clock
from contest.accounts.models import Unit
from contest.audit.models import AuditLine
from contest.db import db, transaction
from contest.editions.models import Edition, Group
from contest.errors import Refused
from contest.judging import actions
from contest.judging.models import Assignment, Round
from contest.judging.queries.plan import plan_of, seats_wanting
from contest.judging.rubrics import Terms
from contest.results.actions import compute_result
from tests.browser import Browser
from tests.factories import a_judge, a_person, an_edition, an_organiser, save
from tests.judging.factories import a_round, a_work, assignments_of, close, give, judges_of, organiser_of

LIVE = ("open", "draft", "submitted", "locked")


def drawn(edition: Edition | None = None, *, per_entry: int = 3, **values: Any) -> Round:
    return a_round(edition, **{"judges": 5, "works": 10, **values}, terms=Terms(per_entry=per_entry))


def live(round_: Round) -> list[Assignment]:
    rows = sa.select(Assignment).where(Assignment.round_id == round_.id, Assignment.state.in_(LIVE))
    return list(db.session.scalars(rows))


def per_work(round_: Round) -> list[int]:
    return sorted(Counter(one.entry_id for one in live(round_)).values())


def loads(round_: Round) -> list[int]:
    return sorted(Counter(one.judge_id for one in live(round_)).values())


def leave(round_: Round, number: int) -> None:
    with transaction():
        actions.remove_judge(round_.panel[number], reason="Illness", by=organiser_of(round_), at=clock.now())


def page_of(round_: Round) -> str:
    return f"/editions/{round_.edition_id}/desk/rounds/{round_.id}"


def test_the_lot_gives_each_work_its_ballots_and_each_judge_as_many_works(app: object) -> None:
    round_ = drawn(judges=5, works=10, per_entry=3)

    assert per_work(round_) == [3] * 10
    assert loads(round_) == [6] * 5
    assert [sorted(one.position for one in assignments_of(round_, judge)) for judge in judges_of(round_)] == [
        [1, 2, 3, 4, 5, 6]
    ] * 5
    assert round_.method == "adjusted"


def test_what_suits_is_fixed_when_the_round_is_opened(app: object) -> None:
    small = a_round(judges=3)
    large = a_round(small.edition, judges=7, works=0)

    assert (small.method, large.method) == ("mean", "trimmed")


def test_conflicts_of_interest_are_never_drawn(app: object) -> None:
    edition = an_edition(phase="judging")
    unit = save(Unit(name="榆次区科技馆"))
    colleague = a_person(unit_id=unit.id)
    barred = {a_work(edition, entrant=colleague).id for _ in range(4)}
    round_ = drawn(edition, judges=4, works=6, state="draft")
    judge = a_judge(edition, unit_id=unit.id)
    with transaction():
        actions.add_judge(round_, judge, by=None, at=clock.now())
        actions.open_round(round_, by=organiser_of(round_), at=clock.now())

    assert not {one.entry_id for one in assignments_of(round_, judge)} & barred
    assert per_work(round_) == [3] * 10


def test_the_preview_says_who_gets_what_and_opening_makes_exactly_that(browser: Browser) -> None:
    round_ = drawn(state="draft")
    browser.language = "en"

    browser.sign_in(organiser_of(round_)).open(f"{page_of(round_)}/opening")

    assert "30 ballots will be made: 10 works, and 3 ballots for each, judges drawn by lot" in browser.text
    assert "All judges are joined by works that they have in common" in browser.text
    assert "Each judge gets 6 works" in browser.text
    assert "how strict each judge is, is taken out" in browser.text
    planned = set(plan_of(round_).seats)
    browser.submit()
    assert {(one.judge_id, one.entry_id) for one in live(round_)} == planned


def test_drawing_again_gives_another_lot_and_is_recorded(browser: Browser) -> None:
    round_ = drawn(state="draft")
    first, before = set(plan_of(round_).seats), round_.seed
    assert set(plan_of(round_).seats) == first

    browser.sign_in(organiser_of(round_)).open(f"{page_of(round_)}/opening")
    browser.submit(f"{page_of(round_)}/draws")

    db.session.expire_all()
    assert set(plan_of(round_).seats) != first
    line = db.session.scalars(sa.select(AuditLine).where(AuditLine.verb == "round.redrawn")).one()
    assert (line.details["before"], line.details["after"]) == (before, round_.seed)


def test_something_else_than_was_looked_at_is_not_opened(app: object) -> None:
    round_ = drawn(state="draft")
    looked_at = plan_of(round_).fingerprint
    a_work(round_.edition, category=round_.category)

    with pytest.raises(Refused, match=r"变化|changed"), transaction():
        actions.open_round(round_, looked_at=looked_at, by=organiser_of(round_), at=clock.now())

    assert round_.is_draft


def test_judges_whom_no_work_joins_are_refused_with_the_reason(browser: Browser) -> None:
    round_ = drawn(judges=2, works=4, per_entry=1, state="draft")
    browser.language = "en"

    browser.sign_in(organiser_of(round_)).open(f"{page_of(round_)}/opening")

    assert "The judges fall into 2 groups that no work joins" in browser.text
    assert not browser.page.all("input", name="plan")
    with pytest.raises(Refused), transaction():
        actions.open_round(round_, by=organiser_of(round_), at=clock.now())


def test_more_ballots_than_judges_are_refused(app: object) -> None:
    round_ = drawn(judges=2, works=4, per_entry=3, state="draft")

    with pytest.raises(Refused, match=r"2位评委|2 judges"), transaction():
        actions.open_round(round_, by=organiser_of(round_), at=clock.now())


def test_a_quorum_that_no_work_could_reach_is_refused(app: object) -> None:
    round_ = a_round(judges=5, works=4, quorum=4, state="draft", terms=Terms(per_entry=3))

    with pytest.raises(Refused, match="4"), transaction():
        actions.open_round(round_, by=organiser_of(round_), at=clock.now())


def test_a_trimmed_mean_of_a_small_panel_is_refused(app: object) -> None:
    round_ = a_round(judges=3, state="draft", terms=Terms(method="trimmed"))

    with pytest.raises(Refused, match="5"), transaction():
        actions.open_round(round_, by=organiser_of(round_), at=clock.now())


def test_when_a_judge_leaves_only_what_is_not_submitted_goes_to_others(app: object) -> None:
    round_ = drawn()
    leaving = judges_of(round_)[0]
    submitted = give(assignments_of(round_, leaving)[0], 3000, 2000)

    leave(round_, 0)

    assert submitted.state == "submitted"
    assert per_work(round_) == [3] * 10
    assert seats_wanting(round_) == []


def test_who_joins_takes_works_that_nobody_has_begun(app: object) -> None:
    round_ = drawn()
    begun = give(assignments_of(round_, judges_of(round_)[0])[5], 3000, submit=False)
    late = a_judge(round_.edition, name="Late Judge")

    with transaction():
        actions.add_judge(round_, late, by=organiser_of(round_), at=clock.now())

    assert begun.state == "draft"
    assert per_work(round_) == [3] * 10
    assert loads(round_) == [5] * 6


def test_a_reserve_gets_nothing_until_brought_in(browser: Browser) -> None:
    round_ = drawn(state="draft")
    with transaction():
        actions.seat_judge(round_.panel[4], role="reserve", cap=None, by=organiser_of(round_), at=clock.now())
        actions.open_round(round_, by=organiser_of(round_), at=clock.now())
    reserve = round_.panel[4]
    assert assignments_of(round_, reserve.judge) == []

    browser.sign_in(organiser_of(round_)).open(f"{page_of(round_)}/panel/{reserve.id}").submit(role="main")

    assert per_work(round_) == [3] * 10
    assert loads(round_) == [6] * 5


def test_a_limit_of_works_for_a_judge_is_kept(app: object) -> None:
    round_ = drawn(state="draft")
    with transaction():
        actions.seat_judge(round_.panel[0], role="main", cap=2, by=organiser_of(round_), at=clock.now())
        actions.open_round(round_, by=organiser_of(round_), at=clock.now())

    assert loads(round_) == [2, 7, 7, 7, 7]


def test_a_round_of_one_group_judges_its_works_alone(app: object) -> None:
    edition = an_edition(phase="judging")
    pupils = save(Group(edition_id=edition.id, position=0, name="学生组"))
    mine = a_work(edition, group_id=pupils.id)

    round_ = a_round(edition, judges=1, works=2, terms=Terms(group_id=pupils.id))

    assert [one.entry_id for one in live(round_)] == [mine.id]


def test_a_later_round_takes_the_best_of_the_earlier_and_all_who_tie_with_the_last(app: object) -> None:
    first = a_round(judges=1, works=4)
    marks = zip(assignments_of(first, judges_of(first)[0]), (5000, 4000, 4000, 1000), strict=True)
    scored = [give(one, mark, 1000) for one, mark in marks]
    final = a_round(
        first.edition, judges=1, works=0, state="draft", terms=Terms(based_on_id=first.id, shortlist_best=2)
    )
    with pytest.raises(Refused, match=r"没有结果|no result"), transaction():
        actions.open_round(final, by=organiser_of(final), at=clock.now())
    close(first)
    with transaction():
        compute_result(first, by=organiser_of(first), at=clock.now())
        actions.open_round(final, by=organiser_of(final), at=clock.now())

    assert {one.entry_id for one in live(final)} == {one.entry_id for one in scored[:3]}


def test_a_shortlist_can_be_all_with_a_score_at_least(app: object) -> None:
    first = a_round(judges=1, works=3)
    marks = zip(assignments_of(first, judges_of(first)[0]), (5000, 4000, 1000), strict=True)
    scored = [give(one, mark, 1000) for one, mark in marks]
    close(first)
    with transaction():
        compute_result(first, by=organiser_of(first), at=clock.now())

    final = a_round(first.edition, judges=1, works=0, terms=Terms(based_on_id=first.id, shortlist_from=5000))

    assert {one.entry_id for one in live(final)} == {one.entry_id for one in scored[:2]}


def test_before_the_time_for_scoring_judges_look_and_step_back_and_give_no_marks(app: object) -> None:
    round_ = a_round(judges=1, terms=Terms(opens_at=clock.now() + timedelta(hours=1)))
    judge = judges_of(round_)[0]
    tied = assignments_of(round_, judge)[1]
    with transaction():
        actions.recuse(tied, kind="conflict", reason="kin", by=judge, at=clock.now())

    assert tied.state == "recused"
    with pytest.raises(Refused, match=r"尚未开始|not begun"):
        give(assignments_of(round_, judges_of(round_)[0])[0], 3000, 2000)


def test_all_that_a_round_lays_down_is_kept_and_shown(browser: Browser) -> None:
    edition = an_edition(phase="judging")
    browser.language = "en"
    browser.sign_in(an_organiser(edition)).open(f"/editions/{edition.id}/desk/rounds/new?rubric=photo")

    browser.submit(
        name="Final", quorum=2, per_entry=3, cap=20, method="calibrated", trim=1, decimals=1, rank_on="published",
        tie_1="median", tie_2="", tie_3="",
    )  # fmt: skip

    round_ = db.session.scalars(sa.select(Round)).one()
    assert (round_.per_entry, round_.cap, round_.method) == (3, 20, "calibrated")
    assert (round_.decimals, round_.rank_on, round_.tie_chain) == (1, "published", ["median"])
    assert [criterion.name_en for criterion in round_.criteria] == ["Theme and idea", "Composition", "Visual effect"]
    assert "3 ballots for each work, drawn by lot; at most 20 works for a judge" in browser.text


def test_what_does_not_fit_together_is_refused_where_it_is_typed(browser: Browser) -> None:
    edition = an_edition(phase="judging")
    browser.language = "en"
    browser.sign_in(an_organiser(edition)).open(f"/editions/{edition.id}/desk/rounds/new")

    browser.submit(expect=422, fields={"cap": "20"})
    assert "A limit for each judge needs a number of ballots for each work" in browser.text

    browser.submit(expect=422, fields={"cap": "", "opens_at": "2026-12-02T09:00", "closes_at": "2026-12-01T09:00"})
    assert "Scoring must end after it begins" in browser.text


def test_a_work_that_passed_late_gets_its_ballots_and_nobody_loses_any(app: object) -> None:
    round_ = drawn()
    before = {(one.judge_id, one.entry_id) for one in live(round_)}
    a_work(round_.edition, category=round_.category)

    with transaction():
        made = actions.take_in(round_, by=organiser_of(round_), at=clock.now())

    assert made == 3
    assert per_work(round_) == [3] * 11
    assert before <= {(one.judge_id, one.entry_id) for one in live(round_)}


def test_a_drawn_round_is_ranked_by_the_method_that_was_fixed_and_names_its_own_works_alone(app: object) -> None:
    edition = an_edition(phase="judging")
    pupils = save(Group(edition_id=edition.id, position=0, name="学生组"))
    for _ in range(8):
        a_work(edition, group_id=pupils.id)
    round_ = a_round(edition, judges=4, works=1, terms=Terms(per_entry=3, group_id=pupils.id))
    for one in live(round_):
        give(one, 3000 + 100 * (one.entry_id % 7), 2000)
    close(round_)

    with transaction():
        snapshot = compute_result(round_, by=organiser_of(round_), at=clock.now())

    assert (round_.method, snapshot.engine) == ("adjusted", "severity-adjusted/1")
    assert len(snapshot.rows) == 8
    assert [row.ballots for row in snapshot.rows] == [3] * 8
