"""Looking at everything once more, handing it in, and the receipt."""

import json
import re
from datetime import datetime

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from contest.accounts.access import me, public, signed_in
from contest.clock import now
from contest.db import transaction
from contest.editions.queries import calendar
from contest.entries import rules
from contest.entries.actions import submit_entry
from contest.entries.actions.submitting import is_genuine
from contest.entries.forms import AI_WORDS, ReceiptForm, SubmissionForm
from contest.entries.models import Entry
from contest.entries.queries import latest_receipt, receipt_signed
from contest.entries.views.blueprint import bp, my_entry
from contest.errors import Refused


@bp.route("/entries/<int:entry_id>/review")
@signed_in
def review(entry_id: int) -> ResponseReturnValue:
    """Everything at a glance, what is still lacking, the pledge, and the button."""
    entry = my_entry(entry_id)
    if reason := rules.why_not_edit(entry):
        flash(reason, "warning")
        return redirect(url_for(".entry", entry_id=entry.id))
    form = SubmissionForm(formdata=None, pledge=entry.pledged_at is not None, showcase_consent=entry.showcase_consent)
    return review_page(entry, form)


def review_page(entry: Entry, form: SubmissionForm, refused: str = "") -> str:
    form.revision.data = entry.revision
    return render_template(
        "entries/review.html",
        ai_words=AI_WORDS,
        entry=entry,
        form=form,
        lacking=rules.missing(entry),
        reason=refused or (rules.why_not_submit(entry, now()) if not rules.missing(entry) else ""),
        refused=refused,
    )


@bp.route("/entries/<int:entry_id>/submission", methods=["POST"])
@signed_in
def submission(entry_id: int) -> ResponseReturnValue:
    """Hand it in. What stands against it is said on the same page, with everything as it was."""
    entry, form = my_entry(entry_id), SubmissionForm()
    if not form.validate():
        return review_page(entry, form), 422
    revision = (
        int(form.revision.data) if (form.revision.data or "").isascii() and (form.revision.data or "").isdigit() else -1
    )
    try:
        with transaction():
            submit_entry(
                entry,
                pledge=form.pledge.data,
                showcase_consent=form.showcase_consent.data,
                revision=revision,
                by=me(),
                at=now(),
                key=current_app.config["SECRET_KEY"],
            )
    except Refused as error:
        if not entry.is_editable:
            raise
        if error.status == 422:
            form.pledge.errors = [error.reason]
            return review_page(entry, form), 422
        return review_page(entry, form, refused=error.reason), error.status
    return redirect(url_for(".receipt", entry_id=entry.id))


@bp.route("/entries/<int:entry_id>/receipt")
@signed_in
def receipt(entry_id: int) -> ResponseReturnValue:
    """The receipt to keep: number, server time, hashes, signature."""
    entry = my_entry(entry_id)
    found = latest_receipt(entry)
    if found is None:
        flash(_("There is no receipt yet: this entry has not been submitted."), "warning")
        return redirect(url_for(".entry", entry_id=entry.id))
    said = json.loads(found.body)
    return render_template(
        "entries/receipt.html",
        entry=entry,
        receipt=found,
        said=said,
        # The first receipts did not say it.
        begun=[datetime.fromisoformat(file["began_at"]) if "began_at" in file else None for file in said["files"]],
        signature=grouped(found.signature),
        calendar=calendar(entry.edition, now()),
    )


def grouped(signature: str) -> str:
    """In groups of four, as people read it out."""
    return " ".join(signature[start : start + 4] for start in range(0, len(signature), 4))


@bp.route("/receipts")
@public
def verify() -> ResponseReturnValue:
    """Compare a receipt with what was signed. It tells what the receipt itself says and nothing more."""
    form = ReceiptForm(request.args)
    asked = "signature" in request.args
    if not asked or not form.validate():
        return render_template("entries/verify.html", form=form if asked else None, fields=form), 422 if asked else 200
    found = receipt_signed(re.sub(r"[^A-Z2-7]", "", form.signature.data.upper())[:64])
    genuine = found is not None and is_genuine(found, key=current_app.config["SECRET_KEY"])
    said = json.loads(found.body) if found is not None and genuine else None
    mine = "".join((form.sha256.data or "").split()).lower()
    return render_template(
        "entries/verify.html",
        form=form,
        fields=form,
        asked=True,
        said=said,
        receipt=found,
        mine=mine,
        same=said is not None and any(file["sha256"] == mine for file in said["files"]),
    )
