"""Public pages, and where the files of public works lie, kept for some seconds in this process.

Many people open the home page in the same minute, and drawing it costs more than everything else; a film is asked for
in a hundred parts, and finding out whose it is costs more than sending one. What is kept is used only while the last
line of the audit record is the one it was found under: whatever is published, taken back or renamed writes a line in
the same transaction, so nothing is seen a moment longer than it may be.

It is looked for before Flask is asked at all, pages only for requests without a cookie, which are most; and pages once
more by the view, for those who once chose a language and have a cookie that says so.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial, wraps
from threading import Lock
from typing import Any, TypeVar, cast
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import sqlalchemy as sa
from flask import Flask, current_app, make_response, request, session
from flask_babel import get_locale
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Request

from contest.audit.models import AuditLine
from contest.db import db
from contest.storage import storage
from contest.uploads.models import Asset
from contest.uploads.serving import StoredFile, answer, files_shown
from contest.web.context import keeps_session

KEEP_S = 10.0  # how stale a countdown may be
MOST = 64
LAST_LINE = sa.select(sa.func.max(AuditLine.id))
MARK = "contest.kept"  # in the WSGI environment: what the view has just shown
OF_ONE_FILE = ("Content-Type", "Content-Length", "Content-Range", "Content-Disposition", "ETag", "Last-Modified")
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


@dataclass(frozen=True, kw_only=True)
class Keepable:
    """Found under which audit line, until when it is good by the monotonic clock, and with what headers it went."""

    stamp: int
    until: float
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Page(Keepable):
    """What was drawn."""

    body: bytes


@dataclass(frozen=True, kw_only=True)
class Files(Keepable):
    """What may be shown at one place of a public work; the parts of a film are many, and the place is one."""

    files: Mapping[str, StoredFile]


KeepableT = TypeVar("KeepableT", bound=Keepable)


class Kept:
    """What one process keeps."""

    def __init__(self, keep_s: float) -> None:
        self.keep_s = keep_s
        self._kept: OrderedDict[Hashable, Keepable] = OrderedDict()
        self._lock = Lock()

    def find(self, kind: type[KeepableT], key: Hashable, stamp: int) -> KeepableT | None:
        with self._lock:
            found = self._kept.get(key)
        if isinstance(found, kind) and found.stamp == stamp and time.monotonic() < found.until:
            return found
        return None

    def has(self, key: Hashable) -> bool:
        """Whether it is worth asking for the stamp."""
        return key in self._kept

    def keep(self, key: Hashable, found: Keepable) -> None:
        with self._lock:
            self._kept[key] = found
            self._kept.move_to_end(key)
            while len(self._kept) > MOST:
                self._kept.popitem(last=False)


def kept_briefly(view: View) -> View:
    """Answer a signed-out visitor from what was drawn a moment ago; stands below the access decorator."""

    @wraps(view)
    def shown(*args: Any, **kwargs: Any) -> Any:
        kept: Kept = current_app.extensions["showcase.kept"]
        if not kept.keep_s or request.method != "GET" or keeps_session() or "_flashes" in session:
            return view(*args, **kwargs)
        key = (str(get_locale()), request.url_root, request.full_path)
        stamp = db.session.scalar(LAST_LINE) or 0
        page = kept.find(Page, key, stamp)
        if page is not None:
            request.environ[MARK] = page
            return current_app.response_class(page.body, mimetype="text/html")
        until = time.monotonic() + kept.keep_s
        response = make_response(view(*args, **kwargs))
        if response.status_code == 200:
            page = request.environ[MARK] = Page(body=response.get_data(), stamp=stamp, until=until)
            kept.keep(key, page)
        return response

    return cast(View, shown)


def keep_files(find: Callable[[], Asset | None]) -> Asset | None:
    """What `find` finds for the view of a public file; its other files may then be sent without asking again."""
    kept: Kept = current_app.extensions["showcase.kept"]
    stamp, until = db.session.scalar(LAST_LINE) if kept.keep_s else None, time.monotonic() + kept.keep_s
    asset = find()
    if asset is not None and kept.keep_s:
        request.environ[MARK] = Files(stamp=stamp or 0, until=until, files=files_shown(asset))
    return asset


class BeforeFlask:
    """Answers with what is kept, and keeps, with their headers, what views marked."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._next: WSGIApplication = app.wsgi_app

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        kept: Kept = self._app.extensions["showcase.kept"]
        if not kept.keep_s or environ["REQUEST_METHOD"] != "GET":
            return self._next(environ, start_response)
        place, name = _place_and_name(environ["PATH_INFO"])
        if name:
            return self._file(kept, place, name, environ)(environ, start_response)
        if "HTTP_COOKIE" in environ:
            return self._next(environ, start_response)
        key = tuple(environ.get(name) for name in ASKED)
        if kept.has(key) and (page := kept.find(Page, key, self._stamp())) is not None:
            start_response("200 OK", list(page.headers))
            return [page.body]
        return self._drawn(kept, key, environ, start_response)

    def _file(self, kept: Kept, place: str, name: str, environ: WSGIEnvironment) -> WSGIApplication:
        """The kept file, or who else answers."""
        key = (environ["wsgi.url_scheme"], environ.get("HTTP_X_FORWARDED_PROTO"), place)
        found = kept.find(Files, key, self._stamp()) if kept.has(key) else None
        file = found.files.get(name) if found else None
        if found is None or file is None:
            return partial(self._drawn, kept, key)
        try:
            with self._app.app_context():
                response = answer(file, asked=Request(environ), kept_in=storage())
        except NotFound:
            return self._next
        for header, value in found.headers:
            response.headers.setdefault(header, value)
        return response

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

        answered = self._next(environ, note)
        found: Keepable | None = environ.get(MARK)
        status, headers = begun[-1]
        if found is not None and status[:3] in ("200", "206") and not any(name == "Set-Cookie" for name, _ in headers):
            theirs = () if isinstance(found, Page) else OF_ONE_FILE
            kept.keep(key, replace(found, headers=tuple(pair for pair in headers if pair[0] not in theirs)))
        return answered


def _place_and_name(path: str) -> tuple[str, str]:
    """Of /works/<edition>/<number>/media/<position>/<name> what comes before the name, and the name; else nothing."""
    parts = path.split("/", 6)
    if len(parts) == 7 and (parts[1], parts[4]) == ("works", "media"):
        return "/".join(parts[:6]), parts[6]
    return "", ""


def register(app: Flask) -> None:
    """Not in tests, whose factories write no audit lines; the tests of this file switch it on."""
    app.extensions["showcase.kept"] = Kept(0.0 if app.config["SETTINGS"].testing else KEEP_S)
    app.wsgi_app = BeforeFlask(app)  # type: ignore[method-assign]
