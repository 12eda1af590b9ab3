"""Static files with the hash of their content in the address, so that browsers may keep them for a year."""

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, request

YEAR_S = 365 * 24 * 3600


@lru_cache(maxsize=1024)
def _digest(path: str, _changed_ns: int, _size: int) -> str:
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()[:12]


def version_of(folder: str, filename: str) -> str | None:
    """A short hash of the file's content, None when there is no such file. Looks at the file again when it changes."""
    path = Path(folder, filename)
    try:
        stat = path.stat()
        return _digest(str(path), stat.st_mtime_ns, stat.st_size)
    except OSError:
        return None


def register(app: Flask) -> None:
    """Version every address that `url_for("static")` makes; only a versioned answer may be kept without asking."""
    folder = app.static_folder or ""

    @app.url_defaults
    def _version(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static" and "v" not in values:
            values["v"] = version_of(folder, values.get("filename", ""))

    @app.after_request
    def _keep(response: Response) -> Response:
        if request.endpoint != "static" or response.status_code not in (200, 206, 304):
            return response
        filename = (request.view_args or {}).get("filename", "")
        if request.args.get("v") and request.args["v"] == version_of(folder, filename):
            response.headers["Cache-Control"] = f"public, max-age={YEAR_S}, immutable"
        else:
            response.headers["Cache-Control"] = "public, no-cache"
        return response
