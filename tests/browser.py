"""A browser over Flask's test client that holds every page it opens to what all pages promise (tests/page.py).

browser.sign_in(person).open("/account").submit(name="New Name")
assert browser.page.h1 == "Your account"
"""

from __future__ import annotations

import contextvars
from collections.abc import Mapping
from typing import Any
from urllib.parse import urljoin, urlsplit
from xml.etree.ElementTree import Element

from flask import Flask, has_app_context
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from contest import clock
from contest.accounts.actions import start_session
from contest.accounts.models import Person
from contest.db import db, transaction
from tests.page import Html, broken_promises, text_of

MAX_REDIRECTS = 5
AGENT = "Tests/1.0"


class Browser:
    """One person's browser: cookies, the page in front of them, its forms."""

    def __init__(self, app: Flask, *, language: str = "") -> None:
        self.app = app
        self.client = app.test_client()
        self.language = language
        self.url = "/"
        self.last: TestResponse | None = None
        self._page: Html | None = None

    # what is in front of us

    @property
    def response(self) -> TestResponse:
        assert self.last is not None, "nothing is open yet"
        return self.last

    @property
    def status(self) -> int:
        return self.response.status_code

    @property
    def page(self) -> Html:
        """The page (or, of htmx, the part) that is open, parsed."""
        if self._page is None:
            self._page = Html(self.response.text, whole="<html" in self.response.text[:500].lower())
        return self._page

    @property
    def text(self) -> str:
        """What a person reads: the page's text, or the answer's own when it is no page."""
        return self.page.text if self.response.mimetype == "text/html" else self.response.text

    @property
    def json(self) -> Any:
        return self.response.get_json()

    # who we are

    def sign_in(self, person: Person, *, at: Any = None) -> Browser:
        """A real session of `person`, as if they had signed in a moment ago."""
        with transaction():
            token = start_session(person, at=at or clock.now(), ip="127.0.0.1", user_agent=AGENT)
        with self.client.session_transaction() as session:
            session["sid"] = token
        return self

    def sign_out(self) -> Browser:
        """Throw the cookies away; the session row stays."""
        with self.client.session_transaction() as session:
            session.clear()
        return self

    # what we do

    def open(self, path: str, *, expect: int = 200, htmx: bool = False, **headers: str) -> Browser:
        """Open an address as far as its redirects lead; the last answer has the status `expect`."""
        return self.send("GET", path, expect=expect, htmx=htmx, headers=headers)

    def submit(
        self,
        form: str = "",
        *,
        button: str = "",
        expect: int = 200,
        fields: Mapping[str, Any] | None = None,
        **more: Any,
    ) -> Browser:
        """Send a form of the open page: its own values, its token, and the `fields` given (True ticks, None empties).

        `form` is `#id`, its address, or the text of a button in it; empty means the only form in <main>.
        """
        chosen = self._form(form)
        presses = self._button(chosen, button or ("" if form.startswith(("#", "/")) else form))
        values = _values(chosen, self.page)
        for name, value in {**(fields or {}), **more}.items():
            _fill(values, chosen, name, value, self.page)
        if presses is not None and presses.get("name"):
            values.add(presses.get("name", ""), presses.get("value", ""))
        action = (presses.get("formaction") if presses is not None else None) or chosen.get("action") or self.url
        method = chosen.get("method", "get").upper()
        if method == "GET":
            return self.send("GET", action, expect=expect, query=values)
        return self.send(method, action, expect=expect, data=values)

    def click(self, text: str, *, expect: int = 200) -> Browser:
        """Follow the only link that reads `text`."""
        found = {
            link.get("href") for link in self.page.all("a") if text_of(link) == text or link.get("aria-label") == text
        }
        assert len(found) == 1, f"{len(found)} links read {text!r} on {self.url}"
        return self.open(str(found.pop()), expect=expect)

    def send(
        self,
        method: str,
        path: str,
        *,
        expect: int | None = 200,
        data: Any = None,
        query: Any = None,
        json: Any = None,
        headers: Mapping[str, str] | None = None,
        htmx: bool = False,
    ) -> Browser:
        """Any request at all; follows redirects, then looks at the answer."""
        sent = {name.replace("_", "-"): value for name, value in (headers or {}).items()}
        sent.setdefault("User-Agent", AGENT)
        if self.language:
            sent.setdefault("Accept-Language", self.language)
        if htmx:
            sent.setdefault("HX-Request", "true")
        sent.setdefault("Accept", "text/html,application/xhtml+xml,*/*;q=0.8")
        if method not in ("GET", "HEAD"):
            sent.setdefault("Origin", "http://localhost")
        self.url = urljoin(self.url, path)
        answer = self._request(method, self.url, data=data, query_string=query, json=json, headers=sent)
        for _hop in range(MAX_REDIRECTS):
            if answer.status_code not in (301, 302, 303, 307, 308) or expect == answer.status_code:
                break
            target = urlsplit(urljoin(f"http://localhost{self.url}", answer.headers["Location"]))
            assert target.netloc == "localhost", f"{self.url} redirects to another host: {target.netloc}"
            self.url = target.path + (f"?{target.query}" if target.query else "")
            answer = self._request("GET", self.url, headers=sent)
        self.last, self._page = answer, None
        self._look(expect)
        return self

    def _request(self, method: str, path: str, **arguments: Any) -> TestResponse:
        """Outside the test's own application context, as on a server: nothing that the test left in `g` helps."""
        if has_app_context():
            unsaved = [*db.session.new, *db.session.dirty, *db.session.deleted]
            assert unsaved == [], "rows of the test are not committed"
            db.session.rollback()
        answer: TestResponse = contextvars.Context().run(self.client.open, path, method=method, **arguments)
        if has_app_context():
            db.session.expire_all()
        return answer

    def _look(self, expect: int | None) -> None:
        response, where = self.response, f"{self.response.request.method} {self.url}"
        if expect is not None:
            assert response.status_code == expect, f"{where}: {response.status}, not {expect}\n{_gist(response)}"
        assert "Content-Security-Policy" in response.headers, f"{where}: no Content-Security-Policy"
        assert response.headers.get("X-Content-Type-Options") == "nosniff", f"{where}: no nosniff"
        if response.mimetype == "text/html" and response.text.strip() and response.request.method != "HEAD":
            assert response.mimetype_params.get("charset") == "utf-8", f"{where}: the page does not say its charset"
            try:
                wrong = broken_promises(self.page)
            except Exception as error:  # html5lib says where, we say on which page
                raise AssertionError(f"{where}: invalid HTML: {error}\n{response.text}") from error
            assert not wrong, f"{where}: " + "; ".join(wrong)

    def _form(self, form: str) -> Element:
        found = self.page.all("form")
        if form.startswith("#"):
            found = [one for one in found if one.get("id") == form[1:]]
        elif form.startswith("/"):
            found = [one for one in found if urljoin(self.url, one.get("action") or self.url) == form]
        elif form:
            found = [one for one in found if self._button(one, form, must=False) is not None]
        else:
            found = [one for one in found if any(parent.tag == "main" for parent in self.page.ancestors(one))]
            if len(found) > 1:
                found = [one for one in found if "inline" not in one.get("class", "").split()]
        assert len(found) == 1, f"{len(found)} forms {form!r} on {self.url}\n{_gist(self.response)}"
        return found[0]

    def _button(self, form: Element, text: str, *, must: bool = True) -> Element | None:
        own = [one for one in form.iter("button") if one.get("form") is None]
        own += [one for one in self.page.all("button") if form.get("id") and one.get("form") == form.get("id")]
        buttons = [one for one in own if one.get("type", "submit") == "submit"]
        if text:
            buttons = [one for one in buttons if text_of(one) == text or one.get("value") == text]
            assert buttons or not must, f"no button {text!r} in the form on {self.url}"
        return buttons[0] if buttons else None


