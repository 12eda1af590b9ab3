"""Captions of a film: added, shown wherever the film plays, taken out, and never dangerous."""

import io

import pytest
import sqlalchemy as sa
from flask import Flask

from contest import clock
from contest.accounts.models import Person
from contest.db import db
from contest.entries.models import Entry
from contest.uploads.models import Rendition
from tests.browser import Browser
from tests.entries.factories import a_submitted_entry, an_entry
from tests.factories import a_person, an_edition
from tests.showcase.factories import a_work, address_of
from tests.uploads.sessions import signed_in_client

SRT = "1\n00:00:01,000 --> 00:00:02,000\n<b>高粱</b> & <script>\n".encode("gb18030")


def a_draft() -> Entry:
    return an_entry(an_edition(phase="submission"), entrant=a_person(), with_asset=True)


def send(browser: Browser, entry: Entry, body: bytes, *, language: str = "zh", expect: int = 200) -> Browser:
    browser.open(f"/entries/{entry.id}/check?lang=en")
    fields = {"captions": (io.BytesIO(body), "字幕.srt"), "language": language}
    return browser.submit("#captions-form", fields=fields, expect=expect)


def shown(entry: Entry) -> list[tuple[str, str]]:
    db.session.rollback()
    return db.session.get_one(Entry, entry.id).current_files[0].asset.captions


def test_captions_are_made_plain_kept_and_shown_to_the_entrant(browser: Browser) -> None:
    entry = a_draft()
    browser.sign_in(entry.entrant)

    send(browser, entry, SRT)

    assert "The captions are saved" in browser.text
    ((language, name),) = shown(entry)
    assert language == "zh"
    answer = browser.client.get(f"/entries/{entry.id}/files/{entry.current_files[0].id}/media/{name}")
    assert answer.get_data(as_text=True) == "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\n高粱 &amp;\n"
    assert answer.headers["Content-Type"].startswith("text/vtt")


def test_another_file_replaces_those_in_the_same_language_under_another_name(browser: Browser) -> None:
    entry = a_draft()
    browser.sign_in(entry.entrant)
    send(browser, entry, SRT)
    ((_, first),) = shown(entry)

    send(browser, entry, SRT.replace(b"01,000", b"01,500"))
    send(browser, entry, b"00:00:00,000 --> 00:00:01,000\nSorghum", language="en")

    assert [language for language, _ in shown(entry)] == ["zh", "en"]
    assert shown(entry)[0][1] != first
    media = f"/entries/{entry.id}/files/{entry.current_files[0].id}/media"
    assert browser.client.get(f"{media}/{first}").status_code == 404


def test_they_can_be_taken_out(browser: Browser) -> None:
    entry = a_draft()
    browser.sign_in(entry.entrant)
    send(browser, entry, SRT)

    browser.open(f"/entries/{entry.id}/check?lang=en").submit(
        f"/entries/{entry.id}/files/{entry.current_files[0].id}/captions/removal"
    )

    assert shown(entry) == []
    assert db.session.scalars(sa.select(Rendition).where(Rendition.profile.like("captions-%"))).all() == []


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "The file is empty"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00", "This is not a captions file"),
        (b"hello", "There are no times and texts"),
        (b"x" * 600_000, "larger than captions can be"),
        (b"09:00:01,000 --> 09:00:02,000\nx", "begin after the end of the film"),
    ],
)
def test_a_file_that_is_none_is_explained_and_what_was_there_stays(browser: Browser, body: bytes, said: str) -> None:
    entry = a_draft()
    browser.sign_in(entry.entrant)
    send(browser, entry, SRT)
    before = shown(entry)

    send(browser, entry, body)

    assert said in browser.text
    assert shown(entry) == before


def test_nobody_else_and_nothing_after_submission(app: Flask) -> None:
    entry, submitted = a_draft(), a_submitted_entry(an_edition(is_current=False))

    def post(person: Person, to: Entry) -> int:
        client, token = signed_in_client(app, person)
        file = {"captions": (io.BytesIO(SRT), "x.srt"), "language": "zh", "csrf_token": token}
        with app.app_context():
            return client.post(f"/entries/{to.id}/files/{to.current_files[0].id}/captions", data=file).status_code

    assert post(a_person(), entry) == 404
    assert post(submitted.entrant, submitted) == 409
    assert post(entry.entrant, entry) == 302
    assert shown(submitted) == []


def test_the_public_sees_them_beside_the_film(app: Flask) -> None:
    award = a_work(an_edition(phase="showcase"))
    asset = award.entry.files[0].asset
    name = "captions-zh-12345678.vtt"
    made = {"name": name, "mime": "text/vtt", "bytes": 9, "sha256": "c", "width": 0, "height": 0}
    asset.renditions.append(
        Rendition(profile="captions-zh", version=1, state="ready", prefix="d/x/", files=[made], created_at=clock.now())
    )
    db.session.commit()

    page = Browser(app, language="en").open(address_of(award)).page

    track = page.one("track")
    assert (track.get("srclang"), track.get("label")) == ("zh", "Chinese")
    assert track.get("src") == f"{address_of(award)}/media/0/{name}"
