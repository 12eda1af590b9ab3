"""Checking a result from the command line."""

import click
from flask import Flask

from contest.db import db
from contest.ranking.record import UnknownRecord, fingerprint, recompute
from contest.results.models import ResultSnapshot
from contest.web.commands import EnglishGroup

group = EnglishGroup("results", help="Check what was computed.")


@group.command("verify")
@click.argument("snapshot_id", type=int)
def verify(snapshot_id: int) -> None:
    """Compute the result anew from its own record and compare byte for byte."""
    snapshot = db.session.get(ResultSnapshot, snapshot_id)
    if snapshot is None:
        raise click.ClickException(f"There is no result with the number {snapshot_id}.")
    if fingerprint(snapshot.body) != snapshot.sha256:
        raise click.ClickException("The record does not have the fingerprint that was stored with it: it was changed.")
    try:
        again = recompute(snapshot.body)
    except UnknownRecord as unknown:
        raise click.ClickException(f"This version cannot recompute the record: {unknown}.") from unknown
    if again != snapshot.body:
        raise click.ClickException("The record does not recompute: its result is not the one that its ballots give.")
    click.echo(f"The result recomputes byte for byte. SHA-256 {snapshot.sha256}")


def register(app: Flask) -> None:
    """Add the command."""
    app.cli.add_command(group)
