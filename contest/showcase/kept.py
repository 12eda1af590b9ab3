"""Public pages kept for some seconds in this process, for visitors who are not signed in.

Many people open the home page in the same minute, and drawing it costs more than everything else. A kept page is
shown only while the last line of the audit record is the one it was drawn under: whatever is published, taken back or
renamed writes a line in the same transaction, so nothing is seen a moment longer than it may be.

It is looked for twice: before Flask is asked at all, for requests without a cookie, which are most; and by the view,
for those who once chose a language and have a cookie that says so.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, replace
from functools import wraps
from threading import Lock
from typing import Any, TypeVar, cast
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import sqlalchemy as sa
from flask import Flask, current_app, make_response, request, session
from flask_babel import get_locale
from sqlalchemy.exc import SQLAlchemyError

from contest.audit.models import AuditLine
from contest.db import db
from contest.web.context import keeps_session

KEEP_S = 10.0  # how stale a countdown may be
MOST = 64
LAST_LINE = sa.select(sa.func.max(AuditLine.id))
MARK = "contest.kept_page"  # in the WSGI environment: the page that the view has just shown
# What the answer to a request without a cookie may depend on. The host too: whoever names another in the request must
# not put it into other people's links.
ASKED = (
    "wsgi.url_scheme",
    "HTTP_HOST",
    "SERVER_NAME",
    "SERVER_PORT",
    "SCRIPT_NAME",
    "PATH_INFO",
    "QUERY_STRING",
    "HTTP_ACCEPT_LANGUAGE",
    "HTTP_X_FORWARDED_PROTO",
    "HTTP_X_FORWARDED_HOST",
)

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Page:
    """What was drawn, under which audit line, and until when it is good by the monotonic clock."""

    body: bytes
    stamp: int
    until: float
    headers: tuple[tuple[str, str], ...] = ()


class Kept:
    """The pages of one process."""

    def __init__(self, keep_s: float) -> None:
        self.keep_s = keep_s
        self._pages: OrderedDict[Hashable, Page] = OrderedDict()
        self._lock = Lock()

    def find(self, key: Hashable, stamp: int) -> Page | None:
        with self._lock:
            page = self._pages.get(key)
        return page if page and page.stamp == stamp and time.monotonic() < page.until else None

    def has(self, key: Hashable) -> bool:
        """Whether it is worth asking for the stamp."""
        return key in self._pages

    def keep(self, key: Hashable, page: Page) -> None:
        with self._lock:
            self._pages[key] = page
            self._pages.move_to_end(key)
            while len(self._pages) > MOST:
                self._pages.popitem(last=False)


def kept_briefly(view: View) -> View:
    """Answer a signed-out visitor from what was drawn a moment ago; stands below the access decorator."""

    @wraps(view)
    def answer(*args: Any, **kwargs: Any) -> Any:
        kept: Kept = current_app.extensions["showcase.kept"]
        if not kept.keep_s or request.method != "GET" or keeps_session() or "_flashes" in session:
            return view(*args, **kwargs)
        key = (str(get_locale()), request.url_root, request.full_path)
        stamp = db.session.scalar(LAST_LINE) or 0
        page = kept.find(key, stamp)
        if page is not None:
            request.environ[MARK] = page
            return current_app.response_class(page.body, mimetype="text/html")
        until = time.monotonic() + kept.keep_s
        response = make_response(view(*args, **kwargs))
        if response.status_code == 200:
            page = request.environ[MARK] = Page(response.get_data(), stamp, until)
            kept.keep(key, page)
        return response

    return cast(View, answer)


class BeforeFlask:
    """Shows kept pages to requests without a cookie, and keeps, with all their headers, those that views marked."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._next: WSGIApplication = app.wsgi_app

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        kept: Kept = self._app.extensions["showcase.kept"]
        if not kept.keep_s or environ["REQUEST_METHOD"] != "GET" or "HTTP_COOKIE" in environ:
            return self._next(environ, start_response)
        key = tuple(environ.get(name) for name in ASKED)
        if kept.has(key) and (page := kept.find(key, self._stamp())) is not None:
            start_response("200 OK", list(page.headers))
            return [page.body]
        return self._drawn(kept, key, environ, start_response)

    def _stamp(self) -> int:
        """The last line of the record; -1 when the database does not answer, which the page says better."""
        try:
            with self._app.app_context(), db.engine.connect() as connection:
                return connection.scalar(LAST_LINE) or 0
        except SQLAlchemyError:
            return -1

    def _drawn(
        self, kept: Kept, key: Hashable, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        begun: list[tuple[str, list[tuple[str, str]]]] = []

        def note(status: str, headers: list[tuple[str, str]], *error: Any) -> Callable[[bytes], object]:
            begun.append((status, headers))
            return start_response(status, headers, *error)

        answer = self._next(environ, note)
        page: Page | None = environ.get(MARK)
        status, headers = begun[-1]
        if page is not None and status == "200 OK" and all(name.lower() != "set-cookie" for name, _ in headers):
            kept.keep(key, replace(page, headers=tuple(headers)))
        return answer


def register(app: Flask) -> None:
    """Not in tests, whose factories write no audit lines; the tests of this file switch it on."""
    app.extensions["showcase.kept"] = Kept(0.0 if app.config["SETTINGS"].testing else KEEP_S)
    app.wsgi_app = BeforeFlask(app)  # type: ignore[method-assign]
