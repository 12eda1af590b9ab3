"""What our scripts add to pages that work without them, in a real Chromium, on a service with nothing but manners."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import send_from_directory
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.chromium import DESKTOP, PHONE
from tests.servers import serving
from tests.web.sample import sample_app

pytestmark = [pytest.mark.e2e, pytest.mark.one_database]

FILM = "/film?mp4=/media/film.mp4&hls=/media/film.m3u8&vtt=film.vtt&lang=en"
WITHOUT_HLS = """
const can = HTMLMediaElement.prototype.canPlayType;
HTMLMediaElement.prototype.canPlayType = function (type) { return /mpegurl/i.test(type) ? "" : can.call(this, type); };
"""
NOW = "() => document.querySelector('video').currentTime"


def ffmpeg(*arguments: str | Path) -> None:
    subprocess.run(["ffmpeg", "-v", "error", "-y", *map(str, arguments)], check=True)


@pytest.fixture(scope="session")
def films(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six seconds of film: MP4, HLS, captions."""
    folder = tmp_path_factory.mktemp("films")
    source = ["-f", "lavfi", "-i", "testsrc2=s=320x180:d=6:r=25", "-f", "lavfi", "-i", "sine=440:d=6"]
    ffmpeg(*source, "-c:v", "libx264", "-g", "50", "-pix_fmt", "yuv420p", "-c:a", "aac", folder / "film.mp4")
    hls = ["-c", "copy", "-hls_time", "2", "-hls_segment_type", "fmp4", "-hls_playlist_type", "vod"]
    ffmpeg("-i", folder / "film.mp4", *hls, folder / "film.m3u8")
    (folder / "film.vtt").write_text(
        "WEBVTT\n\n00:00.000 --> 00:06.000\nOnly the last seeds were left.\n", encoding="utf-8"
    )
    return folder


