"""The files of an entry: sending them, putting them in order, the verdict on them, and looking at them."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from flask import abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from contest.accounts.access import me, part_of_page, signed_in
from contest.clock import now
from contest.config import MIB
from contest.db import db, transaction
from contest.editions.forms import one_line
from contest.entries import rules
from contest.entries.actions import check_again, describe_files, move_file, remove_file
from contest.entries.forms import CAPTION_MAX, SHOT_WORDS, FileForm
from contest.entries.models import SHOWCASE, Entry, EntryFile
from contest.entries.queries import failed_checks, failed_renders, file_seen_by
from contest.entries.rules.unreadable import Sorry, sorry
from contest.entries.rules.went_wrong import went_wrong
from contest.entries.rules.wording import words
from contest.entries.views.blueprint import bp, my_entry
from contest.entries.views.unfinished import address_of_giving_up, unfinished_of
from contest.jobs.queries import worker_is_alive
from contest.media.sandbox import WALLED
from contest.uploads import workshop
from contest.uploads.actions import examine_again
from contest.uploads.models import Upload
from contest.uploads.queries import unfinished_uploads
from contest.uploads.rules import ACCEPT, ACCEPT_OLD, is_worth_another_look, sign_purpose
from contest.uploads.serving import send_evidence, send_original, send_rendition


def place_of(entry: Entry, role: str = "") -> str:
    """What a file sent from the page is for: the one file of the entry, the next free place among several, or the copy
    for the showcase."""
    return f"entry-file:{entry.id}:{role or ('new' if entry.category.max_files > 1 else '0')}"


def roles_of(entry: Entry) -> list[str]:
    """For which uses the entry can take files; a showcase copy that is here can be replaced whatever is asked now."""
    has_copy = entry.showcase_copy is not None or rules.showcase_copy_of(entry.category) != "off"
    return ["", SHOWCASE] if has_copy else [""]


@dataclass(frozen=True, kw_only=True)
class Spot:
    """A place of the page to send files from, and the first file that is here for the same use."""

    role: str
    file: EntryFile | None
    purpose: str
    unfinished: list[Upload]
    precheck: str


def limits_for(entry: Entry) -> dict[str, Any]:
    """What the page looks at before it sends a byte."""
    category = entry.category
    largest = min(category.max_bytes, current_app.config["SETTINGS"].upload_max_mib * MIB)
    return {"kind": category.kind, "max_bytes": largest, "max_length_ms": category.max_length_ms}


def accept_for(kind: str) -> str:
    """The kinds of file that the browser offers first: what this server really opens."""
    has_walls = kind == "video" and workshop.level() >= WALLED
    return ACCEPT[kind] + (ACCEPT_OLD if has_walls else "")


def sorry_here() -> Callable[..., Sorry]:
    """Why a file cannot be used, in the words for what this server opens."""
    return partial(sorry, walls=workshop.level() >= WALLED)


@bp.route("/entries/<int:entry_id>/file", methods=["GET", "POST"])
@signed_in
def file(entry_id: int) -> ResponseReturnValue:
    """Send the file; photos are also described, ordered and taken out here."""
    entry = my_entry(entry_id)
    if reason := rules.why_not_edit(entry):
        flash(reason, "warning")
        return redirect(url_for(".entry", entry_id=entry.id))
    form = FileForm()
    if form.validate_on_submit():
        chosen = _arrange(entry, form)
        target = ".details" if form.do.data == "next" else ".file"
        return redirect(url_for(target, entry_id=entry.id, _anchor=f"photo-{chosen.id}" if chosen else None))
    limits = limits_for(entry)
    return render_template(
        "entries/file.html",
        entry=entry,
        form=form,
        room=entry.category.max_files - len(entry.judged_files),
        spots=[_spot(entry, role, limits) for role in roles_of(entry)],
        copy=rules.showcase_copy_of(entry.category),
        limits=limits,
        accept=accept_for(limits["kind"]),
        elsewhere=unfinished_of(me(), but=entry),
        give_up=address_of_giving_up,
        caption_max=CAPTION_MAX,
        shots=[(shot, SHOT_WORDS[shot]) for shot in rules.rules_of(entry.category).shots],
        sorry=sorry_here(),
        words=words,
    )


def _spot(entry: Entry, role: str, limits: dict[str, Any]) -> Spot:
    ref = place_of(entry, role)
    return Spot(
        role=role,
        file=entry.showcase_copy if role else next(iter(entry.judged_files), None),
        purpose=sign_purpose(kind=limits["kind"], max_bytes=limits["max_bytes"], ref=ref, person_id=me().id),
        unfinished=unfinished_uploads(me(), purpose=ref),
        precheck=url_for(".precheck", entry_id=entry.id, role=role or None),
    )


def _arrange(entry: Entry, form: FileForm) -> EntryFile | None:
    """Keep the captions that came, then do what the pressed button says to its file; unknown files are passed over.
    Gives back the file that was moved, which the page then shows."""
    captions = {
        one.id: one_line(request.form[f"caption-{one.id}"])[:CAPTION_MAX]
        for one in entry.current_files
        if f"caption-{one.id}" in request.form
    }
    shots = {one.id: request.form[f"shot-{one.id}"] for one in entry.current_files if f"shot-{one.id}" in request.form}
    deed, _dash, number = (form.do.data or "").partition("-")
    with transaction():
        describe_files(entry, captions, shots, at=now())
        chosen = next((one for one in entry.current_files if str(one.id) == number), None)
        if chosen is not None and deed == "drop":
            remove_file(chosen, by=me(), at=now())
        elif chosen is not None and deed in ("up", "down"):
            move_file(chosen, by=-1 if deed == "up" else 1, at=now())
    if chosen is None or deed not in ("up", "down"):
        return None
    number = [one.id for one in entry.judged_files].index(chosen.id) + 1
    flash(_("“%(name)s” is now photo %(number)s.", name=chosen.asset.upload.filename, number=number))
    return chosen


@bp.route("/entries/<int:entry_id>/check", methods=["GET", "POST"])
@signed_in
def check(entry_id: int) -> ResponseReturnValue:
    """The verdict, explained; while it is awaited, the page asks for it again by itself. A POST tries what went wrong
    once more: the check, also one that took more than it may, or the making of what is shown."""
    entry = my_entry(entry_id)
    if request.method == "POST":
        with transaction():
            questions = (failed_checks(entry=entry), failed_renders(entry=entry))
            check_again([job for question in questions for job in db.session.scalars(question)], at=now())
            for file in entry.current_files:
                examine_again(file.asset, by=me(), at=now())
        return redirect(url_for(".check", entry_id=entry.id))
    if not entry.current_files:
        return redirect(url_for(".file" if entry.is_editable else ".entry", entry_id=entry.id))
    return render_template(
        "entries/check.html",
        entry=entry,
        lacking=[one for one in rules.missing(entry) if one.step in ("file", "check")],
        worth_another_look=any(is_worth_another_look(one.asset) for one in entry.current_files),
        not_made_jobs=db.session.scalars(failed_renders(entry=entry)).all(),
        went_wrong=went_wrong,
        sorry=sorry_here(),
        words=words,
        **waiting_state(entry),
    )


@bp.route("/entries/<int:entry_id>/check/state")
@signed_in
def check_state(entry_id: int) -> ResponseReturnValue:
    """The part of the page that waits; once there is a verdict, the whole page is to be loaded again."""
    entry = my_entry(entry_id)
    if entry.check != "waiting":
        return "", 200, {"HX-Refresh": "true"}
    return render_template("entries/_check_state.html", entry=entry, **waiting_state(entry))


def waiting_state(entry: Entry) -> dict[str, object]:
    """What a waiting person must know: whether somebody works on it, and whether it went wrong for good."""
    waiting = [one for one in entry.current_files if one.check == "waiting"]
    return {
        "waiting": waiting,
        "worker_down": bool(waiting) and not worker_is_alive(now()),
        "check_failed": bool(waiting) and db.session.scalars(failed_checks(entry=entry)).first() is not None,
    }


@bp.route("/entries/<int:entry_id>/files/<int:file_id>/media/<path:name>")
@signed_in
@part_of_page
def media(entry_id: int, file_id: int, name: str) -> ResponseReturnValue:
    """What we made of a file, for its entrant and the office."""
    found: EntryFile = file_seen_by(me(), entry_id, file_id) or abort(404)
    return send_rendition(found.asset, name)


@bp.route("/entries/<int:entry_id>/files/<int:file_id>/evidence/<name>")
@signed_in
@part_of_page
def evidence(entry_id: int, file_id: int, name: str) -> ResponseReturnValue:
    """A small picture of what the check found, for its entrant and the office; nobody else ever gets one."""
    found: EntryFile = file_seen_by(me(), entry_id, file_id) or abort(404)
    return send_evidence(found.asset, name)


@bp.route("/entries/<int:entry_id>/files/<int:file_id>/original")
@signed_in
def original(entry_id: int, file_id: int) -> ResponseReturnValue:
    """A file just as it was received, for its entrant and the office; its SHA-256 is that of the receipt."""
    found: EntryFile = file_seen_by(me(), entry_id, file_id) or abort(404)
    told = [found.entry.number, found.asset.upload.filename]
    return send_original(found.asset, filename=" ".join(part for part in told if part))
