"""From a closed round to a public list, and back."""

import json
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from contest import clock
from contest.audit.models import AuditLine
from contest.db import db, transaction
from contest.editions.models import Edition
from contest.entries.models import Entry
from contest.errors import Refused
from contest.judging import actions as judging
from contest.judging.models import Round
from contest.ranking.record import recompute
from contest.results import actions
from contest.results.models import Award, Publication, ResultRow, ResultSnapshot
from contest.results.queries import is_public, live_awards, live_publication, published_awards, record_of, rows_of
from tests.browser import Browser
from tests.factories import an_auditor, an_edition, an_organiser
from tests.judging.factories import PLANTED, a_round, assignments_of, close, fill, give, judges_of, organiser_of


def a_judged_round(
    *, marks: tuple[tuple[int, int], ...] = ((6000, 6000), (5000, 5000), (4000, 4000)), **values: Any
) -> Round:
    """A closed round of two judges; for each work in the order of its code the first criterion's marks."""
    round_ = a_round(judges=2, works=len(marks), **values)
    by_code = sorted({one.entry.code for one in round_.assignments})
    for judge_at, judge in enumerate(judges_of(round_)):
        for assignment in assignments_of(round_, judge):
            give(assignment, marks[by_code.index(assignment.entry.code) % len(marks)][judge_at], 0)
    close(round_)
    return round_


def computed(round_: Round, **values: Any) -> ResultSnapshot:
    with transaction():
        return actions.compute_result(round_, by=organiser_of(round_), at=clock.now(), **values)


def awarded(round_: Round, *tiers: int | None) -> ResultSnapshot:
    snapshot = computed(round_)
    placed = [row for row in rows_of(snapshot) if row.place is not None]
    with transaction():
        given = {row.entry_id: tier for row, tier in zip(placed, tiers, strict=False)}
        actions.give_awards(snapshot, given, by=organiser_of(round_), at=clock.now())
    return snapshot


def published(snapshot: ResultSnapshot) -> Publication:
    with transaction():
        return actions.publish(snapshot, by=organiser_of(snapshot.round), at=clock.now())


def public_codes(edition: Edition) -> list[tuple[int, str | None]]:
    return [(award.tier, award.entry.code) for award in db.session.scalars(published_awards(edition))]


def codes_of(round_: Round) -> list[str | None]:
    return sorted({one.entry.code for one in round_.assignments}, key=str)


def test_a_closed_round_is_ranked_by_exact_means_with_shared_places(app: Flask) -> None:
    round_ = a_judged_round(marks=((6000, 6000), (5000, 5050), (5050, 5000), (4000, 4000)))
    a, b, c, d = codes_of(round_)

    rows = rows_of(computed(round_))

    assert [(row.place, row.shared, row.entry.code, row.mean_hundredths, row.ballots) for row in rows] == [
        (1, False, a, 6000, 2),
        (2, True, b, 5025, 2),
        (2, True, c, 5025, 2),
        (4, False, d, 4000, 2),
    ]


@pytest.mark.parametrize("state", ["draft", "open"])
def test_only_a_closed_round_has_a_result(browser: Browser, state: str) -> None:
    round_ = a_round(state=state)

    with pytest.raises(Refused), transaction():
        actions.compute_result(round_, by=organiser_of(round_), at=clock.now())

    page = f"/editions/{round_.edition_id}/desk/results/{round_.id}"
    browser.sign_in(organiser_of(round_)).open(page)
    assert browser.page.all("form", action=f"{page}/snapshots") == []


def test_the_record_recomputes_byte_for_byte_and_names_no_judge_and_no_entrant(app: Flask) -> None:
    round_ = a_judged_round()
    names = [judge.name for judge in judges_of(round_)]

    snapshot = computed(round_)

    assert recompute(snapshot.body) == snapshot.body
    assert [word for word in [*PLANTED.values(), *names] if word in snapshot.body] == []
    body = json.loads(snapshot.body)
    assert body["judges"] == ["A", "B"]
    assert body["ballots"][0] == {
        "entry": codes_of(round_)[0], "judge": "A", "revision": 1, "marks": {"1": "60.00", "2": "0.00"},
    }  # fmt: skip


def test_computing_again_gives_the_same_result_and_no_second_version(app: Flask) -> None:
    round_ = a_judged_round()

    versions = [computed(round_).version for _ in range(3)]

    assert versions == [1, 1, 1]


