"""Addresses that cannot be: answered before any view, since databases answer them with errors of their own."""

from flask import Flask, abort, request
from werkzeug.routing import IntegerConverter

BIGGEST_ID = 2**31 - 1


class IdConverter(IntegerConverter):
    """`<int:...>`: a number that the database's integer columns can hold; a larger one is an unknown address."""

    def __init__(self, url_map: object, *args: int, **options: int) -> None:
        options.setdefault("max", BIGGEST_ID)
        super().__init__(url_map, *args, **options)  # type: ignore[arg-type]


def refuse_nul() -> None:
    """PostgreSQL knows no text with a NUL character, not even to say that it is nowhere."""
    if "\x00" in request.path:
        abort(404)


def register(app: Flask) -> None:
    """Use both for all routes that are added from now on."""
    app.url_map.converters["int"] = IdConverter
    app.before_request(refuse_nul)
