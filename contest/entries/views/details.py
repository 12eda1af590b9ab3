"""The texts of an entry: the form, and its autosave."""

from typing import Any

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from contest.accounts.access import signed_in
from contest.clock import now
from contest.db import transaction
from contest.entries import rules
from contest.entries.actions import Changed, Details, save_details
from contest.entries.forms import AI_WORDS, DetailsForm
from contest.entries.models import Entry
from contest.entries.views.blueprint import bp, my_entry
from contest.web.filters import clock_time
from contest.web.forms import complaints


@bp.route("/entries/<int:entry_id>/details", methods=["GET", "POST"])
@signed_in
def details(entry_id: int) -> ResponseReturnValue:
    """Everything typed is saved, also when something is lacking; only the last button asks for all of it."""
    entry = my_entry(entry_id)
    if reason := rules.why_not_edit(entry):
        flash(reason, "warning")
        return redirect(url_for(".entry", entry_id=entry.id))
    form, pressed = DetailsForm.of(entry), request.form.get("do", "next")
    if not form.is_submitted():
        form.revision.data = entry.revision
        return page(entry, form)
    if not form.validate():
        return page(entry, form), 422
    try:
        with transaction():
            save_details(entry, form.details(entry), revision=form.seen_revision(), at=now())
    except Changed:
        return page(entry, form, theirs=differences(entry, form)), 409
    form.revision.data = entry.revision
    if pressed == "later":
        flash(_("Saved. You can go on at any time before the deadline."))
        return redirect(url_for(".entry", entry_id=entry.id))
    if pressed != "next":
        form.rearrange(pressed)
        return page(entry, form)
    form.complain(rules.missing(entry))
    if complaints(form):
        return page(entry, form), 422
    return redirect(url_for(".review", entry_id=entry.id))


def page(entry: Entry, form: DetailsForm, theirs: list[tuple[Any, str]] | None = None) -> str:
    """The form. `theirs` is what another window saved meanwhile; sending the form again then keeps what it shows."""
    form.revision.data = entry.revision
    return render_template(
        "entries/details.html", entry=entry, form=form, theirs=theirs, most_authors=rules.MAX_AUTHORS
    )


def differences(entry: Entry, form: DetailsForm) -> list[tuple[Any, str]]:
    """(label, saved text) of each field in which the saved entry is not what was typed here."""
    typed = form.details(entry)
    found = [
        (form[name].label.text, str(AI_WORDS.get(getattr(entry, name), getattr(entry, name))))
        for name in Details.TEXTS
        if getattr(entry, name) != getattr(typed, name)
    ]
    saved_authors = [author.name for author in entry.authors]
    if saved_authors != typed.authors:
        found.append((form.authors.label.text, ", ".join(saved_authors)))
    if entry.group_id != typed.group_id and entry.group:
        found.append((_("Group"), entry.group.title))
    return found


@bp.route("/entries/<int:entry_id>/draft", methods=["POST"])
@signed_in
def draft(entry_id: int) -> ResponseReturnValue:
    """The same save, made by the page while somebody types."""
    entry = my_entry(entry_id)
    form = DetailsForm.of(entry)
    if not form.validate():
        return jsonify(error={"code": "invalid", "message": complaints(form)[0][1]}), 422
    try:
        with transaction():
            save_details(entry, form.details(entry), revision=form.seen_revision(), at=now())
    except Changed as error:
        saved = [[str(label), text] for label, text in differences(entry, form)]
        return jsonify(error={"code": "changed", "message": error.reason}, saved=saved, revision=entry.revision), 409
    time = clock_time(entry.changed_at)
    return jsonify(revision=entry.revision, saved_at=time, text=_("Saved at %(time)s", time=time))
