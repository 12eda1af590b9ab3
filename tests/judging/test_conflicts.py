"""Conflicts of interest: found however names are written, pinned, declared, and never served or counted."""

import json
from typing import Any

import pytest
from flask import Flask

from contest import clock
from contest.accounts.models import Area, Person, RoleGrant, Unit
from contest.audit.models import AuditLine
from contest.db import db, transaction
from contest.entries.models import Entry
from contest.errors import Refused
from contest.judging import actions
from contest.judging.actions import conflicts
from contest.judging.models import Assignment, Ballot, ConflictOfInterest, PanelMember, Round
from contest.judging.queries import bench, desk
from contest.judging.queries.conflict_lines import lines_of, meeting_of
from contest.judging.queries.conflicts import Pair, barred_assignments, ground_of, held_pairs
from contest.judging.relations import Target, folded
from contest.results.actions import compute_result, give_awards, publish
from contest.results.queries import record_of
from tests.browser import Browser
from tests.factories import a_judge, a_person, an_auditor, an_edition, save
from tests.judging.factories import (
    a_round,
    a_work,
    assignments_of,
    close,
    give,
    judges_of,
    organiser_of,
)


def barred_pairs(round_: Round) -> frozenset[Pair]:
    return ground_of(round_).barred


def a_unit(name: str = "榆次区科技馆", *, area: str = "") -> Unit:
    return save(Unit(name=name, area=Area(name=area) if area else None))


def open_(round_: Round) -> None:
    with transaction():
        actions.open_round(round_, by=organiser_of(round_), at=clock.now())


def codes_given(round_: Round, judge: Person) -> list[str]:
    found = db.session.query(Assignment).filter_by(round_id=round_.id, judge_id=judge.id)
    return sorted(str(one.entry.code) for one in found if one.state != "void")


def kinds_of(round_: Round) -> list[tuple[str, str]]:
    return [(line.kind, line.state) for line in lines_of(round_) if line.work]


def declared(round_: Round, judge: Person, target: Target, *, reason: str = "siblings", **how: Any) -> Any:
    with transaction():
        return conflicts.declare_conflict(
            round_, judge, target, reason=reason, by=organiser_of(round_), at=clock.now(), **how
        )


@pytest.fixture
def draft(app: Flask) -> Round:
    """A round in preparation with two judges, and no work."""
    return a_round(judges=2, works=0, state="draft")


# How they are found


def test_the_unit_of_a_judge_is_known_however_it_is_written(draft: Round) -> None:
    judge = judges_of(draft)[0]
    judge.unit_id = a_unit().id
    written = [
        "榆次区科技馆",
        " 榆次区 科技馆 ",
        "榆次区\u3000科技馆",
        "「榆次区科技馆」",
        "榆次区科技馆。",
        "榆次区\u200b科技馆",
    ]
    works = [a_work(draft.edition, unit_name=name, files=False) for name in written]

    assert barred_pairs(draft) == {(judge.id, work.id) for work in works}


def test_full_and_half_width_and_case_make_no_difference() -> None:
    assert folded("ＡＢＣ学校（东校区）") == folded("abc学校(东校区)")
    assert folded("Ivan  PETROV") == folded("ivan petrov")
    assert folded(" 。-") == ""


def test_a_name_without_letters_is_like_no_other(draft: Round) -> None:
    judge = judges_of(draft)[0]
    judge.unit_id = a_unit("——").id
    a_work(draft.edition, unit_name="。")

    assert barred_pairs(draft) == set()


def test_the_entrants_account_the_role_and_other_names_of_a_unit_count_too(draft: Round) -> None:
    unit, judge = a_unit(), judges_of(draft)[0]
    judge.grants[0].unit_id = unit.id
    by_account = a_work(draft.edition, entrant=a_person(unit_id=unit.id), unit_name="something else")
    by_alias = a_work(draft.edition, unit_name="区科技馆")
    officer = a_person()
    save(
        RoleGrant(
            person_id=officer.id,
            edition_id=draft.edition_id,
            role="unit_officer",
            unit_id=unit.id,
            granted_at=clock.now(),
        )
    )
    by_role = a_work(draft.edition, entrant=officer)
    with transaction():
        conflicts.add_unit_alias(unit, name="区 科技馆", taken=None, by=organiser_of(draft), at=clock.now())

    assert barred_pairs(draft) == {(judge.id, one.id) for one in (by_account, by_alias, by_role)}


