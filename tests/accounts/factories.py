"""People with passwords, and links."""

from datetime import timedelta

from contest import clock
from contest.accounts import passwords
from contest.accounts.actions import invite, issue_reset
from contest.accounts.models import Invitation, PasswordReset, Person
from contest.db import transaction
from contest.editions.models import Edition
from tests.factories import a_person

PASSWORD = "seven quiet walnut trees"


def a_member(**columns: object) -> Person:
    """Somebody who can sign in with PASSWORD."""
    return a_person(**{"password_hash": passwords.hash_of(PASSWORD), **columns})  # type: ignore[arg-type]


def an_invitation(edition: Edition, *, role: str = "judge", **more: object) -> tuple[Invitation, str]:
    """An open invitation and its token."""
    with transaction():
        return invite(
            **{"edition_id": edition.id, "role": role, "name": "Professor Wang", "at": clock.now(), "by": None, **more}  # type: ignore[arg-type]
        )


def a_reset(person: Person, *, ago: timedelta = timedelta(0)) -> tuple[PasswordReset, str]:
    """A link for a new password, made `ago`."""
    with transaction():
        return issue_reset(person, by=None, at=clock.now() - ago)