@pytest.fixture(scope="session")
def address(films: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    app = sample_app(tmp_path_factory.mktemp("sample"), testing=False)
    app.add_url_rule("/media/<path:name>", "media", lambda name: send_from_directory(films, name))
    with serving(app) as address:
        yield address


@pytest.fixture
def opened(chromium: Browser, address: str) -> Iterator[Callable[..., Page]]:
    """`opened(path, size)` is a page in a fresh browser; a script that fails fails the test."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def new(path: str, size: Any = DESKTOP, *, init: str = "", **options: Any) -> Page:
        context = chromium.new_context(base_url=address, viewport=size, locale="en-US", **options)
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console", lambda line: complaints.append(line.text) if "Content Security Policy" in line.text else None
        )
        if init:
            page.add_init_script(init)
        page.goto(path)
        return page

    yield new
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.mark.parametrize("init", ["", WITHOUT_HLS], ids=["native", "hls.js"])
def test_a_film_is_played_paused_and_sought_by_keyboard_alone(opened: Callable[..., Page], init: str) -> None:
    page = opened(FILM, init=init)
    play = page.get_by_role("button", name="Play “一粒高粱的远征”, length 0:06")

    play.focus()
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.querySelector('video').currentTime > 0.3")
    expect(page.get_by_role("button", name="Pause")).to_be_focused()
    expect(page.locator(".player__cap")).to_have_text("Only the last seeds were left.")

    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    page.evaluate("() => { document.querySelector('video').currentTime = 0; }")
    page.keyboard.press("l")
    expect(page.get_by_role("slider", name="Playback position")).to_have_attribute("aria-valuetext", "0:05 of 0:06")


def test_nothing_of_a_film_is_loaded_before_somebody_plays_it(opened: Callable[..., Page]) -> None:
    page = opened(FILM, init=WITHOUT_HLS)
    page.wait_for_load_state("networkidle")

    loaded = page.evaluate("() => performance.getEntriesByType('resource').map((one) => one.name.split('/').at(-1))")

    assert [name for name in loaded if name.endswith((".m3u8", ".mp4", ".m4s")) or name.startswith("hls")] == []


@pytest.mark.parametrize("init", ["", WITHOUT_HLS], ids=["native", "hls.js"])
def test_when_the_stream_is_missing_the_plain_file_plays(opened: Callable[..., Page], init: str) -> None:
    page = opened("/film?mp4=/media/film.mp4&hls=/media/none.m3u8&lang=en", PHONE, init=init)

    page.locator(".player__big").click()

    page.wait_for_function("() => document.querySelector('video').currentTime > 0.3")
    expect(page.get_by_role("alert")).to_have_count(0)


def test_when_nothing_plays_it_is_said_in_words_with_a_way_on(opened: Callable[..., Page]) -> None:
    page = opened("/film?mp4=/media/none.mp4&hls=/media/none.m3u8&lang=en", PHONE)

    page.locator(".player__big").click()

    expect(page.get_by_role("alert")).to_contain_text("This video cannot be played right now")
    expect(page.get_by_role("button", name="Try again")).to_be_visible()


def test_captions_speed_and_sound_say_their_state(opened: Callable[..., Page]) -> None:
    page = opened(FILM)
    page.locator(".player__big").click()
    page.wait_for_function("() => document.querySelector('video').currentTime > 0.2")

    page.get_by_role("button", name="Captions").click()
    expect(page.get_by_role("button", name="Captions")).to_have_attribute("aria-pressed", "false")
    expect(page.locator(".player__cap")).to_be_hidden()

    page.get_by_role("button", name="Speed 1×").click()
    expect(page.get_by_role("button", name="Speed 1.25×")).to_be_visible()

    page.get_by_role("button", name="Mute", exact=True).click()
    expect(page.get_by_role("button", name="Unmute")).to_be_visible()


def test_photos_open_in_a_viewer_that_the_keyboard_moves_and_closes(opened: Callable[..., Page]) -> None:
    page = opened(FILM)
    first = page.get_by_role("link", name="照片 hero", exact=True)

    first.focus()
    page.keyboard.press("Enter")
    viewer = page.get_by_role("dialog", name="Photo viewer")
    expect(viewer).to_contain_text("Photo 1 of 2")
    page.keyboard.press("ArrowRight")
    expect(viewer).to_contain_text("Photo 2 of 2")
    page.keyboard.press("+")
    expect(viewer.get_by_role("img")).to_have_class("is-zoomed")

    page.keyboard.press("Escape")
    expect(viewer).to_be_hidden()
    expect(first).to_be_focused()


def test_large_text_and_the_dark_page_are_kept(opened: Callable[..., Page]) -> None:
    page = opened("/components?lang=en")

    page.get_by_role("button", name="Large text").click()
    page.get_by_role("button", name="Light or dark").click()
    page.goto("/works/1")

    root = page.locator("html")
    expect(root).to_have_attribute("data-size", "large")
    expect(root).to_have_attribute("data-theme", "dark")
    expect(page.get_by_role("button", name="Large text")).to_have_attribute("aria-pressed", "true")


def test_without_script_there_are_no_buttons_that_do_nothing(opened: Callable[..., Page]) -> None:
    page = opened(FILM, java_script_enabled=False)

    expect(page.get_by_role("button", name="Large text")).to_be_hidden()
    expect(page.locator(".player__ui")).to_be_hidden()
    expect(page.locator(".player__big")).to_be_hidden()
    assert page.locator("video").get_attribute("controls") is not None


def test_text_kept_from_an_ended_session_is_sent_with_one_press(opened: Callable[..., Page]) -> None:
    page = opened("/works/7/people-form?lang=en")
    page.get_by_label("Synopsis").fill("Forty years later")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your text is kept")

    with page.context.expect_page() as window:
        page.get_by_role("link", name="Sign in in a new window").click()
    window.value.get_by_role("button", name="Sign in").click()
    window.value.wait_for_url("**/")
    page.get_by_role("button", name="Send again").click()

    expect(page.locator("body")).to_contain_text("Forty years later")
    assert page.url.endswith("/works/7/people")


def test_the_error_summary_has_the_focus_and_leads_to_the_field(opened: Callable[..., Page]) -> None:
    page = opened("/works/1?lang=en", PHONE)
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_role("alert")).to_be_focused()
    page.get_by_role("link", name="Enter the title").click()
    expect(page.get_by_label("Title")).to_be_focused()


def test_characters_are_counted_while_typing(opened: Callable[..., Page]) -> None:
    page = opened("/works/1?lang=en")

    page.get_by_label("Synopsis").fill("Twelve chars")

    expect(page.locator("#synopsis-count")).to_have_text("12 of 200 characters")


@pytest.mark.parametrize("width", [320, 360, 390, 820, 1440])
@pytest.mark.parametrize("size", ["", "large"])
def test_no_layout_is_wider_than_the_screen(opened: Callable[..., Page], width: int, size: str) -> None:
    page = opened("/?lang=en", {"width": width, "height": 800}, init=f"localStorage.setItem('zg-size', '{size}')")

    for path in ("/", "/works/1", "/components", FILM, "/flow", "/desk", "/split", "/nope"):
        page.goto(path)
        wider = page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wider <= 0, f"{path} is {wider} px wider than {width}"