def test_own_works_bar_and_the_same_area_only_where_the_round_says_so(draft: Round) -> None:
    judge = judges_of(draft)[0]
    area = save(Area(name="榆次区"))
    judge.unit_id = save(Unit(name="A", area_id=area.id)).id
    save(Unit(name="B 学校", area_id=area.id))
    own, near = a_work(draft.edition, entrant=judge), a_work(draft.edition, unit_name="b学校")
    assert barred_pairs(draft) == {(judge.id, own.id)}

    with transaction():
        conflicts.set_area_rule(draft, bars=True, by=organiser_of(draft), at=clock.now())

    assert barred_pairs(draft) == {(judge.id, own.id), (judge.id, near.id)}


def test_a_name_in_common_is_a_question_and_holds_the_work_back_until_it_is_answered(draft: Round) -> None:
    judge = judges_of(draft)[0]
    judge.name = "贺 志远"
    same, other, free = (a_work(draft.edition) for _ in range(3))
    for work, name in ((same, "贺志远"), (other, "贺志远"), (free, "别人")):
        work.authors[0].name = name
    save(same, other, free)
    assert (barred_pairs(draft), held_pairs(draft)) == (set(), {(judge.id, same.id), (judge.id, other.id)})

    with transaction():
        conflicts.clear_pair(draft, judge.id, other.id, reason="somebody else", by=organiser_of(draft), at=clock.now())
        conflicts.declare_conflict(
            draft,
            judge,
            Target(entry_id=same.id),
            kind="name",
            reason="the same",
            by=organiser_of(draft),
            at=clock.now(),
        )
    open_(draft)

    assert codes_given(draft, judge) == sorted([str(other.code), str(free.code)])
    assert kinds_of(draft) == [("name", "stands"), ("name", "lifted")]


def test_what_was_cleared_is_not_found_again_and_own_works_cannot_be_cleared(draft: Round) -> None:
    judge = judges_of(draft)[0]
    judge.unit_id = a_unit("实验中学").id
    own, elsewhere = a_work(draft.edition, entrant=judge), a_work(draft.edition, unit_name="实验中学")

    with transaction():
        conflicts.clear_pair(
            draft, judge.id, elsewhere.id, reason="the one in Taigu", by=organiser_of(draft), at=clock.now()
        )
    with pytest.raises(Refused), transaction():
        conflicts.clear_pair(draft, judge.id, own.id, reason="x", by=organiser_of(draft), at=clock.now())
    open_(draft)

    assert codes_given(draft, judge) == [elsewhere.code]
    assert barred_assignments(draft) == []


# Pinned


def test_a_judge_who_moves_on_keeps_the_conflicts_of_before_also_for_works_that_come_late(draft: Round) -> None:
    old, judge = a_unit(), judges_of(draft)[0]
    judge.unit_id = old.id
    a_work(draft.edition, unit_name=old.name)
    open_(draft)

    judge.unit_id = a_unit("新单位").id
    db.session.commit()
    late = a_work(draft.edition, unit_name=old.name)
    with transaction():
        made = actions.take_in(draft, by=organiser_of(draft), at=clock.now())

    assert (made, codes_given(draft, judge)) == (1, [])
    assert (judge.id, late.id) in barred_pairs(draft)


def test_a_unit_that_is_renamed_is_known_by_the_name_it_had(draft: Round) -> None:
    unit, judge = a_unit(), judges_of(draft)[0]
    judge.unit_id = unit.id
    first = a_work(draft.edition, unit_name=unit.name)
    open_(draft)

    unit.name = "晋中科技中心"
    db.session.commit()
    second = a_work(draft.edition, unit_name="榆次区科技馆")

    assert {(judge.id, first.id), (judge.id, second.id)} <= barred_pairs(draft)


