"""Pages about rounds for those who run them, and the bench for the judges."""

from flask import Flask
from flask_babel import lazy_gettext as _l

from contest.editions.registry import show_on_overview
from contest.judging.forms import flag_text, recusal_text
from contest.judging.views import bench, flags, panel, queue, recusal, rounds, signature, stages
from contest.judging.views.blueprint import bp
from contest.judging.views.overview import overview
from contest.ranking.numbers import shortest
from contest.web.context import navigate

__all__ = ["bench", "bp", "flags", "panel", "queue", "recusal", "register", "rounds", "signature", "stages"]


def register(app: Flask) -> None:
    """Add the pages, and this feature's part of the organisers' overview."""
    app.register_blueprint(bp)
    app.jinja_env.filters.update(short=shortest, flag_text=flag_text, recusal_text=recusal_text)
    show_on_overview("judging", overview, order=30)
    navigate(
        _l("Judging"),
        "judging.queue_page",
        order=40,
        app=app,
        when=lambda person: person is not None and person.has_role("judge"),
    )
