"""Headers of every answer."""

from pathlib import Path

import pytest
from flask import Flask

from tests.browser import Browser
from tests.web.sample import sample_app

PATHS = ["/", "/no-such-page", "/robots.txt", "/static/css/tokens.css", "/errors/500", "/errors/locked", "/favicon.ico"]


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_says_what_a_page_may_do(visitor: Browser, path: str) -> None:
    visitor.send("GET", path, expect=None)

    headers = visitor.response.headers
    policy = headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "script-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "object-src 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"


def test_without_tls_nobody_is_bound_to_it(visitor: Browser) -> None:
    visitor.open("/")

    assert "Strict-Transport-Security" not in visitor.response.headers


def test_with_tls_browsers_stay_with_it(tmp_path: Path) -> None:
    browser = Browser(sample_app(tmp_path, public_url="https://contest.example"))

    browser.open("/")

    assert browser.response.headers["Strict-Transport-Security"] == "max-age=31536000"


def test_a_trusted_proxy_says_whether_there_is_tls(tmp_path: Path) -> None:
    browser = Browser(sample_app(tmp_path, proxies=1))

    browser.open("/", X_Forwarded_Proto="https")

    assert browser.response.headers["Strict-Transport-Security"] == "max-age=31536000"


def test_without_a_trusted_proxy_nobody_can_say_so(visitor: Browser) -> None:
    visitor.open("/", X_Forwarded_Proto="https")

    assert "Strict-Transport-Security" not in visitor.response.headers


def test_pages_of_signed_in_people_are_kept_nowhere(sample: Flask) -> None:
    browser = Browser(sample)
    with browser.client.session_transaction() as session:
        session["sid"] = "a token"

    browser.open("/")

    assert browser.response.headers["Cache-Control"] == "no-store"


def test_public_pages_may_be_kept_when_asked_about_each_time(visitor: Browser) -> None:
    visitor.open("/")

    assert visitor.response.headers["Cache-Control"] == "no-cache"
    assert {"Cookie", "Accept-Language"} <= set(visitor.response.headers["Vary"].split(", "))


def test_a_visitor_who_only_reads_gets_no_cookie(visitor: Browser) -> None:
    visitor.open("/")

    assert "Set-Cookie" not in visitor.response.headers


def test_the_cookie_is_out_of_reach_for_scripts_and_other_sites(visitor: Browser) -> None:
    visitor.open("/?lang=en")

    cookie = visitor.response.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_errors_are_kept_nowhere(visitor: Browser) -> None:
    visitor.open("/no-such-page", expect=404)

    assert visitor.response.headers["Cache-Control"] == "no-store"


def test_a_static_file_with_its_hash_is_kept_for_a_year(visitor: Browser) -> None:
    sheets = [link.get("href", "") for link in visitor.open("/").page.all("link", rel="stylesheet")]

    visitor.open(sheets[0])

    assert visitor.response.headers["Cache-Control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize("path", ["/static/css/tokens.css", "/static/css/tokens.css?v=000000000000"])
def test_a_static_file_without_its_hash_is_asked_about_each_time(visitor: Browser, path: str) -> None:
    visitor.open(path)

    assert visitor.response.headers["Cache-Control"] == "public, no-cache"


def test_search_engines_are_told_what_is_not_for_them(visitor: Browser) -> None:
    visitor.open("/robots.txt")

    assert visitor.response.mimetype == "text/plain"
    assert "Disallow: /editions/" in visitor.text