def test_a_unit_written_differently_after_opening_stays_a_conflict(draft: Round) -> None:
    unit, judge = a_unit(), judges_of(draft)[0]
    judge.unit_id = unit.id
    work = a_work(draft.edition, unit_name=unit.name)
    open_(draft)

    work.unit_name = "个人"
    db.session.commit()

    assert (judge.id, work.id) in barred_pairs(draft)


def test_a_recusal_for_a_tie_holds_in_the_next_round_too(app: Flask) -> None:
    first = a_round(judges=1, works=2)
    [judge] = judges_of(first)
    with transaction():
        actions.recuse(assignments_of(first, judge)[0], reason="kin", kind="conflict", by=judge, at=clock.now())
    tied = assignments_of(first, judge)[0].entry_id
    with transaction():
        second = actions.create_round(first.category, name="复评", by=organiser_of(first), at=clock.now())
        actions.add_judge(second, judge, by=organiser_of(first), at=clock.now())

    assert barred_pairs(second) == {(judge.id, tied)}


# Served, counted


def found_late(round_: Round, assignment: Assignment) -> None:
    """The work's unit turns out to be the judge's."""
    unit = a_unit("后来才知道")
    assignment.judge.unit_id = unit.id
    assignment.entry.unit_name = unit.name
    db.session.commit()


def media_of(assignment: Assignment) -> list[str]:
    base = f"/judging/assignments/{assignment.id}"
    return [base, f"{base}/recusal", f"{base}/media/0/video.mp4", f"{base}/media/0/hls/master.m3u8"]


def test_a_conflict_found_late_is_served_nowhere_and_counted_nowhere(browser: Browser) -> None:
    round_ = a_round(judges=2, works=2)
    judge = judges_of(round_)[0]
    mine = give(assignments_of(round_, judge)[0], 5000, 3000)
    code = str(mine.entry.code)
    browser.sign_in(judge).open(media_of(mine)[0])
    token = browser.page.one("meta", name="csrf-token").get("content") or ""

    found_late(round_, mine)

    for path in media_of(mine):
        browser.open(path, expect=404)
    body = {"revision": 1, "marks": {}, "comment": "x", "request": 1}
    browser.send("PUT", f"{media_of(mine)[0]}/ballot", json=body, headers={"X-CSRFToken": token}, expect=404)
    for path in ("/judging", f"/judging/rounds/{round_.id}/signature"):
        assert code not in browser.open(path).response.text
    assert desk.progress_by_judge(round_)[judge.id].submitted == 0
    assert [work.progress.submitted for work in desk.works_in(round_)] == [0, 0]
    assert desk.submitted_in(round_) == []
    assert [len(one.places) for one in bench.queue(judge)] == [1]


def test_closing_makes_void_what_was_found_late_and_the_record_leaves_it_out(app: Flask) -> None:
    round_ = a_round(judges=2, works=2)
    judge, other = judges_of(round_)
    mine = give(assignments_of(round_, judge)[0], 5000, 3000)
    theirs = give(assignments_of(round_, other)[0], 5000, 3000)
    found_late(round_, mine)

    close(round_)

    record = json.loads(record_of(round_))
    letter = next(member.letter for member in round_.panel if member.judge_id == judge.id)
    assert (mine.state, mine.ballot is not None, mine.conflict.kind) == ("void", True, "unit")
    assert [(one["entry"], one["judge"] != letter) for one in record["ballots"]] == [(theirs.entry.code, True)]
    assert record["voids"] == [{"entry": mine.entry.code, "judge": letter, "why": "conflict of interest"}]


def test_what_a_closed_round_rests_on_does_not_change_when_a_judge_changes_jobs(app: Flask) -> None:
    round_ = a_round(judges=1, works=1)
    mine = give(round_.assignments[0], 5000, 3000)
    close(round_)
    before = record_of(round_)

    found_late(round_, mine)

    assert record_of(round_) == before


