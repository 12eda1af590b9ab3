"""The file step in a real browser: a look before the first byte, with the rules and the words of the server."""

import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import pytest
import sqlalchemy as sa
from flask import current_app
from PIL import Image
from playwright.sync_api import Browser, CDPSession, Locator, Page, Route, expect

from contest.accounts.models import Person
from contest.app import create_app
from contest.db import db
from contest.entries.models import Entry
from contest.uploads.models import Upload
from tests.chromium import PHONE
from tests.e2e.conftest import looked_at
from tests.entries.factories import an_entry
from tests.factories import an_edition
from tests.uploads.factories import MIB
from tests.uploads.live import Sender, Server, served
from tests.uploads.working import make_film

pytestmark = [pytest.mark.e2e, pytest.mark.one_database]


@dataclass
class Cast:
    """An entrant with a video entry (at most 3:00, 480 lines or more, sound) and a photo entry."""

    film: Entry
    photo: Entry

    @property
    def person(self) -> Person:
        return self.film.entrant


@pytest.fixture(scope="module")
def server(schema: str, database_kind: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with served(schema, database_kind, tmp_path_factory.mktemp("file-step")) as server:
        yield server


@pytest.fixture
def cast(server: Server) -> Iterator[Cast]:
    app = create_app(instance=server.instance, testing=True)
    with app.app_context():
        edition = an_edition(is_current=False)
        film = an_entry(edition, title="一粒高粱的远征")
        yield Cast(film, an_entry(edition, kind="photo", entrant=film.entrant))
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def page(server: Server, cast: Cast, chromium: Browser) -> Iterator[Page]:
    """The browser of the entrant, on a phone, in English."""
    context = chromium.new_context(base_url=server.url, viewport=PHONE, locale="en")
    context.add_cookies([cookie_of(cast.person, server)])
    context.set_default_timeout(15_000)
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto("/?lang=en")
    yield page
    context.close()
    assert complaints == []


def cookie_of(person: Person, server: Server) -> Any:
    cookie = Sender(current_app._get_current_object(), person, server).cookie  # type: ignore[attr-defined]
    return {"name": "contest", "value": cookie, "url": server.url}


def open_step(page: Page, entry: Entry) -> None:
    page.goto(f"/entries/{entry.id}/file")


def choose(page: Page, file: Path) -> None:
    page.set_input_files("#upload-file", file)


def warning(page: Page) -> Locator:
    return page.locator("[data-messages]")


def sent_by(person: Person) -> list[tuple[str, str]]:
    db.session.rollback()
    theirs = sa.select(Upload).where(Upload.person_id == person.id)
    return [(upload.state, upload.filename) for upload in db.session.scalars(theirs)]


_lines: WeakKeyDictionary[Page, CDPSession] = WeakKeyDictionary()


def slow_line(page: Page, *, kib_per_s: float) -> None:
    line = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": kib_per_s * 1024}
    session = _lines.setdefault(page, page.context.new_cdp_session(page))  # of several the first would win
    session.send("Network.emulateNetworkConditions", line)


def ffmpeg(*words: object) -> None:
    quiet = ["ffmpeg", "-nostdin", "-hide_banner", "-loglevel", "error", "-y"]
    subprocess.run([*quiet, *map(str, words)], check=True)


@pytest.fixture(scope="module")
def long_film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """3:26 of film with its index at the end, as phones write it."""
    path = tmp_path_factory.mktemp("films") / "高粱.mp4"
    picture = ["-f", "lavfi", "-i", "color=c=navy:size=854x480:rate=5:duration=206"]
    sound = ["-f", "lavfi", "-i", "sine=frequency=440:duration=206"]
    ffmpeg(*picture, *sound, "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac", "-b:a", "24k", path)
    assert path.read_bytes().index(b"mdat") < path.read_bytes().index(b"moov")
    return path


def test_a_film_that_is_too_long_is_held_back_in_the_words_of_the_report_and_can_be_sent_all_the_same(
    page: Page, cast: Cast, long_film: Path
) -> None:
    open_step(page, cast.film)
    choose(page, long_film)

    expect(page.get_by_role("alert")).to_contain_text("This file does not meet the rules")
    expect(page.get_by_role("alert")).to_contain_text("3:26 / 3:00")
    expect(page.get_by_role("alert")).to_contain_text(
        "26 s too long. Allowed: 3:00 inclusive, plus a tolerance of 0.5 s."
    )
    expect(page.get_by_role("alert")).to_contain_text("not a byte has been sent")
    assert sent_by(cast.person) == []
    page.get_by_role("button", name="Send it all the same").click()
    page.wait_for_url("**/check")
    assert sent_by(cast.person) == [("received", "高粱.mp4")]


def test_a_film_in_a_format_that_the_browser_cannot_play_is_read_by_its_boxes(
    page: Page, cast: Cast, tmp_path: Path
) -> None:
    film = tmp_path / "IMG_0042.MOV"
    picture = ["-f", "lavfi", "-i", "testsrc2=size=320x240:rate=5:duration=200"]
    coded = ["-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none", "-tag:v", "hvc1"]
    ffmpeg(*picture, *coded, film)
    open_step(page, cast.film)

    choose(page, film)

    said = page.get_by_role("alert")
    expect(said).to_contain_text("3:20 / 3:00")
    expect(said).to_contain_text("320×240")
    expect(said).to_contain_text("This category asks for a video with sound.")
    assert sent_by(cast.person) == []


@pytest.mark.parametrize(
    ("name", "body", "said"),
    [
        ("film.mp4", b"%PDF-1.7" + bytes(100), "This is not a video"),
        ("film.mp4", b"GIF89a" + bytes(100), "This is an animated picture"),
        ("film.mp4", b"ID3" + bytes(100), "There is sound but no picture"),
        (
            "film.mp4",
            b"\0\0\0\x18ftypmp42" + bytes(12) + b"\0\1\0\0mdat" + bytes(1000),
            "The end of the file is missing",
        ),
    ],
)
def test_what_is_no_film_is_said_before_a_byte_is_sent(
    page: Page, cast: Cast, tmp_path: Path, name: str, body: bytes, said: str
) -> None:
    file = tmp_path / name
    file.write_bytes(body)
    open_step(page, cast.film)

    choose(page, file)

    expect(page.get_by_role("alert")).to_contain_text(said)
    assert sent_by(cast.person) == []


def test_what_can_only_be_refused_is_refused_in_the_servers_words(page: Page, cast: Cast, tmp_path: Path) -> None:
    cast.film.category.max_bytes = MIB
    db.session.commit()
    open_step(page, cast.film)
    (tmp_path / "film.mp4").write_bytes(bytes(2 * MIB))

    choose(page, tmp_path / "film.mp4")

    expect(page.get_by_role("alert")).to_contain_text("The file is 2.0 MB, larger than 1.0 MB. Export it")
    expect(page.get_by_role("button", name="Send it all the same")).to_have_count(0)
    assert sent_by(cast.person) == []


def test_a_good_film_and_a_good_photo_are_sent_without_a_question(page: Page, cast: Cast, tmp_path: Path) -> None:
    open_step(page, cast.film)
    choose(page, make_film(tmp_path / "film.mp4", size="854x480"))
    page.wait_for_url("**/check")
    open_step(page, cast.photo)
    Image.linear_gradient("L").resize((1800, 1200)).save(tmp_path / "photo.jpg", "JPEG")
    choose(page, tmp_path / "photo.jpg")

    expect(page.get_by_text("1. photo.jpg")).to_be_visible()
    assert sorted(sent_by(cast.person)) == [("received", "film.mp4"), ("received", "photo.jpg")]


def test_when_the_answer_to_the_beginning_was_lost_no_second_upload_is_begun(
    page: Page, cast: Cast, tmp_path: Path
) -> None:
    lost: list[Route] = []

    def lose_the_first(route: Route) -> None:
        if route.request.method == "POST" and not lost:
            lost.append(route)
            route.fetch()
            route.abort("connectionreset")
        else:
            route.continue_()

    page.route("**/uploads", lose_the_first)
    open_step(page, cast.film)
    choose(page, make_film(tmp_path / "film.mp4", size="854x480"))

    page.wait_for_url("**/check")
    assert sent_by(cast.person) == [("received", "film.mp4")]


def test_what_is_unfinished_is_shown_among_the_entries_with_what_can_be_done(
    page: Page, cast: Cast, tmp_path: Path
) -> None:
    film = begin_and_leave(page, cast, tmp_path)
    page.goto("/entries")

    listed = page.get_by_role("region", name="Your unfinished uploads")
    expect(listed).to_contain_text("film.mp4")
    expect(listed).to_contain_text("for “一粒高粱的远征” · 20 MB · begun")
    expect(listed).to_contain_text("Kept until")
    listed.get_by_role("link", name="Go on with it").click()
    with page.expect_file_chooser() as asked:
        page.get_by_role("button", name="Choose the same file and go on").click()
    asked.value.set_files(film)
    page.wait_for_url("**/check")
    assert sent_by(cast.person) == [("received", "film.mp4")]


def test_what_is_unfinished_can_be_given_up_from_the_list(page: Page, cast: Cast, tmp_path: Path) -> None:
    begin_and_leave(page, cast, tmp_path)
    page.goto("/entries")

    page.get_by_role("button", name="Give it up").click()
    asked = page.get_by_role("dialog", name="Give up this upload?")
    expect(asked).to_contain_text("What has arrived of “film.mp4”")
    asked.get_by_role("button", name="Give up and remove").click()

    expect(page.get_by_text("The upload of “film.mp4” was given up.")).to_be_visible()
    assert sent_by(cast.person) == [("cancelled", "film.mp4")]


def begin_and_leave(page: Page, cast: Cast, folder: Path) -> Path:
    """A film of 20 MiB, of which a part was sent before the page was left."""
    film = make_film(folder / "film.mp4", size="854x480")
    with film.open("ab") as file:
        file.truncate(20 * MIB)
    page.on("dialog", lambda dialog: dialog.accept())
    open_step(page, cast.film)
    slow_line(page, kib_per_s=6000)
    choose(page, film)
    deadline = time.monotonic() + 20
    while int(page.locator("[data-percent]").inner_text().rstrip("%")) < 45:
        assert time.monotonic() < deadline
        page.wait_for_timeout(50)
    page.goto("/entries")
    slow_line(page, kib_per_s=100_000)
    return film


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_every_state_of_the_step_reads_well_on_a_phone(
    page: Page, cast: Cast, long_film: Path, tmp_path: Path, language: str
) -> None:
    """Looked at by axe-core, and with SHOTS=folder by people."""
    film = begin_and_leave(page, cast, tmp_path)
    page.goto(f"/entries?lang={language}")
    looked_at(page, f"upload-{language}-list")
    open_step(page, cast.film)
    looked_at(page, f"upload-{language}-unfinished")
    choose(page, long_film)
    page.get_by_role("alert").wait_for()
    looked_at(page, f"upload-{language}-other")
    page.locator("[data-messages] .btn--danger").click()
    page.locator(".precheck").wait_for()
    looked_at(page, f"upload-{language}-too-long")
    page.locator(".precheck .btn").last.click()
    page.wait_for_url("**/check")

    slow_line(page, kib_per_s=1500)
    open_step(page, cast.film)
    choose(page, film)
    page.locator("[data-do=pause]").wait_for()
    page.wait_for_timeout(6000)
    looked_at(page, f"upload-{language}-sending")
    page.locator("[data-do=cancel]").click()
    looked_at(page, f"upload-{language}-dialog")
    page.keyboard.press("Escape")
    page.locator("[data-do=pause]").click()
    looked_at(page, f"upload-{language}-paused")
    page.locator("[data-do=resume]").click()
    page.context.set_offline(True)
    page.locator("[data-do=retry]").wait_for()
    looked_at(page, f"upload-{language}-offline")
    page.context.set_offline(False)
    page.route(lambda url: "/uploads/" in url, lambda route: route.abort("connectionreset"))
    page.wait_for_timeout(500)
    looked_at(page, f"upload-{language}-waiting")


def test_without_scripts_the_form_sends_the_file_and_says_how_much_it_takes(
    server: Server, cast: Cast, chromium: Browser, tmp_path: Path
) -> None:
    context = chromium.new_context(base_url=server.url, viewport=PHONE, locale="en", java_script_enabled=False)
    context.add_cookies([cookie_of(cast.person, server)])
    page = context.new_page()
    page.goto(f"/entries/{cast.film.id}/file?lang=en")

    expect(page.get_by_text("up to 60 MB, and cannot be resumed")).to_be_visible()
    page.set_input_files("#upload-file", make_film(tmp_path / "film.mp4", size="854x480"))
    page.get_by_role("button", name="Send the file").click()
    page.wait_for_url("**/check")
    context.close()
    assert sent_by(cast.person) == [("received", "film.mp4")]


def test_phones_are_offered_the_album_and_not_only_the_camera(page: Page, cast: Cast) -> None:
    for entry, wide in ((cast.film, "video/*"), (cast.photo, "image/*")):
        open_step(page, entry)
        chooser = page.locator("#upload-file")
        assert chooser.get_attribute("capture") is None
        assert (chooser.get_attribute("accept") or "").split(",")[0] == wide
