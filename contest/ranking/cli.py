"""`flask ranking`: the order of a round from a file of ballots, for auditors and for anyone who doubts us.

No database and no sign-in: what these commands compute is all in the file that they are given. They know click and not
Flask, whose application only lends them its command line. Each imports what it computes with when it runs: the web
process has this file too, and no use for NumPy.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import click

if TYPE_CHECKING:
    from contest.ranking.sheet import Sheet


class Application(Protocol):
    """What a Flask application is here: something with a command line."""

    cli: click.Group


class BadFile(click.ClickException):
    """A file that cannot be used: exit code 2, as for a wrong option."""

    exit_code = 2


class Terminal(click.Group):
    """A group of commands whose texts are all English; none asks the interface's catalogue for a sentence."""

    def add_command(self, cmd: click.Command, name: str | None = None) -> None:
        if cmd.callback:
            cmd.callback.__language__ = "en"  # type: ignore[attr-defined]  # a house rule asks for it
        super().add_command(cmd, name)


group = Terminal("ranking", help="From ballots to an order, without a database.")
csv_file = click.argument("ballots", type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path))


def content_of(path: Path) -> bytes:
    """All of a file, or of standard input for `-`."""
    with click.open_file(str(path), "rb") as file:
        content: bytes = file.read()
    return content


def sheet_of(path: Path) -> Sheet:
    """The ballots of a file `entry,judge,score`; ends the command with the line and the reason when it is wrong."""
    from contest.ranking.ballots_csv import BadCsv, read_sheet

    try:
        return read_sheet(content_of(path))
    except BadCsv as wrong:
        raise BadFile(f"{path}, {wrong}") from None


def register(app: Application) -> None:
    """Add the commands."""
    app.cli.add_command(group)