# Declared


def test_a_judge_declares_units_and_people_until_works_are_assigned(browser: Browser, draft: Round) -> None:
    judge = judges_of(draft)[0]
    a_unit("太谷二中")
    by_unit = a_work(draft.edition, unit_name=" 太谷二中 ")
    by_person = a_work(draft.edition)
    by_person.authors[0].name = "王 小明"
    free = a_work(draft.edition)
    save(by_person)
    page = f"/editions/{draft.edition_id}/judging/relations"
    browser.language = "en"

    browser.sign_in(judge).open(page).submit(about="unit", fields={"name": "太谷二中"}, reason="I teach there")
    browser.submit(about="person", fields={"name": "王小明"}, reason="My pupil")
    browser.submit(about="unit", fields={"name": "。"}, reason="x", expect=422)
    browser.open(page).submit(about="unit", fields={"name": "写错了"}, reason="a slip")
    wrong = db.session.query(ConflictOfInterest).filter_by(unit_name="写错了").one()
    browser.submit(f"{page}/{wrong.id}/withdrawal")
    open_(draft)

    assert codes_given(draft, judge) == [free.code]
    assert {(judge.id, by_unit.id), (judge.id, by_person.id)} == barred_pairs(draft)
    page_now = browser.open(page).text
    assert "太谷二中" in page_now
    assert "写错了" not in page_now
    assert "Works have been assigned to you already" in page_now
    with pytest.raises(Refused), transaction():
        conflicts.declare_relation(
            draft.edition, judge, Target(unit_name="x"), reason="x", has_begun=True, at=clock.now()
        )


def test_a_judge_learns_from_no_answer_whether_a_unit_takes_part(browser: Browser, draft: Round) -> None:
    judge = judges_of(draft)[0]
    a_work(draft.edition, unit_name="参赛单位")
    page = f"/editions/{draft.edition_id}/judging/relations"
    browser.sign_in(judge)

    answers = []
    for name in ("参赛单位", "没来单位"):
        browser.open(page).submit(about="unit", fields={"name": name}, reason="x")
        answers.append(browser.text.replace(name, "").replace("没来单位", "").replace("参赛单位", ""))

    lines = db.session.query(ConflictOfInterest).count()
    assert lines == 2
    assert len(answers[1]) - len(answers[0]) < 30  # one more line of the judge's own


def test_other_judges_editions_and_roles_do_not_reach_the_pages(browser: Browser, draft: Round) -> None:
    judge = judges_of(draft)[0]
    stranger = a_judge(an_edition(is_current=False))
    with transaction():
        row = conflicts.declare_relation(
            draft.edition, judge, Target(unit_name="x"), reason="x", has_begun=False, at=clock.now()
        )
    relations = f"/editions/{draft.edition_id}/judging/relations"
    desk_page = f"/editions/{draft.edition_id}/desk/rounds/{draft.id}/conflicts"

    browser.sign_in(stranger).open(relations, expect=403)
    browser.sign_in(judge).open(desk_page, expect=403)
    other = a_judge(draft.edition)
    browser.sign_in(other).open(relations)
    assert row.stands


# Late


