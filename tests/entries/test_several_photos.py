"""Several photos at once in a real browser: into the free places in the order of choice, each with its own buttons."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from contest.app import create_app
from contest.db import db
from contest.entries.models import Entry, EntryFile
from contest.uploads.models import Asset, Upload
from tests.chromium import PHONE
from tests.e2e.conftest import looked_at
from tests.entries.factories import a_category, an_entry
from tests.entries.test_upload_in_chromium import cookie_of, slow_line
from tests.factories import an_edition
from tests.uploads.live import Server, served
from tests.uploads.working import make_film

pytestmark = [pytest.mark.e2e, pytest.mark.one_database]


@pytest.fixture(scope="module")
def server(schema: str, database_kind: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with served(schema, database_kind, tmp_path_factory.mktemp("several")) as server:
        yield server


@pytest.fixture
def entry(server: Server) -> Iterator[Entry]:
    """An entry of photos with four free places."""
    app = create_app(instance=server.instance, testing=True)
    with app.app_context():
        yield an_entry(an_edition(is_current=False), kind="photo")
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def page(server: Server, entry: Entry, chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(base_url=server.url, viewport=PHONE, locale="en")
    context.add_cookies([cookie_of(entry.entrant, server)])
    context.set_default_timeout(15_000)
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(f"/entries/{entry.id}/file?lang=en")
    yield page
    context.close()
    assert complaints == []


def photos(folder: Path, count: int, *, side: int = 1700) -> list[Path]:
    """Noise, so that they have some size: 400 kB each."""
    paths = [folder / f"{number}.jpg" for number in range(1, count + 1)]
    for path in paths:
        Image.frombytes("L", (400, 300), os.urandom(120_000)).resize((side, side * 3 // 4)).save(path, quality=90)
    return paths


def in_places(entry: Entry) -> list[str]:
    db.session.rollback()
    there = sa.select(Upload.filename).join(Asset).join(EntryFile, EntryFile.asset_id == Asset.id)
    there = there.where(EntryFile.entry_id == entry.id, EntryFile.state == "current")
    return list(db.session.scalars(there.order_by(EntryFile.position)))


def test_photos_chosen_together_fill_the_places_in_the_order_of_choice(
    page: Page, entry: Entry, tmp_path: Path
) -> None:
    with page.expect_navigation(url="**/file"):
        page.set_input_files("#upload-file", photos(tmp_path, 3))

    assert in_places(entry) == ["1.jpg", "2.jpg", "3.jpg"]
    expect(page.get_by_text("Room for 1 more photo.")).to_be_visible()


DROP = """async (names) => {
  const canvas = Object.assign(document.createElement("canvas"), { width: 1700, height: 1200 });
  const transfer = new DataTransfer();
  for (const name of names) {
    const pen = canvas.getContext("2d");
    pen.fillStyle = "white"; // or all were black, and one would be taken for the other half of the one before
    pen.fillRect(0, 0, 100 * transfer.items.length, 100);
    const blob = await new Promise((made) => canvas.toBlob(made, "image/jpeg"));
    transfer.items.add(new File([blob], name, { type: "image/jpeg" }));
  }
  const dropped = new DragEvent("drop", { dataTransfer: transfer, cancelable: true });
  document.querySelector("[data-drop]").dispatchEvent(dropped);
}"""


def test_photos_dropped_together_do_the_same(page: Page, entry: Entry) -> None:
    with page.expect_navigation(url="**/file"):
        page.evaluate(DROP, ["b.jpg", "a.jpg"])

    assert in_places(entry) == ["b.jpg", "a.jpg"]


def test_those_for_which_there_is_no_place_are_named_and_not_sent(page: Page, entry: Entry, tmp_path: Path) -> None:
    page.set_input_files("#upload-file", photos(tmp_path, 6))

    expect(page.get_by_role("alert")).to_contain_text("There is room for 4 photos here")
    expect(page.get_by_role("alert")).to_contain_text("Left out, and not sent: 5.jpg, 6.jpg.")
    page.get_by_role("link", name="Go to what has arrived").click()
    assert in_places(entry) == ["1.jpg", "2.jpg", "3.jpg", "4.jpg"]


def test_each_can_be_paused_and_given_up_while_the_others_go_on(page: Page, entry: Entry, tmp_path: Path) -> None:
    slow_line(page, kib_per_s=300)
    page.set_input_files("#upload-file", photos(tmp_path, 3))
    first, second, third = (page.locator(f".up[aria-label='{number}.jpg']") for number in (1, 2, 3))
    expect(second.locator("[data-state]")).to_have_text("Waiting its turn")

    third.get_by_role("button", name="Give it up").click()
    first.get_by_role("button", name="Pause").click()

    expect(first.locator("[data-state]")).to_have_text("Paused")
    expect(second.locator("[data-state]")).to_have_text("Uploaded", timeout=15_000)
    slow_line(page, kib_per_s=100_000)
    with page.expect_navigation(url="**/file"):
        first.get_by_role("button", name="Go on").click()
    assert in_places(entry) == ["2.jpg", "1.jpg"]


def test_one_that_is_refused_holds_nothing_back(page: Page, entry: Entry, tmp_path: Path) -> None:
    good = photos(tmp_path, 2)
    bad = tmp_path / "empty.jpg"
    bad.touch()

    page.set_input_files("#upload-file", [good[0], bad, good[1]])

    expect(page.get_by_role("alert")).to_contain_text("empty.jpg")
    expect(page.get_by_role("alert")).to_contain_text("The file is empty. Choose another one.")
    page.get_by_role("link", name="Go to what has arrived").click()
    assert in_places(entry) == ["1.jpg", "2.jpg"]


def test_photos_are_put_in_another_order_by_keyboard(page: Page, entry: Entry, tmp_path: Path) -> None:
    with page.expect_navigation(url="**/file"):
        page.set_input_files("#upload-file", photos(tmp_path, 2))

    page.locator("[value^=down-]").focus()
    page.keyboard.press("Enter")

    expect(page.get_by_text("“1.jpg” is now photo 2.")).to_be_visible()
    assert in_places(entry) == ["2.jpg", "1.jpg"]
    assert page.url.partition("#")[2].startswith("photo-")


def test_without_scripts_several_photos_go_in_one_form(
    server: Server, entry: Entry, chromium: Browser, tmp_path: Path
) -> None:
    context = chromium.new_context(base_url=server.url, viewport=PHONE, locale="en", java_script_enabled=False)
    context.add_cookies([cookie_of(entry.entrant, server)])
    page = context.new_page()
    page.goto(f"/entries/{entry.id}/file?lang=en")

    page.set_input_files("#upload-file", photos(tmp_path, 5))
    page.get_by_role("button", name="Send the files").click()

    expect(page.get_by_text("5.jpg: This entry already has as many files as its category allows.")).to_be_visible()
    context.close()
    assert in_places(entry) == ["1.jpg", "2.jpg", "3.jpg", "4.jpg"]


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_it_reads_well_on_a_phone(page: Page, entry: Entry, tmp_path: Path, language: str) -> None:
    """Looked at by axe-core, and with SHOTS=folder by people."""
    page.goto(f"/entries/{entry.id}/file?lang={language}")
    slow_line(page, kib_per_s=200)
    page.set_input_files("#upload-file", photos(tmp_path, 5))
    page.locator(".up [data-do=pause]:visible").first.wait_for()
    page.wait_for_timeout(1500)
    looked_at(page, f"several-{language}-sending")
    slow_line(page, kib_per_s=100_000)
    page.locator("[data-finished] a").click()
    looked_at(page, f"several-{language}-sent")


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_both_copies_of_a_film_are_sent_from_one_page(page: Page, entry: Entry, tmp_path: Path, language: str) -> None:
    a_category(entry.edition).further_limits = {"showcase_copy": "required"}
    film = an_entry(entry.edition, entrant=entry.entrant)
    page.goto(f"/entries/{film.id}/file?lang={language}")
    looked_at(page, f"copies-{language}-empty")

    for number, name in enumerate(("#upload-showcase", "#upload-file"), start=1):
        with page.expect_navigation(url="**/file"):
            page.set_input_files(name, make_film(tmp_path / f"{number}.mp4", size="854x480"))

    db.session.rollback()
    assert [(file.role, file.asset.upload.filename) for file in film.current_files] == [
        ("", "2.mp4"),
        ("showcase", "1.mp4"),
    ]
    looked_at(page, f"copies-{language}-sent")
