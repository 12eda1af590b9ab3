"""Home page and showcase against a bare Flask page with one query, on the same kind of server."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from contest.app import create_app
from contest.ops.serve import web_command
from tests.benchmarks.load import requests_per_second, table
from tests.benchmarks.world import instance
from tests.factories import an_edition
from tests.servers import free_port, wait_for_port
from tests.showcase.factories import a_work

ROUNDS = 3

BARE = """
from flask import Flask, render_template
from flask_sqlalchemy import SQLAlchemy
import sqlalchemy as sa

app = Flask(__name__)
app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite:///{database}"
db = SQLAlchemy(app)

@app.route("/")
def page():
    name = db.session.execute(sa.text("SELECT name FROM edition LIMIT 1")).scalar()
    return render_template("page.html", name=name)
"""
PAGE = "<!doctype html><title>{{ name }}</title><h1>{{ name }}</h1>"


@contextmanager
def bare(database: Path) -> Iterator[str]:
    """The smallest page that asks the database something, on the server that the service uses."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "bare.py").write_text(BARE.format(database=database))
        templates = Path(folder) / "templates"  # not from a string, which Flask would compile at each request
        templates.mkdir()
        (templates / "page.html").write_text(PAGE)
        port = free_port()
        settings = create_app(instance=database.parent, port=port).config["SETTINGS"]
        command = [word for word in web_command(settings) if word != "--factory"][:-1]
        server = subprocess.Popen([*command, "bare:app"], cwd=folder, env={**os.environ, "PYTHONPATH": folder})
        try:
            wait_for_port(port, process=server)
            yield f"http://127.0.0.1:{port}/"
        finally:
            server.terminate()
            server.wait(10)


def main() -> None:
    with instance() as (made, _app):
        edition = an_edition(phase="showcase")
        for number in range(12):
            a_work(edition, title=f"Winner {number}", tier=1 + number % 3)
        made.start()
        with bare(made.instance / "contest.sqlite") as floor:
            rows = [measured(name, f"{made.url}{path}", floor) for name, path in PAGES.items()]
        made.stop()
    table("Public pages, 16 clients", ["page", "a second", "bare page", "ratio", "goal"], rows)


PAGES = {"home": "/", "showcase": "/showcase"}


def measured(name: str, url: str, floor: str) -> list[str]:
    """Each in turn, several times; the best of each, since noise only slows."""
    ours = theirs = 0.0
    for _ in range(ROUNDS):
        ours = max(ours, requests_per_second(url, seconds=4))
        theirs = max(theirs, requests_per_second(floor, seconds=4))
    return [name, f"{ours:.0f}", f"{theirs:.0f}", f"{ours / theirs:.2f}", "0.5"]


if __name__ == "__main__":
    main()
