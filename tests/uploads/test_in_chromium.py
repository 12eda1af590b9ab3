"""Sending a file from a real browser, on a line as slow and as broken as those of phones."""

import hashlib
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import pytest
import sqlalchemy as sa
from flask import current_app
from playwright.sync_api import Browser, CDPSession, Locator, Page, Route, expect

from contest.accounts.models import Person
from contest.app import create_app
from contest.db import db
from contest.uploads.models import Upload
from tests.chromium import PHONE
from tests.factories import a_person
from tests.uploads.factories import MIB
from tests.uploads.live import Sender, Server, served
from tests.uploads.working import make_film

pytestmark = [pytest.mark.e2e, pytest.mark.one_database]


@pytest.fixture(scope="module")
def server(schema: str, database_kind: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One service for all tests of this module: starting it takes longer than they do."""
    with served(schema, database_kind, tmp_path_factory.mktemp("chromium")) as server:
        yield server


@pytest.fixture
def person(server: Server) -> Iterator[Person]:
    app = create_app(instance=server.instance, testing=True)
    with app.app_context():
        yield a_person()
        db.session.remove()
        db.engine.dispose()


def cookie_of(person: Person, server: Server) -> Any:
    """A session of its own, as each device has one."""
    cookie = Sender(current_app._get_current_object(), person, server).cookie  # type: ignore[attr-defined]
    return {"name": "contest", "value": cookie, "url": server.url}


@pytest.fixture
def page(server: Server, person: Person, chromium: Browser) -> Iterator[Page]:
    """The uploader's page, in English, on a phone, as `person`."""
    context = chromium.new_context(base_url=server.url, viewport=PHONE, locale="en")
    context.add_cookies([cookie_of(person, server)])
    context.set_default_timeout(15_000)
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto("/test/upload?lang=en")
    yield page
    context.close()
    assert complaints == []


_lines: WeakKeyDictionary[Page, CDPSession] = WeakKeyDictionary()


def slow_line(page: Page, *, kib_per_s: float) -> None:
    line = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": kib_per_s * 1024}
    session = _lines.setdefault(page, page.context.new_cdp_session(page))  # of several the first would win
    session.send("Network.emulateNetworkConditions", line)


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


def state(page: Page) -> Locator:
    return page.locator("[data-up] [data-state]")


def note(page: Page) -> Locator:
    return page.locator("[data-up] [data-sent]")


def wait_for_percent(page: Page, least: int) -> None:
    """By looking again and again: the page's own policy forbids that a function is waited for inside it."""
    deadline = time.monotonic() + 20
    while percent(page) < least:
        assert time.monotonic() < deadline, f"{percent(page)}% after 20 s"
        page.wait_for_timeout(50)


def begin_and_leave(page: Page, folder: Path) -> Path:
    """A film of 20 MiB, of which somewhat less than half was sent before the page was loaded anew."""
    film = a_file(folder, 20 * MIB)
    page.on("dialog", lambda dialog: dialog.accept())
    slow_line(page, kib_per_s=6000)
    page.set_input_files("#upload-file", film)
    wait_for_percent(page, 45)
    page.reload()
    return film


def choose_the_same(page: Page, file: Path) -> None:
    with page.expect_file_chooser() as asked:
        page.get_by_role("button", name="Choose the same file and go on").click()
    asked.value.set_files(file)


def test_a_chosen_film_is_sent_and_the_page_goes_on(page: Page, person: Person, tmp_path: Path) -> None:
    page.set_input_files("#upload-file", make_film(tmp_path / "高粱的“远征”.mp4"))

    page.wait_for_url("**/test/received")

    assert sent_by(person) == [("received", "高粱的“远征”.mp4")]


@pytest.mark.parametrize(
    ("size", "said"),
    [(51 * MIB, "The file is 51 MB, larger than 50 MB. Export it"), (0, "The file is empty. Choose another one.")],
)
def test_a_file_that_cannot_do_is_refused_before_a_byte_in_the_servers_words(
    page: Page, person: Person, tmp_path: Path, size: int, said: str
) -> None:
    page.set_input_files("#upload-file", a_file(tmp_path, size))

    expect(page.get_by_role("alert")).to_contain_text(said)
    expect(page.get_by_role("button", name="Choose again")).to_be_focused()
    assert sent_by(person) == []


def test_it_can_be_paused_and_gone_on_with(page: Page, person: Person, tmp_path: Path) -> None:
    slow_line(page, kib_per_s=4000)
    page.set_input_files("#upload-file", a_file(tmp_path, 20 * MIB))
    wait_for_percent(page, 10)

    page.get_by_role("button", name="Pause").click()
    expect(state(page)).to_contain_text("Paused")
    page.get_by_role("button", name="Go on").click()
    slow_line(page, kib_per_s=100_000)

    page.wait_for_url("**/test/received")
    assert sent_by(person) == [("received", "film.mp4")]


def test_after_a_reload_the_same_file_goes_on_where_it_was(page: Page, person: Person, tmp_path: Path) -> None:
    film = begin_and_leave(page, tmp_path)

    expect(page.get_by_text("What has arrived is not sent twice.")).to_be_visible()
    slow_line(page, kib_per_s=2000)
    renamed = film.rename(tmp_path / "IMG_0001.mp4")  # phones rename what is chosen again
    choose_the_same(page, renamed)
    wait_for_percent(page, 1)
    assert percent(page) >= 35
    slow_line(page, kib_per_s=100_000)

    page.wait_for_url("**/test/received")
    assert sent_by(person) == [("received", "film.mp4")]


def test_another_file_of_the_same_size_is_told_apart_and_one_may_start_anew(
    page: Page, person: Person, tmp_path: Path
) -> None:
    film = begin_and_leave(page, tmp_path)
    choose_the_same(page, a_file(tmp_path, film.stat().st_size, name="copy.mp4"))

    expect(page.get_by_role("alert")).to_contain_text("This is another file than the one you began with")
    expect(page.get_by_role("alert")).to_contain_text("It is as large as “film.mp4”")
    expect(page.get_by_role("button", name="Look for the original")).to_be_focused()
    page.get_by_role("button", name="Start anew with this file").click()
    slow_line(page, kib_per_s=100_000)

    page.wait_for_url("**/test/received")
    assert sorted(sent_by(person)) == [("cancelled", "film.mp4"), ("received", "copy.mp4")]


def test_a_copy_that_the_phone_made_anew_is_told_apart_even_when_it_is_chosen_unasked(
    page: Page, person: Person, tmp_path: Path
) -> None:
    film = begin_and_leave(page, tmp_path)
    page.set_input_files("#upload-file", a_file(tmp_path, 12 * MIB, name="copy.mp4"))
    expect(page.get_by_role("alert")).to_contain_text(
        "You began with “film.mp4” of 20 MB; the one chosen now has 12 MB."
    )

    with page.expect_file_chooser() as asked:
        page.get_by_role("button", name="Look for the original").click()
    asked.value.set_files(film)
    slow_line(page, kib_per_s=100_000)

    page.wait_for_url("**/test/received")
    assert sent_by(person) == [("received", "film.mp4")]


def test_on_plain_http_where_browsers_cannot_hash_the_same_file_is_recognised_all_the_same(
    page: Page, person: Person, tmp_path: Path
) -> None:
    page.add_init_script("Object.defineProperty(crypto, 'subtle', {value: undefined})")
    film = begin_and_leave(page, tmp_path)
    slow_line(page, kib_per_s=100_000)

    choose_the_same(page, film)

    page.wait_for_url("**/test/received")
    assert sent_by(person) == [("received", "film.mp4")]


def test_our_own_hash_is_sha_256(page: Page) -> None:
    sizes = [0, 1, 55, 56, 63, 64, 65, 119, 120, 1000, MIB]
    bodies = {size: bytes(n * n % 251 for n in range(size)) for size in sizes}
    ours = page.evaluate(
        """async (sizes) => {
            const { sha256 } = await import("/static/js/upload-same.js");
            const hex = (bytes) => [...bytes].map((one) => one.toString(16).padStart(2, "0")).join("");
            return sizes.map((size) => hex(sha256(Uint8Array.from({length: size}, (_, n) => (n * n) % 251))));
        }""",
        sizes,
    )

    assert ours == [hashlib.sha256(bodies[size]).hexdigest() for size in sizes]


def test_it_goes_on_from_another_device_of_the_same_person(
    page: Page, person: Person, server: Server, chromium: Browser, tmp_path: Path
) -> None:
    film = begin_and_leave(page, tmp_path)
    other = chromium.new_context(base_url=server.url, locale="en")
    other.add_cookies([cookie_of(person, server)])
    there = other.new_page()
    there.goto("/test/upload?lang=en")

    choose_the_same(there, film)

    there.wait_for_url("**/test/received")
    other.close()
    assert sent_by(person) == [("received", "film.mp4")]


def test_offline_it_waits_and_goes_on_by_itself(page: Page, person: Person, tmp_path: Path) -> None:
    slow_line(page, kib_per_s=4000)
    page.set_input_files("#upload-file", a_file(tmp_path, 20 * MIB))
    wait_for_percent(page, 10)

    page.context.set_offline(True)
    expect(state(page)).to_contain_text("Waiting for the network")
    expect(note(page)).to_contain_text("is safely stored")
    page.context.set_offline(False)
    slow_line(page, kib_per_s=100_000)

    page.wait_for_url("**/test/received")
    assert sent_by(person) == [("received", "film.mp4")]


def test_a_server_that_is_away_for_a_moment_costs_a_countdown_only(page: Page, person: Person, tmp_path: Path) -> None:
    broken = 0

    def breaks_twice(route: Route) -> None:
        nonlocal broken
        broken += 1
        route.abort("connectionreset") if broken <= 2 else route.continue_()

    page.route(lambda url: "/uploads/" in url, breaks_twice)
    page.set_input_files("#upload-file", a_file(tmp_path, MIB))

    expect(note(page)).to_contain_text("Weak signal: next try in")
    page.get_by_role("button", name="Try now").click()
    page.wait_for_url("**/test/received")
    assert sent_by(person) == [("received", "film.mp4")]


def test_an_answer_that_never_comes_is_given_up_after_a_while_and_tried_again(
    page: Page, person: Person, tmp_path: Path
) -> None:
    swallowed: list[Route] = []

    def swallow_the_first(route: Route) -> None:
        if route.request.method == "PATCH" and not swallowed:
            swallowed.append(route)  # neither sent nor answered
        else:
            route.continue_()

    page.clock.install()
    page.route(lambda url: "/uploads/" in url, swallow_the_first)
    page.set_input_files("#upload-file", a_file(tmp_path, MIB))
    expect(state(page)).to_contain_text("Uploading")
    while not swallowed:
        page.wait_for_timeout(50)
    page.clock.fast_forward(91_000)

    expect(note(page)).to_contain_text("Nothing moved for a while: next try in")
    page.clock.fast_forward(3000)
    page.wait_for_url("**/test/received")
    assert sent_by(person) == [("received", "film.mp4")]


def test_a_request_that_the_browser_itself_broke_off_is_tried_again(page: Page, person: Person, tmp_path: Path) -> None:
    page.add_init_script(
        """const send = XMLHttpRequest.prototype.send; let aborted = 0;
        XMLHttpRequest.prototype.send = function (...words) {
            send.apply(this, words);
            if (words[0] && !aborted) { aborted += 1; setTimeout(() => this.abort(), 5); }
        };"""
    )
    page.reload()
    slow_line(page, kib_per_s=20_000)
    page.set_input_files("#upload-file", a_file(tmp_path, 4 * MIB))

    expect(note(page)).to_contain_text("next try in")
    page.wait_for_url("**/test/received")
    assert sent_by(person) == [("received", "film.mp4")]


def test_a_gateway_that_takes_only_small_requests_is_given_small_ones(
    page: Page, person: Person, tmp_path: Path
) -> None:
    sizes: list[int] = []

    def refuse_large(route: Route) -> None:
        length = int(route.request.headers.get("content-length") or len(route.request.post_data_buffer or b""))
        sizes.append(length)
        if length > MIB:
            route.fulfill(status=413, content_type="text/html", body="<h1>413 Request Entity Too Large</h1>")
        else:
            route.continue_()

    page.route(lambda url: "/uploads/" in url, refuse_large)
    page.set_input_files("#upload-file", a_file(tmp_path, 3 * MIB))

    page.wait_for_url("**/test/received")
    assert sent_by(person) == [("received", "film.mp4")]
    assert [size for size in sizes if size] == [3 * MIB, 3 * MIB, 2 * MIB, MIB, MIB, MIB]


def test_a_gateway_that_lets_no_patch_through_is_sent_posts(page: Page, person: Person, tmp_path: Path) -> None:
    def refuse_patch(route: Route) -> None:
        route.fulfill(status=405, body="Not allowed") if route.request.method == "PATCH" else route.continue_()

    page.route(lambda url: "/uploads/" in url, refuse_patch)
    page.set_input_files("#upload-file", a_file(tmp_path, MIB))

    page.wait_for_url("**/test/received")
    assert sent_by(person) == [("received", "film.mp4")]


def test_giving_up_says_what_is_lost_and_removes_it_on_the_server_too(
    page: Page, person: Person, tmp_path: Path
) -> None:
    slow_line(page, kib_per_s=3000)
    page.set_input_files("#upload-file", a_file(tmp_path, 20 * MIB))
    wait_for_percent(page, 45)

    page.get_by_role("button", name="Give it up").click()
    asked = page.get_by_role("dialog", name="Give up this upload?")
    expect(asked).to_contain_text("What has arrived of “film.mp4” (8.0 MB) is removed for good.")
    expect(asked.get_by_role("button", name="Keep the upload")).to_be_focused()
    page.keyboard.press("Escape")
    expect(state(page)).to_contain_text("Uploading")
    page.get_by_role("button", name="Give it up").click()
    asked.get_by_role("button", name="Give up and remove").click()

    expect(page.get_by_text("Choose a video")).to_be_visible()
    assert sent_by(person) == [("cancelled", "film.mp4")]


def test_states_are_announced_and_the_keyboard_keeps_its_place(page: Page, person: Person, tmp_path: Path) -> None:
    slow_line(page, kib_per_s=3000)
    page.set_input_files("#upload-file", a_file(tmp_path, 20 * MIB))
    wait_for_percent(page, 3)
    expect(page.locator("[data-up]")).to_be_focused()
    said = page.locator("[data-live]")

    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Pause")).to_be_focused()
    page.keyboard.press("Enter")
    expect(said).to_contain_text("Paused. Paused by you.")
    expect(page.get_by_role("button", name="Go on")).to_be_focused()
    page.keyboard.press("Enter")
    expect(said).to_contain_text("Uploading")


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


def test_whoever_leaves_while_bytes_go_is_asked_first_and_nobody_else(
    page: Page, person: Person, tmp_path: Path
) -> None:
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    slow_line(page, kib_per_s=3000)
    page.set_input_files("#upload-file", a_file(tmp_path, 20 * MIB))
    wait_for_percent(page, 3)
    page.get_by_role("button", name="Pause").click()  # browsers ask only those who have touched the page
    page.reload()
    assert asked == []

    choose_the_same(page, tmp_path / "film.mp4")
    page.get_by_role("button", name="Pause").click()
    page.get_by_role("button", name="Go on").click()
    expect(state(page)).to_contain_text("Uploading")
    page.reload()

    assert asked == ["beforeunload"]


def test_the_screen_is_kept_on_while_bytes_go_and_only_then(page: Page, person: Person, tmp_path: Path) -> None:
    page.add_init_script(
        """window.locks = [];
        const request = async () => {
            locks.push("on");
            return { released: false, async release() { this.released = true; locks.push("off"); } };
        };
        Object.defineProperty(navigator, "wakeLock", { value: { request } });"""
    )
    page.reload()
    slow_line(page, kib_per_s=3000)
    page.set_input_files("#upload-file", a_file(tmp_path, 20 * MIB))
    wait_for_percent(page, 3)
    page.get_by_role("button", name="Pause").click()

    assert page.evaluate("locks") == ["on", "off"]


def test_two_devices_at_once_take_turns_and_the_file_arrives_once(
    page: Page, person: Person, server: Server, chromium: Browser, tmp_path: Path
) -> None:
    film = begin_and_leave(page, tmp_path)
    slow_line(page, kib_per_s=3000)
    choose_the_same(page, film)
    wait_for_percent(page, 45)
    other = chromium.new_context(base_url=server.url, locale="en")
    other.add_cookies([cookie_of(person, server)])
    there = other.new_page()
    there.goto("/test/upload?lang=en")
    choose_the_same(there, film)

    expect(note(there)).to_contain_text("Another window or device is sending this file")
    slow_line(page, kib_per_s=100_000)
    page.wait_for_url("**/test/received")
    there.wait_for_url("**/test/received")
    other.close()
    assert sent_by(person) == [("received", "film.mp4")]


def test_when_the_screen_comes_on_again_it_goes_on_at_once(page: Page, person: Person, tmp_path: Path) -> None:
    gone = True

    def away(route: Route) -> None:
        route.abort("connectionreset") if gone else route.continue_()

    page.route(lambda url: "/uploads/" in url, away)
    page.set_input_files("#upload-file", a_file(tmp_path, MIB))
    expect(note(page)).to_contain_text("attempt 3", timeout=15_000)
    gone = False

    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")

    page.wait_for_url("**/test/received", timeout=3000)
    assert sent_by(person) == [("received", "film.mp4")]
