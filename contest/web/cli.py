"""`flask translations`: compile, update, check."""

import click
from flask import Flask

from contest.web import catalogs
from contest.web.commands import EnglishGroup

translations = EnglishGroup("translations", help="The Chinese of the interface.")


@translations.command("compile")
def compile_command() -> None:
    """Compile every catalogue."""
    for path in catalogs.po_files():
        catalogs.compile_one(path)
        click.echo(path.stem)


@translations.command("update")
def update_command() -> None:
    """Add the sentences that have no Chinese yet to the files of their features."""
    click.echo(f"{catalogs.update()} sentences added")


@translations.command("check")
def check_command() -> None:
    """Say what is missing or does not fit; fails when something is."""
    wrong = catalogs.complaints()
    for text in wrong:
        click.echo(text)
    if wrong:
        raise click.ClickException(f"{len(wrong)} things to put right")
    click.echo("All sentences have their Chinese.")


def register(app: Flask) -> None:
    """Add the commands."""
    app.cli.add_command(translations)
