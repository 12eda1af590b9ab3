"""Opening, closing and reopening. Each shows first what will follow from it."""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from contest.accounts.access import me, organiser_required
from contest.clock import now
from contest.db import transaction
from contest.judging import actions
from contest.judging.forms import ClosingForm, OpeningForm, ReasonForm
from contest.judging.queries import desk
from contest.judging.queries.plan import load_lines, plan_of
from contest.judging.registry import objection_to_reopening
from contest.judging.rules import why_not_close, why_not_open
from contest.judging.views.blueprint import bp
from contest.judging.views.rounds import round_or_404, to_round


@bp.route("/editions/<int:edition_id>/desk/rounds/<int:round_id>/opening", methods=["GET", "POST"])
@organiser_required
def opening(edition_id: int, round_id: int) -> ResponseReturnValue:
    """How many ballots there will be, and what is fixed from then on."""
    round_, form = round_or_404(edition_id, round_id), OpeningForm()
    if not round_.is_draft:
        return to_round(round_)
    if form.validate_on_submit():
        with transaction():
            made = actions.open_round(round_, looked_at=form.plan.data or "", by=me(), at=now())
        flash(
            ngettext(
                "The round is open. %(num)s ballot is waiting for its judge.",
                "The round is open. %(num)s ballots are waiting for their judges.",
                made,
            )
        )
        return to_round(round_)
    plan = plan_of(round_)
    form.plan.data = plan.fingerprint
    return render_template(
        "judging/opening.html",
        edition=round_.edition,
        round=round_,
        form=form,
        plan=plan,
        lines=load_lines(plan),
        reason=why_not_open(round_, judges=len(round_.judges), works=len(plan.works) or bool(round_.based_on_id)),
    )


@bp.route("/editions/<int:edition_id>/desk/rounds/<int:round_id>/draws", methods=["POST"])
@organiser_required
def draws(edition_id: int, round_id: int) -> ResponseReturnValue:
    """Draw again who scores what; that it was, stays in the record."""
    round_ = round_or_404(edition_id, round_id)
    with transaction():
        actions.redraw(round_, by=me(), at=now())
    flash(_("Drawn again. The record keeps that it was."))
    return redirect(url_for(".opening", edition_id=edition_id, round_id=round_id))


@bp.route("/editions/<int:edition_id>/desk/rounds/<int:round_id>/late-works", methods=["POST"])
@organiser_required
def late_works(edition_id: int, round_id: int) -> ResponseReturnValue:
    """Give the judges the works that passed after the round was opened."""
    round_ = round_or_404(edition_id, round_id)
    with transaction():
        made = actions.take_in(round_, by=me(), at=now())
    flash(ngettext("%(num)s ballot was added.", "%(num)s ballots were added.", made))
    return to_round(round_)


@bp.route("/editions/<int:edition_id>/desk/rounds/<int:round_id>/closing", methods=["GET", "POST"])
@organiser_required
def closing(edition_id: int, round_id: int) -> ResponseReturnValue:
    """What is not submitted, and which works would get no place."""
    round_, form = round_or_404(edition_id, round_id), ClosingForm()
    if not round_.is_open:
        return to_round(round_)
    waiting = desk.waiting_ballots(round_)
    if form.validate_on_submit():
        reason = why_not_close(round_, waiting=waiting, anyway=form.anyway.data)
        if reason is None:
            with transaction():
                actions.close_round(round_, anyway=form.anyway.data, by=me(), at=now())
            flash(_("The round is closed, and its ballots are locked."))
            return to_round(round_)
        form.anyway.errors = [reason]
    page = render_template(
        "judging/closing.html",
        edition=round_.edition,
        round=round_,
        form=form,
        waiting=waiting,
        progress=desk.progress_by_judge(round_),
        under=[work for work in desk.works_in(round_) if work.is_under(round_.quorum)],
    )
    return page, 422 if form.errors else 200


@bp.route("/editions/<int:edition_id>/desk/rounds/<int:round_id>/reopening", methods=["GET", "POST"])
@organiser_required
def reopening(edition_id: int, round_id: int) -> ResponseReturnValue:
    """Let the judges of a closed round go on."""
    round_, form = round_or_404(edition_id, round_id), ReasonForm()
    if not round_.is_closed:
        return to_round(round_)
    objection = objection_to_reopening(round_)
    if objection is None and form.validate_on_submit():
        with transaction():
            actions.reopen_round(round_, reason=form.reason.data, by=me(), at=now())
        flash(_("The round is open again."))
        return to_round(round_)
    page = render_template(
        "judging/reopening.html", edition=round_.edition, round=round_, form=form, objection=objection
    )
    return page, 422 if form.errors else 200


@bp.route(
    "/editions/<int:edition_id>/desk/rounds/<int:round_id>/ballots/<int:assignment_id>/reopening",
    methods=["GET", "POST"],
)
@organiser_required
def ballot_reopening(edition_id: int, round_id: int, assignment_id: int) -> ResponseReturnValue:
    """Give one submitted ballot back to its judge."""
    round_, form = round_or_404(edition_id, round_id), ReasonForm()
    assignment = desk.assignment_in(round_, assignment_id) or abort(404)
    if form.validate_on_submit():
        with transaction():
            actions.reopen_ballot(assignment, reason=form.reason.data, by=me(), at=now())
        flash(_("The ballot is back with its judge."))
        return to_round(round_)
    page = render_template(
        "judging/ballot_reopening.html", edition=round_.edition, round=round_, assignment=assignment, form=form
    )
    return page, 422 if form.errors else 200
