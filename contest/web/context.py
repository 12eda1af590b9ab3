"""What layouts know without asking a feature: names and links that features, above this package, hand in.

`provide("contact", lines_of_current_edition)` makes `contact()` work in every template; it is called at most once in
a request, and only by a page that shows it. The names that layouts ask for, with what they get when nobody provides:

    viewer         the signed-in person, or None; from flask-login unless provided
    edition_name   the short line under the mark; else the name of `g.edition`, else ""
    contact        lines for the footer; else what `g.edition` says, else none
    time_zone      IANA name; else `time_zone` of `g.edition`, else the setting
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app, g, has_request_context, request, session, url_for
from flask_babel import get_locale
from flask_login import current_user

NAVIGATION = "contest.navigation"


@dataclass(frozen=True)
class Destination:
    """What a feature put into the main navigation."""

    order: int
    endpoint: str
    label: Any
    when: Callable[[Any], bool] | None


@dataclass(frozen=True)
class Link:
    """A link of the main navigation, as the layout draws it."""

    label: str
    url: str
    current: bool


def provide(name: str, func: Callable[[], Any], *, app: Flask) -> None:
    """Let templates (and `told`) call `name()`; a later call for the same name goes before an earlier one."""
    _provided(app)[name] = func
    if name not in DEFAULTS:
        app.jinja_env.globals[name] = lambda: told(name)


def navigate(label: Any, endpoint: str, *, order: int, app: Flask, when: Callable[[Any], bool] | None = None) -> None:
    """Add a page to the main navigation; `label` is lazily translated, lower `order` stands first.

    `when` gets the signed-in person (or None) and says whether the page is for them; without it, it is for everybody.
    """
    app.extensions.setdefault(NAVIGATION, []).append(Destination(order, endpoint, label, when))


def told(name: str) -> Any:
    """What the features say about `name` in this request, else what can be read from `g.edition`."""
    if g.get("bare"):  # the database does not answer: say nothing that needs it
        return BARE[name] if name in BARE else current_app.config["BABEL_DEFAULT_TIMEZONE"]
    memo = g.setdefault("told", {})
    if name not in memo:
        func = _provided(current_app).get(name)
        answer = func() if func else None
        memo[name] = answer if answer is not None or name not in DEFAULTS else DEFAULTS[name]()
    return memo[name]


def say_nothing_that_needs_the_database() -> None:
    """From here on in this request pages are drawn without asking any feature."""
    g.bare = True


def address(endpoint: str, **values: Any) -> str:
    """The address of a view, or "" when this installation has no such view."""
    return url_for(endpoint, **values) if endpoint in current_app.view_functions else ""


def home_url() -> str:
    return f"{request.script_root}/"


def keeps_session() -> bool:
    """Whether somebody is signed in, by what the cookie says; no database is asked."""
    return "sid" in session


def navigation() -> list[Link]:
    """The main navigation; the longest link that begins this page's address is the current one."""
    if "navigation" not in g:  # the header, its menu and the footer ask
        g.navigation = _navigation()
    links: list[Link] = g.navigation
    return links


def _navigation() -> list[Link]:
    known: list[Destination] = current_app.extensions.get(NAVIGATION, [])
    shown = [one for one in known if one.when is None or (not g.get("bare") and one.when(told("viewer")))]
    found = [
        (str(one.label), url) for one in sorted(shown, key=lambda one: one.order) if (url := address(one.endpoint))
    ]
    here = request.script_root + request.path
    inside = [
        url for _label, url in found if here == url or (here.startswith(url.rstrip("/") + "/") and url != home_url())
    ]
    current = max(inside, key=len, default=None)
    return [Link(label, url, url == current) for label, url in found]


def _viewer() -> Any:
    if "login_manager" not in current_app.extensions and not hasattr(current_app, "login_manager"):
        return None
    return current_user._get_current_object() if current_user.is_authenticated else None


def _edition_name() -> str:
    edition = g.get("edition")
    locale = get_locale()
    english = getattr(edition, "name_en", "") if locale and locale.language == "en" else ""
    return english or getattr(edition, "name", "")


def _contact() -> Sequence[str]:
    """What the edition says about how to reach its organisers, a line each."""
    edition = g.get("edition")
    lines = [getattr(edition, name, "") for name in ("contact_phone", "contact_email", "organisers")]
    return [line for text in lines for line in text.splitlines() if line]


def _time_zone() -> str:
    return getattr(g.get("edition"), "time_zone", "") or str(current_app.config["BABEL_DEFAULT_TIMEZONE"])


DEFAULTS: dict[str, Callable[[], Any]] = {
    "viewer": _viewer,
    "edition_name": _edition_name,
    "contact": _contact,
    "time_zone": _time_zone,
}
BARE: dict[str, Any] = {"viewer": None, "edition_name": "", "contact": ()}


def _provided(app: Flask) -> dict[str, Callable[[], Any]]:
    provided: dict[str, Callable[[], Any]] = app.extensions.setdefault("contest.provided", {})
    return provided


def register(app: Flask) -> None:
    """Give templates these names."""
    app.jinja_env.globals.update(
        address=address,
        contact=lambda: told("contact"),
        edition_name=lambda: told("edition_name"),
        home_url=home_url,
        keeps_session=keeps_session,
        navigation=navigation,
        zone_name=lambda: told("time_zone"),
    )

    @app.context_processor
    def _signed_in() -> dict[str, Any]:
        return {"viewer": told("viewer") if has_request_context() else None}
