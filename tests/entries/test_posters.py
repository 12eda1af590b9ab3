"""The picture that stands for a film: chosen by its entrant or the office, shown at once, by nobody else."""

import io
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask

from contest import clock
from contest.accounts.models import Person
from contest.audit.models import AuditLine
from contest.db import db, transaction
from contest.editions.models import Edition
from contest.entries.actions.posters import choose_picture
from contest.entries.models import Entry
from contest.judging.queries import blind_view
from contest.showcase.kept import Kept
from contest.storage import storage
from contest.uploads.models import Asset
from tests.browser import Browser
from tests.entries.factories import a_submitted_entry, an_entry
from tests.factories import a_judge, a_person, an_auditor, an_edition, an_organiser
from tests.judging.factories import a_round, judges_of, organiser_of
from tests.showcase.factories import a_work, address_of
from tests.uploads.sessions import signed_in_client


def with_posters(asset: Asset, number: int = 3) -> None:
    """As the check leaves them: up to three pictures in one rendition, the best first."""
    made = asset.rendition("poster")
    assert made is not None
    first = made.files[:2]
    further = [
        {**file, "name": file["name"].replace("poster", f"poster-{n}")} for n in range(2, number + 1) for file in first
    ]
    made.files = [*first, *further]
    for file in made.files:
        storage().put(made.prefix + file["name"], io.BytesIO(file["name"].encode()))
    asset.poster_key = f"{made.prefix}poster-small.jpg"
    db.session.commit()


def a_draft(edition: Edition | None = None) -> Entry:
    entry = an_entry(edition or an_edition(phase="submission"), entrant=a_person(), with_asset=True)
    with_posters(entry.current_files[0].asset)
    return entry


def entrants(entry: Entry) -> str:
    return f"/entries/{entry.id}/files/{entry.current_files[0].id}/poster"


def offices(entry: Entry) -> str:
    return f"/editions/{entry.edition_id}/desk{entrants(entry)}"


def chosen(entry: Entry) -> tuple[int, tuple[str, str]]:
    db.session.rollback()
    asset = db.session.get_one(Entry, entry.id).current_files[0].asset
    return asset.poster_number, asset.poster


def lines(entry: Entry) -> list[tuple[int | None, dict[str, object]]]:
    found = sa.select(AuditLine).where(AuditLine.verb == "entry.poster-chosen", AuditLine.object_id == str(entry.id))
    return [(line.actor_id, line.details) for line in db.session.scalars(found.order_by(AuditLine.id))]


def test_an_entrant_chooses_among_the_pictures_and_sees_it_everywhere(browser: Browser) -> None:
    entry = a_draft()
    entrant = entry.entrant_id
    browser.sign_in(entry.entrant).open(f"/entries/{entry.id}/check?lang=en")
    offered = [(one.get("value"), one.get("checked") is not None) for one in browser.page.all("input", name="picture")]

    browser.submit(entrants(entry), fields={"picture": "2"})

    assert offered == [("1", True), ("2", False), ("3", False)]
    assert "The cover is saved" in browser.text
    assert chosen(entry) == (2, ("poster-2.jpg", "poster-2-small.jpg"))
    assert lines(entry) == [(entrant, {"position": 0, "picture": 2})]
    media = f"/entries/{entry.id}/files/{entry.current_files[0].id}/media"
    assert f"{media}/poster-2-small.jpg" in browser.open("/entries").response.text
    assert browser.client.get(f"{media}/poster-2-small.jpg").data == b"poster-2-small.jpg"


def test_the_office_chooses_for_an_entry_it_has_and_an_auditor_only_looks(app: Flask) -> None:
    edition = an_edition(phase="review")
    entry = a_submitted_entry(edition)
    with_posters(entry.current_files[0].asset)
    changed_at, page = entry.changed_at, f"/editions/{edition.id}/desk/entries/{entry.id}?lang=en"

    office = Browser(app).sign_in(an_organiser(edition)).open(page)
    office.submit(offices(entry), fields={"picture": "3"})
    auditor = Browser(app).sign_in(an_auditor(edition)).open(page)

    assert "The cover is saved" in office.text
    assert chosen(entry) == (3, ("poster-3.jpg", "poster-3-small.jpg"))
    assert entry.changed_at == changed_at  # it says when the entrant did something
    assert auditor.page.all("input", name="picture") == []


