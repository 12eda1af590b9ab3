"""Running a round: opening, joining, leaving, closing, reopening."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from contest import clock
from contest.accounts.actions import accept_invitation, invite
from contest.accounts.models import Unit
from contest.audit.models import AuditLine
from contest.db import db, transaction
from contest.editions.models import Edition
from contest.errors import Refused
from contest.judging import actions
from contest.judging.models import Assignment, Round
from contest.judging.queries import desk
from tests.browser import Browser
from tests.factories import a_judge, a_person, an_auditor, an_edition, an_organiser, save
from tests.judging.factories import (
    a_round,
    a_work,
    assignments_of,
    close,
    fill,
    give,
    judges_of,
    marks_for,
    organiser_of,
)


def states(round_: Round) -> list[str]:
    rows = db.session.scalars(sa.select(Assignment.state).where(Assignment.round_id == round_.id))
    return sorted(rows)


def verbs() -> list[str]:
    return list(db.session.scalars(sa.select(AuditLine.verb).order_by(AuditLine.id)))


def test_opening_gives_every_judge_every_passed_work_in_an_own_order(app: object) -> None:
    round_ = a_round(judges=3, works=6)

    orders = [[one.entry.code for one in assignments_of(round_, judge)] for judge in judges_of(round_)]

    assert [sorted(order) for order in orders] == [sorted(orders[0])] * 3
    assert len({tuple(order) for order in orders}) == 3
    assert sorted(member.letter or "" for member in round_.panel) == ["A", "B", "C"]
    assert "round.opened" in verbs()


def test_works_that_have_not_passed_are_not_judged(app: object) -> None:
    edition = an_edition(phase="judging")
    for state in ("draft", "submitted", "returned", "withdrawn"):
        a_work(edition, state=state)

    round_ = a_round(edition, judges=1, works=1)

    assert len(round_.assignments) == 1


def test_own_works_and_works_of_the_own_unit_are_never_assigned(app: object) -> None:
    edition = an_edition(phase="judging")
    unit = save(Unit(name="榆次区科技馆"))
    judge = a_judge(edition, unit_id=unit.id)
    colleague = a_person(unit_id=unit.id)
    a_work(edition, entrant=judge)
    a_work(edition, entrant=colleague)
    a_work(edition, unit_name=" 榆次区科技馆 ")
    free = a_work(edition)
    round_ = a_round(edition, judges=1, works=0, state="draft")

    with transaction():
        actions.add_judge(round_, judge, by=None, at=clock.now())
        actions.open_round(round_, by=organiser_of(round_), at=clock.now())

    assert [one.entry_id for one in assignments_of(round_, judge)] == [free.id]
    assert len(round_.assignments) == 4 + 1


@pytest.mark.parametrize(("judges", "works"), [(0, 1), (1, 0)])
def test_a_round_without_judges_or_without_works_is_not_opened(app: object, judges: int, works: int) -> None:
    round_ = a_round(judges=judges, works=works, state="draft")

    with pytest.raises(Refused), transaction():
        actions.open_round(round_, by=organiser_of(round_), at=clock.now())

    assert round_.state == "draft"


def test_what_the_marks_rest_on_is_fixed_once_the_round_is_open(browser: Browser) -> None:
    round_ = a_round()
    page = f"/editions/{round_.edition_id}/desk/rounds/{round_.id}"

    with pytest.raises(Refused, match=r"固定|fixed"), transaction():
        actions.set_rubric(round_, [], name="x", quorum=1, closes_at=None, by=organiser_of(round_), at=clock.now())

    browser.language = "en"
    browser.sign_in(organiser_of(round_)).open(f"{page}/basis")
    assert browser.url == page
    assert "the marks rest on them" in browser.text


def test_an_organiser_makes_a_round_with_the_suggested_rubric_and_opens_it(browser: Browser) -> None:
    edition = an_edition(phase="judging")
    a_work(edition)
    judge = a_judge(edition, name="Judge Bai")
    rounds = f"/editions/{edition.id}/desk/rounds"
    browser.language = "en"

    browser.sign_in(an_organiser(edition)).open(rounds)
    assert "No round yet" in browser.text
    browser.open(f"{rounds}/new").submit(name="Preliminary round", quorum=1)
    browser.submit("#add-form", judge_id=judge.id)
    browser.click("Open the round")
    assert "1 ballot will be made: 1 work × 1 judge" in browser.text
    browser.submit()

    round_ = db.session.scalars(sa.select(Round)).one()
    assert (round_.state, len(round_.assignments)) == ("open", 1)
    rubric = [(criterion.name_en, criterion.weight_bp, criterion.max_hundredths) for criterion in round_.criteria]
    assert rubric == [
        ("Theme and the spirit of scientists", 3000, 3000),
        ("Accuracy and plain language", 2500, 2500),
        ("Creativity and storytelling", 2000, 2000),
        ("Picture and sound", 1500, 1500),
        ("Worth spreading", 1000, 1000),
    ]


def test_weights_that_do_not_add_up_are_refused_and_nothing_typed_is_lost(browser: Browser) -> None:
    edition = an_edition(phase="judging")
    browser.language = "en"
    browser.sign_in(an_organiser(edition)).open(f"/editions/{edition.id}/desk/rounds/new")

    browser.submit(expect=422, fields={"name": "Final “A/B” 🎬", "criteria-0-weight": "31"})

    assert "The weights must add up to 100; now they add up to 101." in browser.text
    assert browser.page.one("input", name="name").get("value") == "Final “A/B” 🎬"
    assert browser.page.one("input", name="criteria-0-weight").get("value") == "31"


def test_an_invited_judge_joins_the_panel_and_gets_the_works_even_late(browser: Browser) -> None:
    round_ = a_round(judges=1, works=3)
    with transaction():
        invitation, _token = invite(
            edition_id=round_.edition_id, role="judge", name="Late Judge", phone="13900000001",
            round_id=round_.id, by=organiser_of(round_), at=clock.now(),
        )  # fmt: skip
    late = a_person(name="Late Judge")

    with transaction():
        accept_invitation(invitation, late, at=clock.now())

    assert len(assignments_of(round_, late)) == 3
    assert [one.position for one in assignments_of(round_, late)] == [1, 2, 3]
    browser.sign_in(late).open("/judging")
    assert all(one.entry.code in browser.text for one in assignments_of(round_, late))


def test_the_link_of_an_invitation_is_shown_once_and_kept_nowhere(browser: Browser) -> None:
    round_ = a_round(judges=0, works=1, state="draft")
    page = f"/editions/{round_.edition_id}/desk/rounds/{round_.id}"

    browser.sign_in(organiser_of(round_)).open(page).submit("#invite-form", name="Judge Qiao", contact="13900000002")

    token = browser.page.one("textarea", id="link").text.rsplit("/", 1)[-1].strip()
    assert len(token) >= 32
    assert browser.response.headers["Cache-Control"] == "no-store"
    assert token not in browser.open(page).response.text
    assert "Judge Qiao" in browser.text


def test_a_judge_taken_off_leaves_submitted_ballots_that_count_and_void_ones_that_do_not(browser: Browser) -> None:
    round_ = a_round(judges=2, works=4, quorum=2)
    leaving, staying = judges_of(round_)
    mine = assignments_of(round_, leaving)
    give(mine[0], 5000, 3000)
    give(mine[1], 4000, submit=False)
    page = f"/editions/{round_.edition_id}/desk/rounds/{round_.id}"
    member = next(one for one in round_.panel if one.judge_id == leaving.id)
    browser.language = "en"

    browser.sign_in(organiser_of(round_)).open(f"{page}/panel/{member.id}/removal")
    assert "1 submitted ballot stays and counts" in browser.text
    assert "3 ballots not submitted become void (1 of them begun)" in browser.text
    assert "3 works would get no place" in browser.text
    browser.submit(reason="Illness")

    assert [one.state for one in assignments_of(round_, leaving)] == ["submitted", "void", "void", "void"]
    assert desk.waiting_ballots(round_) == 4
    browser.sign_in(leaving).open(f"/judging/assignments/{mine[1].id}", expect=404)
    for one in assignments_of(round_, staying):
        give(one, 5000, 3000)
    with transaction():
        actions.adjust_round(
            round_, closes_at=None, quorum=1, reason="One judge left", by=organiser_of(round_), at=clock.now()
        )
        actions.close_round(round_, by=organiser_of(round_), at=clock.now())
    assert round_.state == "closed"


def test_a_judge_who_comes_back_finds_everything_as_it_was(app: object) -> None:
    round_ = a_round(judges=1, works=2)
    judge = judges_of(round_)[0]
    first = assignments_of(round_, judge)[0]
    give(first, 5000, submit=False)
    with transaction():
        actions.remove_judge(round_.panel[0], reason="By mistake", by=organiser_of(round_), at=clock.now())

    with transaction():
        actions.add_judge(round_, judge, by=organiser_of(round_), at=clock.now())

    assert [one.state for one in assignments_of(round_, judge)] == ["draft", "open"]
    assert first.ballot is not None
    assert first.ballot.marks == marks_for(round_, 5000)


def test_adding_the_same_judge_twice_changes_nothing(app: object) -> None:
    round_ = a_round(judges=1, works=2)

    with transaction():
        actions.add_judge(round_, judges_of(round_)[0], by=organiser_of(round_), at=clock.now())

    assert (len(round_.panel), len(round_.assignments)) == (1, 2)


def test_works_that_pass_late_are_offered_and_then_given_to_all_judges(browser: Browser) -> None:
    round_ = a_round(judges=2, works=1)
    a_work(round_.edition)
    browser.language = "en"

    browser.sign_in(organiser_of(round_)).open(f"/editions/{round_.edition_id}/desk/rounds/{round_.id}")
    assert "1 work passed after the round was opened" in browser.text
    browser.submit("Give them to the judges")

    assert len(round_.assignments) == 4
    assert "passed after the round was opened" not in browser.text


def test_closing_with_ballots_missing_shows_them_and_asks_again(browser: Browser) -> None:
    round_ = a_round(judges=2, works=2, quorum=2)
    give(assignments_of(round_, judges_of(round_)[0])[0], 5000, 3000)
    page = f"/editions/{round_.edition_id}/desk/rounds/{round_.id}"
    browser.language = "en"
    browser.sign_in(organiser_of(round_)).open(f"{page}/closing")
    assert "3 ballots are not submitted" in browser.text
    assert "2 works get no place" in browser.text

    browser.submit(expect=422)
    assert db.session.get(Round, round_.id).state == "open"  # type: ignore[union-attr]
    browser.submit(anyway=True)

    assert states(round_) == ["locked", "open", "open", "open"]
    assert verbs()[-1] == "round.closed"


def test_progress_is_exact_on_both_sides_when_a_judge_recuses_from_everything(browser: Browser) -> None:
    round_ = a_round(judges=2, works=3)
    judge, other = judges_of(round_)
    for assignment in assignments_of(round_, judge):
        with transaction():
            actions.recuse(assignment, reason="kin", by=judge, at=clock.now())
    for assignment in assignments_of(round_, other):
        give(assignment, 5000, 3000)

    total = desk.total_of(desk.progress_by_judge(round_).values())

    assert total == desk.Progress(submitted=3, begun=0, open=0, recused=3)
    browser.language = "en"
    browser.sign_in(judge).open("/judging")
    assert "Everything is submitted" in browser.text
    with transaction():
        actions.close_round(round_, by=organiser_of(round_), at=clock.now())


def test_a_withdrawn_work_leaves_lists_and_progress_at_once(browser: Browser) -> None:
    round_ = a_round(judges=1, works=2)
    judge = judges_of(round_)[0]
    gone, left = assignments_of(round_, judge)
    with transaction():
        gone.entry.state = "withdrawn"

    browser.sign_in(judge).open("/judging")

    assert left.entry.code in browser.text
    assert gone.entry.code not in browser.text
    assert desk.waiting_ballots(round_) == 1
    browser.open(f"/judging/assignments/{gone.id}")
    assert browser.url == "/judging"


def test_a_ballot_is_given_back_with_a_reason_and_its_marks(browser: Browser) -> None:
    round_ = a_round(judges=1, works=1)
    judge = judges_of(round_)[0]
    assignment = give(assignments_of(round_, judge)[0], 5000, 3000)
    page = f"/editions/{round_.edition_id}/desk/rounds/{round_.id}/ballots/{assignment.id}/reopening"

    browser.sign_in(organiser_of(round_)).open(page).submit(expect=422)
    browser.submit(reason="The judge mixed up two works")

    assert assignment.state == "draft"
    assert assignment.ballot is not None
    assert assignment.ballot.marks == marks_for(round_, 5000, 3000)
    give(assignment, 5500, 3000)
    assert verbs()[-2:] == ["ballot.reopened", "ballot.submitted"]


def test_a_round_closed_too_early_is_reopened_where_it_was(browser: Browser) -> None:
    round_ = a_round(judges=1, works=2, closes_at=clock.now() + timedelta(minutes=1))
    judge = judges_of(round_)[0]
    give(assignments_of(round_, judge)[0], 5000, 3000)
    close(round_)

    with clock.shifted(timedelta(hours=1)):
        browser.sign_in(organiser_of(round_)).open(
            f"/editions/{round_.edition_id}/desk/rounds/{round_.id}/reopening"
        ).submit(reason="Closed by mistake")

        assert [one.state for one in assignments_of(round_, judge)] == ["submitted", "open"]
        give(assignments_of(round_, judge)[1], 5000, 3000)


def test_an_auditor_reads_everything_and_finds_no_button(browser: Browser) -> None:
    round_ = a_round()
    rounds = f"/editions/{round_.edition_id}/desk/rounds"
    browser.sign_in(an_auditor(round_.edition)).open(rounds).open(f"{rounds}/{round_.id}")

    forms = [form for form in browser.page.all("form") if "/rounds/" in form.get("action", "")]

    assert forms == []
    for path in ("new", f"{round_.id}/closing", f"{round_.id}/deadline"):
        browser.open(f"{rounds}/{path}", expect=403)


def test_the_list_and_the_page_of_rounds_ask_as_much_for_three_rows_as_for_one(browser: Browser) -> None:
    round_ = a_round(judges=1, works=1)
    a_judge(round_.edition, name="Not on the panel")
    organiser = organiser_of(round_)
    rounds = f"/editions/{round_.edition_id}/desk/rounds"
    browser.sign_in(organiser)
    one = [_queries(browser, rounds), _queries(browser, f"{rounds}/{round_.id}")]

    bigger = a_round(round_.edition, judges=3, works=3)
    a_round(round_.edition, judges=3, works=0, category=round_.edition.categories[0])

    assert [_queries(browser, rounds), _queries(browser, f"{rounds}/{bigger.id}")] == one


def _queries(browser: Browser, path: str) -> int:
    """How many statements opening the page takes, the second time."""
    browser.open(path)
    seen: list[str] = []

    def note(_c: object, _cur: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    sa.event.listen(db.engine, "before_cursor_execute", note)
    browser.open(path)
    sa.event.remove(db.engine, "before_cursor_execute", note)
    return len(seen)


def test_a_round_of_another_edition_is_not_found(browser: Browser) -> None:
    round_ = a_round()
    other = an_edition(is_current=False)

    browser.sign_in(an_organiser(other))

    browser.open(f"/editions/{other.id}/desk/rounds/{round_.id}", expect=404)
    browser.open(f"/editions/{round_.edition_id}/desk/rounds/{round_.id}", expect=403)


def test_names_with_signs_emoji_and_200_characters_do_no_harm(browser: Browser) -> None:
    name = "评委“/'<b>&.🎬" + "长" * 190
    round_ = a_round(judges=0, works=1, state="draft")
    judge = a_judge(round_.edition, name=name)
    page = f"/editions/{round_.edition_id}/desk/rounds/{round_.id}"

    browser.sign_in(organiser_of(round_)).open(page).submit("#add-form", judge_id=judge.id)

    assert name in browser.text
    fill(round_)


def test_without_a_category_a_new_round_says_what_comes_first(browser: Browser) -> None:
    edition = save(Edition(slug="bare", name="Bare", state="draft", created_at=clock.now()))

    browser.sign_in(an_organiser(edition)).open(f"/editions/{edition.id}/desk/rounds/new?lang=en")

    assert "Add a category first." in browser.text
    assert "Save the round" not in browser.text
