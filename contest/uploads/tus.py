"""The words of the tus 1.0 protocol: headers read and written, nothing decided."""

import base64
import binascii
import hashlib
from dataclasses import dataclass

from flask import Request, Response, abort
from werkzeug.http import http_date

from contest.uploads.models import Upload

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,termination,expiration,checksum"
OFFSET_STREAM = "application/offset+octet-stream"
CHECKSUM_MISMATCH = 460
LOCKED = 423


@dataclass(frozen=True, kw_only=True)
class Checksum:
    """What the body of one request must hash to."""

    digest: bytes

    def fits(self, body: bytes) -> bool:
        return hashlib.sha256(body).digest() == self.digest


def method_of(request: Request) -> str:
    """Some proxies let only GET and POST through; the protocol allows the method to be named in a header."""
    return request.headers.get("X-HTTP-Method-Override", request.method).upper()


def number(request: Request, header: str) -> int:
    """The header as a number that is not negative; 400 when it is anything else."""
    value = request.headers.get(header, "")
    if not (value.isascii() and value.isdigit() and len(value) <= 18):
        abort(400)
    return int(value)


def metadata(request: Request) -> dict[str, str]:
    """The pairs of Upload-Metadata; 400 when they are not what the protocol says."""
    pairs: dict[str, str] = {}
    for pair in filter(None, (part.strip() for part in request.headers.get("Upload-Metadata", "").split(","))):
        name, _, encoded = pair.partition(" ")
        try:
            pairs[name] = base64.b64decode(encoded.strip(), validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            abort(400)
    return pairs


def checksum(request: Request) -> Checksum | None:
    """What Upload-Checksum asks for; 400 for an algorithm that was not offered, as the protocol says."""
    if "Upload-Checksum" not in request.headers:
        return None
    algorithm, _, encoded = request.headers["Upload-Checksum"].partition(" ")
    try:
        digest = base64.b64decode(encoded, validate=True)
    except binascii.Error:
        abort(400)
    if algorithm != "sha256" or len(digest) != hashlib.sha256().digest_size:
        abort(400)
    return Checksum(digest=digest)


def tell(response: Response, upload: Upload, *, offset: int | None = None) -> Response:
    """Say how far the upload is and until when it can be gone on with."""
    if offset is not None:
        response.headers["Upload-Offset"] = str(offset)
    if upload.state == "receiving":
        response.headers["Upload-Expires"] = http_date(upload.expires_at)
    response.headers["Cache-Control"] = "no-store"
    return response
