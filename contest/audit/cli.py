"""`flask audit`: is the record whole, and what does it say."""

import sys

import click
import sqlalchemy as sa
from flask import Flask

from contest.audit.models import AuditLine
from contest.audit.queries import Break, Head, first_break, head, holds
from contest.db import db
from contest.web.commands import EnglishGroup

group = EnglishGroup("audit", short_help="The record of who did what.")


def register(app: Flask) -> None:
    """Add `flask audit`."""
    app.cli.add_command(group)


@group.command("verify")
@click.option("--head", "noted", metavar="NUMBER:SEAL", help="A last line noted down earlier, to be found again.")
def verify(noted: str | None) -> None:
    """Say whether the record is whole, and where it breaks. The exit code is 1 when it does."""
    if found := first_break():
        click.echo(f"The record is broken at line {found.line_id}: {why(found)}.")
        sys.exit(1)
    if noted and not holds(parsed_head(noted)):
        click.echo(
            f"The record was cut or written anew: line {noted.partition(':')[0]} is not the line that was noted."
        )
        sys.exit(1)
    last = head()
    if last is None:
        click.echo("The record is whole: it has no lines yet.")
        return
    click.echo(f"The record is whole: {last.line_id} lines.")
    click.echo(
        f"Note down its last line to be able to prove later that nothing was cut off: {last.line_id}:{last.sha256}"
    )


@group.command("list")
@click.option("--limit", default=20, show_default=True, help="How many lines, the newest.")
@click.option("--verb", help="Only this verb, or all that begin with it: entry.")
def show(limit: int, verb: str | None) -> None:
    """Print the newest lines, the newest last."""
    select = sa.select(AuditLine).order_by(AuditLine.id.desc()).limit(limit)
    if verb:
        select = select.where(AuditLine.verb.startswith(verb, autoescape=True))
    for line in reversed(db.session.scalars(select).all()):
        actor = f"person {line.actor_id}" if line.actor_id else "the service"
        click.echo(f"{line.id} {line.at:%Y-%m-%d %H:%M:%SZ} {actor} {line.verb} {line.object_kind} {line.object_id}")


def why(found: Break) -> str:
    """What happened to the record at the break, as the end of a sentence."""
    if found.missing:
        first, last = found.missing
        return (
            f"line {first} before it is missing" if first == last else f"lines {first} to {last} before it are missing"
        )
    return {
        "changed": "what it says was changed after it was written",
        "forked": "it follows a line that another line already follows",
        "replaced": "the line before it was replaced by another one",
        "missing": "lines before it are missing",
    }[found.kind]


def parsed_head(text: str) -> Head:
    """The head that `verify` printed, typed in again."""
    number, _colon, sha256 = text.partition(":")
    if not number.isdigit() or len(sha256) != 64:
        raise click.BadParameter("write the number, a colon and the seal, as verify printed them", param_hint="--head")
    return Head(int(number), sha256)
