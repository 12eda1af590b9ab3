"""Public pages kept for some seconds in this process, for visitors who are not signed in.

Many people open the home page in the same minute, and drawing it costs more than everything else. A kept page is
shown only while the last line of the audit record is the one it was drawn under: whatever is published, taken back or
renamed writes a line in the same transaction, so nothing is seen a moment longer than it may be.
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from functools import wraps
from threading import Lock
from typing import Any, TypeVar, cast

import sqlalchemy as sa
from flask import Flask, current_app, make_response, request, session
from flask_babel import get_locale

from contest.audit.models import AuditLine
from contest.db import db
from contest.web.context import keeps_session

KEEP_S = 10.0  # how stale a countdown may be
MOST = 64
LAST_LINE = sa.select(sa.func.max(AuditLine.id))

View = TypeVar("View", bound=Callable[..., Any])
Key = tuple[str, str, str]


class Kept:
    """The pages of one process: body, under which audit line it was drawn, until when it is good."""

    def __init__(self, keep_s: float) -> None:
        self.keep_s = keep_s
        self._pages: OrderedDict[Key, tuple[bytes, int, float]] = OrderedDict()
        self._lock = Lock()

    def find(self, key: Key, stamp: int) -> bytes | None:
        with self._lock:
            body, drawn_under, until = self._pages.get(key, (None, 0, 0.0))
        return body if drawn_under == stamp and time.monotonic() < until else None

    def keep(self, key: Key, stamp: int, body: bytes) -> None:
        with self._lock:
            self._pages[key] = (body, stamp, time.monotonic() + self.keep_s)
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
        # The host too: whoever names another in the request must not put it into other people's links.
        key = (str(get_locale()), request.host_url, request.full_path)
        stamp = db.session.scalar(LAST_LINE) or 0
        if (body := kept.find(key, stamp)) is not None:
            return current_app.response_class(body, mimetype="text/html")
        response = make_response(view(*args, **kwargs))
        if response.status_code == 200:
            kept.keep(key, stamp, response.get_data())
        return response

    return cast(View, answer)


def register(app: Flask) -> None:
    """Not in tests, whose factories write no audit lines; the tests of this file switch it on."""
    app.extensions["showcase.kept"] = Kept(0.0 if app.config["SETTINGS"].testing else KEEP_S)
