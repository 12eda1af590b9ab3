"""Pages about rounds for those who run them, and the bench for the judges."""

from flask import Flask

from contest.editions.registry import show_on_overview
from contest.judging.forms import recusal_text
from contest.judging.views import bench, panel, recusal, rounds, signature, stages
from contest.judging.views.blueprint import bp
from contest.judging.views.overview import overview
from contest.ranking.numbers import shortest

__all__ = ["bench", "bp", "panel", "recusal", "register", "rounds", "signature", "stages"]


def register(app: Flask) -> None:
    """Add the pages, and this feature's part of the organisers' overview."""
    app.register_blueprint(bp)
    app.jinja_env.filters.update(short=shortest, recusal_text=recusal_text)
    show_on_overview("judging", overview, order=30)
