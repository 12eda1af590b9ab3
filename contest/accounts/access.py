"""Who may open a view. Every view carries exactly one of these; a test walks over all routes to see to it."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from contest.accounts.models import Person
from contest.web.answers import is_htmx, wants_json
from contest.web.forms import keep_typed

View = TypeVar("View", bound=Callable[..., Any])


def me() -> Person:
    """The signed-in person; only inside views that need one."""
    return cast(Person, current_user._get_current_object())


def me_or_none() -> Person | None:
    """The signed-in person, or None on a public page opened by nobody we know."""
    return me() if current_user.is_authenticated else None


def public(view: View) -> View:
    """Everybody, signed out too."""
    view.__access__ = "public"  # type: ignore[attr-defined]
    return view


def scripts_too(view: View) -> View:
    """Also for scripts of the person, by an access token; stands below the access decorator."""
    view.__scripts__ = True  # type: ignore[attr-defined]
    return view


def part_of_page(view: View) -> View:
    """A file that pages show and nobody opens by hand: for who may not have it there is none. Stands below the access
    decorator."""
    view.__part__ = True  # type: ignore[attr-defined]
    return view


def _guard(name: str, *roles: str) -> Callable[[View], View]:
    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            is_part = hasattr(view, "__part__")
            if not current_user.is_authenticated:
                return abort(404) if is_part else ask_to_sign_in()
            if roles and not me().has_role(*roles, edition_id=(request.view_args or {}).get("edition_id")):
                return abort(404) if is_part else say_who_may(roles[0])
            return view(*args, **kwargs)

        guarded.__access__ = name  # type: ignore[attr-defined]
        return cast(View, guarded)

    return decorate


def ask_to_sign_in() -> ResponseReturnValue:
    """What a signed-out person gets at a page that needs an account: sign in and come back, with what was typed."""
    if wants_json() or is_htmx():
        abort(401)
    if request.method in ("GET", "HEAD"):
        here = request.full_path if request.query_string else request.path
        return redirect(url_for("accounts.sign_in", next=request.script_root + here))
    return keep_typed()


def say_who_may(role: str) -> ResponseReturnValue:
    """What a signed-in person without the role gets: as whom they are signed in is the usual reason."""
    if wants_json() or is_htmx():
        abort(403)
    return render_template("accounts/not_for_you.html", role=role), 403


signed_in = _guard("signed_in")
judge_required = _guard("judge", "judge")
organiser_required = _guard("organiser", "organiser")
auditor_required = _guard("auditor", "auditor", "organiser")
officer_required = _guard("unit_officer", "unit_officer", "organiser")
