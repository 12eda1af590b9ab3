"""Captions of a film: added as SRT or WebVTT, made harmless, shown beside the film wherever it plays."""

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from contest.accounts.access import me, signed_in
from contest.clock import now
from contest.db import transaction
from contest.entries.actions.files import place_captions, remove_captions
from contest.entries.models import EntryFile
from contest.entries.views.blueprint import bp, my_entry
from contest.media.captions import MOST_BYTES, BadCaptions, Fault, clean_captions
from contest.uploads.actions import store_captions

LANGUAGES = {"zh": _l("Chinese"), "en": _l("English")}
_WHY = {
    Fault.EMPTY: _l("The file is empty. Choose the captions file that your editing program exported."),
    Fault.TOO_LARGE: _l("The file is larger than captions can be (512 KB). Choose the SRT or VTT file."),
    Fault.NOT_TEXT: _l("This is not a captions file. Choose a file that ends in .srt or .vtt."),
    Fault.NO_CUES: _l("There are no times and texts in this file. Export the captions as SRT or WebVTT."),
    Fault.TOO_MANY_CUES: _l("There are more captions in this file than a film of minutes can have."),
    Fault.BEYOND_THE_FILM: _l("All captions begin after the end of the film. Choose the file that belongs to it."),
}


@bp.route("/entries/<int:entry_id>/files/<int:file_id>/captions", methods=["POST"])
@signed_in
def captions(entry_id: int, file_id: int) -> ResponseReturnValue:
    """Take a captions file; those there were in that language are replaced."""
    file, language = _film(entry_id, file_id), _language()
    given = request.files.get("captions")
    try:
        body = given.stream.read(MOST_BYTES + 1) if given is not None else b""
        vtt = clean_captions(body, length_ms=(file.asset.facts or {})["length_ms"])
    except BadCaptions as error:
        flash(str(_WHY[error.fault]), "bad")
        return _back(entry_id)
    prefix, stored = store_captions(file.asset, vtt, language=language)
    with transaction():
        place_captions(file, prefix, stored, language=language, by=me(), at=now())
    flash(_("The captions are saved. Play the film to see whether they fit."))
    return _back(entry_id)


@bp.route("/entries/<int:entry_id>/files/<int:file_id>/captions/removal", methods=["POST"])
@signed_in
def captions_removal(entry_id: int, file_id: int) -> ResponseReturnValue:
    """Show the film without them."""
    file, language = _film(entry_id, file_id), _language()
    with transaction():
        remove_captions(file, language=language, by=me(), at=now())
    flash(_("The captions are taken out."))
    return _back(entry_id)


def _film(entry_id: int, file_id: int) -> EntryFile:
    entry = my_entry(entry_id)
    found = next((one for one in entry.current_files if one.id == file_id and one.asset.kind == "video"), None)
    if found is None or not found.asset.facts:
        abort(404)
    return found


def _language() -> str:
    language = request.form.get("language", "")
    return language if language in LANGUAGES else abort(400)


def _back(entry_id: int) -> ResponseReturnValue:
    return redirect(url_for(".check", entry_id=entry_id, _anchor="captions"))
