"""Chinese unless somebody wants English; the choice is kept."""

from pathlib import Path

import pytest
from flask import Flask
from flask_babel import gettext, ngettext

from tests.browser import Browser
from tests.web.sample import Person, sample_app


def language_of(browser: Browser) -> str | None:
    return browser.page.root.get("lang")


def test_without_any_wish_pages_are_chinese(visitor: Browser) -> None:
    visitor.open("/")

    assert language_of(visitor) == "zh-CN"


@pytest.mark.parametrize(
    ("wishes", "language"),
    [
        ("en-US,en;q=0.9", "en"),
        ("zh-TW", "zh-CN"),
        ("fr,en;q=0.5,zh;q=0.4", "en"),
        ("fr", "zh-CN"),
        ("en;q=0, zh", "zh-CN"),
    ],
)
def test_the_browsers_first_language_that_we_have_is_taken(sample: Flask, wishes: str, language: str) -> None:
    browser = Browser(sample, language=wishes)

    browser.open("/")

    assert language_of(browser) == language


def test_a_link_switches_and_the_choice_is_kept(visitor: Browser) -> None:
    visitor.open("/components?page=3")

    visitor.click("EN (English)")
    assert visitor.url == "/components?page=3&lang=en"

    visitor.open("/works/1")
    assert language_of(visitor) == "en"


def test_a_form_switches_too_and_leads_back(visitor: Browser, sample: Flask) -> None:
    sample.config["WTF_CSRF_ENABLED"] = False

    visitor.send("POST", "/language", data={"language": "en", "next": "/works/1"})

    assert (visitor.url, language_of(visitor)) == ("/works/1", "en")


def test_a_language_that_we_do_not_have_is_refused(visitor: Browser, sample: Flask) -> None:
    sample.config["WTF_CSRF_ENABLED"] = False

    visitor.send("POST", "/language", data={"language": "tlh"}, expect=400)


def test_an_unknown_language_in_the_address_changes_nothing(visitor: Browser) -> None:
    visitor.open("/?lang=tlh")

    assert language_of(visitor) == "zh-CN"
    assert "Set-Cookie" not in visitor.response.headers


def test_a_signed_in_persons_own_language_goes_before_the_browsers(
    sample: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Person, "locale", "en")
    browser = Browser(sample, language="zh")
    with browser.client.session_transaction() as session:
        session["sid"] = "a token"

    browser.open("/")

    assert language_of(browser) == "en"


def test_the_installation_says_which_language_comes_last(tmp_path: Path) -> None:
    browser = Browser(sample_app(tmp_path, locale="en"))

    browser.open("/")

    assert language_of(browser) == "en"


def test_a_switched_word_says_its_own_language(visitor: Browser) -> None:
    link = next(link for link in visitor.open("/").page.all("a", hreflang="en"))

    assert link.get("lang") == "en"


@pytest.mark.parametrize("number", [0, 1, 2, 5])
def test_chinese_has_one_form_for_every_number(sample: Flask, number: int) -> None:
    with sample.test_request_context("/"):
        assert ngettext("%(num)s photo", "%(num)s photos", number) == f"{number}张"


def test_english_has_two(sample: Flask) -> None:
    with sample.test_request_context("/?lang=en"):
        assert ngettext("%(num)s photo", "%(num)s photos", 1) == "1 photo"
        assert ngettext("%(num)s photo", "%(num)s photos", 2) == "2 photos"


def test_a_task_without_a_request_speaks_the_installations_language(sample: Flask) -> None:
    assert gettext("Page not found") == "没有找到这一页"