def test_a_late_conflict_shows_what_follows_then_voids_the_ballot_and_gives_the_work_to_another(
    browser: Browser,
) -> None:
    round_ = a_round(judges=2, works=2, quorum=2)
    first, second = judges_of(round_)
    spare = a_judge(round_.edition, name="Spare Judge")
    with transaction():
        actions.add_judge(round_, spare, by=organiser_of(round_), at=clock.now())
    mine = give(assignments_of(round_, first)[0], 5000, 3000)
    entry = mine.entry
    db.session.query(Assignment).filter_by(round_id=round_.id, judge_id=spare.id).delete()
    db.session.commit()
    browser.language = "en"
    page = f"/editions/{round_.edition_id}/desk/rounds/{round_.id}/conflicts"

    browser.sign_in(organiser_of(round_)).open(f"{page}/new")
    browser.submit(judge_id=str(first.id), about="work", fields={"name": str(entry.code).lower()}, reason="siblings")
    assert "submitted, becomes void" in browser.text
    assert "Spare Judge" in browser.text
    db.session.refresh(mine)
    assert mine.state == "submitted"
    browser.submit()

    assert "1 ballot is void. 1 work went to another judge." in browser.text
    db.session.refresh(mine)
    assert (mine.state, mine.conflict.reason, mine.ballot is not None) == ("void", "siblings", True)
    assert codes_given(round_, spare) == [entry.code]
    assert db.session.query(Ballot).count() == 1
    verbs = [line.verb for line in db.session.query(AuditLine).order_by(AuditLine.id)]
    assert verbs[-3:] == ["conflict.declared", "ballot.voided", "ballot.handed-on"]
    browser.sign_in(first)
    assert str(entry.code) not in browser.open("/judging").text
    browser.open(f"/judging/assignments/{mine.id}", expect=404)
    assert db.session.query(PanelMember).filter_by(judge_id=second.id).one().is_on


def test_lifting_a_conflict_brings_no_ballot_back_and_neither_does_a_judge_who_rejoins(browser: Browser) -> None:
    round_ = a_round(judges=1, works=1)
    [judge] = judges_of(round_)
    mine = give(round_.assignments[0], 5000, 3000)
    declared(round_, judge, Target(unit_name=mine.entry.unit_name))
    [row] = [row for row in db.session.query(ConflictOfInterest) if not row.is_found]
    browser.language = "en"

    page = f"/editions/{round_.edition_id}/desk/rounds/{round_.id}/conflicts/{row.id}/lifting"
    browser.sign_in(organiser_of(round_)).open(page)
    assert "1 ballot that it made void stays void" in browser.text
    browser.submit(reason="a mistake")
    assert barred_pairs(round_) == set()
    member = round_.panel[0]
    with transaction():
        actions.remove_judge(member, reason="x", by=organiser_of(round_), at=clock.now())
        actions.add_judge(round_, judge, by=organiser_of(round_), at=clock.now())

    db.session.refresh(mine)
    assert mine.state == "void"
    browser.sign_in(judge).open(f"/judging/assignments/{mine.id}", expect=404)


def test_in_a_closed_round_the_ballot_is_void_and_nobody_else_is_asked(app: Flask) -> None:
    round_ = a_round(judges=2, works=1)
    judge = judges_of(round_)[0]
    mine = give(assignments_of(round_, judge)[0], 5000, 3000)
    close(round_)

    settled = declared(round_, judge, Target(entry_id=mine.entry_id))

    assert (len(settled.voided), settled.given, mine.state) == (1, (), "void")


def test_ballots_under_a_public_result_stay_until_it_is_taken_back(browser: Browser) -> None:
    round_ = a_round(judges=2, works=1)
    judge = judges_of(round_)[0]
    for assignment in round_.assignments:
        give(assignment, 5000, 3000)
    close(round_)
    organiser, [mine] = organiser_of(round_), assignments_of(round_, judge)
    with transaction():
        snapshot = compute_result(round_, by=organiser, at=clock.now())
        give_awards(snapshot, {mine.entry_id: 1}, by=organiser, at=clock.now())
        publish(snapshot, by=organiser, at=clock.now())
    page = f"/editions/{round_.edition_id}/desk/rounds/{round_.id}/conflicts/new"

    browser.sign_in(organiser).open(page)
    browser.submit(judge_id=str(judge.id), about="work", fields={"name": str(mine.entry.code)}, reason="siblings")

    assert browser.page.all("button", type="submit", name="meant") == []
    assert not [one for one in browser.page.all("input") if one.get("name") == "meant"]
    with pytest.raises(Refused):
        declared(round_, judge, Target(entry_id=mine.entry_id))
    db.session.refresh(mine)
    assert (mine.state, db.session.query(ConflictOfInterest).filter_by(declared_by_role="organiser").count()) == (
        "locked",
        0,
    )


