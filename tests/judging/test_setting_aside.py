"""Putting works off, stepping back from them, and telling the organisers about them."""

import pytest
import sqlalchemy as sa

from contest import clock
from contest.audit.models import AuditLine
from contest.db import db, transaction
from contest.errors import Refused
from contest.judging import actions
from contest.judging.models import Flag
from contest.judging.queries import bench, desk
from tests.browser import Browser
from tests.factories import an_auditor
from tests.judging.factories import (
    PLANTED,
    a_round,
    assignments_of,
    close,
    give,
    judges_of,
    marks_for,
    organiser_of,
)


def verbs() -> list[str]:
    found = db.session.scalars(sa.select(AuditLine.verb).order_by(AuditLine.id))
    return [verb for verb in found if verb.startswith(("ballot.", "flag."))]


def test_a_judge_who_puts_everything_off_comes_back_to_all_of_it_and_both_sides_count_exactly(
    browser: Browser,
) -> None:
    round_ = a_round(judges=1, works=3)
    judge = judges_of(round_)[0]
    mine = assignments_of(round_, judge)
    browser.language = "en"
    browser.sign_in(judge).open(f"/judging/assignments/{mine[0].id}")

    browser.submit(button="defer")
    assert browser.url == f"/judging/assignments/{mine[1].id}"
    browser.submit(button="defer", fields={f"mark_{round_.criteria[0].id}": "10"})
    browser.submit(button="defer")
    assert browser.url == f"/judging/assignments/{mine[0].id}"  # nothing else is left: the first comes again
    [here] = bench.queue(judge)
    assert [place.standing for place in here.places] == ["deferred"] * 3
    assert (here.to_score, len(here.to_do), len(here.complete)) == (3, 3, 0)
    [line] = desk.rounds_of(round_.edition)
    assert (line.progress.submitted, line.progress.due, line.progress.waiting) == (0, 3, 3)
    assert "Come back to" in browser.open("/judging").text

    browser.open(f"/judging/assignments/{mine[0].id}")
    fields = {f"mark_{criterion.id}": "10" for criterion in round_.criteria}
    for following in (mine[1].id, mine[2].id):
        browser.submit(button="submit", fields=fields)
        assert browser.url == f"/judging/assignments/{following}"
    browser.submit(button="submit", fields=fields)

    assert browser.url == f"/judging/rounds/{round_.id}/signature"
    assert [one.state for one in mine] == ["submitted"] * 3
    assert [one.deferred_at for one in mine] == [None] * 3
    [line] = desk.rounds_of(round_.edition)
    assert (line.progress.submitted, line.progress.due, line.progress.waiting) == (3, 3, 0)
    assert verbs() == ["ballot.deferred"] * 3 + ["ballot.submitted"] * 3


def test_what_is_put_off_keeps_its_marks_and_is_not_handed_in_with_the_others(browser: Browser) -> None:
    round_ = a_round(judges=1, works=2)
    judge = judges_of(round_)[0]
    first, second = (give(one, 3000, 2000, submit=False) for one in assignments_of(round_, judge))
    browser.language = "en"
    browser.sign_in(judge).open(f"/judging/assignments/{first.id}").submit(button="defer")

    browser.open(f"/judging/rounds/{round_.id}/signature").submit(pledge=True)
    assert (first.state, second.state) == ("draft", "submitted")
    browser.open(f"/judging/assignments/{first.id}").submit(button="resume")
    browser.open(f"/judging/rounds/{round_.id}/signature").submit(pledge=True)

    assert first.state == "submitted"
    assert first.ballot is not None
    assert first.ballot.marks == marks_for(round_, 3000, 2000)


def test_the_same_button_twice_puts_off_once(browser: Browser) -> None:
    round_ = a_round(judges=1, works=1)
    assignment = assignments_of(round_, judges_of(round_)[0])[0]
    with transaction():
        for _ in range(2):
            actions.defer(assignment, by=assignment.judge, at=clock.now())

    assert verbs() == ["ballot.deferred"]
    with transaction():
        for _ in range(2):
            actions.take_up(assignment, by=assignment.judge, at=clock.now())
    assert verbs() == ["ballot.deferred", "ballot.taken-up"]
    close(round_)
    with pytest.raises(Refused), transaction():
        actions.defer(assignment, by=assignment.judge, at=clock.now())


