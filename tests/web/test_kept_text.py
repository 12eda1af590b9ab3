"""A form that cannot be taken now keeps its text: the session ended, or the page's token is old."""

import io

import pytest

from tests.browser import Browser
from tests.page import text_of

HERE = {"Sec-Fetch-Site": "same-origin"}
TEXT = "四十年后，它的后代在三个大洲的旱地上抽穗。\n第二行 <b>&\"'"


def post_signed_out(browser: Browser, **fields: object) -> Browser:
    """Send a form to a page for signed-in people, from a page whose token is good."""
    token = browser.open("/form-token").json["token"]
    return browser.send("POST", "/works/7/people", data={"csrf_token": token, **fields}, expect=401, headers=HERE)


def sign_in_elsewhere(browser: Browser) -> None:
    """In another window: the session starts afresh, with another token."""
    with browser.client.session_transaction() as session:
        session.clear()
        session["sid"] = "a token"


def test_the_text_of_someone_whose_session_ended_is_on_the_page(visitor: Browser) -> None:
    post_signed_out(visitor, synopsis=TEXT, author=["Zhang", "Hao"])

    assert visitor.page.h1 == "您写的内容还在"
    assert [text_of(kept) for kept in visitor.page.all("p", class_="kept")] == [" ".join(TEXT.split()), "Zhang", "Hao"]


def test_after_signing_in_the_same_text_is_sent_to_the_same_address(visitor: Browser) -> None:
    post_signed_out(visitor, synopsis=TEXT, author=["Zhang", "Hao"])
    sign_in_elsewhere(visitor)

    # without script the old token is sent once, and the page comes back with a fresh one
    visitor.submit("重新提交", expect=400).submit("重新提交")

    sent = [tuple(pair) for pair in visitor.json if pair[0] != "csrf_token"]
    assert sent == [("author", "Hao"), ("author", "Zhang"), ("synopsis", TEXT), ("number", "7")]


def test_with_a_fresh_token_as_the_script_fetches_it_once_is_enough(visitor: Browser) -> None:
    post_signed_out(visitor, synopsis="kept")
    page = visitor.page
    sign_in_elsewhere(visitor)
    form = page.one("form", action="/works/7/people")

    token = visitor.open(str(form.get("data-fresh-token"))).json["token"]
    visitor.send("POST", "/works/7/people", data={"csrf_token": token, "synopsis": "kept"})

    assert visitor.json == [["csrf_token", token], ["synopsis", "kept"], ["number", "7"]]


def test_the_query_of_the_address_is_kept_too(visitor: Browser) -> None:
    token = visitor.open("/form-token").json["token"]

    visitor.send("POST", "/works/7/people?step=2", data={"csrf_token": token, "a": "text"}, expect=401, headers=HERE)

    assert visitor.page.one("form", action="/works/7/people?step=2") is not None


def test_passwords_and_tokens_are_not_kept(visitor: Browser) -> None:
    post_signed_out(visitor, new_password="hunter2", Password_again="hunter2", reset_token="abc", name="Zhang")

    assert "hunter2" not in visitor.response.text
    assert [field.get("name") for field in visitor.page.one("form", class_="mt").iter("input")] == [
        "csrf_token",
        "name",
    ]


def test_files_have_to_be_chosen_again_and_the_page_says_so(visitor: Browser) -> None:
    post_signed_out(visitor, name="Zhang", photo=(io.BytesIO(b"jpeg"), "photo.jpg"))

    assert "文件需要重新选择" in visitor.text


def test_text_beyond_the_limit_is_left_in_the_browser_and_the_page_says_how_to_get_it(visitor: Browser) -> None:
    post_signed_out(visitor, synopsis="字" * 200_001)

    assert "内容太长" in visitor.text
    assert "字字字" not in visitor.response.text


def test_a_form_whose_token_is_old_is_kept_as_well(visitor: Browser) -> None:
    visitor.send("POST", "/works/1", data={"csrf_token": "old", "title": "我的作品"}, expect=400, headers=HERE)

    assert visitor.page.one("form", action="/works/1") is not None
    assert "我的作品" in visitor.text


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none"])
def test_another_sites_form_is_never_offered_for_sending_again(visitor: Browser, site: str) -> None:
    visitor.send("POST", "/works/1", data={"title": "planted"}, expect=400, headers={"Sec-Fetch-Site": site})

    assert "planted" not in visitor.response.text


def test_an_old_browser_is_believed_by_its_origin(visitor: Browser) -> None:
    visitor.send(
        "POST", "/works/1", data={"title": "planted"}, expect=400, headers={"Origin": "http://localhost.evil.example"}
    )
    assert "planted" not in visitor.response.text

    visitor.send("POST", "/works/1", data={"title": "mine"}, expect=400, headers={"Origin": "http://localhost"})
    assert "mine" in visitor.text


def test_someone_who_only_opens_such_a_page_is_asked_to_sign_in(visitor: Browser) -> None:
    visitor.open("/works/7/people", expect=401)

    assert visitor.page.h1 == "请先登录"
