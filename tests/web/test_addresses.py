"""Addresses that no database could look up are unknown, not errors."""

import pytest

from tests.browser import Browser


@pytest.mark.parametrize("number", [2**31, 2**63, 10**40])
def test_a_number_that_no_row_can_have_is_an_unknown_address(browser: Browser, number: int) -> None:
    browser.open(f"/editions/{number}/desk", expect=404)


def test_the_largest_number_is_looked_up(browser: Browser) -> None:
    browser.open(f"/invitations/{2**31 - 1}", expect=404)


def test_a_nul_in_an_address_is_unknown_too(browser: Browser) -> None:
    browser.open("/works/2026/%00", expect=404)
    browser.open("/invitations/%00", expect=404)
