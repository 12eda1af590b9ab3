"""Uploads that were begun and not ended: wherever they were begun, the person finds them here."""

from dataclasses import dataclass

from flask import abort, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from contest.accounts.access import me, signed_in
from contest.accounts.models import Person
from contest.clock import now
from contest.db import db, transaction
from contest.entries.models import Entry
from contest.entries.queries import entries_of
from contest.entries.views.blueprint import bp
from contest.errors import Refused
from contest.uploads import parts
from contest.uploads.actions import cancel_upload
from contest.uploads.models import Upload
from contest.uploads.queries import unfinished_uploads, upload_of
from contest.web.views import safe_local


@dataclass(frozen=True, kw_only=True)
class Unfinished:
    """An upload, and the entry that waits for it."""

    upload: Upload
    entry: Entry


def unfinished_of(person: Person, *, but: Entry | None = None) -> list[Unfinished]:
    """All that the person can go on with, the latest first; without those for one entry when it is given."""
    uploads = unfinished_uploads(person)
    if not uploads:
        return []  # as with almost everybody
    editable = entries_of(person).where(Entry.state.in_(("draft", "returned")))
    theirs = {f"entry-file:{entry.id}": entry for entry in db.session.scalars(editable).unique()}
    found = ((upload, theirs.get(upload.purpose.rpartition(":")[0])) for upload in uploads)
    return [Unfinished(upload=upload, entry=entry) for upload, entry in found if entry and entry is not but]


def address_of_giving_up(upload: Upload) -> str:
    """Where the form beside an unfinished upload posts to."""
    return url_for("entries.give_up", upload_id=upload.id)


@bp.route("/entries/unfinished-uploads/<upload_id>/cancellation", methods=["POST"])
@signed_in
def give_up(upload_id: str) -> ResponseReturnValue:
    """Remove what has arrived of a file. Where scripts run they do it by the protocol; this is the form beside it."""
    upload = upload_of(me(), upload_id) or abort(404)
    try:
        with transaction():
            cancel_upload(upload, by=me(), at=now())
    except Refused as refused:
        flash(refused.reason, "warning")
    else:
        parts.remove(current_app.config["SETTINGS"], upload.id)
        flash(_("The upload of “%(name)s” was given up.", name=upload.filename))
    return redirect(safe_local(request.form.get("back") or url_for(".entry_list")))
