"""Handing files out. Who may have one is for the calling view to know; which files there are is written in the rows."""

from collections.abc import Iterator
from urllib.parse import quote

from flask import Response, abort, redirect, request
from flask.typing import ResponseReturnValue

from contest.storage import Missing, storage
from contest.uploads.models import Asset

SIGNED_FOR_S = 300
# What we send is never a page of ours, whatever a browser may take it for.
_HEADERS = {
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Accept-Ranges": "bytes",
}


def send_rendition(asset: Asset, name: str, *, public: bool = False) -> ResponseReturnValue:
    """The file called `name` of what we made from `asset`; 404 when nothing recorded is called so.

    `public` lets caches on the way keep it, for a while: what is taken back should soon be gone there too.
    """
    rendition, file = asset.shown_file(name) or abort(404)
    kept = "public, max-age=600" if public else "private, max-age=600"
    return _send(f"{rendition.prefix}{name}", mime=file["mime"], etag=file["sha256"], cache=kept)


def send_original(asset: Asset, *, filename: str) -> ResponseReturnValue:
    """The file as it was received, to be saved under `filename`, never to be shown by the browser."""
    if asset.original_key is None or asset.sha256 is None:
        abort(404)  # it has not been checked yet
    elsewhere = storage().signed_get(
        asset.original_key, expires_s=SIGNED_FOR_S, content_type="application/octet-stream", filename=filename
    )
    if elsewhere is not None:
        return redirect(elsewhere)
    return _send(
        asset.original_key,
        mime="application/octet-stream",
        etag=asset.sha256,
        cache="private, no-store",
        disposition=f"attachment; filename*=UTF-8''{quote(filename, safe='')}",
    )


def _send(key: str, *, mime: str, etag: str, cache: str, disposition: str = "inline") -> Response:
    try:
        size = storage().stat(key).bytes
    except Missing:
        abort(404)
    response = Response(mimetype=mime, headers={**_HEADERS, "Content-Disposition": disposition})
    response.headers["Cache-Control"] = cache
    response.set_etag(etag)
    if request.if_none_match.contains(etag):
        response.status_code = 304
        return response
    start, end = _wanted(size, etag)
    if start >= end and size:
        response.status_code, response.headers["Content-Range"] = 416, f"bytes */{size}"
        return response
    if end - start < size:
        response.status_code, response.headers["Content-Range"] = 206, f"bytes {start}-{end - 1}/{size}"
    response.content_length = end - start
    if request.method != "HEAD":
        response.response = _blocks(key, start, end - start)
    return response


def _wanted(size: int, etag: str) -> tuple[int, int]:
    """From where to where; an empty stretch when it lies outside. Who asks for several at once gets the whole file."""
    asked = request.range
    same_file = not request.if_range.etag or request.if_range.etag == etag
    if asked is None or asked.units != "bytes" or len(asked.ranges) != 1 or not same_file or request.if_range.date:
        return 0, size
    return asked.range_for_length(size) or (size, size)


def _blocks(key: str, start: int, length: int) -> Iterator[bytes]:
    try:
        return storage().read_range(key, start, length)
    except Missing:
        abort(404)