def test_other_marks_make_a_further_version_with_a_reason_and_the_first_is_kept(app: Flask) -> None:
    round_ = a_judged_round()
    first = awarded(round_, 1)
    body = first.body
    with transaction():
        judging.reopen_round(round_, reason="A slip", by=organiser_of(round_), at=clock.now())
        assignment = assignments_of(round_, judges_of(round_)[0])[0]
        judging.reopen_ballot(assignment, reason="A slip", by=organiser_of(round_), at=clock.now())
    give(assignment, 100, 100)
    close(round_)

    with pytest.raises(Refused):
        computed(round_)
    second = computed(round_, reason="The slip was mended")

    assert (second.version, second.reason) == (2, "The slip was mended")
    assert db.session.get_one(ResultSnapshot, first.id).body == body
    assert live_awards(first) == []
    with pytest.raises(Refused, match=r"newer|更新|新"), transaction():
        actions.publish(first, by=organiser_of(round_), at=clock.now())


def test_recused_and_unsubmitted_ballots_never_count(app: Flask) -> None:
    round_ = a_round(judges=3, works=1, quorum=1)
    one, two, three = (assignments_of(round_, judge)[0] for judge in judges_of(round_))
    give(one, 6000, 0)
    give(two, 0, 0)
    with transaction():
        judging.recuse(two, reason="kin", by=two.judge, at=clock.now())
    give(three, 0, 0, submit=False)
    close(round_)

    (row,) = rows_of(computed(round_))

    assert (row.place, row.mean_hundredths, row.ballots) == (1, 6000, 1)


def test_works_under_quorum_get_no_place_and_no_prize(browser: Browser) -> None:
    round_ = a_round(judges=2, works=2, quorum=2)
    full = assignments_of(round_, judges_of(round_)[0])[0]
    for assignment in round_.assignments:
        if assignment.entry_id == full.entry_id or assignment.judge_id == full.judge_id:
            give(assignment, 3000, 3000)
    close(round_)
    snapshot = computed(round_)
    placed, under = rows_of(snapshot)

    assert (placed.place, under.place, under.ballots) == (1, None, 1)
    with pytest.raises(Refused), transaction():
        actions.give_awards(snapshot, {under.entry_id: 1}, by=organiser_of(round_), at=clock.now())
    browser.language = "en"
    browser.sign_in(organiser_of(round_)).open(f"/editions/{round_.edition_id}/desk/results/{round_.id}")
    assert "Without a place: fewer than 2 ballots" in browser.text


def test_filling_from_the_top_takes_in_works_that_share_the_last_place(browser: Browser) -> None:
    round_ = a_judged_round(marks=((6000, 6000), (5000, 5000), (5000, 5000), (4000, 4000), (3000, 3000)))
    snapshot = computed(round_)

    browser.sign_in(organiser_of(round_)).open(f"/editions/{round_.edition_id}/desk/results/{round_.id}")
    browser.submit("#quota-form", first=1, second=1, third=1, merit="")

    a, b, c, d, _e = codes_of(round_)
    assert [(award.tier, award.entry.code) for award in live_awards(snapshot)] == [(1, a), (2, b), (2, c), (3, d)]


def test_prizes_are_given_by_hand_and_changed_freely_until_they_are_public(browser: Browser) -> None:
    round_ = a_judged_round()
    snapshot = computed(round_)
    first, second, third = (row.entry_id for row in rows_of(snapshot))
    page = f"/editions/{round_.edition_id}/desk/results/{round_.id}"
    browser.sign_in(organiser_of(round_)).open(page)

    browser.submit("#awards-form", fields={f"tier_{first}": "1", f"tier_{second}": "2"})
    browser.submit("#awards-form", fields={f"tier_{first}": "", f"tier_{third}": "3"})

    assert [(award.tier, award.entry_id) for award in live_awards(snapshot)] == [(2, second), (3, third)]
    published(snapshot)
    browser.open(page)
    assert browser.page.all("select", name=f"tier_{first}") == []
    with pytest.raises(Refused), transaction():
        actions.give_awards(snapshot, {first: 1}, by=organiser_of(round_), at=clock.now())


