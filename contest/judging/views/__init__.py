"""Pages about rounds for those who run them, and the bench for the judges."""

from flask import Flask
from flask_babel import lazy_gettext as _l

from contest.editions.registry import show_on_overview
from contest.judging.forms import conflict_kind, conflict_reason, flag_text, recusal_text
from contest.judging.views import bench, conflicts, flags, panel, queue, recusal, relations, rounds, signature, stages
from contest.judging.views.blueprint import bp
from contest.judging.views.overview import overview
from contest.judging.words import method_text, said_text, tie_text
from contest.ranking.numbers import shortest
from contest.web.context import navigate, provide

__all__ = [
    "bench",
    "bp",
    "conflicts",
    "flags",
    "panel",
    "queue",
    "recusal",
    "register",
    "relations",
    "rounds",
    "signature",
    "stages",
]


def register(app: Flask) -> None:
    """Add the pages, and this feature's part of the organisers' overview."""
    app.register_blueprint(bp)
    app.jinja_env.filters.update(
        short=shortest,
        flag_text=flag_text,
        recusal_text=recusal_text,
        method_text=method_text,
        said_text=said_text,
        tie_text=tie_text,
    )
    app.jinja_env.filters.update(conflict_kind=conflict_kind, conflict_reason=conflict_reason)
    provide("judged_editions", relations.judged_editions, app=app)
    show_on_overview("judging", overview, order=30)
    navigate(
        _l("Judging"),
        "judging.queue_page",
        order=40,
        app=app,
        when=lambda person: person is not None and person.has_role("judge"),
    )
