"""Who is asking: a browser that shows pages, htmx that swaps parts of one, or a program that reads JSON."""

from flask import request

JSON_PATHS = ("/api/", "/uploads")
PLAIN_FORM = "/uploads/plain"  # the one address among them that browsers without scripts open


def bearer() -> str:
    """The secret of a script that says who it is by a header. Such a request is never anybody by its cookie."""
    kind, _, secret = request.headers.get("Authorization", "").partition(" ")
    return secret.strip() if kind.lower() == "bearer" else ""


def wants_json() -> bool:
    """A program asks: by its address, or because it would rather have JSON than a page."""
    if request.path.startswith(JSON_PATHS) and request.path != PLAIN_FORM:
        return True
    accepts = request.accept_mimetypes
    return accepts["application/json"] > accepts["text/html"]


def is_htmx() -> bool:
    """htmx asks for a part of a page (not for the whole page of a boosted link)."""
    return "HX-Request" in request.headers and "HX-Boosted" not in request.headers
