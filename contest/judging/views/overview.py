"""What judging says on the organisers' overview, when a role is taken back, and where judges land."""

from datetime import datetime

import sqlalchemy as sa
from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from contest.accounts import registry
from contest.accounts.models import Invitation, Person, RoleGrant
from contest.db import db
from contest.editions.models import Edition
from contest.editions.registry import Figure, Panel, Waiting
from contest.judging.actions import join_panel
from contest.judging.models import TO_DO, Assignment, PanelMember, Round
from contest.judging.queries import desk
from contest.judging.queries.flags import open_flags


def overview(edition: Edition, at: datetime) -> Panel:
    """Progress of the open rounds, and rounds whose time is over."""
    lines = [line for line in desk.rounds_of(edition) if line.round.is_open]
    total = desk.total_of(line.progress for line in lines)
    figures = (
        [Figure(label=_("Ballots submitted"), value=str(total.submitted), note=_("of %(all)s", all=total.due))]
        if lines
        else []
    )
    over = [line for line in lines if line.round.closes_at is not None and line.round.closes_at <= at]
    href = url_for("judging.round_list", edition_id=edition.id)
    waiting = Waiting(
        kind="warn",
        count=len(over),
        title=ngettext("%(num)s round has run out of time", "%(num)s rounds have run out of time", len(over)),
        note=_("Judges can no longer score. Close the round, or give it more time"),
        href=href,
        action=_("Look"),
    )
    told = open_flags(edition)
    flags = Waiting(
        kind="warn",
        count=told,
        title=ngettext(
            "Judges told you something about %(num)s work", "Judges told you %(num)s things about works", told
        ),
        note=_("They go on scoring meanwhile. Answer on the page of the round"),
        href=href,
        action=_("Look"),
    )
    return Panel(figures=figures, waiting=[waiting, flags])


@registry.on_accepted
def _accepted(invitation: Invitation, person: Person, at: datetime) -> None:
    join_panel(invitation, person, at=at)


@registry.consequences_of("judge")
def _without_the_role(grant: RoleGrant) -> list[str]:
    """A judge without the role no longer reaches the works, though still on the panel."""
    waiting = db.session.scalar(
        sa.select(sa.func.count())
        .select_from(Assignment)
        .join(Round)
        .where(
            Round.edition_id == grant.edition_id,
            Round.state == "open",
            Assignment.judge_id == grant.person_id,
            Assignment.state.in_(TO_DO),
        )
    )
    if not waiting:
        return []
    sentence = ngettext(
        "%(num)s ballot of an open round would never be submitted. Take the judge off the panel first.",
        "%(num)s ballots of open rounds would never be submitted. Take the judge off the panel first.",
        waiting,
    )
    return [sentence]


@registry.landing(order=20)
def _landing(person: Person) -> str | None:
    """A judge lands at the works that wait."""
    on = sa.exists().where(PanelMember.judge_id == person.id, PanelMember.removed_at.is_(None))
    is_judge = person.has_role("judge") and db.session.scalar(sa.select(on))
    return url_for("judging.queue_page") if is_judge else None
