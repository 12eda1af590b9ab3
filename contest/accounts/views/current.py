"""Who this request is from: the random token in the cookie opens a session row, the row names the person."""

from flask import Flask, Request, Response, current_app, g, request, session
from flask_login import LoginManager
from sqlalchemy.exc import OperationalError

from contest.accounts.access import me_or_none
from contest.accounts.actions import start_session, touch_session, touch_token
from contest.accounts.actions.sessions import TOUCH_EVERY
from contest.accounts.forms import clean
from contest.accounts.models import Person
from contest.accounts.queries import live_session, live_token
from contest.clock import now
from contest.config import Settings
from contest.db import db, transaction
from contest.web.answers import bearer
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


def person_of(request: Request) -> Person | None:
    """The person whose live session the cookie opens, or whose script it is; a blocked person is nobody."""
    return _owner_of(request, secret) if (secret := bearer()) else _person_of_cookie()


def _owner_of(request: Request, secret: str) -> Person | None:
    """Whose access token it is, where scripts may come; elsewhere a token is worth nothing."""
    view = current_app.view_functions.get(request.endpoint or "")
    token = live_token(secret, at=now()) if getattr(view, "__scripts__", False) else None
    if token is None or not token.person.is_active:
        return None
    g.token_id, g.token_used_at = token.id, token.used_at
    return token.person


def _person_of_cookie() -> Person | None:
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
    """Note that the browser or script was here, at most once a minute, after the page is made and apart from it."""
    seen_at = g.get("session_seen_at") or g.get("token_used_at")
    known = "session_id" in g or "token_id" in g
    if known and (seen_at is None or now() - seen_at >= TOUCH_EVERY):
        db.session.rollback()
        try:
            with transaction():
                if "token_id" in g:
                    touch_token(g.token_id, at=now())
                else:
                    touch_session(g.session_id, at=now())
        except OperationalError:  # a busy database must not cost anybody the page
            current_app.logger.warning("could not note that somebody was here")
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
