"""What is still under way when we have already decided: a browser hears an answer only once it has been heard out."""

from typing import Any

from flask import Flask, Response, request
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge

from contest.config import MIB
from contest.db import db

HEARD_OUT_BYTES = 256 * MIB  # four times the largest form: a film chosen where scripts are off
BLOCK = 64 * 1024


def register(app: Flask) -> None:
    """Read and forget what a view left of the body; last of all, when the answer is made.

    A server that answers early closes the connection, and the browser, which is still sending, sees it broken: a
    refusal would never be read (RFC 9112, section 9.6). A body beyond the bound is worth less than the line it takes.
    """
    app.after_request(_hear_out)


def _hear_out(response: Response) -> Response:
    if request.method not in ("GET", "HEAD", "OPTIONS"):
        left, stream = HEARD_OUT_BYTES, _rest()
        while left > 0 and (block := _read(stream, min(left, BLOCK))):
            if left == HEARD_OUT_BYTES:
                db.session.rollback()  # a slow phone must not keep a connection to the database waiting
            left -= len(block)
    return response


def _rest() -> Any:
    try:
        return request.stream
    except RequestEntityTooLarge:  # announced too large, so that nothing of it has been read
        return request.environ["wsgi.input"] if (request.content_length or 0) <= HEARD_OUT_BYTES else None


def _read(stream: Any, size: int) -> bytes:
    try:
        return bytes(stream.read(size)) if stream else b""
    except (ClientDisconnected, RequestEntityTooLarge, OSError):
        return b""