def test_zero_not_scored_abstained_and_recused_are_four_things_on_every_page(browser: Browser) -> None:
    round_ = a_round(judges=1, works=4)
    judge = judges_of(round_)[0]
    zero, _open, abstained, recused = assignments_of(round_, judge)
    give(zero, 0, 0)
    browser.language = "en"
    browser.sign_in(judge)
    for assignment, kind in ((abstained, "unable"), (recused, "kin")):
        browser.open(f"/judging/assignments/{assignment.id}/recusal").submit(kind=kind, note="in my words")

    [here] = bench.queue(judge)
    assert [place.standing for place in here.places] == ["submitted", "open", "abstained", "recused"]
    assert [one.recusal_kind for one in (zero, abstained, recused)] == ["", "abstained", "conflict"]
    for path in ("/judging", f"/judging/rounds/{round_.id}/signature"):
        browser.open(path)
        assert all(word in browser.text for word in ("Submitted", "Not scored", "Abstained", "Recused")), path
    assert "No marks: you abstained, which is no zero" in browser.text
    assert [place.total_hundredths for place in here.places] == [0, None, None, None]
    browser.sign_in(organiser_of(round_)).open(f"/editions/{round_.edition_id}/desk/rounds/{round_.id}")
    assert "I have no tie to it, and cannot judge it: I abstain: in my words" in browser.text
    assert verbs() == ["ballot.submitted", "ballot.abstained", "ballot.recused"]


def test_a_flag_reaches_the_organisers_without_stopping_the_judge_and_its_answer_comes_back(browser: Browser) -> None:
    round_ = a_round(judges=2, works=1)
    judge, other = judges_of(round_)
    mine, theirs = assignments_of(round_, judge)[0], assignments_of(round_, other)[0]
    page = f"/editions/{round_.edition_id}/desk/rounds/{round_.id}"
    browser.language = "en"

    browser.sign_in(judge).open(f"/judging/assignments/{mine.id}").click("Tell the organisers something")
    browser.submit(about="other", expect=422)
    browser.submit(about="identity", said="A school at 1:06")
    assert browser.url == f"/judging/assignments/{mine.id}"
    assert "A school at 1:06" in browser.text
    assert mine.state == "open"
    browser.sign_in(organiser_of(round_)).open(page)
    assert all(text in browser.text for text in ("A school at 1:06", judge.name, str(mine.entry.code)))
    flag = db.session.scalars(sa.select(Flag)).one()
    browser.open(f"{page}/flags/{flag.id}").submit(expect=422)
    browser.submit(answer="Blurred. Please go on")

    assert not flag.is_open
    assert verbs() == ["flag.raised", "flag.closed"]
    assert "Answer: Blurred. Please go on" in browser.sign_in(judge).open(f"/judging/assignments/{mine.id}").text
    assert "Blurred" not in browser.sign_in(other).open(f"/judging/assignments/{theirs.id}").text


def test_a_flag_sent_twice_is_one_and_answered_twice_keeps_the_first_answer(browser: Browser) -> None:
    round_ = a_round(judges=1, works=1)
    judge, organiser = judges_of(round_)[0], organiser_of(round_)
    assignment = assignments_of(round_, judge)[0]
    said = {"kind": "playback", "note": "no sound", "by": judge, "at": clock.now()}

    with transaction():
        flags = {actions.raise_flag(assignment, **said).id for _ in range(2)}
        [flag] = db.session.scalars(sa.select(Flag))
        for answer in ("first", "second"):
            actions.close_flag(flag, answer=answer, by=organiser, at=clock.now())

    assert flags == {flag.id}
    assert flag.answer == "first"
    assert verbs() == ["flag.raised", "flag.closed"]


def test_flags_are_swapped_in_by_htmx_and_nobody_elses_exist(browser: Browser) -> None:
    round_ = a_round(judges=2, works=1)
    judge, other = judges_of(round_)
    theirs = assignments_of(round_, other)[0]
    mine = assignments_of(round_, judge)[0]

    browser.sign_in(judge).open(f"/judging/assignments/{theirs.id}/flag", expect=404)
    browser.open(f"/judging/assignments/{mine.id}/flag", htmx=True)
    assert not browser.response.text.startswith("<!doctype")
    page = f"/editions/{round_.edition_id}/desk/rounds/{round_.id}/flags/1"
    for person, status in ((judge, 403), (an_auditor(round_.edition), 403), (organiser_of(round_), 404)):
        browser.sign_in(person).open(page, expect=status)


def test_nothing_that_a_flag_page_says_to_a_judge_names_the_work(browser: Browser) -> None:
    round_ = a_round(judges=1, works=1)
    judge = judges_of(round_)[0]
    assignment = assignments_of(round_, judge)[0]

    browser.sign_in(judge).open(f"/judging/assignments/{assignment.id}/flag")

    assert [word for word in PLANTED.values() if word in browser.response.text] == []
