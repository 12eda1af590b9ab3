"""Who may open a view. Every view carries exactly one of these; a test walks over all routes to see to it."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from flask import abort, request
from flask_login import current_user

from contest.accounts.models import Person

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


def _guard(name: str, *roles: str) -> Callable[[View], View]:
    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            if not current_user.is_authenticated:
                return ask_to_sign_in()
            if roles and not me().has_role(*roles, edition_id=(request.view_args or {}).get("edition_id")):
                abort(403)
            return view(*args, **kwargs)

        guarded.__access__ = name  # type: ignore[attr-defined]
        return cast(View, guarded)

    return decorate


def ask_to_sign_in() -> Any:
    """What a signed-out person gets at a page that needs an account."""
    abort(401)


signed_in = _guard("signed_in")
judge_required = _guard("judge", "judge")
organiser_required = _guard("organiser", "organiser")
auditor_required = _guard("auditor", "auditor", "organiser")
officer_required = _guard("unit_officer", "unit_officer", "organiser")
