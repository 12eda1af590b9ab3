"""The entrant's way from a draft to a receipt, and the office's review."""

from flask import Flask
from flask_babel import lazy_gettext as _l

from contest.editions.registry import show_on_overview
from contest.entries.views import (
    captions,
    details,
    files,
    likenesses,
    mine,
    office,
    places,
    posters,
    prechecks,
    rules,
    submission,
    unfinished,
)
from contest.entries.views.blueprint import bp
from contest.web.context import navigate

PAGES = (captions, details, files, likenesses, mine, office, places, posters, prechecks, rules, submission, unfinished)


def register(app: Flask) -> None:
    """Add the pages, the link to one's own entries, and the office's figures."""
    app.register_blueprint(bp)
    navigate(_l("My entries"), "entries.entry_list", order=30, app=app)
    show_on_overview("entries", office.overview, order=10)
