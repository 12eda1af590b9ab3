"""`flask ranking`: the order of a round from a file of ballots, for auditors and for anyone who doubts us.

No database and no sign-in: what these commands compute is all in the file that they are given. They know click and not
Flask, whose application only lends them its command line. Each imports what it computes with when it runs: the web
process has this file too, and no use for NumPy.
"""

from __future__ import annotations

import json
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
CSV = click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path)
csv_file = click.argument("ballots", type=CSV)


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


@group.command("compute")
@csv_file
@click.option(
    "--method", type=click.Choice(["mean", "trimmed", "adjusted", "calibrated"]), help="[default: what suits]"
)
@click.option("--decimals", type=click.IntRange(0, 6), default=2, show_default=True, help="Of the published score.")
@click.option("--rank-on", type=click.Choice(["exact", "published"]), default="exact", show_default=True)
@click.option("--trim", type=click.IntRange(1, 50), default=1, show_default=True, help="Left out at either end.")
@click.option("--quorum", type=click.IntRange(1), help="Ballots for a place.  [default: 2, or 1 with a single judge]")
@click.option(
    "--tie", "ties", multiple=True, type=click.Choice(["median", "head_to_head"]), help="In turn; else shared."
)
@click.option("--within-panels", is_flag=True, help="Places within each panel, where no judge joins them.")
@click.option("--later", multiple=True, type=CSV, help="Ballots of a further round, analysed jointly; in turn.")
@click.option("--json", "as_json", is_flag=True, help="For programs; a refusal is in it, and the exit code is 0.")
def compute(
    ballots: Path,
    *,
    method: str | None,
    decimals: int,
    rank_on: str,
    trim: int,
    quorum: int | None,
    ties: tuple[str, ...],
    within_panels: bool,
    later: tuple[Path, ...],
    as_json: bool,
) -> None:
    """Score and place the entries of a CSV file entry,judge,score; an empty score means not scored.

    A severity is how many points a judge gives above (+) or below (-) the panel. A file that cannot be used ends with
    its line, the reason and exit code 2; a method that would harm is refused with the reason.

    With --later the rounds are one set of ballots, and entries of a later file come before all others.
    """
    from contest.ranking.report import Wanted, as_text, document
    from contest.ranking.situation import Method
    from contest.ranking.ties import TieRule

    wanted = Wanted(
        method=Method(method) if method else None,
        decimals=decimals,
        on_published=rank_on == "published",
        trim=trim,
        quorum=quorum,
        chain=tuple(TieRule(one) for one in ties),
        within_panels=within_panels,
    )
    if later and within_panels:
        raise click.UsageError("--later and --within-panels do not go together.")
    found = document([sheet_of(ballots), *map(sheet_of, later)], wanted)
    if as_json:
        click.echo(json.dumps(found.document, ensure_ascii=False, indent=2))
        return
    click.echo(as_text(found))
    if found.document["refused"]:
        raise click.ClickException(found.document["refused"])


@group.command("agreement")
@csv_file
@click.option("--json", "as_json", is_flag=True, help="For programs; the reason for each null is in it.")
def agreement(ballots: Path, *, as_json: bool) -> None:
    """How far the judges of a CSV file entry,judge,score agree, and how much of what parts the entries is real."""
    from contest.ranking.agreement import agreement as agreement_of
    from contest.ranking.sentences import sentence

    found = agreement_of(sheet_of(ballots))
    reasons = {name: sentence(said) for name, said in found.why.items()}
    if as_json:
        click.echo(json.dumps({**found.values, "reasons": reasons}, ensure_ascii=False, indent=2))
        return
    for name, value in found.values.items():
        click.echo(f"{name:<18}{reasons[name] if value is None else f'{value:.3f}'}")


@group.command("design")
@csv_file
@click.option("--planned", is_flag=True, help="Rows without a score count as well: who is to score what.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def design(ballots: Path, *, planned: bool, as_json: bool) -> None:
    """Whether the ballots of a CSV file entry,judge,score let judges be compared.

    The spectral gap is 0 where some judges have no entry in common with others, not even through a chain of judges.
    """
    from contest.ranking.ballots_csv import COLUMNS, rows_of
    from contest.ranking.design import design_of, design_of_pairs

    sheet = sheet_of(ballots)
    found = design_of(sheet)
    if planned:
        found = design_of_pairs(
            (entry, judge) for _, (entry, judge, _) in rows_of(content_of(ballots), columns=COLUMNS)
        )
    if as_json:
        click.echo(json.dumps(found.document, indent=2))
        return
    for name, value in found.document.items():
        click.echo(f"{name:<14}{value}")


@group.command("assign")
@click.option("--entries", type=click.IntRange(1, 100_000), required=True, help="They are called E1, E2 ...")
@click.option("--judges", type=click.IntRange(1, 2_000), required=True, help="They are called J1, J2 ...")
@click.option("--per-entry", type=click.IntRange(1), required=True, help="Judges of each entry.")
@click.option("--seed", required=True, help="Any text; the same seed gives the same assignment for ever.")
@click.option("--conflicts", type=CSV, help="entry,judge: never assigned.")
@click.option("--experts", type=CSV, help="entry,judge: preferred, at least one for each entry where possible.")
@click.option("--kept", type=CSV, help="entry,judge: ballots that are in; they stay.")
@click.option("--cap", type=click.IntRange(1), help="Entries that a judge may have at most.")
@click.option("--reserves", type=click.IntRange(0), default=0, help="The last judges, who get entries only in need.")
@click.option("--anchors", type=click.IntRange(0), default=0, help="The first entries, which every judge scores.")
@click.option("--json", "as_json", is_flag=True, help="For programs; a refusal is in it, and the exit code is 0.")
def assign(
    *,
    entries: int,
    judges: int,
    per_entry: int,
    seed: str,
    conflicts: Path | None,
    experts: Path | None,
    kept: Path | None,
    cap: int | None,
    reserves: int,
    anchors: int,
    as_json: bool,
) -> None:
    """Draw who scores what, fairly: loads as even as conflicts permit, and judges meeting one another evenly.

    Names are padded, so that they sort: of 200 entries the first is E001. Files may also write e1 or 1. Without --json
    the answer is itself CSV, entry,judge.
    """
    from contest.ranking.assigning import answered, names
    from contest.ranking.assigning import pairs_in as pairs

    works, panel = names("E", entries), names("J", judges)

    def read(path: Path | None) -> set[tuple[str, str]]:
        from contest.ranking.ballots_csv import BadCsv

        try:
            return pairs(content_of(path), works, panel) if path else set()
        except BadCsv as wrong:
            raise BadFile(f"{path}, {wrong}") from None

    found = answered(
        works=works,
        panel=panel,
        each=per_entry,
        seed=seed,
        conflicts=read(conflicts),
        experts=read(experts),
        kept=read(kept),
        cap=cap,
        reserves=reserves,
        anchors=anchors,
    )
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
        return
    if found["refused"]:
        raise click.ClickException(f"{found['refused']} {', '.join(found['short'][:20])}")
    click.echo("\n".join(["entry,judge", *(f"{row['entry']},{row['judge']}" for row in found["assignments"])]))
    for warning in found["warnings"]:
        click.echo(warning, err=True)


def register(app: Application) -> None:
    """Add the commands."""
    app.cli.add_command(group)
