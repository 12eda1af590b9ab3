"""The settings of an edition: one page of several forms, each posted to an address of its own."""

from typing import Any

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from contest.accounts.access import me, organiser_required
from contest.clock import now
from contest.db import transaction
from contest.editions import actions
from contest.editions.forms import CalendarForm, CategoryForm, GroupsForm, NewCategoryForm, RoomForm, TextsForm
from contest.editions.models import Category, Edition
from contest.editions.queries import calendar, category_of, edition_or_404, first_steps, use_of_room
from contest.editions.rules import why_not_another_category, why_not_make_current
from contest.editions.views.blueprint import bp


def page(edition: Edition, **changed: Any) -> str:
    """The whole page. `changed` holds the one form that was posted and could not be accepted; it keeps its text."""
    forms: dict[str, Any] = {
        "texts": lambda: TextsForm(formdata=None, obj=edition, prefix="texts-"),
        "room": lambda: RoomForm.of(edition, formdata=None, prefix="room-"),
        "dates": lambda: CalendarForm.of(edition, formdata=None, prefix="calendar-"),
        "groups": lambda: GroupsForm.of(edition, formdata=None, prefix="groups-"),
        "new_category": lambda: NewCategoryForm.of(None, formdata=None, prefix="new-"),
    }
    shown = {name: changed.get(name) or make() for name, make in forms.items()}
    categories = [
        (category, changed.get(category.code) or CategoryForm.of(category, formdata=None, prefix=f"{category.code}-"))
        for category in edition.categories
    ]
    return render_template(
        "editions/settings.html",
        edition=edition,
        calendar=calendar(edition, now()),
        categories=categories,
        reason=why_not_make_current(edition),
        used=use_of_room(edition),
        first_steps=first_steps(edition),
        form=next(iter(changed.values()), None),
        **shown,
    )


def saved(edition: Edition) -> ResponseReturnValue:
    """Back to the top of the page, where it is said: further down nobody would see that it was saved."""
    flash(_("Saved."))
    return redirect(url_for(".settings", edition_id=edition.id))


@bp.route("/editions/<int:edition_id>/desk/settings")
@organiser_required
def settings(edition_id: int) -> ResponseReturnValue:
    """All settings of one edition."""
    return page(edition_or_404(edition_id))


@bp.route("/editions/<int:edition_id>/desk/settings/texts", methods=["POST"])
@organiser_required
def texts(edition_id: int) -> ResponseReturnValue:
    """Names, texts, contact."""
    edition, form = edition_or_404(edition_id), TextsForm(prefix="texts-")
    if not form.validate_on_submit():
        return page(edition, texts=form), 422
    with transaction():
        typed = [name for name in actions.TEXTS if name in form and name != "upload_grace_min"]
        given = {name: form[name].data or "" for name in typed}
        given["upload_grace_min"] = form.upload_grace_min.data
        actions.describe_edition(edition, given, by=me(), at=now())
    return saved(edition)


@bp.route("/editions/<int:edition_id>/desk/settings/room", methods=["POST"])
@organiser_required
def room(edition_id: int) -> ResponseReturnValue:
    """How much may be sent in all; what is here and what is on its way stays, even when that is more."""
    edition = edition_or_404(edition_id)
    form = RoomForm.of(edition, prefix="room-")
    if not form.validate_on_submit():
        return page(edition, room=form), 422
    with transaction():
        actions.describe_edition(edition, {"upload_quota_mib": form.quota_mib()}, by=me(), at=now())
    return saved(edition)


@bp.route("/editions/<int:edition_id>/desk/settings/calendar", methods=["POST"])
@organiser_required
def dates(edition_id: int) -> ResponseReturnValue:
    """Begin and end of every phase."""
    edition = edition_or_404(edition_id)
    form = CalendarForm.of(edition, prefix="calendar-")
    if not form.validate_on_submit():
        return page(edition, dates=form), 422
    with transaction():
        actions.set_calendar(edition, form.dates(), by=me(), at=now())
    return saved(edition)


@bp.route("/editions/<int:edition_id>/desk/settings/groups", methods=["POST"])
@organiser_required
def groups(edition_id: int) -> ResponseReturnValue:
    """Who competes with whom."""
    edition = edition_or_404(edition_id)
    form = GroupsForm.of(edition, prefix="groups-")
    if not form.validate_on_submit():
        return page(edition, groups=form), 422
    with transaction():
        actions.name_groups(edition, form.names(), by=me(), at=now())
    return saved(edition)


@bp.route("/editions/<int:edition_id>/desk/settings/categories", methods=["POST"])
@organiser_required
def categories(edition_id: int) -> ResponseReturnValue:
    """One more category."""
    edition = edition_or_404(edition_id)
    form = NewCategoryForm.of(None, prefix="new-")
    whole = form.validate_on_submit()
    if whole and (reason := why_not_another_category(edition)):
        form.form_errors.append(reason)
        return page(edition, new_category=form), 409
    if not whole:
        return page(edition, new_category=form), 422
    with transaction():
        actions.add_category(edition, kind=form.kind.data, limits=form.limits(), by=me(), at=now())
    return saved(edition)


@bp.route("/editions/<int:edition_id>/desk/settings/categories/<int:category_id>", methods=["POST"])
@organiser_required
def category(edition_id: int, category_id: int) -> ResponseReturnValue:
    """Names and limits of one category."""
    edition = edition_or_404(edition_id)
    found: Category = category_of(edition, category_id) or abort(404)
    form = CategoryForm.of(found, prefix=f"{found.code}-")
    if not form.validate_on_submit():
        return page(edition, **{found.code: form}), 422
    with transaction():
        actions.change_category(found, form.limits(), by=me(), at=now())
    return saved(edition)


@bp.route("/editions/<int:edition_id>/desk/settings/current", methods=["POST"])
@organiser_required
def current(edition_id: int) -> ResponseReturnValue:
    """Show this edition on the home page from now on."""
    edition = edition_or_404(edition_id)
    with transaction():
        actions.make_current(edition, by=me(), at=now())
    flash(_("The home page now shows this edition."))
    return redirect(url_for(".settings", edition_id=edition.id))
