"""What the bench knows of its own judge: habits, notes and what was watched. Nobody else is told any of it."""

import pytest
import sqlalchemy as sa

from contest import clock
from contest.db import db, transaction
from contest.errors import Refused
from contest.judging import actions, rules
from contest.judging.models import Assignment, BallotRevision, Round, Viewing
from contest.judging.queries.spread import Spread
from tests.browser import Browser
from tests.judging.factories import a_round, assignments_of, give, judges_of, marks_for, organiser_of

STEADY = (
    (4200, 2800),
    (4300, 2900),
    (4100, 2700),
    (4400, 2800),
    (4000, 2800),
    (4200, 2900),
    (4300, 2700),
    (4200, 2800),
)


def a_judge_with_a_habit(*, left: int = 1) -> tuple[Round, list[Assignment]]:
    """Eight works scored around 70; `left` are still open."""
    round_ = a_round(judges=1, works=len(STEADY) + left)
    mine = assignments_of(round_, judges_of(round_)[0])
    for assignment, marks in zip(mine, STEADY, strict=False):
        give(assignment, *marks, submit=False)
    return round_, mine


def test_a_total_far_from_the_judges_own_habit_is_asked_about_once(browser: Browser) -> None:
    round_, mine = a_judge_with_a_habit()
    odd = mine[-1]
    one, two = (f"mark_{criterion.id}" for criterion in round_.criteria)
    browser.language = "en"

    browser.sign_in(odd.judge).open(f"/judging/assignments/{odd.id}")
    browser.submit(button="submit", fields={one: "4.5", two: "2.5"}, expect=422)
    assert "This total is far from what you usually give" in browser.text
    assert odd.state == "open"
    assert browser.page.one("input", name=one).get("value") == "4.5"
    browser.submit("It is meant: submit")

    assert odd.state == "submitted"
    assert odd.ballot is not None
    assert odd.ballot.marks == marks_for(round_, 450, 250)


def test_handing_in_together_asks_the_same(browser: Browser) -> None:
    round_, mine = a_judge_with_a_habit()
    give(mine[-1], 500, 200, submit=False)
    browser.language = "en"

    browser.sign_in(mine[0].judge).open(f"/judging/rounds/{round_.id}/signature")
    assert browser.text.count("far from your usual") == 1
    browser.submit(pledge=True, expect=422)
    assert mine[0].state == "draft"
    browser.submit(pledge=True, meant=True)

    assert [one.state for one in mine] == ["submitted"] * 9


@pytest.mark.parametrize(
    ("total", "others", "unusual"),
    [
        (1000, [7000] * 7, False),  # nobody has a habit yet
        (7000, [7000] * 8, False),
        (6300, [7000] * 8, False),  # a narrow habit is no trap
        (6100, [7000] * 8, True),
        (4000, [3000, 9000] * 4, False),  # of a wide one little is unusual
        (0, [6000, 8000] * 4, True),
    ],
)
def test_what_is_far_is_measured_by_the_judges_own_spread(total: int, others: list[int], unusual: bool) -> None:
    assert rules.is_unusual(total, others) is unusual


