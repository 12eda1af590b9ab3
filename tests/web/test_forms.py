"""Forms: what is wrong is said first and at the field, and what was typed stays."""

import pytest
from flask import Flask

from tests.browser import Browser
from tests.page import text_of

GOOD = {"title": "一粒高粱的远征", "email": "a@example.org", "minutes": 3, "machine": "no", "pledge": True}


def test_a_good_form_is_taken_and_answered_with_a_note(visitor: Browser) -> None:
    visitor.open("/works/1").submit(fields=GOOD)

    assert visitor.url == "/"
    assert text_of(visitor.page.one("div", id="notes")) == "已保存。"


def test_what_is_wrong_is_listed_first_with_links_to_the_fields(visitor: Browser) -> None:
    visitor.open("/works/1").submit(minutes=9, expect=422)

    summary = visitor.page.one("div", class_="errsum")
    assert summary.get("role") == "alert"
    assert [(link.get("href"), text_of(link)) for link in summary.iter("a")] == [
        ("#title", "Enter the title"),
        ("#email", "Enter an e-mail address"),
        ("#minutes", "Between 0 and 3"),
        ("#machine", "Choose one"),
        ("#pledge", "Tick the pledge"),
    ]
    main = visitor.page.one("main")
    assert next(iter(main)) is summary


def test_the_title_of_the_page_says_how_much_is_wrong(visitor: Browser) -> None:
    visitor.open("/works/1").submit(fields=GOOD | {"title": ""}, expect=422)

    assert visitor.page.title == "有1处需要修改：修改 1 - 追光"


def test_each_error_stands_at_its_field_and_is_tied_to_it(visitor: Browser) -> None:
    visitor.open("/works/1").submit(expect=422)

    title = visitor.page.one("input", id="title")
    assert title.get("aria-invalid") == "true"
    assert title.get("aria-describedby") == "title-hint title-err title-count"
    assert text_of(visitor.page.one("p", id="title-err")) == "Enter the title"


def test_what_was_typed_is_kept(visitor: Browser) -> None:
    typed = GOOD | {"title": "x" * 30, "synopsis": 'He said "no" & <left>\n\nthen came back', "group": "b"}

    visitor.open("/works/1").submit(fields=typed, expect=422)

    page = visitor.page
    assert page.one("input", id="title").get("value") == "x" * 30
    assert "".join(page.one("textarea", id="synopsis").itertext()).strip("\n") == typed["synopsis"]
    assert page.one("option", value="b").get("selected") is not None
    assert page.one("input", id="machine-0").get("checked") is not None
    assert page.one("input", id="pledge").get("checked") is not None


def test_errors_inside_a_list_lead_to_the_very_field(visitor: Browser) -> None:
    visitor.open("/works/1").submit(fields={**GOOD, "authors-0": "far too long"}, expect=422)

    links = [link.get("href") for link in visitor.page.one("div", class_="errsum").iter("a")]
    assert links == ["#authors-0"]


def test_spaces_around_a_word_are_not_meant(visitor: Browser) -> None:
    visitor.open("/works/1").submit(fields=GOOD | {"title": "  taken  "}, expect=422)

    assert "This title is taken" in visitor.text


def test_required_and_optional_are_said_in_words(visitor: Browser) -> None:
    labels = [text_of(label) for label in visitor.open("/works/1").page.all("label")]

    assert "Title必填" in labels
    assert "Synopsis选填" in labels


def test_names_with_quotes_slashes_and_emoji_come_through(visitor: Browser) -> None:
    title = 'O\'Brien / "王" 🌟 <b>'

    visitor.open("/works/1").submit(fields=GOOD | {"title": title})

    with visitor.client.session_transaction() as session:
        assert session["saved"][0] == title


@pytest.mark.parametrize("path", ["/works/1", "/language"])
def test_nothing_is_changed_without_a_token(visitor: Browser, path: str) -> None:
    visitor.send("POST", path, data=GOOD, expect=400, headers={"Sec-Fetch-Site": "cross-site"})

    assert visitor.page.h1 == "这一页打开得太久了"


def test_a_program_without_a_token_is_told_so(visitor: Browser) -> None:
    visitor.send("POST", "/works/1", json={}, expect=400, headers={"Accept": "application/json"})

    assert visitor.json["error"]["code"] == "csrf"


def test_the_token_goes_in_a_header_as_well(sample: Flask, visitor: Browser) -> None:
    token = visitor.open("/form-token").json["token"]

    visitor.send("POST", "/language", data={"language": "en"}, headers={"X-CSRFToken": token})

    assert visitor.page.root.get("lang") == "en"


def test_two_forms_on_a_page_repeat_no_id(visitor: Browser) -> None:
    visitor.open("/works/1")

    assert [field.get("id") for field in visitor.page.all("input", name="csrf_token")] == [None]


def test_under_tls_a_form_is_taken_from_a_page_that_keeps_its_address_back(sample: Flask, visitor: Browser) -> None:
    token = visitor.open("/form-token").json["token"]

    answer = visitor.client.post(
        "/language", base_url="https://localhost", data={"language": "en", "csrf_token": token}
    )

    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