def test_publishing_shows_a_check_list_and_is_signed_with_the_own_name(browser: Browser) -> None:
    round_ = a_judged_round()
    snapshot = awarded(round_, 1, 2)
    organiser = organiser_of(round_)
    browser.language = "en"
    browser.sign_in(organiser).open(f"/editions/{round_.edition_id}/desk/results/{round_.id}/publication")
    assert "The record recomputes byte for byte" in browser.text

    browser.submit(expect=422, name="Somebody Else")
    assert live_publication(round_) is None
    browser.submit(name=organiser.name)

    assert public_codes(round_.edition) == [(1, codes_of(round_)[0]), (2, codes_of(round_)[1])]
    line = db.session.scalars(sa.select(AuditLine).order_by(AuditLine.id.desc())).first()
    assert line is not None
    assert (line.verb, line.actor_id, line.details["sha256"]) == ("result.published", organiser.id, snapshot.sha256)


def test_publish_unpublish_publish_gives_the_very_same_result(app: Flask) -> None:
    round_ = a_judged_round()
    snapshot = awarded(round_, 1, 2)
    body, before = snapshot.body, None
    for _ in range(2):
        publication = published(snapshot)
        shown = public_codes(round_.edition)
        assert before in (None, shown)
        before = shown
        with transaction():
            actions.unpublish(publication, reason="A typing error", by=organiser_of(round_), at=clock.now())
        assert public_codes(round_.edition) == []
        assert computed(round_).id == snapshot.id

    published(snapshot)

    assert public_codes(round_.edition) == before
    assert db.session.get_one(ResultSnapshot, snapshot.id).body == body == record_of(round_)


def test_publishing_twice_at_once_makes_one_publication(app: Flask) -> None:
    snapshot = awarded(a_judged_round(), 1)

    assert published(snapshot).id == published(snapshot).id


def test_what_the_predicate_says(app: Flask) -> None:
    """Every condition alone takes a work away from the public."""
    round_ = a_judged_round()
    snapshot = awarded(round_, 1, 2)
    winner = db.session.scalars(sa.select(Entry).where(Entry.code == codes_of(round_)[0])).one()
    loser = db.session.scalars(sa.select(Entry).where(Entry.code == codes_of(round_)[2])).one()

    def public(entry: Entry) -> bool:
        return bool(db.session.scalar(sa.select(Entry.id).where(Entry.id == entry.id, is_public())))

    assert not public(winner)
    publication = published(snapshot)
    assert (public(winner), public(loser)) == (True, False)
    for row, column, value in (
        (winner, "state", "withdrawn"),
        (winner, "showcase_consent", False),
        (round_.edition, "state", "draft"),
        (live_awards(snapshot)[0], "revoked_at", clock.now()),
        (publication, "ended_at", clock.now()),
    ):
        kept = getattr(row, column)
        if isinstance(row, Edition):
            row.is_current = False
        setattr(row, column, value)
        db.session.commit()
        assert not public(winner), column
        setattr(row, column, kept)
        db.session.commit()
    assert public(winner)


def test_a_public_prize_is_taken_back_with_a_reason_and_nobody_moves_up(browser: Browser) -> None:
    round_ = a_judged_round()
    snapshot = awarded(round_, 1, 2)
    published(snapshot)
    award = live_awards(snapshot)[0]
    page = f"/editions/{round_.edition_id}/desk/results/{round_.id}"

    browser.sign_in(organiser_of(round_)).open(f"{page}/awards/{award.id}/revocation").submit(expect=422)
    browser.submit(reason="It was not original")

    assert public_codes(round_.edition) == [(2, codes_of(round_)[1])]
    assert db.session.get_one(Award, award.id).revoked_reason == "It was not original"


def test_a_round_with_a_public_result_is_not_reopened(browser: Browser) -> None:
    round_ = a_judged_round()
    published(awarded(round_, 1))

    with pytest.raises(Refused), transaction():
        judging.reopen_round(round_, reason="x", by=organiser_of(round_), at=clock.now())

    browser.sign_in(organiser_of(round_)).open(f"/editions/{round_.edition_id}/desk/rounds/{round_.id}/reopening")
    assert round_.state == "closed"


