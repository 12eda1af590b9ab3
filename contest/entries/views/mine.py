"""An entrant's own entries: the list, a new one, one of them with its history, and taking it back."""

from functools import partial

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from contest.accounts.access import me, signed_in
from contest.clock import now
from contest.db import db, transaction
from contest.editions.queries import calendar, category_of, current_edition
from contest.editions.rules import corrections_close_at, why_not_submit
from contest.entries import rules
from contest.entries.actions import start_entry, withdraw_entry
from contest.entries.forms import NewEntryForm
from contest.entries.queries import entries_of, failed_renders, latest_receipt, progress
from contest.entries.rules.went_wrong import went_wrong
from contest.entries.views.blueprint import bp, my_entry
from contest.entries.views.unfinished import address_of_giving_up, unfinished_of
from contest.web.forms import Form
from contest.web.pagination import paginate


@bp.route("/entries")
@signed_in
def entry_list() -> ResponseReturnValue:
    """Everything the person has entered, what needs them first."""
    edition, at = current_edition(), now()
    return render_template(
        "entries/entry_list.html",
        page=paginate(entries_of(me())),
        unfinished=unfinished_of(me()),
        give_up=address_of_giving_up,
        edition=edition,
        closed=why_not_submit(edition, None, at) if edition else _("No contest is open now."),
        corrections_close_at=corrections_close_at,
        progress=partial(progress, at=at),
    )


@bp.route("/entries/new", methods=["GET", "POST"])
@signed_in
def new() -> ResponseReturnValue:
    """The first step: what kind of work. The draft exists as soon as it is answered."""
    edition, at = current_edition(), now()
    if edition is None or why_not_submit(edition, None, at):
        reason = why_not_submit(edition, None, at) if edition else _("No contest is open now.")
        stretches = calendar(edition, at) if edition else []
        return render_template("entries/closed.html", edition=edition, reason=reason, calendar=stretches), 409
    form = NewEntryForm.of(edition)
    if form.validate_on_submit() and (category := category_of(edition, int(form.category.data))):
        with transaction():
            entry = start_entry(edition, category, group_id=form.group_id(), by=me(), at=at)
        return redirect(url_for(".file", entry_id=entry.id))
    return render_template("entries/new.html", form=form, edition=edition), 422 if form.errors else 200


@bp.route("/entries/<int:entry_id>")
@signed_in
def entry(entry_id: int) -> ResponseReturnValue:
    """One entry: where it stands, what was decided, what can be done."""
    found, at = my_entry(entry_id), now()
    return render_template(
        "entries/entry.html",
        entry=found,
        calendar=calendar(found.edition, at),
        receipt=latest_receipt(found),
        lacking=rules.missing(found) if found.is_editable else [],
        corrections_close_at=corrections_close_at(found.edition),
        not_made_jobs=db.session.scalars(failed_renders(entry=found)).all(),
        went_wrong=went_wrong,
        may_withdraw=rules.why_not_withdraw(found, at) is None,
    )


@bp.route("/entries/<int:entry_id>/withdrawal", methods=["GET", "POST"])
@signed_in
def withdrawal(entry_id: int) -> ResponseReturnValue:
    """What taking it back means; and doing it."""
    found, at, form = my_entry(entry_id), now(), Form()
    if form.validate_on_submit():
        with transaction():
            withdraw_entry(found, by=me(), at=at)
        flash(_("The entry was withdrawn."))
        return redirect(url_for(".entry_list"))
    reason = rules.why_not_withdraw(found, at)
    return render_template("entries/withdrawal.html", entry=found, form=form, reason=reason)
