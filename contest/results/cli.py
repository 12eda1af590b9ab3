"""Checking a result from the command line, with or without the database."""

from pathlib import Path

import click
from flask import Flask

from contest.db import db
from contest.ranking.checking import Finding, NoRecord, checked
from contest.ranking.record import UnknownRecord
from contest.results.models import ResultSnapshot
from contest.web.commands import EnglishGroup

group = EnglishGroup("results", help="Check what was computed.")
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


class Unusable(click.ClickException):
    """Nothing could be checked: exit code 2. A record that does not hold is 1."""

    exit_code = 2


@group.command("verify")
@click.argument("target", metavar="FILE|NUMBER")
@click.option("--sha256", default="", help="The fingerprint that was printed on the notice.")
@click.option("--against", type=FILE, help="The whole record, to hold a public file against.")
def verify(target: str, sha256: str, against: Path | None) -> None:
    """Compute a result anew from its own record and compare byte for byte.

    FILE is a record, or the anonymised file that everybody may have; it needs no database and no network. NUMBER is
    that of a result in the database. Exit code 0: it recomputes; 1: it does not; 2: it could not be checked.
    """
    path = Path(target)
    if path.is_file():
        body = path.read_bytes()
    elif target.isdecimal():
        snapshot = db.session.get(ResultSnapshot, int(target))
        if snapshot is None:
            raise Unusable(f"There is no result with the number {target}.")
        body, sha256 = snapshot.body.encode(), sha256 or snapshot.sha256
    else:
        raise Unusable(f"There is no file {target}.")
    try:
        found = checked(body, sha256=sha256, against=against.read_bytes() if against else None)
    except UnknownRecord as unknown:
        raise Unusable(f"This version cannot recompute the record: {unknown}. Take a newer one.") from unknown
    except NoRecord as broken:
        raise Unusable(str(broken)) from broken
    tell(found)


def tell(found: Finding) -> None:
    """What the record is, and what does not fit; ends the command with 1 when something does not."""
    document = found.document
    works, ballots = len(document["entries"]), len(document["ballots"])
    kind = "Public file" if found.is_public else "Record"
    click.echo(f"{kind}: {works} works, {ballots} ballots, method {document['engine']}")
    if found.is_public:
        click.echo(f"It says it comes from the record with SHA-256 {document.get('record_sha256')}")
    if found.wrong:
        for line in found.wrong:
            click.echo(f"- {line}")
        raise click.ClickException("The record was changed, or its result is not the one that its ballots give.")
    click.echo(f"The result recomputes byte for byte. SHA-256 {found.sha256}")


def register(app: Flask) -> None:
    """Add the command."""
    app.cli.add_command(group)
