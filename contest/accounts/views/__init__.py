"""Sign-in, account, invitations, and the desk pages about people and the record: the edges of this feature."""

from flask import Flask

from contest.accounts.views import access_tokens, account, audit, current, invitations, people, resets, roles, sign_in
from contest.accounts.views.blueprint import bp

PAGES = (sign_in, account, access_tokens, invitations, resets, people, roles)


def register(app: Flask) -> None:
    """Sign people in over their session rows, and hang up the pages."""
    current.register(app)
    app.register_blueprint(bp)
    app.register_blueprint(audit.bp)
