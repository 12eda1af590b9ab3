"""`flask people`: for whoever runs the service, when nobody can sign in to do it in the browser."""

from datetime import timedelta

import click
import sqlalchemy as sa
from flask import Flask, current_app

from contest.accounts.actions import invite, issue_reset
from contest.accounts.logins import folded_login
from contest.accounts.models import Person
from contest.accounts.queries import edition_named, person_by_login
from contest.clock import now
from contest.db import db, transaction
from contest.web.commands import EnglishGroup, typed

group = EnglishGroup("people", short_help="Accounts and the links that let people in.")


def register(app: Flask) -> None:
    """Add `flask people`."""
    app.cli.add_command(group)


@group.command("invite-organiser")
@click.argument("name")
@click.option("--edition", "slug", help="The edition's short name; else the current or newest one.")
@click.option("--days", default=3, show_default=True, type=click.IntRange(1, 30), help="How long the link works.")
def invite_organiser(name: str, slug: str | None, days: int) -> None:
    """Print a link that makes whoever opens it an organiser, once."""
    edition = edition_named(slug)
    if edition is None:
        raise click.ClickException(f"There is no edition {slug!r}." if slug else "There is no edition yet.")
    with transaction():
        _invitation, token = invite(
            edition_id=edition.id,
            role="organiser",
            name=name,
            expires_at=now() + timedelta(days=days),
            at=now(),
            by=None,
        )
    click.echo(f"Hand this link to {name}. It works once, for {days} days, and cannot be shown again:")
    click.echo(address(f"/invitations/{token}"))


@group.command("reset-password")
@click.argument("login")
def reset_password(login: str) -> None:
    """Print a link with which the person who signs in as LOGIN chooses a new password."""
    person = person_by_login(folded_login(login))
    if person is None:
        raise click.ClickException(f"Nobody signs in as {login!r}. Who does is shown by: {typed('people list')}")
    with transaction():
        _reset, token = issue_reset(person, by=None, at=now())
        name = person.name
    click.echo(f"Hand this link to {name}. It works once, for 24 hours, and cannot be shown again:")
    click.echo(address(f"/password-resets/{token}"))


@group.command("list")
@click.option("--role", help="Only people who hold this role in some edition.")
def show(role: str | None) -> None:
    """Print everybody with an account: sign-in name, name, roles."""
    for person in db.session.scalars(sa.select(Person).order_by(Person.id)):
        roles = sorted({grant.role for grant in person.grants if grant.revoked_at is None})
        if role is None or role in roles:
            blocked = " (blocked)" if person.blocked_at else ""
            click.echo(f"{person.id} {person.email or person.phone} {person.name} {', '.join(roles) or '-'}{blocked}")


def address(path: str) -> str:
    """`path` with the host that people reach the service under, as far as the settings say."""
    settings = current_app.config["SETTINGS"]
    return (settings.public_url.rstrip("/") or f"http://{settings.host}:{settings.port}") + path
