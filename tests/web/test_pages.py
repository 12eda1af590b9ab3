"""What visitors meet on pages that belong to no feature."""

from tests.browser import Browser


def test_an_address_with_nothing_says_so_in_plain_words(browser: Browser) -> None:
    browser.open("/no-such-page", expect=404)

    assert browser.page.h1 == "没有找到这一页"
