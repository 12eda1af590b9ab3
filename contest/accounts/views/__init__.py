"""Sign-in, account, invitations, and the desk pages about people: the edges of this feature."""

from flask import Flask

from contest.accounts.views import current
from contest.accounts.views.blueprint import bp


def register(app: Flask) -> None:
    """Sign people in over their session rows, and hang up the pages."""
    current.register(app)
    app.register_blueprint(bp)
