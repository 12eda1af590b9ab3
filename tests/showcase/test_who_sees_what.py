"""What is published is there for everybody; what is not is nowhere, by no address, from one moment to the next."""

import pytest
from flask import Flask

from contest import clock
from contest.db import db
from contest.results.models import Award, Publication
from tests.browser import Browser
from tests.factories import a_person, an_edition, an_organiser
from tests.showcase.factories import SECRETS, a_work, address_of, media_of


@pytest.fixture
def visitor(app: Flask) -> Browser:
    return Browser(app, language="en")


def shown_on(visitor: Browser, title: str) -> dict[str, bool]:
    return {path: title in visitor.open(path).text for path in ("/", "/showcase")}


def test_a_published_work_can_be_found_opened_and_played_by_everybody(visitor: Browser) -> None:
    award = a_work(an_edition(phase="showcase"))

    assert shown_on(visitor, award.entry.title) == {"/": True, "/showcase": True}
    visitor.open(address_of(award))
    assert visitor.page.h1 == award.entry.title
    for path in media_of(award):
        visitor.open(path)


UNPUBLISH = {
    "the publication ended": lambda award: db.session.query(Publication).update({"ended_at": clock.now()}),
    "the award was taken back": lambda award: setattr(award, "revoked_at", clock.now()),
    "the entrant withdrew": lambda award: setattr(award.entry, "state", "withdrawn"),
    "the entrant consents no more": lambda award: setattr(award.entry, "showcase_consent", False),
    "another snapshot was published": lambda award: db.session.query(Publication).delete(),
}


@pytest.mark.parametrize("reason", UNPUBLISH)
@pytest.mark.parametrize("who", ["visitor", "organiser", "stranger"])
def test_it_is_gone_at_once_for_everybody_when(visitor: Browser, reason: str, who: str) -> None:
    edition = an_edition(phase="showcase")
    award = a_work(edition)
    if who != "visitor":
        visitor.sign_in(an_organiser(edition) if who == "organiser" else a_person())
    addresses = [address_of(award), *media_of(award)]
    for path in addresses:
        visitor.open(path)

    UNPUBLISH[reason](award)
    db.session.commit()

    for path in addresses:
        visitor.open(path, expect=404)
    assert shown_on(visitor, award.entry.title) == {"/": False, "/showcase": False}


def test_an_award_that_was_never_published_is_nowhere(visitor: Browser) -> None:
    award = a_work(an_edition(phase="showcase"), published=False)

    assert shown_on(visitor, award.entry.title) == {"/": False, "/showcase": False}
    for path in [address_of(award), *media_of(award)]:
        visitor.open(path, expect=404)


@pytest.mark.parametrize(
    "name", ["original", "..%2f..%2foriginal", "../../secret_key", "hls/../../1/original", "poster.jpg/", "hls"]
)
def test_only_files_made_to_be_shown_can_be_asked_for(visitor: Browser, name: str) -> None:
    award = a_work(an_edition(phase="showcase"))

    visitor.send("GET", f"{address_of(award)}/media/0/{name}", expect=404)


def test_another_position_number_or_edition_is_not_there(visitor: Browser) -> None:
    award = a_work(an_edition(phase="showcase"))
    other = an_edition(phase=None, is_current=False)
    number = award.entry.number

    for path in (
        f"{address_of(award)}/media/1/poster.jpg",
        f"/works/{other.slug}/{number}",
        f"/works/{other.slug}/{number}/media/0/poster.jpg",
        f"/works/{award.edition.slug}/{award.entry.code}",
        f"/works/{award.edition.slug}/{award.entry.id}",
        f"/works/{award.edition.slug}/%27%20OR%201=1",
    ):
        visitor.open(path, expect=404)


@pytest.mark.parametrize(
    "path",
    ["/works/%00/A-1", "/works/x/%00", "/works/%00/x/media/0/poster.jpg", "/works/x/y/media/99999999999999999999/z"],
)
def test_an_address_that_no_database_can_look_up_is_not_there(visitor: Browser, path: str) -> None:
    visitor.send("GET", path, expect=404, headers={"Accept": "application/json"})


def test_a_replaced_file_is_not_shown(visitor: Browser) -> None:
    award = a_work(an_edition(phase="showcase"))
    award.entry.files[0].state = "replaced"
    db.session.commit()

    for path in media_of(award):
        visitor.open(path, expect=404)


def test_public_pages_never_name_the_entrant_the_contact_the_file_or_the_code_name(visitor: Browser) -> None:
    award: Award = a_work(an_edition(phase="showcase"))

    for path in ("/", "/showcase", address_of(award)):
        source = visitor.open(path).response.text
        assert [said for said in (*SECRETS, award.entry.code) if said in source] == []