def test_a_withdrawn_work_calls_for_a_new_version_and_keeps_its_ballots_in_it(browser: Browser) -> None:
    round_ = a_judged_round()
    snapshot = awarded(round_, 1, 2)
    winner = live_awards(snapshot)[0].entry
    with transaction():
        db.session.get_one(Entry, winner.id).state = "withdrawn"
    page = f"/editions/{round_.edition_id}/desk/results/{round_.id}"
    browser.language = "en"

    browser.sign_in(organiser_of(round_)).open(page)
    assert "The ballots or works are no longer those of this result" in browser.text
    browser.submit("#compute-form", expect=422)
    browser.submit("#compute-form", reason="A work was withdrawn")

    body = json.loads(record_of(round_))
    assert body["withdrawn"] == [winner.code]
    assert sum(ballot["entry"] == winner.code for ballot in body["ballots"]) == 2
    newest = db.session.scalars(sa.select(ResultSnapshot).order_by(ResultSnapshot.version.desc())).first()
    assert newest is not None
    assert [row.entry.code for row in rows_of(newest)] == codes_of(round_)[1:]


def test_a_record_that_somebody_changed_is_noticed_and_not_published(app: Flask, browser: Browser) -> None:
    round_ = a_judged_round()
    snapshot = awarded(round_, 1)
    runner = app.test_cli_runner()
    assert "recomputes byte for byte" in runner.invoke(args=["results", "verify", str(snapshot.id)]).output

    with transaction():
        snapshot = db.session.get_one(ResultSnapshot, snapshot.id)
        snapshot.body = snapshot.body.replace('"60.00"', '"59.00"')

    result = runner.invoke(args=["results", "verify", str(snapshot.id)])
    assert (result.exit_code, "was changed" in result.output) == (1, True)
    with pytest.raises(Refused), transaction():
        actions.publish(snapshot, by=organiser_of(round_), at=clock.now())
    browser.language = "en"
    browser.sign_in(organiser_of(round_)).open(f"/editions/{round_.edition_id}/desk/results/{round_.id}")
    assert "The record of this result does not recompute" in browser.text


def test_an_auditor_reads_results_and_saves_the_record_but_changes_nothing(browser: Browser) -> None:
    round_ = a_judged_round()
    snapshot = awarded(round_, 1)
    page = f"/editions/{round_.edition_id}/desk/results/{round_.id}"
    browser.sign_in(an_auditor(round_.edition)).open(page)

    assert [form for form in browser.page.all("form") if "/results/" in form.get("action", "")] == []
    assert browser.open(f"{page}/record").response.get_data(as_text=True) == snapshot.body
    browser.open(f"{page}/publication", expect=403)


def test_nobody_else_learns_anything_of_a_result(browser: Browser) -> None:
    round_ = a_judged_round()
    awarded(round_, 1)
    other = an_organiser(an_edition(is_current=False))
    results = f"/editions/{round_.edition_id}/desk/results"

    for person in (judges_of(round_)[0], other):
        browser.sign_in(person)
        for path in (results, f"{results}/{round_.id}", f"{results}/{round_.id}/record"):
            browser.open(path, expect=403)


def test_list_and_ranking_ask_as_much_for_three_rows_as_for_one(browser: Browser) -> None:
    first = a_judged_round(marks=((100, 100),))
    awarded(first, 1)
    browser.sign_in(organiser_of(first))
    results = f"/editions/{first.edition_id}/desk/results"
    one = [_statements(browser, results), _statements(browser, f"{results}/{first.id}")]

    more = a_judged_round(edition=first.edition, category=first.edition.categories[1])
    awarded(more, 1, 2, 3)
    computed(a_judged_round(edition=first.edition))

    assert [_statements(browser, results), _statements(browser, f"{results}/{more.id}")] == one


def _statements(browser: Browser, path: str) -> int:
    browser.open(path)
    seen: list[str] = []

    def note(_c: object, _cur: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    sa.event.listen(db.engine, "before_cursor_execute", note)
    browser.open(path)
    sa.event.remove(db.engine, "before_cursor_execute", note)
    return len(seen)


def test_rows_of_a_result_are_what_its_record_says(app: Flask) -> None:
    round_ = a_round(judges=3, works=4)
    fill(round_, mark=1250)
    close(round_)
    snapshot = computed(round_)

    told = [(line["entry"], line["place"], line["ballots"]) for line in json.loads(snapshot.body)["result"]]

    rows = db.session.scalars(sa.select(ResultRow).order_by(ResultRow.position))
    assert [(row.entry.code, row.place, row.ballots) for row in rows] == told
