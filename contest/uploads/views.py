"""Where files come in: the tus 1.0 protocol, and one plain form for browsers without scripts."""

import io
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any

from flask import Blueprint, Flask, Response, abort, current_app, flash, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from contest.accounts.access import me, public, scripts_too, signed_in
from contest.clock import now
from contest.config import MIB, Settings
from contest.db import db, transaction
from contest.errors import Refused
from contest.uploads import parts, registry, tus
from contest.uploads.actions import begin_upload, cancel_upload, take_note
from contest.uploads.models import Upload
from contest.uploads.queries import upload_of
from contest.uploads.rules import PLAIN_MAX_BYTES, Purpose, read_purpose, sign_purpose, why_too_large
from contest.web.views import safe_local

# A fast line brings a piece every moment, and each note waits for the disk. How much is here the part file tells.
NOTE_EVERY = timedelta(seconds=5)
CHECKED_BODY_MAX = 16 * MIB  # a body with a checksum is held in memory until it proves right

bp = Blueprint("uploads", __name__, url_prefix="/uploads")


def register(app: Flask) -> None:
    app.register_blueprint(bp)


@bp.route("", methods=["OPTIONS"], provide_automatic_options=False)
@bp.route("/<upload_id>", methods=["OPTIONS"], provide_automatic_options=False, endpoint="options_of_one")
@public
def options(upload_id: str = "") -> ResponseReturnValue:
    """What this server can do."""
    return Response(
        status=204,
        headers={
            "Tus-Version": tus.VERSION,
            "Tus-Extension": tus.EXTENSIONS,
            "Tus-Max-Size": str(_settings().upload_max_mib * MIB),
            "Tus-Checksum-Algorithm": "sha256",
        },
    )


@bp.route("", methods=["POST"], provide_automatic_options=False)
@signed_in
@scripts_too
def create() -> ResponseReturnValue:
    """Begin an upload; its first bytes may come along."""
    if "Upload-Length" not in request.headers:
        abort(400)  # a length told later is an extension we do not offer: limits are checked before the first byte
    declared_bytes, said = tus.number(request, "Upload-Length"), tus.metadata(request)
    with transaction():
        upload = begin_upload(
            person=me(),
            purpose=read_purpose(said.get("purpose", ""), person=me()),
            filename=said.get("filename", ""),
            mime=said.get("filetype", ""),
            first_sha256=said.get("first", ""),
            declared_bytes=declared_bytes,
            at=now(),
            settings=_settings(),
        )
        parts.make(_settings(), upload.id)
    response = Response(status=201, headers={"Location": url_for(".one", upload_id=upload.id)})
    if request.mimetype != tus.OFFSET_STREAM:
        return tus.tell(response, upload, offset=0)
    return _receive(upload, offset=0, response=response)


@bp.route("/<upload_id>", methods=["HEAD", "PATCH", "DELETE", "POST"], provide_automatic_options=False)
@signed_in
@scripts_too
def one(upload_id: str) -> ResponseReturnValue:
    """Ask how far an upload is, send the next bytes, or give it up."""
    upload = upload_of(me(), upload_id) or abort(404)
    handlers = {"HEAD": _tell_offset, "PATCH": _receive_next, "DELETE": _give_up}
    handle = handlers.get(tus.method_of(request)) or abort(405)
    return handle(upload)


@bp.route("/plain", methods=["POST"])
@signed_in
def plain() -> ResponseReturnValue:
    """Files by an ordinary form, for browsers without scripts; what is refused of several holds nothing else back."""
    given = [file for file in request.files.getlist("file") if file.filename]
    refusals = [] if given else [_("Choose a file first.")]
    for file in given:
        try:
            _receive_plain(file)
        except Refused as refused:
            refusals.append(f"{file.filename}: {refused.reason}" if len(given) > 1 else refused.reason)
    for reason in refusals:
        flash(reason, "bad")
    return redirect(safe_local(request.form.get("back" if refusals else "next")))


@bp.route("/places")
@signed_in
@scripts_too
def places() -> ResponseReturnValue:
    """For scripts: where the person may send files to now, each with its purpose for Upload-Metadata."""
    return jsonify(
        places=[
            {
                "title": place.title,
                "kind": place.kind,
                "max_bytes": place.max_bytes,
                "purpose": sign_purpose(kind=place.kind, max_bytes=place.max_bytes, ref=place.ref, person_id=me().id),
            }
            for place in registry.places_of(me())
        ]
    )


def _tell_offset(upload: Upload) -> Response:
    if upload.is_given_up:
        abort(410)
    offset = upload.declared_bytes if upload.is_received else parts.size_of(_settings(), upload.id)
    if offset == upload.declared_bytes and not upload.is_received:
        # The last byte came, but the process died before it could write that down; or it is about to.
        with suppress(parts.Busy), parts.hold(_settings(), upload.id) as part, transaction():
            take_note(upload, part, at=now(), settings=_settings())
    response = Response(status=200, headers={"Upload-Length": str(upload.declared_bytes)})
    return tus.tell(response, upload, offset=offset)


def _receive_next(upload: Upload) -> Response:
    if request.mimetype != tus.OFFSET_STREAM:
        abort(415)
    return _receive(upload, offset=tus.number(request, "Upload-Offset"), response=Response(status=204))


