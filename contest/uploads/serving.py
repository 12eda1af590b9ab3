"""Handing files out. Who may have one is for the calling view to know; which files there are is written in the rows."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from flask import Response, abort, current_app, redirect, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Request

from contest.config import Settings
from contest.storage import Missing, Storage, storage
from contest.uploads.models import EVIDENCE, Asset, Rendition

SIGNED_FOR_S = 300
SIGNED_INSIDE_S = 60  # for the web server in front of us, which goes there at once
# What we send is never a page of ours, whatever a browser may take it for.
_HEADERS = {
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Accept-Ranges": "bytes",
}


@dataclass(frozen=True, kw_only=True)
class StoredFile:
    """What an answer says about a file, beside its bytes."""

    key: str
    mime: str
    etag: str
    cache: str = "private, max-age=600"
    disposition: str = "inline"


def files_shown(asset: Asset) -> Mapping[str, StoredFile]:
    """By name, everything we made from `asset` that may be shown: of two files of one name, the newer."""
    return {file["name"]: _stored(made, file) for made in asset.shown for file in made.files}


def send_rendition(asset: Asset, name: str) -> ResponseReturnValue:
    """The file called `name` of what we made from `asset`; 404 when nothing recorded is called so."""
    made, file = asset.shown_file(name) or abort(404)
    return answer(_stored(made, file), asked=request, kept_in=storage())


def send_evidence(asset: Asset, name: str) -> ResponseReturnValue:
    """A picture that a check took: who asks must be the entrant or the office, never a judge or the public."""
    made = asset.rendition(EVIDENCE)
    file = made.file(name) if made else None
    if made is None or file is None:
        abort(404)
    return answer(_stored(made, file), asked=request, kept_in=storage())


def _stored(made: Rendition, file: Mapping[str, Any]) -> StoredFile:
    return StoredFile(key=f"{made.prefix}{file['name']}", mime=file["mime"], etag=file["sha256"])


def send_original(asset: Asset, *, filename: str) -> ResponseReturnValue:
    """The file as it was received, to be saved under `filename`, never to be shown by the browser."""
    if asset.original_key is None or asset.sha256 is None:
        abort(404)  # it has not been checked yet
    elsewhere = storage().signed_get(
        asset.original_key, expires_s=SIGNED_FOR_S, content_type="application/octet-stream", filename=filename
    )
    if elsewhere is not None and not _accel():
        return redirect(elsewhere)
    file = StoredFile(
        key=asset.original_key,
        mime="application/octet-stream",
        etag=asset.sha256,
        cache="private, no-store",
        disposition=f"attachment; filename*=UTF-8''{quote(filename, safe='')}",
    )
    return answer(file, asked=request, kept_in=storage())


def answer(file: StoredFile, *, asked: Request, kept_in: Storage) -> Response:
    """The file, the part of it that was asked for, or that the browser has it; NotFound when its bytes are gone."""
    response = Response(mimetype=file.mime, headers={**_HEADERS, "Content-Disposition": file.disposition})
    response.headers["Cache-Control"] = file.cache
    signed = kept_in.signed_get(file.key, expires_s=SIGNED_INSIDE_S, content_type=file.mime) if _accel() else None
    if signed is not None:  # a bucket: that a file is gone the web server in front finds out
        where = urlsplit(signed)
        response.headers["X-Accel-Redirect"] = f"{_accel()}{where.path}?{where.query}"
        return response
    try:
        size = kept_in.stat(file.key).bytes
    except Missing:
        raise NotFound from None
    if accel := _accel():
        # Whether it may be seen is decided; the web server in front sends it, in parts where that is asked for.
        response.headers["X-Accel-Redirect"] = f"{accel}/{quote(file.key)}"
        return response
    response.set_etag(file.etag)
    if asked.if_none_match.contains(file.etag):
        response.status_code = 304
        return response
    start, end = _wanted(asked, size, file.etag)
    if start >= end and size:
        response.status_code, response.headers["Content-Range"] = 416, f"bytes */{size}"
        return response
    if end - start < size:
        response.status_code, response.headers["Content-Range"] = 206, f"bytes {start}-{end - 1}/{size}"
    response.content_length = end - start
    if asked.method != "HEAD":
        response.response = _blocks(kept_in, file.key, start, end - start)
    return response


def _accel() -> str:
    """The place of the web server in front that leads to the files; empty when we send them ourselves.

    The addresses of a bucket stay between that server and the bucket. In a browser they would tell the hash of the
    original, open a film to whoever gets hold of them, and need CORS; and the names in a playlist would lead nowhere.
    """
    settings: Settings = current_app.config["SETTINGS"]
    return settings.media_accel.rstrip("/")


def _wanted(asked: Request, size: int, etag: str) -> tuple[int, int]:
    """From where to where; an empty stretch when it lies outside. Who asks for several at once gets the whole file."""
    ranges, condition = asked.range, asked.if_range
    same_file = (not condition.etag or condition.etag == etag) and not condition.date
    if ranges is None or ranges.units != "bytes" or len(ranges.ranges) != 1 or not same_file:
        return 0, size
    return ranges.range_for_length(size) or (size, size)


def _blocks(kept_in: Storage, key: str, start: int, length: int) -> Iterator[bytes]:
    try:
        return kept_in.read_range(key, start, length)
    except Missing:
        raise NotFound from None
