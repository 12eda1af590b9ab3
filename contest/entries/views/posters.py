"""The picture that stands for a film: its entrant chooses while the entry is theirs, the office at any time."""

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from contest.accounts.access import me, organiser_required, signed_in
from contest.clock import now
from contest.db import transaction
from contest.editions.queries import edition_or_404
from contest.entries.actions.posters import choose_picture
from contest.entries.models import Entry
from contest.entries.queries import entry_in
from contest.entries.views.blueprint import bp, my_entry


@bp.route("/entries/<int:entry_id>/files/<int:file_id>/poster", methods=["POST"])
@signed_in
def poster(entry_id: int, file_id: int) -> ResponseReturnValue:
    """The entrant's choice."""
    entry = my_entry(entry_id)
    _choose(entry, file_id)
    return redirect(url_for(".check", entry_id=entry.id, _anchor=f"posters-{file_id}"))


@bp.route("/editions/<int:edition_id>/desk/entries/<int:entry_id>/files/<int:file_id>/poster", methods=["POST"])
@organiser_required
def office_poster(edition_id: int, entry_id: int, file_id: int) -> ResponseReturnValue:
    """The office's choice; a published work shows it at once."""
    entry: Entry = entry_in(edition_or_404(edition_id), entry_id) or abort(404)
    _choose(entry, file_id)
    return redirect(url_for(".review_entry", edition_id=edition_id, entry_id=entry.id, _anchor=f"posters-{file_id}"))


def _choose(entry: Entry, file_id: int) -> None:
    """404 for a file that is not this entry's, 400 for a picture that was not offered."""
    file = next((one for one in entry.current_files if one.id == file_id), None) or abort(404)
    number = request.form.get("picture", type=int) or 0
    if not 1 <= number <= len(file.asset.posters):
        abort(400)
    with transaction():
        choose_picture(file, number, by=me(), at=now())
    flash(_("The cover is saved. It is shown wherever the film is."))