def _receive(upload: Upload, *, offset: int, response: Response) -> Response:
    """Keep what the body brings from `offset` on, as far as it comes; then say how far the upload is."""
    wanted = tus.checksum(request)
    if _is_again(upload, offset):
        return tus.tell(response, upload, offset=offset)
    with _held(upload) as part:
        if part.offset != offset:
            raise Refused(_("The upload is at another point than the browser thought; it goes on from there."))
        room = upload.declared_bytes - offset
        if (request.content_length or 0) > room:
            raise _too_much()
        body = _checked_body(wanted, room) if wanted else request.stream
        noted_at = upload.last_byte_at if upload.received_bytes >= parts.BLOCK else None
        db.session.rollback()  # a slow phone must not keep a connection to the database waiting
        try:
            part.append(body, room=room)
        except parts.TooMuch:
            raise _too_much() from None
        except parts.Full:
            raise Refused(
                _("The server's disk is full. What has arrived is kept; try again later."), status=507
            ) from None
        finally:
            is_cut = part.offset - offset != request.content_length
            if is_cut or part.offset == upload.declared_bytes or noted_at is None or now() - noted_at >= NOTE_EVERY:
                with transaction():
                    take_note(upload, part, at=now(), settings=_settings())
        if upload.is_given_up:  # in another window, while the bytes came
            part.remove()
            abort(410)
        return tus.tell(response, upload, offset=part.offset)


def _is_again(upload: Upload, offset: int) -> bool:
    """Whether this only repeats the end of a file that is already here; ends a request to one that is given up."""
    if upload.is_given_up:
        abort(410)
    return upload.is_received and offset == upload.declared_bytes and not request.content_length


@contextmanager
def _held(upload: Upload) -> Iterator[parts.Part]:
    """The part file, ours alone, and the row as it is now; 423 when another request writes to it."""
    _refuse_received(upload)
    try:
        with parts.hold(_settings(), upload.id) as part:
            db.session.refresh(upload, ["state", "storage_key", "received_bytes", "last_byte_at"])
            if upload.storage_key is not None:
                part.remove()  # the bytes lie in the storage already, and we have just made an empty file
            _refuse_received(upload)
            yield part
    except parts.Busy:
        raise Refused(_("Another window is sending this file just now."), status=tus.LOCKED) from None


def _refuse_received(upload: Upload) -> None:
    if upload.is_received:
        raise Refused(_("This file has already been received whole."))


def _checked_body(wanted: tus.Checksum, room: int) -> io.BytesIO:
    """The body, once it has proved right. One that was cut proves nothing, so that none of it is kept."""
    body = parts.read_all(request.stream, most=min(room, CHECKED_BODY_MAX) + 1)
    if len(body) > CHECKED_BODY_MAX:
        raise Refused(_("Send at most 16 MiB at once when a checksum is given."), status=413)
    if len(body) > room:
        raise _too_much()
    if not wanted.fits(body):
        raise Refused(_("A piece of the file was damaged on the way; it is sent again."), status=tus.CHECKSUM_MISMATCH)
    return io.BytesIO(body)


def _too_much() -> Refused:
    return Refused(_("More bytes came than were announced. Choose the file again to send it anew."), status=413)


def _give_up(upload: Upload) -> Response:
    with transaction():
        cancel_upload(upload, by=me(), at=now())
    parts.remove(_settings(), upload.id)
    return Response(status=204)


def _receive_plain(file: FileStorage) -> None:
    purpose = read_purpose(request.form.get("purpose", ""), person=me())
    size = file.stream.seek(0, io.SEEK_END)
    file.stream.seek(0)
    limited = Purpose(kind=purpose.kind, ref=purpose.ref, max_bytes=min(purpose.max_bytes, PLAIN_MAX_BYTES))
    if reason := why_too_large(size, purpose=limited, settings=_settings()):
        raise Refused(reason, status=413)
    with transaction():
        upload = begin_upload(
            person=me(),
            purpose=purpose,
            filename=file.filename or "",
            mime=file.mimetype,
            declared_bytes=size,
            at=now(),
            settings=_settings(),
        )
        parts.make(_settings(), upload.id)
    with parts.hold(_settings(), upload.id) as part:
        part.append(file.stream, room=size)
        with transaction():
            take_note(upload, part, at=now(), settings=_settings())


@bp.url_value_preprocessor
def _take_long_bodies(_endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Before anything reads the body: its limit is what the upload announced, which `_receive` keeps to."""
    if request.endpoint in ("uploads.one", "uploads.create"):
        request.max_content_length = _settings().upload_max_mib * MIB + 1


@bp.before_request
def _same_protocol() -> ResponseReturnValue | None:
    """Refuse other versions before anything is touched, as the protocol says."""
    speaks_tus = request.endpoint in ("uploads.one", "uploads.create")
    if speaks_tus and request.headers.get("Tus-Resumable") != tus.VERSION:
        return Response(status=412, headers={"Tus-Version": tus.VERSION})
    return None


@bp.after_request
def _say_version(response: Response) -> Response:
    response.headers["Tus-Resumable"] = tus.VERSION
    return response


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings
