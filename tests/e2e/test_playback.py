"""Everything made of a real film and a real photo, in a real Chromium on the pages of the service: to a judge while
nobody else may see it, and to everybody once it has won."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from contest.app import create_app
from contest.clock import now
from contest.db import db, transaction
from contest.editions.models import Edition
from contest.entries.models import Entry, EntryFile
from contest.uploads.actions import set_captions, store_captions
from contest.uploads.models import Asset, Upload
from contest.uploads.rules import sign_purpose
from tests.chromium import DESKTOP, PHONE
from tests.e2e.conftest import looked_at
from tests.e2e.films import a_film, a_photo
from tests.factories import a_person, an_edition, save
from tests.judging import factories as judging
from tests.showcase import factories as showcase
from tests.uploads.factories import MIB, Tus
from tests.uploads.live import Sender, Server, served
from tests.uploads.working import work

pytestmark = [pytest.mark.e2e, pytest.mark.one_database]
SPOKEN = "最后的种子只剩下一把。"
CAPTIONS = f"WEBVTT\n\n00:00.000 --> 00:04.000\n{SPOKEN}\n"
VIDEO = "document.querySelector('video')"


@dataclass
class Stage:
    """Who looks where: addresses of pages with the film and with the photo, and the cookies to open them with."""

    server: Server
    judges: dict[str, str]  # the cookie of the one who judges films, and of the one who judges photos
    stranger: str
    pages: dict[str, str]
    names: list[str]  # of all files of the film

    def cookies(self, viewer: str, what: str = "video") -> list[Any]:
        secret = {"judge": self.judges[what], "stranger": self.stranger}.get(viewer)
        return [{"name": "contest", "value": secret, "url": self.server.url}] if secret else []


@pytest.fixture(scope="module")
def stage(schema: str, database_kind: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("playback")
    (folder / "instance").mkdir()
    with served(schema, database_kind, folder / "instance") as server:
        app = create_app(instance=server.instance, testing=True)
        with app.app_context():
            film = _received(app, a_film(folder / "film.mp4", seconds=4).read_bytes(), kind="video")
            photo = _received(app, a_photo(folder / "photo.jpg").read_bytes(), kind="photo")
            work(app, lanes=["check", "encode"])
            with transaction():
                set_captions(film, *store_captions(film, CAPTIONS, language="zh"), language="zh", at=now())
            yield _set(app, server, film, photo)
            db.session.remove()
            db.engine.dispose()


def _received(app: Flask, body: bytes, *, kind: str) -> Asset:
    tus = Tus(app, a_person())
    path = tus.create(len(body), purpose=sign_purpose(kind=kind, max_bytes=100 * MIB, ref="test:1")).headers["Location"]
    assert tus.patch(path, 0, body).status_code == 204
    db.session.rollback()
    asset = db.session.get_one(Upload, path.rpartition("/")[2]).asset
    assert asset is not None
    return asset


def _set(app: Flask, server: Server, film: Asset, photo: Asset) -> Stage:
    """The same film and photo in a round that is open, and among the winners of another edition."""
    edition, won = an_edition(phase="judging", is_current=False), an_edition(phase="showcase")
    judges: dict[str, str] = {}
    pages: dict[str, str] = {}
    for asset in (film, photo):
        work_judged = judging.a_work(edition, category=_category(edition, asset.kind), files=False)
        save(EntryFile(entry_id=work_judged.id, position=0, asset_id=asset.id, state="current", added_at=now()))
        round_ = judging.a_round(edition, judges=1, works=0, category=work_judged.category)
        assignment = round_.assignments[0]
        award = showcase.a_work(won, kind=asset.kind)
        _shows(award.entry, asset)
        pages |= {f"{asset.kind} public": showcase.address_of(award)}
        pages |= {f"{asset.kind} judge": f"/judging/assignments/{assignment.id}"}
        judges[asset.kind] = Sender(app, assignment.judge, server).cookie
    names = [file["name"] for made in film.shown for file in made.files]
    return Stage(server, judges, Sender(app, a_person(), server).cookie, pages, names)


def _category(edition: Edition, kind: str) -> Any:
    return next(one for one in edition.categories if one.kind == kind)


def _shows(entry: Entry, asset: Asset) -> None:
    entry.files[0].asset = asset
    db.session.commit()


@pytest.fixture
def opened(chromium: Browser, stage: Stage) -> Iterator[Callable[..., Page]]:
    contexts = []

    def new(what: str, viewer: str, size: Any) -> Page:
        """The page of the film or photo, as `viewer` sees it."""
        context = chromium.new_context(
            base_url=stage.server.url, viewport=size, locale="zh-CN", has_touch=size is PHONE, is_mobile=size is PHONE
        )
        context.set_default_timeout(15_000)
        context.add_cookies(stage.cookies(viewer, what))
        contexts.append(context)
        page = context.new_page()
        page.goto(stage.pages[f"{what} {viewer}"])
        return page

    yield new
    for context in contexts:
        context.close()


def plays_on(page: Page, *, lines: int) -> None:
    page.wait_for_function(f"() => {VIDEO}.videoHeight === {lines}")
    begun = page.evaluate(f"() => {VIDEO}.currentTime")
    page.wait_for_function(f"() => {VIDEO}.currentTime > {begun} + 0.2")


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["390", "1440"])
@pytest.mark.parametrize("viewer", ["judge", "public"])
def test_the_film_plays_in_each_size_with_captions_and_little_pictures(
    opened: Callable[..., Page], viewer: str, size: dict[str, int]
) -> None:
    page = opened("video", viewer, size)
    assert page.evaluate(DECODED, [page.locator("video").get_attribute("poster")]) == [["image/jpeg", 1280]]

    page.locator(".player__big").click()
    page.evaluate(f"() => {{ {VIDEO}.loop = true; {VIDEO}.playbackRate = 0.5; }}")
    choice = page.locator("[data-quality]")
    for lines in (720, 480):
        choice.click()
        expect(choice).to_have_text(f"{lines}p")
        page.evaluate(f"() => {{ {VIDEO}.currentTime = 0.5; }}")
        plays_on(page, lines=lines)

    expect(page.locator(".player__cap")).to_have_text(SPOKEN)
    bar = page.locator(".player__ui > .scrub")
    place = bar.bounding_box()
    assert place is not None
    page.mouse.move(place["x"] + place["width"] * 0.6, place["y"] + place["height"] / 2)
    expect(page.locator(".player__prev")).to_be_visible()
    expect(page.locator(".player__cap")).to_have_css("opacity", "0")
    picture = page.locator(".player__prev [data-picture]").evaluate("(one) => one.style.backgroundImage")
    assert page.evaluate(DECODED, [picture.removeprefix('url("').removesuffix('")')])[0][0] == "image/jpeg"
    assert page.locator(".player__prev").bounding_box()["x"] >= 0  # type: ignore[index]
    looked_at(page, f"playing-{viewer}")
    expect(page.get_by_role("alert").locator("visible=true")).to_have_count(0)


@pytest.mark.parametrize("viewer", ["judge", "public"])
def test_without_the_stream_the_plain_file_plays(opened: Callable[..., Page], stage: Stage, viewer: str) -> None:
    page = opened("video", viewer, PHONE)
    page.route("**/*.m3u8", lambda route: route.abort())

    page.locator(".player__big").click()

    plays_on(page, lines=480)
    assert page.evaluate(f"() => {VIDEO}.currentSrc").endswith("/video.mp4")


# Type and width of each picture, as this browser decodes it.
DECODED = """(addresses) => Promise.all(addresses.map(async (address) => {
  const body = await (await fetch(address)).blob();
  return [body.type, (await createImageBitmap(body)).width];
}))"""
OFFERED = """() => [...document.querySelectorAll('main picture')].flatMap((one) =>
  [...one.querySelectorAll('source')].flatMap((source) => source.srcset.split(', ').map((said) => said.split(' ')[0]))
  .concat(one.querySelector('img').src))"""


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["390", "1440"])
@pytest.mark.parametrize("viewer", ["judge", "public"])
def test_the_photo_is_shown_in_every_format_it_is_offered_in(
    opened: Callable[..., Page], viewer: str, size: dict[str, int]
) -> None:
    page = opened("photo", viewer, size)

    found = page.evaluate(DECODED, page.evaluate(OFFERED))

    assert {kind for kind, _width in found} == {"image/avif", "image/webp", "image/jpeg"}
    assert {width for kind, width in found if kind == "image/avif"} == {480, 1024, 2048}
    shown = page.locator("main picture img").first
    page.wait_for_function("() => document.querySelector('main picture img').naturalWidth > 0")
    assert shown.evaluate("(one) => one.currentSrc").endswith(".avif")
    looked_at(page, f"photo-{viewer}")


def test_nobody_else_gets_a_single_part_of_what_a_judge_sees(chromium: Browser, stage: Stage) -> None:
    kinds = {name.rpartition(".")[2] for name in stage.names}
    assert kinds == {"m3u8", "mp4", "m4s", "vtt", "jpg"}
    address, answers = stage.pages["video judge"] + "/media/0/", {}

    for viewer in ("judge", "stranger", "nobody"):
        context = chromium.new_context(base_url=stage.server.url)
        context.add_cookies(stage.cookies(viewer))
        got = [context.request.get(address + name, max_redirects=0) for name in stage.names]
        answers[viewer] = {answer.status for answer in got}
        context.close()

    assert answers == {"judge": {200}, "stranger": {404}, "nobody": {404}}
