"""The few addresses that belong to no feature, and the wiring of all manners."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Blueprint, Flask, Response, abort, jsonify, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFProtect, generate_csrf
from werkzeug.middleware.proxy_fix import ProxyFix

from contest.web import addresses, bodies, cli, context, errors, filters, forms, headers, i18n, static
from contest.web.answers import bearer

bp = Blueprint("web", __name__)


class Csrf(CSRFProtect):
    """Not asked of scripts that bring a token of their own: no other site can make a browser send that header."""

    def protect(self, **options: Any) -> None:
        if not bearer():
            super().protect(**options)


csrf = Csrf()

ViewT = TypeVar("ViewT", bound=Callable[..., ResponseReturnValue])

ROBOTS = "User-agent: *\nDisallow: /editions/\nDisallow: /uploads\nDisallow: /sign-in\n"


def public(view: ViewT) -> ViewT:
    """As `contest.accounts.access.public`, which this package stands below and cannot import."""
    view.__access__ = "public"  # type: ignore[attr-defined]
    return view


def safe_local(target: str | None) -> str:
    """`target` when it is a path of this service, else the home page."""
    parts = urlsplit(target or "")
    local = (
        target
        and target.startswith("/")
        and not target.startswith(("//", "/\\"))
        and not parts.scheme
        and not parts.netloc
    )
    return target if local and target and not any(ord(char) < 32 for char in target) else context.home_url()


@bp.route("/language", methods=["POST"])
@public
def language() -> ResponseReturnValue:
    """Keep a language (the links in the header do the same with ?lang=)."""
    code = i18n.known_language(request.form.get("language")) or abort(400)
    i18n.keep_language(code)
    return redirect(safe_local(request.form.get("next")))


@bp.route("/form-token")
@public
def form_token() -> ResponseReturnValue:
    """A fresh token for a form that was kept while its sender signed in again. Other sites cannot read this answer."""
    response = jsonify({"token": generate_csrf()})
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.route("/robots.txt")
@public
def robots() -> ResponseReturnValue:
    return Response(ROBOTS, mimetype="text/plain")


@bp.route("/favicon.ico")
@public
def favicon() -> ResponseReturnValue:
    return redirect(url_for("static", filename="img/mark.svg"), 301)


def _keep_cookie(response: Response) -> Response:
    """Of those who have a session the cookie outlives the window; the row behind it says how long it really counts.

    Visitors without one get no cookie, so that their pages can be kept by caches.
    """
    if session and not session.permanent:
        session.permanent = True
    return response


def register(app: Flask) -> None:
    """Give `app` its manners; first of all parts, so that the others find them."""
    settings = app.config["SETTINGS"]
    if settings.proxies:
        count = settings.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]
    addresses.register(app)
    csrf.init_app(app)
    context.register(app)
    i18n.register(app)
    filters.register(app)
    forms.register(app)
    headers.register(app)
    static.register(app)
    errors.register(app)
    cli.register(app)
    bodies.register(app)
    app.config["PERMANENT_SESSION_LIFETIME"] = timedelta(hours=settings.session_absolute_h)
    app.config["SESSION_REFRESH_EACH_REQUEST"] = False
    app.after_request(_keep_cookie)
    app.register_blueprint(bp)
