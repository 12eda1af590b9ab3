"""Where features above this one join in: what they add when somebody is invited, loses a role, or signs in.

They register once, at import; the calls come inside the transaction that makes the thing true.
"""

from collections.abc import Callable
from datetime import datetime

import sqlalchemy as sa

from contest.accounts.models import Invitation, Person, RoleGrant

OnAccepted = Callable[[Invitation, Person, datetime], None]
Consequences = Callable[[RoleGrant], list[str]]
TakesPart = Callable[[int], sa.Select[int]]
Landing = Callable[[Person], str | None]

_accepted: list[OnAccepted] = []
_consequences: dict[str, list[Consequences]] = {}
_takes_part: list[TakesPart] = []
_landings: list[tuple[int, Landing]] = []


def on_accepted(call: OnAccepted) -> OnAccepted:
    """Call it when an invitation is accepted: judging puts the judge onto the panel of `invitation.round_id`."""
    _accepted.append(call)
    return call


def tell_accepted(invitation: Invitation, person: Person, at: datetime) -> None:
    for call in _accepted:
        call(invitation, person, at)


def consequences_of(role: str) -> Callable[[Consequences], Consequences]:
    """Ask it what else follows from taking `role` back; it answers in sentences, shown before anything happens."""

    def keep(call: Consequences) -> Consequences:
        _consequences.setdefault(role, []).append(call)
        return call

    return keep


def told_consequences(grant: RoleGrant) -> list[str]:
    return [sentence for call in _consequences.get(grant.role, []) for sentence in call(grant)]


def takes_part(call: TakesPart) -> TakesPart:
    """Ask it who takes part in an edition without a role: it gives a select of ids of people, such as of entrants."""
    _takes_part.append(call)
    return call


def participants(edition_id: int) -> list[sa.Select[int]]:
    return [call(edition_id) for call in _takes_part]


def landing(order: int) -> Callable[[Landing], Landing]:
    """Ask it where to send somebody who has just signed in, None for "not by me"; lower `order` is asked first."""

    def keep(call: Landing) -> Landing:
        _landings.append((order, call))
        return call

    return keep


def landing_of(person: Person) -> str | None:
    found = (call(person) for _order, call in sorted(_landings, key=lambda one: one[0]))
    return next((address for address in found if address), None)
