"""What a judge must not see: searched for on every address a judge can open, in text, attributes and headers."""

import io
import re

import pytest

from contest import clock
from contest.db import db, transaction
from contest.editions.models import Edition
from contest.entries.models import Entry
from contest.judging import actions
from contest.judging.models import Assignment, Round
from contest.storage import storage
from tests.browser import Browser
from tests.factories import a_judge, an_edition
from tests.judging.factories import PLANTED, a_round, a_work, assignments_of, close, give, judges_of


def a_full_round() -> Round:
    """Video and photos; ballots in every state; a second judge with marks and comments of their own."""
    edition = an_edition(phase="judging")
    a_work(edition, category=edition.categories[1])
    round_ = a_round(edition, judges=2, works=5)
    judge, other = judges_of(round_)
    mine = assignments_of(round_, judge)
    give(mine[0], 5000, 3000, comment="mine")
    give(mine[1], 4000, submit=False)
    for assignment in assignments_of(round_, other):
        give(assignment, 1100, 1300, comment="Planted Comment of another judge")
        with transaction():
            said = "Planted Word of another judge"
            actions.raise_flag(assignment, kind="identity", note=said, by=other, at=clock.now())
            actions.viewing_of(assignment, at=clock.now()).note = "Planted Note of another judge"
    return round_


def pages_of(round_: Round, mine: list[Assignment]) -> list[str]:
    found = ["/judging", f"/judging/rounds/{round_.id}/signature"]
    found += [f"/editions/{round_.edition_id}/judging/relations"]
    for assignment in mine:
        found += [f"/judging/assignments/{assignment.id}{part}" for part in ("", "/recusal", "/flag")]
    return found


def leaks_in(browser: Browser, round_: Round, judge_id: int) -> list[str]:
    """What of the planted is in the answer: body as it is, headers, and the address."""
    headers = "\n".join(f"{name}: {value}" for name, value in browser.response.headers)
    whole = f"{browser.url}\n{headers}\n{browser.response.get_data(as_text=True)}"
    others = [member.judge for member in round_.panel if member.judge_id != judge_id]
    secret = [*PLANTED.values(), "Planted", "planted", *(other.name for other in others)]
    found = [word for word in secret if word and word in whole]
    ids = [entry.id for entry in db.session.query(Entry)]
    entry_links = re.findall(r"entr(?:y|ies)[/=-](\d+)", whole)
    return found + [f"entry id {one}" for one in entry_links if int(one) in ids]


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("closed", [False, True])
def test_no_page_of_a_judge_says_who_made_a_work_or_how_others_marked_it(
    browser: Browser, language: str, closed: bool
) -> None:
    round_ = a_full_round()
    judge = judges_of(round_)[0]
    mine = assignments_of(round_, judge)
    if closed:
        close(round_)
    browser.language = language
    browser.sign_in(judge)

    for path in pages_of(round_, mine):
        browser.open(path)

        assert leaks_in(browser, round_, judge.id) == [], path


def test_no_answer_to_a_save_says_more_than_the_judge_typed(browser: Browser) -> None:
    round_ = a_full_round()
    judge = judges_of(round_)[0]
    assignment = assignments_of(round_, judge)[2]
    browser.sign_in(judge).open(f"/judging/assignments/{assignment.id}")
    token = browser.page.one("meta", name="csrf-token").get("content") or ""

    for body in (
        {"revision": 0, "marks": {}},
        {"revision": 5, "marks": {}, "comment": "x"},
        {"revision": 0, "marks": {"x": 1}},
    ):
        path = f"/judging/assignments/{assignment.id}/ballot"
        browser.send("PUT", path, json=body, headers={"X-CSRFToken": token}, expect=None)

        assert leaks_in(browser, round_, judge.id) == []


def test_ids_and_positions_do_not_tell_the_order_in_which_works_came_in(app: object) -> None:
    round_ = a_round(judges=1, works=12)

    in_order_of_id = sorted(round_.assignments, key=lambda one: one.id)

    assert [one.position for one in in_order_of_id] == list(range(1, 13))
    assert [one.entry_id for one in in_order_of_id] != sorted(one.entry_id for one in in_order_of_id)


def test_assignments_of_others_do_not_exist(browser: Browser) -> None:
    round_ = a_round(judges=2)
    judge, other = judges_of(round_)
    theirs = assignments_of(round_, other)[0]
    browser.sign_in(judge)

    for path in (
        f"/{theirs.id}",
        f"/{theirs.id}/recusal",
        f"/{theirs.id}/flag",
        f"/{theirs.id}/media/0/video.mp4",
        "/999999",
    ):
        browser.open(f"/judging/assignments/{path.lstrip('/')}", expect=404)


def test_a_judge_of_another_edition_and_one_without_the_role_find_nothing(browser: Browser) -> None:
    round_ = a_round(judges=1, works=1)
    judge = judges_of(round_)[0]
    stranger = a_judge(an_edition(is_current=False))
    page = f"/judging/assignments/{assignments_of(round_, judge)[0].id}"

    browser.sign_in(stranger).open(page, expect=404)
    assert "A-" not in browser.open("/judging").text
    with transaction():
        judge.grants[0].revoked_at = clock.now()
    browser.sign_in(judge).open(page, expect=403)


def test_signed_out_nobody_sees_anything(browser: Browser) -> None:
    round_ = a_round(judges=1, works=1)
    assignment = round_.assignments[0]

    for path in (
        "/judging",
        f"/judging/assignments/{assignment.id}",
        f"/judging/assignments/{assignment.id}/media/0/video.mp4",
    ):
        browser.send("GET", path, expect=None)
        assert assignment.entry.code not in browser.response.text


def media(edition: Edition, assignment: Assignment) -> str:
    """The address of the film, with bytes behind it."""
    asset = assignment.entry.files[0].asset
    made = asset.rendition("film")
    assert made is not None
    storage().put(f"{made.prefix}video.mp4", io.BytesIO(b"12345"), content_type="video/mp4")
    return f"/judging/assignments/{assignment.id}/media/0/video.mp4"


def test_media_is_for_its_judge_only_and_only_while_the_work_is_to_be_watched(browser: Browser) -> None:
    round_ = a_round(judges=2, works=2)
    judge, other = judges_of(round_)
    mine, second = assignments_of(round_, judge)
    path, second_path = media(round_.edition, mine), media(round_.edition, second)

    browser.sign_in(judge).open(path)
    assert browser.response.data == b"12345"
    assert leaks_in(browser, round_, judge.id) == []
    assert "private" in browser.response.headers["Cache-Control"]
    browser.open(path.replace("video.mp4", "original.mp4"), expect=404)
    browser.open(path.replace("/0/", "/1/"), expect=404)
    browser.sign_in(other).open(path, expect=404)

    browser.sign_in(judge).open(f"/judging/assignments/{second.id}/recusal").submit(kind="made")
    browser.open(second_path, expect=404)
    close(round_)
    browser.open(path, expect=404)