def test_where_a_round_asks_for_it_nothing_and_everything_need_a_comment(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    round_ = a_round(judges=1, works=2)
    one, two = assignments_of(round_, judges_of(round_)[0])
    give(one, 0, 4000)  # as long as no round asks
    monkeypatch.setattr(rules, "EXTREMES_NEED_A_COMMENT", True)

    with pytest.raises(Refused):
        give(two, 0, 4000)
    give(two, 0, 4000, comment="Nothing on the theme")

    assert two.state == "submitted"


def test_the_own_totals_are_drawn_from_five_on_and_nobody_elses_are_in_it(browser: Browser) -> None:
    round_ = a_round(judges=2, works=6)
    judge, other = judges_of(round_)
    for assignment in assignments_of(round_, other):
        give(assignment, 100, 100)
    mine = assignments_of(round_, judge)
    browser.language = "en"
    browser.sign_in(judge)

    for number, assignment in enumerate(mine[:5]):
        assert "How you have given marks" not in browser.open(f"/judging/assignments/{mine[5].id}").text
        give(assignment, 3000 + 100 * number, 3000)
    browser.open(f"/judging/assignments/{mine[5].id}")

    assert "5 totals, from 60 to 64, half of them below 62" in browser.text
    assert browser.page.one("figure", class_="spread").get("data-spread") == "6000,6100,6200,6300,6400"


def test_equal_totals_and_full_marks_can_be_drawn() -> None:
    full = Spread.of([10_000] * 5)
    none = Spread.of([0] * 5)

    assert full is not None
    assert none is not None
    assert [bar.count for bar in full.bars if bar.count] == [5]
    assert [(bar.x, bar.count) for bar in none.bars if bar.count] == [(1, 5)]
    assert [text for text, _x in none.marks] == ["0", "20", "40", "60", "80", "100"]


def test_a_note_is_saved_with_the_ballot_and_is_in_nothing_but_the_judges_own_page(browser: Browser) -> None:
    round_ = a_round(judges=2, works=1)
    judge, other = judges_of(round_)
    mine, theirs = assignments_of(round_, judge)[0], assignments_of(round_, other)[0]

    browser.sign_in(judge).open(f"/judging/assignments/{mine.id}")
    browser.submit(button="save", fields={"note": "1:06 secret thought"})

    assert browser.page.one("textarea", name="note").text == "1:06 secret thought"
    bodies = list(db.session.scalars(sa.select(BallotRevision.body)))
    assert bodies == [{"scores": {}, "comment": ""}]
    pages = [f"/editions/{round_.edition_id}/desk/rounds/{round_.id}", f"/editions/{round_.edition_id}/desk/audit"]
    for person, paths in ((other, [f"/judging/assignments/{theirs.id}"]), (organiser_of(round_), pages)):
        browser.sign_in(person)
        for path in paths:
            assert "secret thought" not in browser.open(path).response.text


def test_what_was_watched_adds_up_and_changes_no_ballot(browser: Browser) -> None:
    round_ = a_round(judges=2, works=1)  # films of 167 s
    judge, other = judges_of(round_)
    mine = assignments_of(round_, judge)[0]
    browser.sign_in(judge).open(f"/judging/assignments/{mine.id}")
    headers = {"X-CSRFToken": browser.page.one("meta", name="csrf-token").get("content") or ""}
    path = f"/judging/assignments/{mine.id}/viewing"

    shares = [
        browser.send("PUT", path, json={"watched": spans}, headers=headers).json["share"]
        for spans in ([[0, 60]], [[30, 84], [150, 9999]], [["x", 1], [5], [9, 3], [-5, -1], None])
    ]

    assert shares == [35, 60, 60]
    viewing = db.session.scalars(sa.select(Viewing)).one()
    assert (viewing.watched, viewing.watched_share) == ([[0, 84], [150, 167]], 60)
    assert (mine.state, mine.ballot) == ("open", None)
    browser.send("PUT", path, json={"watched": 1}, headers=headers, expect=400)
    theirs = assignments_of(round_, other)[0]
    browser.send("PUT", path.replace(str(mine.id), str(theirs.id)), json={"watched": []}, headers=headers, expect=404)


def test_very_many_pieces_are_kept_as_fewer(browser: Browser) -> None:
    mine = a_round(judges=1, works=1).assignments[0]
    pieces = [(second, second + 1) for second in range(0, 3000, 2)]

    with transaction():
        actions.record_watched(mine, pieces, length_s=3000, at=clock.now())

    assert mine.viewing is not None
    assert len(mine.viewing.watched) == actions.MOST_SPANS
    assert mine.viewing.watched[-1] == [2998, 2999]


def test_the_first_ballot_of_a_judge_who_left_is_refused_in_words_while_the_page_is_open(browser: Browser) -> None:
    round_ = a_round(judges=2, works=1)
    mine = assignments_of(round_, judges_of(round_)[0])[0]
    browser.language = "en"
    browser.sign_in(mine.judge).open(f"/judging/assignments/{mine.id}")
    token = browser.page.one("meta", name="csrf-token").get("content") or ""
    with transaction():
        member = next(one for one in round_.panel if one.judge_id == mine.judge_id)
        actions.remove_judge(member, reason="ill", by=organiser_of(round_), at=clock.now())

    body = {"request": "7", "revision": 0, "marks": {}}
    browser.send("PUT", f"/judging/assignments/{mine.id}/ballot", json=body, headers={"X-CSRFToken": token}, expect=404)

    assert browser.json == {"request": "7", "state": "refused", "reason": "This work is no longer yours to score."}
