"""Marks being given, by script and by form, once and twice, in time and late."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from contest import clock
from contest.accounts.models import Person
from contest.db import db, transaction
from contest.errors import Refused
from contest.judging import actions
from contest.judging.models import Assignment, Ballot, BallotRevision, Round, Score
from tests.browser import Browser
from tests.factories import an_edition, an_organiser
from tests.judging.factories import a_round, assignments_of, close, give, judges_of, marks_for


def first(round_: Round) -> Assignment:
    return assignments_of(round_, judges_of(round_)[0])[0]


def put(
    browser: Browser, assignment: Assignment, *, expect: int = 200, revision: int = 0, comment: str = "", **marks: Any
) -> Any:
    """Save as the script does; marks by place in the rubric (m1, m2)."""
    if not browser.page.all("meta", name="csrf-token"):
        browser.open(f"/judging/assignments/{assignment.id}")
    token = browser.page.one("meta", name="csrf-token").get("content")
    ids = {f"m{criterion.position}": str(criterion.id) for criterion in assignment.round.criteria}
    body = {
        "request": "a number",
        "revision": revision,
        "comment": comment,
        "marks": {ids.get(key, key): value for key, value in marks.items()},
    }
    path = f"/judging/assignments/{assignment.id}/ballot"
    page, url = browser.last, browser.url
    browser.send(
        "PUT", path, json=body, headers={"X-CSRFToken": token or "", "Accept": "application/json"}, expect=expect
    )
    answer, browser.last, browser.url = browser.json, page, url
    return answer


def test_a_save_is_acknowledged_with_what_is_kept(browser: Browser) -> None:
    assignment = first(a_round())
    browser.sign_in(assignment.judge).open(f"/judging/assignments/{assignment.id}")
    one, two = (str(criterion.id) for criterion in assignment.round.criteria)

    with clock.frozen(clock.now().replace(hour=12, minute=41)):
        answer = put(browser, assignment, m1="27.5", m2=None, comment=" 很好 ")

    assert answer == {
        "request": "a number",
        "state": "saved",
        "revision": 1,
        "saved_at": "20:41",
        "marks": {one: "27.5"},
        "comment": "很好",
        "note": "",
    }
    assert two not in answer["marks"]
    assert assignment.state == "draft"


def test_zero_and_not_scored_are_two_things(browser: Browser) -> None:
    assignment = first(a_round())
    browser.sign_in(assignment.judge).open(f"/judging/assignments/{assignment.id}")

    put(browser, assignment, m1="0", m2="")

    values = list(db.session.scalars(sa.select(Score.value_hundredths)))
    assert values == [0]
    browser.language = "en"
    browser.open(f"/judging/assignments/{assignment.id}").submit(button="submit", expect=422)
    assert "1 criterion is not scored yet: Craft. A zero must be given too." in browser.text
    browser.submit(button="submit", fields={f"mark_{assignment.round.criteria[1].id}": "0"})
    assert assignment.state == "submitted"
    assert assignment.ballot is not None
    assert assignment.ballot.marks == marks_for(assignment.round, 0, 0)


@pytest.mark.parametrize(
    ("mark", "sentence"),
    [
        ("60.5", "Theme: the mark must be between 0 and 60."),
        ("12.3", "Theme: marks go in steps of 0.5."),
        ("-1", "Theme: write a number such as 8 or 8.5."),
        ("nan", "Theme: write a number such as 8 or 8.5."),
        ("1e1", "Theme: write a number such as 8 or 8.5."),
        ("٣", "Theme: write a number such as 8 or 8.5."),
    ],
)
def test_a_mark_off_the_scale_is_refused_in_words_and_nothing_is_kept(
    browser: Browser, mark: str, sentence: str
) -> None:
    assignment = first(a_round())
    browser.language = "en"
    browser.sign_in(assignment.judge).open(f"/judging/assignments/{assignment.id}")

    answer = put(browser, assignment, m1=mark, expect=422)
    browser.submit(button="save", expect=422, fields={f"mark_{assignment.round.criteria[0].id}": mark})

    assert (answer["state"], answer["reason"]) == ("refused", sentence)
    assert sentence in browser.text
    assert browser.page.one("input", name=f"mark_{assignment.round.criteria[0].id}").get("value") == mark
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Ballot)) == 0


def test_full_width_digits_of_a_chinese_keyboard_are_numbers(browser: Browser) -> None:
    assignment = first(a_round())
    browser.sign_in(assignment.judge).open(f"/judging/assignments/{assignment.id}")

    put(browser, assignment, m1="２７．５")

    assert assignment.ballot is not None
    assert assignment.ballot.marks == marks_for(assignment.round, 2750)


def test_every_save_is_kept_for_good(browser: Browser) -> None:
    assignment = first(a_round())
    browser.sign_in(assignment.judge).open(f"/judging/assignments/{assignment.id}")
    key = str(assignment.round.criteria[0].id)

    put(browser, assignment, m1="10", revision=0)
    put(browser, assignment, m1="20", revision=1, comment="better")
    put(browser, assignment, m1=None, revision=2, comment="better")

    bodies = list(db.session.scalars(sa.select(BallotRevision.body).order_by(BallotRevision.revision)))
    assert bodies == [
        {"scores": {key: 1000}, "comment": ""},
        {"scores": {key: 2000}, "comment": "better"},
        {"scores": {}, "comment": "better"},
    ]


def test_the_same_save_sent_again_is_acknowledged_and_changes_nothing(browser: Browser) -> None:
    assignment = first(a_round())
    browser.sign_in(assignment.judge).open(f"/judging/assignments/{assignment.id}")

    answers = [put(browser, assignment, m1="10", revision=0) for _ in range(3)]

    assert [(answer["state"], answer["revision"]) for answer in answers] == [("saved", 1)] * 3
    assert db.session.scalar(sa.select(sa.func.count()).select_from(BallotRevision)) == 1


def test_a_second_tab_is_shown_both_and_overwrites_nothing(browser: Browser) -> None:
    assignment = first(a_round())
    browser.language = "en"
    browser.sign_in(assignment.judge).open(f"/judging/assignments/{assignment.id}")
    key = f"mark_{assignment.round.criteria[0].id}"
    put(browser, assignment, m1="16", revision=0)

    answer = put(browser, assignment, m1="18", revision=0, expect=409)
    assert (answer["state"], answer["marks"]) == ("conflict", {key.removeprefix("mark_"): "16"})

    browser.submit(button="submit", expect=409, fields={key: "18", f"mark_{assignment.round.criteria[1].id}": "5"})
    assert "You changed this ballot in another tab or on another device" in browser.text
    assert assignment.ballot is not None
    assert assignment.ballot.marks == marks_for(assignment.round, 1600)
    browser.submit("Keep what is here")
    assert assignment.ballot.marks == marks_for(assignment.round, 1800, 500)


def test_the_form_works_without_a_script_and_leads_through_the_own_order(browser: Browser) -> None:
    round_ = a_round(judges=1, works=2)
    mine = assignments_of(round_, judges_of(round_)[0])
    fields = {f"mark_{criterion.id}": "10" for criterion in round_.criteria}
    browser.language = "en"

    browser.sign_in(mine[0].judge).open(f"/judging/assignments/{mine[0].id}")
    browser.submit(button="submit", fields={**fields, "comment": "clear"})
    assert browser.url == f"/judging/assignments/{mine[1].id}"
    browser.submit(button="next", fields=fields)
    assert browser.url == f"/judging/rounds/{round_.id}/signature"  # no other work is left
    assert [one.state for one in mine] == ["submitted", "draft"]
    browser.submit(expect=422)
    browser.submit(pledge=True)

    assert [one.state for one in mine] == ["submitted", "submitted"]
    assert mine[0].ballot is not None
    assert mine[0].ballot.comment == "clear"


def test_the_judge_is_told_who_reads_the_comment(browser: Browser) -> None:
    assignment = first(a_round())
    page = f"/judging/assignments/{assignment.id}"

    browser.sign_in(assignment.judge).open(f"{page}?lang=en")

    assert "It is kept with your ballot. In this version no page shows it to anybody but you." in browser.text
    assert "评语随评分表保存。目前的版本除您本人外，不在任何页面上显示。" in browser.open(f"{page}?lang=zh-CN").text


def test_a_ballot_submitted_twice_is_submitted_once(browser: Browser) -> None:
    round_ = a_round(judges=1, works=2)
    mine = assignments_of(round_, judges_of(round_)[0])
    browser.sign_in(mine[0].judge).open(f"/judging/assignments/{mine[0].id}")
    page, url = browser.last, browser.url
    fields = {f"mark_{criterion.id}": "10" for criterion in round_.criteria}

    browser.submit(button="submit", fields=fields)
    browser.last, browser.url = page, url
    browser.submit(button="submit", fields=fields)

    assert mine[0].state == "submitted"
    assert mine[0].ballot is not None
    assert mine[0].ballot.revision == 1


def test_a_submitted_ballot_can_be_read_and_not_changed(browser: Browser) -> None:
    assignment = give(first(a_round()), 5000, 3000)
    browser.language = "en"

    browser.sign_in(assignment.judge).open(f"/judging/assignments/{assignment.id}")
    assert "The organisers can reopen it" in browser.text
    answer = put(browser, assignment, m1="1", revision=1, expect=409)

    assert answer["state"] == "refused"
    assert assignment.ballot is not None
    assert assignment.ballot.marks == marks_for(assignment.round, 5000, 3000)


@pytest.mark.parametrize(("late_by_s", "status"), [(-1, 200), (0, 409), (1, 409)])
def test_the_last_save_is_that_before_the_second_of_the_deadline(browser: Browser, late_by_s: int, status: int) -> None:
    closes_at = clock.now().replace(microsecond=0) + timedelta(minutes=5)
    assignment = first(a_round(closes_at=closes_at))
    browser.sign_in(assignment.judge).open(f"/judging/assignments/{assignment.id}")  # opened before, sent after

    with clock.frozen(closes_at + timedelta(seconds=late_by_s)):
        put(browser, assignment, m1="10", expect=status)

    assert (assignment.ballot is not None) == (status == 200)


def test_after_closing_nothing_is_written_and_marks_can_be_read(browser: Browser) -> None:
    round_ = a_round(judges=1, works=1)
    assignment = give(first(round_), 5000, 3000, submit=False)
    browser.sign_in(assignment.judge).open(f"/judging/assignments/{assignment.id}")
    close(round_)

    answer = put(browser, assignment, m1="1", revision=1, expect=409)

    assert answer["state"] == "refused"
    browser.open(f"/judging/assignments/{assignment.id}")
    assert browser.page.one("input", name=f"mark_{round_.criteria[0].id}").get("value") == "50"
    assert browser.page.all("button", name="button") == []


def test_a_recused_work_shows_no_marks_and_its_ballot_never_counts(browser: Browser) -> None:
    round_ = a_round(judges=1, works=2)
    assignment = give(first(round_), 5000, 3000)
    browser.language = "en"

    browser.sign_in(assignment.judge).open(f"/judging/assignments/{assignment.id}/recusal").submit(expect=422)
    browser.submit(kind="known", note="I know the voice")

    assert (assignment.state, assignment.recusal_reason) == ("recused", "known: I know the voice")
    assert assignment.ballot is not None  # kept, and never counted
    browser.open(f"/judging/rounds/{round_.id}/signature")
    assert "No marks: you stepped back from this work" in browser.text
    assert [cell.text for cell in browser.page.all("td", class_="n") if cell.text and "0" in cell.text] == []
    with pytest.raises(Refused), transaction():
        actions.submit_ballot(assignment, by=assignment.judge, at=clock.now())


def test_only_json_of_the_right_shape_is_taken(browser: Browser) -> None:
    assignment = first(a_round())
    browser.sign_in(assignment.judge).open(f"/judging/assignments/{assignment.id}")
    token = browser.page.one("meta", name="csrf-token").get("content") or ""
    path = f"/judging/assignments/{assignment.id}/ballot"

    for body in ([], {}, {"revision": "1", "marks": {}}, {"revision": 0, "marks": []}):
        browser.send("PUT", path, json=body, headers={"X-CSRFToken": token}, expect=400)
    browser.send(
        "PUT", path, json={"revision": 0, "marks": {"999999": "1"}}, headers={"X-CSRFToken": token}, expect=422
    )
    browser.send("PUT", path, json={"revision": 0, "marks": {}}, expect=400)  # without a token


def together(app: Flask, *calls: Callable[[], Any]) -> list[Any]:
    """Run the calls at once, each in a thread with a session of its own; gives results and Refused in order."""
    ready, results = threading.Barrier(len(calls)), [None] * len(calls)

    def run(number: int, call: Callable[[], Any]) -> None:
        with app.app_context():
            ready.wait()
            try:
                results[number] = call()
            except Refused as refused:
                results[number] = refused
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=one) for one in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


def saving(assignment_id: int, marks: dict[int, int], *, revision: int = 0, submit: bool = False) -> Callable[[], Any]:
    def call() -> Any:
        with transaction():
            assignment = db.session.get_one(Assignment, assignment_id)
            saved = actions.save_ballot(assignment, marks=marks, comment="", revision=revision, at=clock.now())
            if submit and not saved.conflict:
                actions.submit_ballot(assignment, by=assignment.judge, at=clock.now())
            return "conflict" if saved.conflict else "saved"

    return call


def test_of_eight_tabs_that_save_different_marks_at_once_one_is_kept_and_seven_are_told(app: Flask) -> None:
    assignment = first(a_round())
    calls = [saving(assignment.id, marks_for(assignment.round, 100 * number)) for number in range(1, 9)]
    db.session.rollback()

    results = together(app, *calls)

    assert sorted(results) == ["conflict"] * 7 + ["saved"]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(BallotRevision)) == 1


def test_the_same_submit_from_eight_tabs_at_once_makes_one_ballot(app: Flask) -> None:
    assignment = first(a_round())
    calls = [saving(assignment.id, marks_for(assignment.round, 100, 100), submit=True) for _ in range(8)]
    db.session.rollback()

    results = together(app, *calls)

    assert results == ["saved"] * 8
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Ballot)) == 1


def test_a_ballot_submitted_while_the_round_closes_is_locked_or_refused_and_never_between(app: Flask) -> None:
    edition = an_edition(phase="judging")
    organiser = an_organiser(edition)
    for number in range(1, 4):
        round_ = a_round(edition, judges=4, works=1 if number == 1 else 0)
        marks = marks_for(round_, 100, 100)
        calls = [saving(one.id, marks, submit=True) for one in round_.assignments]
        closes = closing(round_.id, organiser.id)
        db.session.rollback()

        results = together(app, *calls[:2], closes, *calls[2:])

        db.session.expire_all()
        states = [one.state for one in round_.assignments]
        assert set(states) <= {"open", "locked"}
        assert states.count("locked") == results.count("saved")


def closing(round_id: int, organiser_id: int) -> Callable[[], Any]:
    def call() -> None:
        with transaction():
            by = db.session.get_one(Person, organiser_id)
            actions.close_round(db.session.get_one(Round, round_id), anyway=True, by=by, at=clock.now())

    return call


def test_a_comment_with_a_sign_that_no_database_keeps_is_saved_without_it(browser: Browser) -> None:
    assignment = first(a_round())
    browser.sign_in(assignment.judge).open(f"/judging/assignments/{assignment.id}")

    answer = put(browser, assignment, comment="clear\x00 and calm")

    assert answer["comment"] == "clear and calm"
