"""Components are valid and safe whatever texts they get."""

import pytest
from flask import Flask, render_template_string

from tests.browser import Browser
from tests.page import Html, text_of

NASTY = "<script>alert('\"&')</script>"


def render(app: Flask, source: str, **values: object) -> Html:
    with app.test_request_context("/"):
        return Html(render_template_string(source, **values), whole=False)


@pytest.mark.parametrize("path", ["/", "/works/1", "/components", "/film", "/flow", "/desk", "/split", "/print"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_layout_and_component_makes_good_pages(sample: Flask, path: str, language: str) -> None:
    Browser(sample, language=language).open(path)


@pytest.mark.parametrize(
    "call",
    [
        '{% from "components/ui.html" import msg %}{{ msg("bad", text, text, text) }}',
        '{% from "components/ui.html" import state %}{{ state("ok", text) }}',
        '{% from "components/ui.html" import empty %}{{ empty(text, text) }}',
        '{% from "components/ui.html" import work %}{{ work(text, text, text, text, 1000, lead=text) }}',
        '{% from "components/ui.html" import steps %}{{ steps([text, text], 1, [text, text]) }}',
        '{% from "components/ui.html" import dock %}{{ dock(text, text, text, text, missing=text) }}',
        '{% from "components/ui.html" import crumbs %}{{ crumbs([(text, text), ("", text)]) }}',
        '{% from "components/ui.html" import check %}<ul>{{ check("bad", text, text, text, text) }}</ul>',
        '{% from "components/player.html" import player %}{{ player(text, text, text, text, 9, [("zh", text)]) }}',
        '{% from "components/icons.html" import i %}{{ i("ok", text, text) }}',
        '{% from "components/forms.html" import post_button %}{{ post_button(text, text, fields={text: text}) }}',
    ],
)
def test_no_text_becomes_markup(sample: Flask, call: str) -> None:
    html = render(sample, call, text=NASTY)

    assert html.all("script") == []


def test_a_missing_step_is_said_and_tied_to_the_button(sample: Flask) -> None:
    html = render(sample, '{% from "components/ui.html" import dock %}{{ dock("Submit", missing="Tick the pledge") }}')

    button = html.one("button")
    assert (button.get("aria-disabled"), button.get("aria-describedby")) == ("true", "dock-note")
    assert text_of(html.one("p", id="dock-note")) == "Tick the pledge"


def test_the_big_play_button_is_named_after_the_work_and_its_length(visitor: Browser) -> None:
    button = visitor.open("/film?mp4=/a.mp4&lang=en").page.one("button", class_="player__big")

    assert text_of(button) == "Play “一粒高粱的远征”, length 0:06"


def test_without_script_the_browsers_own_controls_play_the_film(visitor: Browser) -> None:
    page = visitor.open("/film?mp4=/a.mp4&hls=/a.m3u8&vtt=a.vtt").page

    video = page.one("video")
    assert video.get("controls") is not None
    assert video.get("preload") == "none"
    assert [source.get("src") for source in video.iter("source")] == ["/a.m3u8", "/a.mp4"]
    assert [track.get("srclang") for track in video.iter("track")] == ["zh"]
    assert page.one("div", class_="player__ui").get("hidden") is not None


def test_navigation_leaves_out_what_this_installation_has_not(visitor: Browser) -> None:
    menu = visitor.open("/components").page.one("nav", class_="site__nav")

    assert [(text_of(link), link.get("aria-current")) for link in menu.iter("a")] == [("Home", None), ("Works", "page")]


def test_navigation_shows_what_is_only_for_some_to_them(sample: Flask) -> None:
    browser = Browser(sample)
    with browser.client.session_transaction() as session:
        session["sid"] = "a token"

    menu = browser.open("/").page.one("nav", class_="site__nav")

    assert [text_of(link) for link in menu.iter("a")] == ["Home", "Works", "For members"]


def test_the_footer_says_how_to_reach_the_organisers(visitor: Browser) -> None:
    visitor.open("/")

    assert "contest@example.org" in visitor.text


def test_the_name_of_who_is_signed_in_is_on_every_page(sample: Flask) -> None:
    browser = Browser(sample)
    with browser.client.session_transaction() as session:
        session["sid"] = "a token"

    for path in ("/", "/works/1", "/flow", "/desk"):
        assert "Zhang Xiaolan" in browser.open(path).text
