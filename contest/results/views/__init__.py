"""The organisers' pages about results, prizes and publication."""

from flask import Flask

from contest.results.views import analysis, decision, publication, results
from contest.results.views.blueprint import bp

__all__ = ["analysis", "bp", "decision", "publication", "register", "results"]


def register(app: Flask) -> None:
    """Add the pages."""
    app.register_blueprint(bp)
