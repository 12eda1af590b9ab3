"""A film in all the sizes we make, its own packets among them, in a real Chromium: one plays on as another."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import send_from_directory
from playwright.sync_api import Browser, Page, expect

from contest.media.films import render_film
from contest.media.pictures import render_storyboard
from contest.media.probe import examine
from contest.media.sandbox import detect
from tests.chromium import DESKTOP
from tests.e2e.test_scripts import WITHOUT_HLS, ffmpeg
from tests.servers import serving
from tests.web.sample import sample_app

pytestmark = pytest.mark.e2e
FILM = "/film?mp4=/media/video.mp4&hls=/media/hls/master.m3u8&storyboard=/media/storyboard.vtt&lang=en"
SOURCE = ("-f", "lavfi", "-i", "testsrc2=s=1920x1080:d=8:r=25", "-f", "lavfi", "-i", "sine=440:d=8:r=44100")
CODED = ("-c:v", "libx264", "-preset", "ultrafast", "-profile:v", "main", "-bf", "1", "-g", "75", "-b:v", "3M")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Everything we make of eight seconds in 1080p, whose key pictures are three seconds apart."""
    folder = tmp_path_factory.mktemp("sizes")
    ffmpeg(*SOURCE, *CODED, "-pix_fmt", "yuv420p", "-c:a", "aac", folder / "film.mp4")
    box = detect()
    facts = examine(folder / "film.mp4", kind="video", box=box)
    render_film(folder / "film.mp4", facts, into=folder, box=box)
    render_storyboard(folder / "video.mp4", facts, into=folder, box=box)
    return folder


@pytest.fixture(scope="module")
def address(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    app = sample_app(tmp_path_factory.mktemp("sample"), testing=False)
    app.add_url_rule("/media/<path:name>", "media", lambda name: send_from_directory(folder, name))
    with serving(app) as address:
        yield address


@pytest.fixture(params=[WITHOUT_HLS], ids=["hls.js"])
def page(chromium: Browser, address: str, request: pytest.FixtureRequest) -> Iterator[Page]:
    size: Any = DESKTOP
    context = chromium.new_context(base_url=address, viewport=size, locale="en-US")
    context.set_default_timeout(20_000)
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
    page.add_init_script(request.param)
    page.goto(FILM)
    yield page
    context.close()
    assert complaints == []


def plays_on(page: Page, *, lines: int) -> None:
    page.wait_for_function(f"() => document.querySelector('video').videoHeight === {lines}")
    begun = page.evaluate("() => document.querySelector('video').currentTime")
    page.wait_for_function(f"() => document.querySelector('video').currentTime > {begun} + 0.3")


def test_a_person_can_choose_the_films_own_packets_and_each_smaller_size(page: Page) -> None:
    page.locator(".player__big").click()
    choice = page.locator("[data-quality]")
    expect(choice).to_have_text("Auto")
    expect(choice).to_have_attribute("aria-label", "Picture size Auto")
    video = page.locator("video")
    video.evaluate("(video) => { video.loop = true; video.playbackRate = 0.5; }")

    for lines in (1080, 720, 480):
        choice.click()
        expect(choice).to_have_text(f"{lines}p")
        page.evaluate("() => { document.querySelector('video').currentTime = 0.5; }")
        plays_on(page, lines=lines)

    choice.click()
    expect(choice).to_have_text("Auto")
    begins = video.evaluate("(video) => video.buffered.start(0)")
    assert begins == pytest.approx(0, abs=0.03)
    expect(page.get_by_role("alert")).to_have_count(0)


@pytest.mark.parametrize("page", ["", WITHOUT_HLS], ids=["with", "without"], indirect=True)
def test_the_stream_plays_to_its_end_also_where_the_browser_says_it_can_do_it_alone(page: Page) -> None:
    page.locator(".player__big").click()
    page.locator("video").evaluate("(video) => { video.playbackRate = 3; }")

    page.wait_for_function("() => document.querySelector('video').ended")

    assert page.evaluate("() => document.querySelector('video').duration") == pytest.approx(8, abs=0.15)
    expect(page.get_by_role("alert")).to_have_count(0)


def test_the_bar_shows_the_little_picture_of_the_moment_pointed_at(page: Page) -> None:
    page.locator(".player__big").click()
    bar = page.get_by_role("slider", name="Playback position")
    page.wait_for_function("() => document.querySelector('video').readyState > 1")
    expect(bar).to_have_attribute("max", re.compile(r"^(79|80)\d\d$"))
    place = bar.bounding_box()
    assert place is not None

    page.mouse.move(place["x"] + place["width"] * 0.55, place["y"] + place["height"] / 2)

    shown = page.locator(".player__prev")
    expect(shown).to_be_visible()
    expect(shown).to_have_text("0:04")
    picture = shown.locator("[data-picture]").evaluate(
        "(one) => [one.clientWidth, one.clientHeight, one.style.backgroundPosition, one.style.backgroundImage]"
    )
    assert picture[:3] == [160, 90, "-320px 0px"]
    assert picture[3].endswith('/media/storyboard.jpg")')
    page.mouse.move(place["x"], place["y"] - 300)
    expect(shown).to_be_hidden()
