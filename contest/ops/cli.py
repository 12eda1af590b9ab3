"""Commands for whoever runs the service."""

import json
import sys
from pathlib import Path
from typing import Any

import click
from flask import Flask, current_app
from flask_babel import force_locale
from flask_babel import gettext as _

from contest.clock import now
from contest.config import Settings
from contest.db import transaction
from contest.errors import Refused
from contest.ops import logs, schema
from contest.ops.backup import back_up
from contest.ops.demo import NoFfmpeg
from contest.ops.findings import findings
from contest.ops.first import first_organiser_path, has_people, is_empty
from contest.ops.restore import NotRestored, restore
from contest.ops.serve import address, become_supervisor
from contest.web.commands import EnglishGroup, in_english, typed

SIGNS = {"ok": "✓", "weak": "!", "missing": "✗"}
CODES = {"ok": 0, "weak": 1, "missing": 2}
UNFINISHED = "demo-unfinished"  # a file in the instance folder while the demo is being loaded

demo = EnglishGroup("demo", short_help="A demo edition with works, for trying everything.")


def register(app: Flask) -> None:
    """Add the commands."""
    for command in (doctor, backup, restore_, serve_, init, demo):
        app.cli.add_command(command)


def settings_() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings


@click.command("doctor", short_help="Say what is missing or weak on this machine.")
@click.option("--language", type=click.Choice(["zh_CN", "en"]), help="Of the answer; else that of the installation.")
@click.option("--all", "everything", is_flag=True, help="Also what is in order.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def doctor(language: str | None, everything: bool, as_json: bool) -> None:
    """Say in plain words what is missing or weak, and what to do. Exit code: 0 all well, 1 weak, 2 missing."""
    with force_locale(language or settings_().locale):
        found = findings(settings_(), at=now())
        worst = max((CODES[one.level] for one in found), default=0)
        if as_json:
            told: list[dict[str, Any]] = [vars(one) for one in found]
            click.echo(json.dumps(told, ensure_ascii=False, indent=1))
            sys.exit(worst)
        for one in sorted(found, key=lambda one: -CODES[one.level]):
            if one.level != "ok" or everything:
                click.echo(f"{SIGNS[one.level]} {one.title}{f' ({one.detail})' if one.detail else ''}")
                if one.remedy:
                    click.echo(f"    {one.remedy}")
        summary = {0: _("Nothing is missing."), 1: _("The service works; see above what is weak.")}
        click.echo(summary.get(worst) or _("Something is missing; see above what to do."))
    sys.exit(worst)


@click.command("backup", short_help="Write everything into one file.")
@click.argument("target", type=click.Path(path_type=Path))
@in_english
def backup(target: Path) -> None:
    """Write rows, media and the secret key to TARGET, a file or a folder. The service may go on running."""
    _stop_unless("ok", "older")  # before an upgrade is when one is wanted most
    try:
        made = back_up(target, settings=settings_(), at=now())
    except FileExistsError:
        raise click.ClickException(f"{target} exists already; a backup never replaces a file.") from None
    except OSError as error:
        raise click.ClickException(f"The backup could not be written: {error.strerror or error}") from error
    click.echo(
        f"{made.path}: {made.rows} rows, {made.files} files, {made.bytes} bytes. Keep it as safe as the service."
    )
    for key in made.missing:
        click.echo(f"! A row names the file {key}, but it is not in the storage.", err=True)
    if made.missing:
        sys.exit(1)


@click.command("restore", short_help="Bring back a backup into an empty instance.")
@click.argument("source", type=click.Path(path_type=Path))
@in_english
def restore_(source: Path) -> None:
    """Bring back what the command backup wrote to SOURCE. The instance must be empty, and the service stopped."""
    try:
        restored = restore(source, settings=settings_())
    except NotRestored as error:
        raise click.ClickException(f"{error} Nothing was changed.") from error
    click.echo(f"Restored {restored.rows} rows and {restored.files} files. Start the service: {typed('serve')}")
    for key in restored.missing:
        click.echo(f"! The backup did not have the file {key}.", err=True)


@click.command("serve", short_help="Start web and worker.")
@in_english
def serve_() -> None:
    """Start web server and worker under one supervisor, until Ctrl-C or SIGTERM."""
    _stop_unless("ok")
    become_supervisor(settings_())


@click.command("init", short_help="Make an instance ready: tables, then a demo or a first link.")
@click.option("--empty", is_flag=True, help="No demo: a one-time link for the first organiser instead.")
@in_english
def init(empty: bool) -> None:
    """Make tables, and in an empty instance load the demo (or with --empty give the first organiser's link).

    What is there already is left as it is.
    """
    _stop_unless("ok", "empty", "older")
    if (settings_().instance / UNFINISHED).exists():
        raise click.ClickException(
            "The demo was interrupted while it was being loaded. Nothing in this instance is yours yet: delete the"
            f" folder and start again: rm -r {settings_().instance}"
        )
    schema.migrate_to(schema.head())
    if empty:
        if not has_people():
            _show_first_link()
    elif is_empty():
        _load_or_explain()


@demo.command("load")
def load() -> None:
    """Load the demo into an empty instance, and print a sign-in for each role."""
    _stop_unless("ok")
    if not is_empty():
        raise click.ClickException("This instance is not empty. The demo is loaded into a new one only.")
    try:
        _load()
    except (NoFfmpeg, Refused) as error:
        raise click.ClickException(f"The demo could not be made: {error}") from error


@demo.command("empty")
def empty_() -> None:
    """Give the first organiser's one-time link instead of a demo; a link given before ends."""
    _stop_unless("ok")
    try:
        _show_first_link()
    except ValueError as error:
        raise click.ClickException(str(error)) from error


def _load_or_explain() -> None:
    try:
        _load()
    except NoFfmpeg as error:
        click.echo(f"! No demo was loaded, because no films can be made here: {error}", err=True)
        _show_first_link()


def _load() -> None:
    from contest.ops.demo.load import load_demo  # here: what draws films costs memory that the service need not spend

    mark = settings_().instance / UNFINISHED
    click.echo("Making and loading a demo edition; this takes about a minute.")
    logs.configure("warning")  # the jobs it does would bury the sign-ins
    sign_ins = load_demo(settings=settings_(), begins=mark.touch, said=lambda line: click.echo(f"  {line}"))
    mark.unlink(missing_ok=True)
    click.echo("\nSign-ins, shown only this once:\n")
    for one in sign_ins:
        click.echo(f"  {one.role:<10} {one.login:<24} {one.password}")
    click.echo("")


def _show_first_link() -> None:
    with transaction():
        path = first_organiser_path(time_zone=settings_().time_zone, at=now())
    click.echo("\nOpen this once to become the first organiser (it works for 14 days, and only once):\n")
    click.echo(f"  {address(settings_()).rstrip('/')}{path}\n")


def _stop_unless(*states: schema.State) -> None:
    """Refuse to touch a database that this version does not fit."""
    state = schema.schema_state()
    if state not in states:
        raise click.ClickException(schema.what_to_run(state) or "")
