"""What judges tell the organisers about works, on both sides."""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from contest.accounts.access import judge_required, me, organiser_required
from contest.clock import now
from contest.db import transaction
from contest.judging import actions
from contest.judging.forms import FlagAnswerForm, FlagForm
from contest.judging.models import Assignment
from contest.judging.queries import blind_view
from contest.judging.queries.flags import flag_in, flags_of
from contest.judging.views.bench import mine_or_404
from contest.judging.views.blueprint import bp
from contest.judging.views.rounds import round_or_404, to_round
from contest.web.answers import is_htmx


@bp.route("/judging/assignments/<int:assignment_id>/flag", methods=["GET", "POST"])
@judge_required
def flag(assignment_id: int) -> ResponseReturnValue:
    """Tell the organisers without stopping: the bench sends this form and swaps only its own part."""
    assignment, form = mine_or_404(assignment_id), FlagForm()
    if form.validate_on_submit():
        with transaction():
            actions.raise_flag(assignment, kind=form.about.data, note=form.said.data or "", by=me(), at=now())
        if not is_htmx():
            flash(_("The organisers have been told. Go on scoring as far as you can."))
            return redirect(url_for(".score", assignment_id=assignment.id))
        return _part(assignment, None, told=True), 200
    if is_htmx():
        return _part(assignment, form), 422 if form.errors else 200
    page = render_template(
        "judging/flag.html",
        assignment=assignment,
        work=blind_view(assignment),
        flags=flags_of(assignment),
        flag_form=form,
        form=form,
    )
    return page, 422 if form.errors else 200


def _part(assignment: Assignment, form: FlagForm | None, *, told: bool = False) -> str:
    """What the bench swaps: what was told so far, and the form when the judge wants to tell something."""
    return render_template(
        "judging/_flags.html", assignment=assignment, flags=flags_of(assignment), flag_form=form, told=told
    )


@bp.route("/editions/<int:edition_id>/desk/rounds/<int:round_id>/flags/<int:flag_id>", methods=["GET", "POST"])
@organiser_required
def flag_answer(edition_id: int, round_id: int, flag_id: int) -> ResponseReturnValue:
    """Say what was done; the judge who told it reads that, and the flag is closed."""
    round_ = round_or_404(edition_id, round_id)
    told = flag_in(round_, flag_id) or abort(404)
    form = FlagAnswerForm()
    if form.validate_on_submit():
        with transaction():
            actions.close_flag(told, answer=form.answer.data, by=me(), at=now())
        flash(_("Answered and closed."))
        return to_round(round_)
    page = render_template("judging/flag_answer.html", edition=round_.edition, round=round_, told=told, form=form)
    return page, 422 if form.errors else 200
