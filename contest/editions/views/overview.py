"""The desk's first page, and the list of editions."""

import re
import shutil
from datetime import datetime

from flask import abort, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from contest.accounts import registry
from contest.accounts.access import auditor_required, me
from contest.accounts.models import Person
from contest.clock import now
from contest.db import transaction
from contest.editions.actions import create_edition
from contest.editions.forms import NewEditionForm
from contest.editions.models import Edition
from contest.editions.queries import (
    all_editions,
    calendar,
    edition_or_404,
    first_steps,
    next_phase,
    own_desk,
    phase_at,
    watched_by,
)
from contest.editions.registry import panels
from contest.editions.rules import why_not_create
from contest.editions.views.blueprint import bp
from contest.jobs.queries import worker_is_alive
from contest.web.filters import span
from contest.web.pagination import paginate


@registry.landing(order=30)
def _landing(person: Person) -> str | None:
    """Who runs or watches an edition lands at its desk."""
    edition_id = own_desk(person)
    return url_for("editions.dashboard", edition_id=edition_id) if edition_id else None


@bp.route("/editions/<int:edition_id>/desk")
@auditor_required
def dashboard(edition_id: int) -> ResponseReturnValue:
    """Where the edition stands today, and what waits for somebody."""
    edition, at = edition_or_404(edition_id), now()
    parts = panels(edition, at)
    return render_template(
        "editions/dashboard.html",
        edition=edition,
        at=at,
        present=phase_at(edition, at),
        following=next_phase(edition, at),
        calendar=calendar(edition, at),
        first_steps=first_steps(edition),
        figures=[figure for panel in parts for figure in panel.figures],
        waiting=[item for panel in parts for item in panel.waiting if item.count],
        panels=[panel for panel in parts if panel.template],
        countdown=countdown(edition, at),
        worker_down=not worker_is_alive(at),
        missing_tools=missing_tools(),
    )


def countdown(edition: Edition, at: datetime) -> tuple[str, str]:
    """How long the present phase still lasts: the leading number, to be shown large, and the rest."""
    present = phase_at(edition, at)
    if present is None or present.ends_at is None:
        return "", ""
    number, rest = re.fullmatch(r"(\d*)(.*)", span(present.ends_at - at)).groups()  # type: ignore[union-attr]
    return number, rest.strip()


def missing_tools() -> list[str]:
    """The media programs this server lacks."""
    return [tool for tool in ("ffmpeg", "ffprobe") if shutil.which(tool) is None]


@bp.route("/editions", methods=["GET", "POST"])
@auditor_required
def edition_list() -> ResponseReturnValue:
    """For organisers every run of the contest and the form that begins a new one; for auditors those they watch."""
    form, makes = NewEditionForm(), me().has_role("organiser")
    if form.is_submitted() and not makes:
        abort(403)
    if form.validate_on_submit():
        if reason := why_not_create(form.slug.data):
            form.slug.errors = [reason]
        else:
            with transaction():
                zone = current_app.config["SETTINGS"].time_zone
                edition = create_edition(form.slug.data, name=form.name.data, time_zone=zone, by=me(), at=now())
            flash(_("The edition was made. Nobody sees it until you make it current."))
            return redirect(url_for(".dashboard", edition_id=edition.id))
    page = paginate(all_editions() if makes else all_editions().where(Edition.id.in_(watched_by(me()))))
    return (
        render_template("editions/edition_list.html", page=page, form=form if makes else None),
        422 if form.errors else 200,
    )
