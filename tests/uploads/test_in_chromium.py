"""Sending a file from a real browser, on a line as slow and as broken as those of phones."""

import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import current_app
from playwright.sync_api import Browser, Page, expect

from contest.accounts.models import Person
from contest.app import create_app
from contest.db import db
from contest.uploads.models import Upload
from tests.chromium import PHONE
from tests.conftest import empty
from tests.factories import a_person
from tests.uploads.factories import MIB
from tests.uploads.live import Sender, Server
from tests.uploads.working import make_film

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def server(schema: str, database_kind: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One service for all tests of this module: starting it takes longer than they do."""
    instance = tmp_path_factory.mktemp("chromium")
    if database_kind == "sqlite":
        shutil.copy(schema, instance / "contest.sqlite")
    else:
        empty(schema)
        (instance / "contest.toml").write_text(f'database_url = "{schema}"\n')
    server = Server(instance, target="tests.uploads.page:app", workers=1)
    server.start()
    yield server
    server.kill()


@pytest.fixture
def person(server: Server) -> Iterator[Person]:
    app = create_app(instance=server.instance, testing=True)
    with app.app_context():
        yield a_person()
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def page(server: Server, person: Person, chromium: Browser) -> Iterator[Page]:
    """The uploader's page, in English, on a phone, as `person`."""
    context = chromium.new_context(base_url=server.url, viewport=PHONE, locale="en")
    cookie = Sender(current_app._get_current_object(), person, server).cookie  # type: ignore[attr-defined]
    context.add_cookies([{"name": "contest", "value": cookie, "url": server.url}])
    context.set_default_timeout(15_000)
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto("/test/upload?lang=en")
    yield page
    context.close()
    assert complaints == []


def slow_line(page: Page, *, kib_per_s: float) -> None:
    line = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": kib_per_s * 1024}
    page.context.new_cdp_session(page).send("Network.emulateNetworkConditions", line)


def a_file(folder: Path, size: int, *, name: str = "film.mp4") -> Path:
    path = folder / name
    path.write_bytes(os.urandom(size))
    return path


def sent_by(person: Person) -> list[tuple[str, str]]:
    db.session.rollback()
    theirs = sa.select(Upload).where(Upload.person_id == person.id)
    return [(upload.state, upload.filename) for upload in db.session.scalars(theirs)]


def percent(page: Page) -> int:
    return int(page.locator("[data-percent]").inner_text().rstrip("%"))


def wait_for_percent(page: Page, least: int) -> None:
    """By looking again and again: the page's own policy forbids that a function is waited for inside it."""
    deadline = time.monotonic() + 20
    while percent(page) < least:
        assert time.monotonic() < deadline, f"{percent(page)}% after 20 s"
        page.wait_for_timeout(50)


def test_a_chosen_film_is_sent_and_the_page_goes_on(page: Page, person: Person, tmp_path: Path) -> None:
    page.set_input_files("#upload-file", make_film(tmp_path / "高粱的“远征”.mp4"))

    page.wait_for_url("**/test/received")

    assert sent_by(person) == [("received", "高粱的“远征”.mp4")]


def test_a_film_that_is_too_long_is_refused_before_a_byte_and_can_be_sent_all_the_same(
    page: Page, person: Person, tmp_path: Path
) -> None:
    page.set_input_files("#upload-file", make_film(tmp_path / "long.mp4", seconds=5))

    expect(page.get_by_role("alert")).to_contain_text("The video is 0:05 long, 2 s over the limit")
    expect(page.get_by_role("alert")).to_contain_text("Trim it to 0:03 or less")
    assert sent_by(person) == []
    page.get_by_role("button", name="Send it all the same").click()
    page.wait_for_url("**/test/received")
    assert sent_by(person) == [("received", "long.mp4")]


@pytest.mark.parametrize(
    ("name", "size", "said"),
    [
        ("film.mp4", 51 * MIB, "The file is 51 MB, larger than 50 MB"),
        ("film.mp4", 0, "The file is empty"),
        ("notes.pdf", 10, "This is not a video"),
    ],
)
def test_a_file_that_cannot_do_is_refused_before_a_byte(
    page: Page, person: Person, tmp_path: Path, name: str, size: int, said: str
) -> None:
    page.set_input_files("#upload-file", a_file(tmp_path, size, name=name))

    expect(page.get_by_role("alert")).to_contain_text(said)
    expect(page.get_by_role("button", name="Choose again")).to_be_visible()
    assert sent_by(person) == []


def test_it_can_be_paused_and_gone_on_with(page: Page, person: Person, tmp_path: Path) -> None:
    slow_line(page, kib_per_s=4000)
    page.set_input_files("#upload-file", a_file(tmp_path, 20 * MIB))
    wait_for_percent(page, 10)

    page.get_by_role("button", name="Pause").click()
    expect(page.locator("[data-state]")).to_contain_text("Paused")
    page.get_by_role("button", name="Go on").click()
    slow_line(page, kib_per_s=100_000)

    page.wait_for_url("**/test/received")
    assert sent_by(person) == [("received", "film.mp4")]


def test_after_a_reload_the_same_file_goes_on_where_it_was(page: Page, person: Person, tmp_path: Path) -> None:
    film = a_file(tmp_path, 20 * MIB)
    slow_line(page, kib_per_s=6000)
    page.set_input_files("#upload-file", film)
    wait_for_percent(page, 45)
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()

    expect(page.get_by_text("was sent last time. Go on from there?")).to_be_visible()
    other = a_file(tmp_path, 20 * MIB, name="other.mp4")
    with page.expect_file_chooser() as asked:
        page.get_by_role("button", name="Choose the same file and go on").click()
    asked.value.set_files(other)
    expect(page.get_by_role("alert")).to_contain_text("This is another file than last time")
    slow_line(page, kib_per_s=2000)
    renamed = film.rename(tmp_path / "IMG_0001.mp4")  # phones rename what is chosen again
    page.set_input_files("#upload-file", renamed)
    wait_for_percent(page, 1)
    assert percent(page) >= 35
    slow_line(page, kib_per_s=100_000)

    page.wait_for_url("**/test/received")
    assert sent_by(person) == [("received", "film.mp4")]


def test_offline_it_waits_and_goes_on_by_itself(page: Page, person: Person, tmp_path: Path) -> None:
    slow_line(page, kib_per_s=4000)
    page.set_input_files("#upload-file", a_file(tmp_path, 20 * MIB))
    wait_for_percent(page, 10)

    page.context.set_offline(True)
    expect(page.locator("[data-state]")).to_contain_text("Offline")
    expect(page.locator("[data-sent]")).to_contain_text("is safely stored")
    page.context.set_offline(False)
    slow_line(page, kib_per_s=100_000)

    page.wait_for_url("**/test/received")
    assert sent_by(person) == [("received", "film.mp4")]


def test_a_server_that_is_away_for_a_moment_costs_a_countdown_only(page: Page, person: Person, tmp_path: Path) -> None:
    broken = 0

    def breaks_twice(route: object) -> None:
        nonlocal broken
        broken += 1
        route.abort("connectionreset") if broken <= 2 else route.continue_()  # type: ignore[attr-defined]

    page.route(lambda url: "/uploads/" in url, breaks_twice)
    page.set_input_files("#upload-file", a_file(tmp_path, MIB))

    expect(page.locator("[data-sent]")).to_contain_text("next try in")
    page.get_by_role("button", name="Try now").click()
    page.wait_for_url("**/test/received")
    assert sent_by(person) == [("received", "film.mp4")]


def test_a_cancelled_upload_is_gone_on_the_server_too(page: Page, person: Person, tmp_path: Path) -> None:
    slow_line(page, kib_per_s=4000)
    page.on("dialog", lambda dialog: dialog.accept())
    page.set_input_files("#upload-file", a_file(tmp_path, 20 * MIB))
    wait_for_percent(page, 10)

    page.get_by_role("button", name="Cancel upload").click()

    expect(page.get_by_text("Choose a video")).to_be_visible()
    assert sent_by(person) == [("cancelled", "film.mp4")]


def test_a_session_that_ended_pauses_it_and_says_so(page: Page, person: Person, tmp_path: Path) -> None:
    slow_line(page, kib_per_s=4000)
    page.set_input_files("#upload-file", a_file(tmp_path, 20 * MIB))
    wait_for_percent(page, 10)
    cookies = page.context.cookies()
    page.context.clear_cookies()

    expect(page.get_by_role("alert")).to_contain_text("Your session ended and the upload is paused")
    page.context.add_cookies(cookies)  # as signing in again in another window does
    slow_line(page, kib_per_s=100_000)
    page.get_by_role("button", name="Go on").click()

    page.wait_for_url("**/test/received")
    assert sent_by(person) == [("received", "film.mp4")]
