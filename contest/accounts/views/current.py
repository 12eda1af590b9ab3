"""Who this request is from: the random token in the cookie opens a session row, the row names the person."""

from flask import Flask, Request, Response, current_app, g, request, session
from flask_login import LoginManager
from sqlalchemy.exc import OperationalError

from contest.accounts.access import me_or_none
from contest.accounts.actions import start_session, touch_session
from contest.accounts.actions.sessions import TOUCH_EVERY
from contest.accounts.forms import clean
from contest.accounts.models import Person
from contest.accounts.queries import live_session
from contest.clock import now
from contest.config import Settings
from contest.db import db, transaction
from contest.web.context import home_url, provide

KEY = "sid"
KEPT = ("locale",)  # what a browser keeps when somebody signs in or out


def settings() -> Settings:
    """The settings of this installation."""
    found: Settings = current_app.config["SETTINGS"]
    return found


def register(app: Flask) -> None:
    """Let flask-login ask our rows, and nothing else."""
    manager = LoginManager(app)
    manager.session_protection = None  # it would tie people to one address; phones change theirs all day
    manager.request_loader(person_of)
    app.config["REMEMBER_COOKIE_NAME"] = "contest_never_set"  # the library would look here before asking us
    app.after_request(touch)
    provide("viewer", me_or_none, app=app)


def person_of(_request: Request) -> Person | None:
    """The person whose live session the cookie opens; a blocked person has none."""
    token = session.get(KEY)
    row = live_session(token, at=now(), settings=settings()) if isinstance(token, str) else None
    if row is None or not row.person.is_active:
        return None
    g.session_id, g.session_seen_at = row.id, row.seen_at
    return row.person


def my_session_id() -> int | None:
    """The id of the session that this request came with."""
    found: int | None = g.get("session_id")
    return found


def touch(response: Response) -> Response:
    """Note that the browser was here, at most once a minute, after the page is made and apart from it."""
    seen_at = g.get("session_seen_at")
    if seen_at is not None and now() - seen_at >= TOUCH_EVERY:
        db.session.rollback()
        try:
            with transaction():
                touch_session(g.session_id, at=now())
        except OperationalError:  # a busy database must not cost anybody the page
            current_app.logger.warning("could not note that session %s was here", g.session_id)
    return response


def enter(person: Person) -> None:
    """Sign this browser in, inside a transaction: the cookie starts afresh, so nothing planted in it survives."""
    agent = clean(request.user_agent.string)
    token = start_session(person, at=now(), ip=address_of_request(), user_agent=agent)
    leave()
    session[KEY] = token


def leave() -> None:
    """Forget everything in the cookie but the choice of language."""
    kept = {key: session[key] for key in KEPT if key in session}
    session.clear()
    session.update(kept)
    g.pop("_login_user", None)


def address_of_request() -> str:
    """Where the request comes from, as the outermost trusted proxy says."""
    return request.remote_addr or ""


def own_path(target: str | None) -> str:
    """`target` if it is a path of this service to come back to, else "". Never another host, never the way out."""
    text = target or ""
    inside = text.startswith(f"{request.script_root}/") and not text.startswith(("//", "/\\"))
    plain = "\\" not in text and not any(ord(char) < 33 or ord(char) == 127 for char in text)
    way_out = text.removeprefix(request.script_root).startswith(("/sign-", "/register"))
    return text if inside and plain and not way_out else ""


def here_or_home(target: str | None) -> str:
    """The address to go to when there is no better one."""
    return own_path(target) or home_url()
