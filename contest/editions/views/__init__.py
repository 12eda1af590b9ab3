"""The organisers' pages about an edition, and what every page says about it."""

from flask import Flask, g, has_request_context, request
from flask_babel import lazy_gettext as _l

from contest.accounts.access import me_or_none
from contest.db import db
from contest.editions.models import Edition
from contest.editions.queries import current_edition
from contest.editions.views import overview, settings
from contest.editions.views.blueprint import bp
from contest.web.context import navigate, provide

__all__ = ["bp", "overview", "register", "settings"]


def edition_here() -> Edition | None:
    """The edition this page is about: the one in its address, the one its view chose (`g.edition`), or the current."""
    if not has_request_context():  # a worker or a command, which goes from edition to edition
        return g.get("edition") or current_edition()
    if "edition" not in g:
        edition_id = (request.view_args or {}).get("edition_id")
        g.edition = current_edition() if edition_id is None else db.session.get(Edition, edition_id)
    edition: Edition | None = g.edition
    return edition


def runs_edition() -> bool:
    """Whether the signed-in person may change this edition, for navigation; the pages see to it themselves."""
    edition, person = edition_here(), me_or_none()
    return edition is not None and person is not None and person.has_role("organiser", edition_id=edition.id)


def register(app: Flask) -> None:
    """Add the pages, and let layouts name the edition, its contact and its time zone."""
    app.register_blueprint(bp)
    provide("edition_name", lambda: edition.title if (edition := edition_here()) else "", app=app)
    provide("contact", lambda: edition.contact_lines if (edition := edition_here()) else [], app=app)
    navigate(
        _l("Organisers' desk"),
        "editions.edition_list",
        order=50,
        app=app,
        when=lambda person: person is not None and person.has_role("organiser", "auditor"),
    )
    provide("runs_edition", runs_edition, app=app)
    provide("time_zone", lambda: edition.time_zone if (edition := edition_here()) else None, app=app)
