"""What people and programs get when something cannot be done: a sentence that says what to do next.

A page asks for pages, htmx for a part of one, a program for JSON: `{"error": {"code": ..., "message": ...}}`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from flask import Flask, Response, current_app, jsonify, make_response, render_template, request
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from contest.db import db
from contest.errors import Refused
from contest.storage import Away
from contest.web.answers import is_htmx, wants_json
from contest.web.context import say_nothing_that_needs_the_database
from contest.web.forms import came_from_here, typed

RETRY_AFTER_S = 5


@dataclass(frozen=True)
class Words:
    """An error page's text: the fact, what it means, what to do."""

    title: str
    why: str
    fix: str = ""

    @property
    def body(self) -> str:
        """All but the title, in one line."""
        return str(_("%(why)s %(fix)s", why=self.why, fix=self.fix)).strip()

    @property
    def sentence(self) -> str:
        """All of it in one line, for programs."""
        return str(_("%(title)s. %(body)s", title=self.title.rstrip(".。"), body=self.body)).strip()


def words_400() -> Words:
    return Words(
        _("This request could not be understood"),
        _("Something in the address or in the form was not as expected."),
        _("Please go back, load the page again and repeat the last step."),
    )


def words_401() -> Words:
    return Words(
        _("Please sign in"), _("This page is only for people who are signed in."), _("Sign in, then open it again.")
    )


def words_403() -> Words:
    return Words(
        _("This page needs another permission"),
        _("Your account is not one of those this page is open to."),
        _("If you were invited, open the link in the invitation; otherwise ask the organisers."),
    )


def words_404() -> Words:
    return Words(
        _("Page not found"),
        _("Nothing is at this address. The link may be old, or part of it may be missing."),
        _("Check the address, or start again from the home page."),
    )


def words_405() -> Words:
    return Words(
        _("This address does not work that way"),
        _("The page was opened in a way it does not offer, perhaps by loading a result page again."),
        _("Please go back and use the button on the page."),
    )


def words_409() -> Words:
    return Words(
        _("This has changed in the meantime"),
        _("Somebody, perhaps you in another window, changed the same thing first."),
        _("Load the page again to see how it is now."),
    )


def words_413() -> Words:
    return Words(
        _("That is too large"),
        _("What the browser sent at once is larger than this page takes. Nothing you saved before is lost."),
        _("Go back and choose a smaller file or shorten the text."),
    )


def words_422() -> Words:
    return Words(
        _("Something in the form needs changing"),
        _("The form could not be accepted as it is."),
        _("Please go back and look at the marked fields."),
    )


def words_429() -> Words:
    return Words(
        _("That was a little fast"),
        _("To protect accounts, only so many tries are allowed in a short time."),
        _("Please wait a few minutes and try again."),
    )


def words_503() -> Words:
    return Words(
        _("The service is busy"),
        _("It cannot answer right now. What you saved before is safe."),
        _("Please try again in a few seconds."),
    )


WORDS: dict[int, Callable[[], Words]] = {
    400: words_400,
    401: words_401,
    403: words_403,
    404: words_404,
    405: words_405,
    409: words_409,
    413: words_413,
    422: words_422,
    429: words_429,
    503: words_503,
}


def answer(status: int, words: Words, *, code: str = "") -> Response:
    """The error in the form the asker reads."""
    if wants_json():
        message = {"code": code or HTTPStatus(status).phrase.lower().replace(" ", "-"), "message": words.sentence}
        response = jsonify({"error": message})
    elif is_htmx():
        response = make_response(render_template("errors/_note.html", words=words))
        response.headers["HX-Retarget"] = "#notes"  # the layouts have it; what was asked from stays as it is
        response.headers["HX-Reswap"] = "innerHTML"
    else:
        response = make_response(render_template("errors/error.html", words=words, code=status))
    response.status_code = status
    return response


def _http_error(error: HTTPException) -> Response:
    status = error.code or 500
    if status < 400:
        return make_response(error.get_response())  # a redirect raised from inside
    response = answer(status, WORDS.get(status, words_400)())
    allowed = getattr(error, "valid_methods", None)
    if allowed:
        response.headers["Allow"] = ", ".join(sorted(allowed))
    retry_after = getattr(error, "retry_after", None)
    if retry_after is not None:
        response.headers["Retry-After"] = str(retry_after)
    return response


def _csrf_error(_error: CSRFError) -> Response:
    """The token is missing or old: the text is shown again with a fresh one, if it came from a page of ours."""
    words = Words(
        _("This page was open too long"),
        _("For safety a form can only be sent from a page that was opened recently in the same browser."),
        _("Nothing was changed yet. Please load the page again and repeat the last step."),
    )
    if wants_json() or is_htmx() or not came_from_here(request) or not request.form:
        return answer(400, words, code="csrf")
    page = render_template("errors/session.html", kept=typed(request), reason=words.why)
    return make_response(page, 400)


def _refused(error: Refused) -> Response:
    if wants_json():
        response = jsonify({"error": {"code": "refused", "message": error.reason}})
    elif is_htmx():
        return answer(error.status, Words(error.reason, ""))
    else:
        response = make_response(render_template("errors/refused.html", reason=error.reason))
    response.status_code = error.status
    return response


def _database_away(error: Exception) -> Response:
    """The database does not answer or is busy: not the person's doing, and over soon. Nothing was written."""
    current_app.logger.error("database does not answer: %s", error)
    db.session.rollback()
    say_nothing_that_needs_the_database()
    return _later()


def _storage_away(error: Exception) -> Response:
    """So with the server that keeps the files; what it took before counts, and clients ask how much that is."""
    current_app.logger.error("storage does not answer: %s", error)
    db.session.rollback()
    return _later()


def _later() -> Response:
    response = answer(503, words_503())
    response.headers["Retry-After"] = str(RETRY_AFTER_S)
    return response


def _broken(_error: Exception) -> Response:
    """Flask has already logged it; this page touches nothing, so that it cannot fail as well."""
    if wants_json():
        response = jsonify({"error": {"code": "internal", "message": "Something went wrong on our side."}})
    else:
        response = Response(current_app.extensions["contest.page_500"], mimetype="text/html")
    response.status_code = 500
    return response


def register(app: Flask) -> None:
    """Answer every kind of error."""
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(CSRFError, _csrf_error)
    app.register_error_handler(Refused, _refused)
    for away in (OperationalError, InterfaceError, PoolTimeout):
        app.register_error_handler(away, _database_away)
    app.register_error_handler(Away, _storage_away)
    app.register_error_handler(500, _broken)
    source = app.jinja_env.loader.get_source(app.jinja_env, "errors/500.html")[0] if app.jinja_env.loader else ""
    app.extensions["contest.page_500"] = source  # read now: a broken disk cannot take it away