def test_a_conflict_for_the_whole_edition_reaches_the_other_rounds_and_one_for_a_round_does_not(app: Flask) -> None:
    first = a_round(judges=2, works=1)
    judge, other = judges_of(first)
    organiser = organiser_of(first)
    with transaction():
        second = actions.create_round(first.category, name="复评", by=organiser, at=clock.now())
        for one in (judge, other):
            actions.add_judge(second, one, by=organiser, at=clock.now())
    open_(second)
    [here], [there] = assignments_of(first, judge), assignments_of(second, judge)

    declared(first, judge, Target(entry_id=here.entry_id), only_here=True)
    assert (here.state, there.state) == ("void", "open")
    declared(first, judge, Target(entry_id=here.entry_id))

    assert there.state == "void"


# The page


def test_the_page_shows_kind_reason_by_whom_and_when_filters_and_asks_nothing_of_an_auditor(
    browser: Browser, draft: Round
) -> None:
    judge = judges_of(draft)[0]
    page = f"/editions/{draft.edition_id}/desk/rounds/{draft.id}/conflicts"
    browser.language = "en"
    browser.sign_in(organiser_of(draft)).open(page)
    assert "No conflict of interest" in browser.text
    judge.unit_id = a_unit().id
    a_work(draft.edition, unit_name="榆次区科技馆")
    declared(draft, judge, Target(person_name="王小明"), reason="cousin")

    whole = browser.open(page).text
    assert "cousin" in whole
    assert "The judge belongs to the unit" in whole
    assert "cousin" not in browser.open(f"{page}?kind=unit").text
    assert "No conflict matches" in browser.open(f"{page}?state=lifted").text
    browser.sign_in(an_auditor(draft.edition)).open(page)
    assert "cousin" in browser.text
    assert browser.page.all("a", href=f"{page}/new") == []
    browser.open(f"{page}/new", expect=403)


def test_a_question_is_answered_on_the_page_of_the_pair(browser: Browser, draft: Round) -> None:
    judge = judges_of(draft)[0]
    judge.name = "贺志远"
    work = a_work(draft.edition)
    work.authors[0].name = "贺志远"
    save(work)
    page = f"/editions/{draft.edition_id}/desk/rounds/{draft.id}/conflicts"
    browser.language = "en"
    browser.sign_in(organiser_of(draft)).open(f"{page}/pairs/{judge.id}/{work.id}")
    browser.submit(verdict="not-tied", reason="", expect=422)

    browser.submit(verdict="not-tied", reason="another person")

    assert held_pairs(draft) == set()
    meeting = meeting_of(draft, judge.id, work.id)
    assert meeting is not None
    assert meeting.ties == ()
    browser.open(f"{page}/pairs/{judge.id}/999999", expect=404)


def test_other_names_of_units_are_entered_on_the_page(browser: Browser, draft: Round) -> None:
    unit, judge = a_unit(), judges_of(draft)[0]
    judge.unit_id = unit.id
    work = a_work(draft.edition, unit_name="区科技馆")
    a_unit("别的单位")
    browser.sign_in(organiser_of(draft)).open(f"/editions/{draft.edition_id}/desk/rounds/{draft.id}/conflicts")

    browser.submit("#alias-form", unit="榆次区科技馆", alias="别的单位", expect=422)
    browser.submit("#alias-form", unit="没有的", alias="区科技馆", expect=422)
    browser.submit("#alias-form", unit="榆次区 科技馆", alias="区科技馆")

    assert barred_pairs(draft) == {(judge.id, work.id)}


def test_entries_of_no_code_or_other_categories_are_no_part_of_it(draft: Round) -> None:
    judge = judges_of(draft)[0]
    a_work(draft.edition, entrant=judge, state="returned", code=None)
    a_work(draft.edition, entrant=judge, category=draft.edition.categories[1])

    assert barred_pairs(draft) == set()
    assert db.session.query(Entry).count() == 2
