"""`flask media check`: what an upload's check would say of files that lie on this machine."""

import json
import sys
from pathlib import Path
from typing import Any

import click
from flask import Flask, current_app
from flask.cli import AppGroup
from flask_babel import force_locale

from contest.clock import now
from contest.db import transaction
from contest.entries.actions.file_check import check_file, files_below
from contest.entries.actions.resembling import VERSION, forget_troubles
from contest.entries.queries import handed_in, how_many, troubled, without_fingerprint
from contest.entries.rules.limits import PRESETS
from contest.jobs.actions import enqueue
from contest.media import process
from contest.media.capabilities import can_know_sounds
from contest.media.sandbox import detect
from contest.web.commands import in_english

SIGNS = {"accept": "✓", "advise": "!", "reject": "✗", "unreadable": "✗"}

media = AppGroup("media", help="The checks of films and photos, on files of this machine.")


def register(app: Flask) -> None:
    app.cli.add_command(media)


@media.command("check")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--rules", type=click.Choice(sorted(PRESETS)), help="Else three-minutes for films, clear-photo for photos."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.option("--language", type=click.Choice(["en", "zh_CN"]), default="en", show_default=True)
def check(paths: tuple[Path, ...], rules: str | None, as_json: bool, language: str) -> None:
    """Check files, or all files in a folder. Exit code: 0 when all can be entered, 1 when one cannot."""
    process.adopt_orphans()  # else what happens behind bubblewrap's walls is missing in cpu_s
    box, refused = detect(current_app.config["SETTINGS"].sandbox), False
    with force_locale(language):
        for path in (file for given in paths for file in files_below(given)):
            record = check_file(path, box=box, preset=rules or "")
            refused = refused or record["verdict"] in ("reject", "unreadable")
            click.echo(json.dumps(record, ensure_ascii=False) if as_json else _in_words(record))
    sys.exit(1 if refused else 0)


@media.command("fingerprints")
@click.option("--start", is_flag=True, help="Let the worker begin now, and not at its next turn.")
@click.option("--again", is_flag=True, help="Try those anew of which none could be made.")
@in_english
def fingerprints(start: bool, again: bool) -> None:
    """Say how many works lack the fingerprints by which copies are found; the worker makes them by itself."""
    with transaction():
        if again:
            click.echo(f"{forget_troubles()} are tried again")
        if start or again:
            enqueue("entries.fingerprints", {}, key="periodic:entries.fingerprints", at=now())
    lacking = without_fingerprint(version=VERSION, can_know_sounds=can_know_sounds())
    total, missing = how_many(handed_in()), how_many(lacking)
    click.echo(
        f"{total - missing} of {total} files have fingerprints, {missing} are lacking, {troubled()} cannot be made"
    )
    if not can_know_sounds():
        click.echo("This ffmpeg lacks chromaprint: sounds are not compared.")


def _in_words(record: dict[str, Any]) -> str:
    length = f"{record['duration_s']:.3f} s" if record["duration_s"] is not None else ""
    size = f"{record['width']}×{record['height']}" if record["width"] else ""
    told = ", ".join(part for part in (record["kind"], length, size) if part)
    lines = [f"{SIGNS[record['verdict']]} {record['path']}: {record['verdict']} ({told})"]
    return "\n".join([*lines, *(f"    {reason['severity']}: {reason['message']}" for reason in record["reasons"])])
