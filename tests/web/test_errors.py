"""When something cannot be done, everybody gets it in the form they read, with the status that is true."""

import pytest
from flask import Flask

from contest.errors import Refused
from contest.web.views import safe_local
from tests.browser import Browser

TITLES = {
    400: "没能看懂这个请求",
    401: "请先登录",
    403: "这里需要另外的权限",
    404: "没有找到这一页",
    405: "这个网址不能这样打开",
    409: "内容刚刚有了变化",
    413: "内容太大了",
    422: "表单里有内容需要修改",
    429: "操作有点快，请稍等",
    503: "服务正忙",
}
ENGLISH = {
    400: "This request could not be understood",
    401: "Please sign in",
    403: "This page needs another permission",
    404: "Page not found",
    405: "This address does not work that way",
    409: "This has changed in the meantime",
    413: "That is too large",
    422: "Something in the form needs changing",
    429: "That was a little fast",
    503: "The service is busy",
}


@pytest.mark.parametrize("status", TITLES)
def test_every_error_is_a_page_in_plain_chinese(visitor: Browser, status: int) -> None:
    visitor.open(f"/errors/{status}", expect=status)

    assert visitor.page.h1 == TITLES[status]


@pytest.mark.parametrize("status", ENGLISH)
def test_every_error_is_a_page_in_plain_english(sample: Flask, status: int) -> None:
    browser = Browser(sample, language="en-GB,en;q=0.9")

    browser.open(f"/errors/{status}", expect=status)

    assert browser.page.h1 == ENGLISH[status]


def test_an_error_without_words_of_its_own_still_has_its_status(visitor: Browser) -> None:
    visitor.open("/errors/418", expect=418)

    assert visitor.page.h1 == TITLES[400]


@pytest.mark.parametrize("status", TITLES)
def test_a_program_gets_every_error_as_json(visitor: Browser, status: int) -> None:
    visitor.open(f"/errors/{status}", expect=status, Accept="application/json")

    assert set(visitor.json["error"]) == {"code", "message"}
    assert TITLES[status] in visitor.json["error"]["message"]


def test_the_code_of_an_error_is_a_word_that_programs_can_compare(visitor: Browser) -> None:
    visitor.open("/errors/429", expect=429, Accept="application/json")

    assert visitor.json["error"]["code"] == "too-many-requests"


def test_under_api_and_uploads_errors_are_json_whatever_is_accepted(visitor: Browser) -> None:
    visitor.open("/uploads/nothing", expect=404)
    assert visitor.json["error"]["code"] == "not-found"

    visitor.open("/api/nothing", expect=404)
    assert visitor.json["error"]["code"] == "not-found"


def test_htmx_gets_a_note_that_lands_beside_the_page_it_came_from(visitor: Browser) -> None:
    visitor.open("/errors/403", expect=403, htmx=True)

    assert visitor.response.headers["HX-Retarget"] == "#notes"
    assert visitor.page.one("div", class_="msg").get("role") == "alert"
    assert TITLES[403] in visitor.text


def test_every_page_has_the_place_where_such_notes_land(visitor: Browser) -> None:
    for path in ("/", "/works/1", "/flow", "/desk", "/split"):
        assert visitor.open(path).page.one("div", id="notes").get("aria-live") == "polite"


def test_a_refusal_is_read_word_for_word_with_its_status(visitor: Browser) -> None:
    visitor.open("/errors/refused", expect=409)

    assert Refused("Submission closed on 30 April at 24:00.").reason in visitor.text


def test_a_program_reads_a_refusal_as_json(visitor: Browser) -> None:
    visitor.open("/errors/refused", expect=409, Accept="application/json")

    assert visitor.json == {"error": {"code": "refused", "message": "Submission closed on 30 April at 24:00."}}


def test_htmx_reads_a_refusal_as_a_note(visitor: Browser) -> None:
    visitor.open("/errors/refused", expect=409, htmx=True)

    assert visitor.text.strip() == "Submission closed on 30 April at 24:00."


def test_a_wrong_method_says_which_ones_are_right(visitor: Browser) -> None:
    visitor.send("DELETE", "/language", expect=405, headers={"Sec-Fetch-Site": "same-origin"})

    assert visitor.response.headers["Allow"] == "OPTIONS, POST"


def test_a_locked_database_asks_to_try_again_soon(visitor: Browser) -> None:
    visitor.open("/errors/locked", expect=503)

    assert visitor.page.h1 == TITLES[503]
    assert visitor.response.headers["Retry-After"] == "5"


def test_a_database_that_is_away_is_not_asked_again_by_the_page_that_says_so(sample: Flask) -> None:
    browser = Browser(sample)
    sample.extensions["contest.provided"]["viewer"] = lambda: 1 / 0

    browser.open("/errors/locked", expect=503)

    assert browser.page.h1 == TITLES[503]


def test_a_crash_says_sorry_and_touches_nothing(sample: Flask) -> None:
    sample.config["PROPAGATE_EXCEPTIONS"] = False
    sample.config["TESTING"] = False
    browser = Browser(sample)

    browser.open("/errors/crash", expect=500)

    assert browser.page.h1 == "服务器出了点问题"
    assert "Something went wrong on our side" in browser.text


def test_a_crash_is_json_for_a_program(sample: Flask) -> None:
    sample.config["PROPAGATE_EXCEPTIONS"] = False
    sample.config["TESTING"] = False

    browser = Browser(sample).open("/errors/crash", expect=500, Accept="application/json")

    assert browser.json == {"error": {"code": "internal", "message": "Something went wrong on our side."}}


def test_a_crash_is_logged_once(sample: Flask, caplog: pytest.LogCaptureFixture) -> None:
    sample.config["PROPAGATE_EXCEPTIONS"] = False
    sample.config["TESTING"] = False

    Browser(sample).open("/errors/crash", expect=500)

    assert [record.levelname for record in caplog.records] == ["ERROR"]


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "", "/a\nb", None]
)
def test_after_choosing_a_language_nobody_is_sent_elsewhere(sample: Flask, target: str | None) -> None:
    with sample.test_request_context("/"):
        assert safe_local(target) == "/"


def test_after_choosing_a_language_people_come_back_to_their_page(sample: Flask) -> None:
    with sample.test_request_context("/"):
        assert safe_local("/works/1?page=2") == "/works/1?page=2"