def _controls(form: Element, page: Html) -> list[Element]:
    inside = [one for one in form.iter() if one.tag in ("input", "select", "textarea")]
    name = form.get("id")
    outside = [
        one
        for one in page.root.iter()
        if name and one.get("form") == name and one.tag in ("input", "select", "textarea")
    ]
    return [one for one in dict.fromkeys([*inside, *outside]) if one.get("name") and one.get("disabled") is None]


def _values(form: Element, page: Html) -> MultiDict[str, Any]:
    """What the form would send untouched."""
    values: MultiDict[str, Any] = MultiDict()
    for control in _controls(form, page):
        name, kind = control.get("name", ""), control.get("type", "text")
        if control.tag == "textarea":
            values.add(name, "".join(control.itertext()).removeprefix("\n"))
        elif control.tag == "select":
            options = list(control.iter("option"))
            chosen = [one for one in options if one.get("selected") is not None]
            if not chosen and control.get("multiple") is None:
                chosen = options[:1]
            for option in chosen:
                values.add(name, option.get("value", text_of(option)))
        elif kind in ("checkbox", "radio"):
            if control.get("checked") is not None:
                values.add(name, control.get("value", "on"))
        elif kind not in ("submit", "button", "image", "reset", "file"):
            values.add(name, control.get("value", ""))
    return values


def _fill(values: MultiDict[str, Any], form: Element, name: str, value: Any, page: Html) -> None:
    controls = [one for one in _controls(form, page) if one.get("name") == name]
    assert controls, (
        f"the form has no field {name!r}, only {sorted({str(c.get('name')) for c in _controls(form, page)})}"
    )
    values.poplist(name)
    if value is True:
        value = controls[0].get("value", "on")
    if value is None or value is False:
        return
    if controls[0].tag == "select" or controls[0].get("type") == "radio":
        offered = [
            o.get("value", text_of(o)) for c in controls for o in ([c] if c.tag == "input" else c.iter("option"))
        ]
        wanted = value if isinstance(value, list) else [value]
        assert all(str(one) in offered for one in wanted), f"{name!r} offers {offered}, not {value!r}"
    for one in value if isinstance(value, list) else [value]:
        values.add(name, one if isinstance(one, tuple) or hasattr(one, "read") else str(one))


def _gist(response: TestResponse) -> str:
    """Enough of an answer to see what went wrong."""
    if response.mimetype != "text/html":
        return response.text[:500]
    try:
        page = Html(response.text, whole="<html" in response.text[:500].lower())
        mains = page.all("main")
        return (text_of(mains[0]) if mains else page.text)[:800]
    except Exception:  # the page is broken; show it as it is
        return response.text[:2000]
