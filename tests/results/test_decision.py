"""How one work was decided, with the arithmetic that anybody can follow."""

from fractions import Fraction

import pytest
from flask import Flask

from contest import clock
from contest.db import transaction
from contest.ranking.situation import Method
from contest.results import actions, queries
from contest.results.queries import Choice, decision_of
from tests.browser import Browser
from tests.factories import an_auditor
from tests.judging.factories import judges_of, organiser_of
from tests.results.juries import a_jury, analysed, computed


@pytest.mark.parametrize("method", list(Method))
def test_what_is_shown_for_each_ballot_makes_up_the_score(app: Flask, method: Method) -> None:
    snapshot = computed(a_jury(judges=5, works=9), choice=Choice(method, "" if method is Method.MEAN else "Because"))
    analysed(app, snapshot)

    for row in queries.rows_of(snapshot):
        found = decision_of(snapshot, row)
        top, bottom = map(int, found.said["exact"].split("/"))
        used = [one for one in found.ballots if not one.left_out]

        if method in (Method.MEAN, Method.TRIMMED):
            assert sum((one.total for one in used), Fraction(0)) / len(used) == Fraction(top, bottom)
            assert len(found.ballots) - len(used) == (2 if method is Method.TRIMMED else 0)
        elif method is Method.ADJUSTED:
            assert sum(one.value or 0 for one in used) / len(used) == pytest.approx(top / bottom, abs=1e-6)
        else:
            assert found.pull is not None
            made = sum((one.value or 0) * (one.weight or 0) for one in used) + found.pull[0] * found.pull[1]
            assert made == pytest.approx(top / bottom, abs=1e-6)
        assert all(sum(one.points, Fraction(0)) == one.total for one in found.ballots)


def test_the_page_tells_ballots_arithmetic_place_prize_and_all_that_was_done(app: Flask, browser: Browser) -> None:
    round_ = a_jury(judges=3, works=8)
    snapshot = computed(round_, choice=Choice(Method.ADJUSTED, "Judges differ"))
    first = queries.rows_of(snapshot)[0]
    with transaction():
        actions.give_awards(snapshot, {first.entry_id: 1}, by=organiser_of(round_), at=clock.now())
    analysed(app, snapshot)
    names = [judge.name for judge in judges_of(round_)]
    browser.language = "en"

    browser.sign_in(an_auditor(round_.edition))
    browser.open(f"/editions/{round_.edition_id}/desk/results/{round_.id}/entries/{first.entry_id}")

    for words in (
        "points stricter than the panel, so",
        "rounded half up from the exact value",
        "1 work stands above the line; this is one of them",
        "Not the declared method: Judges differ",
        "submitted a ballot",
        snapshot.sha256,
    ):
        assert words in browser.text
    assert [name for name in names if name in browser.text] == []
    browser.open(f"/editions/{round_.edition_id}/desk/results/{round_.id}/entries/9999", expect=404)