def test_nobody_else_chooses_and_no_entrant_after_handing_in(app: Flask) -> None:
    draft, edition = a_draft(), an_edition(is_current=False)
    handed_in = a_submitted_entry(edition)
    with_posters(handed_in.current_files[0].asset)

    def post(person: Person, address: Callable[[Entry], str], entry: Entry) -> int:
        client, token = signed_in_client(app, person)
        path = address(entry)
        with app.app_context():
            return client.post(path, data={"picture": "2", "csrf_token": token}).status_code

    assert {
        "another entrant": post(a_person(), entrants, draft),
        "the entrant by the office's door": post(draft.entrant, offices, draft),
        "the entrant after handing in": post(handed_in.entrant, entrants, handed_in),
        "an auditor": post(an_auditor(edition), offices, handed_in),
        "a judge": post(a_judge(edition), offices, handed_in),
        "the office of another edition": post(an_organiser(draft.edition), offices, handed_in),
        "the office, of a draft": post(an_organiser(draft.edition), offices, draft),
        "the office by the entrant's door": post(an_organiser(edition), entrants, handed_in),
    } == {
        "another entrant": 404,
        "the entrant by the office's door": 403,
        "the entrant after handing in": 409,
        "an auditor": 403,
        "a judge": 403,
        "the office of another edition": 403,
        "the office, of a draft": 404,
        "the office by the entrant's door": 404,
    }
    assert chosen(draft)[0] == chosen(handed_in)[0] == 1
    assert lines(draft) == lines(handed_in) == []


@pytest.mark.parametrize("picture", ["0", "4", "-1", "1.0", "two", "", "9" * 5000, "poster-2.jpg", "../../secret_key"])
def test_a_picture_that_was_not_offered_is_refused(app: Flask, picture: str) -> None:
    entry = a_draft()
    client, token = signed_in_client(app, entry.entrant)

    with app.app_context():
        answer = client.post(entrants(entry), data={"picture": picture, "csrf_token": token})

    assert answer.status_code == 400
    assert chosen(entry) == (1, ("poster.jpg", "poster-small.jpg"))


def test_a_file_of_another_entry_or_one_taken_out_is_not_there(app: Flask) -> None:
    edition = an_edition(phase="submission")
    entry, other = a_draft(edition), a_draft(edition)
    entry.current_files[0].state = "replaced"
    db.session.commit()
    client, token = signed_in_client(app, entry.entrant)
    files = [entry.files[0].id, other.files[0].id, 2**31 - 1]

    with app.app_context():
        data = {"picture": "2", "csrf_token": token}
        codes = [client.post(f"/entries/{entry.id}/files/{file}/poster", data=data).status_code for file in files]

    assert codes == [404, 404, 404]
    assert chosen(other)[0] == 1


def test_a_judge_sees_the_chosen_picture_and_nothing_to_choose(app: Flask) -> None:
    open_round = a_round(judges=1, works=1)
    assignment = open_round.assignments[0]
    with_posters(assignment.entry.files[0].asset)

    with transaction():
        choose_picture(assignment.entry.files[0], 3, by=organiser_of(open_round), at=clock.now())
    page = Browser(app).sign_in(judges_of(open_round)[0]).open("/judging").response.text

    work = blind_view(assignment)
    assert (work.files[0].poster, work.files[0].poster_small) == ("poster-3.jpg", "poster-3-small.jpg")
    assert "poster-3-small.jpg" in page
    assert "poster-small.jpg" not in page


def test_a_film_with_one_picture_gives_nothing_to_choose(browser: Browser) -> None:
    entry = an_entry(an_edition(phase="submission"), entrant=a_person(), with_asset=True)

    browser.sign_in(entry.entrant).open(f"/entries/{entry.id}/check")

    assert browser.page.all("input", name="picture") == []
    assert chosen(entry) == (1, ("poster.jpg", "poster-small.jpg"))


def test_choosing_what_is_chosen_leaves_no_trace(app: Flask) -> None:
    entry = a_draft()
    client, token = signed_in_client(app, entry.entrant)

    with app.app_context():
        client.post(entrants(entry), data={"picture": "1", "csrf_token": token})

    assert lines(entry) == []


def test_the_public_sees_another_choice_at_once(app: Flask) -> None:
    app.extensions["showcase.kept"] = Kept(10.0)
    award = a_work(an_edition(phase="showcase"))
    with_posters(award.entry.files[0].asset)
    address = address_of(award)
    client, token = signed_in_client(app, an_organiser(award.edition))
    visitor = Browser(app, language="en")
    before = visitor.open(address).page.one("video").get("poster")
    visitor.client.get(f"{address}/media/0/poster.jpg").close()

    with app.app_context():
        answer = client.post(offices(award.entry), data={"picture": "2", "csrf_token": token})

    after = visitor.open(address).page.one("video").get("poster")
    assert answer.status_code == 302
    assert (before, after) == (f"{address}/media/0/poster.jpg", f"{address}/media/0/poster-2.jpg")
    assert f"{address}/media/0/poster-2-small.jpg" in visitor.open("/showcase").response.text
    assert visitor.client.get(str(after)).data == b"poster-2.jpg"
