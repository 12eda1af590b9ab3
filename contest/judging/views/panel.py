"""Judges joining and leaving the panel of a round."""

from flask import abort, flash, make_response, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from contest.accounts.access import me, organiser_required
from contest.accounts.actions import invite
from contest.clock import now
from contest.db import transaction
from contest.errors import Refused
from contest.judging import actions
from contest.judging.forms import AddJudgeForm, InviteJudgeForm, OptionalReasonForm, ReasonForm, SeatForm
from contest.judging.queries import desk
from contest.judging.rules import why_not_take_in
from contest.judging.views.blueprint import bp
from contest.judging.views.rounds import round_or_404, show, to_round


@bp.route("/editions/<int:edition_id>/desk/rounds/<int:round_id>/panel", methods=["POST"])
@organiser_required
def panel(edition_id: int, round_id: int) -> ResponseReturnValue:
    """Put somebody on the panel who is a judge already."""
    round_, form = round_or_404(edition_id, round_id), AddJudgeForm()
    judges = {judge.id: judge for judge in desk.judges_to_choose(round_)}
    form.offer(list(judges.values()))
    if not form.validate_on_submit():
        return show(round_, add=form), 422
    with transaction():
        actions.add_judge(round_, judges[form.judge_id.data], by=me(), at=now())
    flash(_("%(name)s is on the panel.", name=judges[form.judge_id.data].name))
    return to_round(round_)


@bp.route("/editions/<int:edition_id>/desk/rounds/<int:round_id>/invitations", methods=["POST"])
@organiser_required
def invitations(edition_id: int, round_id: int) -> ResponseReturnValue:
    """Invite somebody new. The answer is the only page that ever shows the link."""
    round_, form = round_or_404(edition_id, round_id), InviteJudgeForm()
    if reason := why_not_take_in(round_):
        raise Refused(reason)
    if not form.validate_on_submit():
        return show(round_, invite=form), 422
    login = form.login()
    with transaction():
        invitation, token = invite(
            edition_id=round_.edition_id,
            role="judge",
            name=form.name.data,
            email=login.email,
            phone=login.phone,
            round_id=round_.id,
            by=me(),
            at=now(),
        )
    link = url_for("accounts.invitation", token=token, _external=True)
    page = render_template(
        "judging/invited.html", edition=round_.edition, round=round_, invitation=invitation, link=link
    )
    answer = make_response(page)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@bp.route("/editions/<int:edition_id>/desk/rounds/<int:round_id>/panel/<int:member_id>", methods=["GET", "POST"])
@organiser_required
def seat(edition_id: int, round_id: int, member_id: int) -> ResponseReturnValue:
    """How a judge sits on the panel: from the beginning or in reserve, and for how many works."""
    round_ = round_or_404(edition_id, round_id)
    member = desk.member_of(round_, member_id) or abort(404)
    form = SeatForm(data={"role": "reserve" if member.role == "reserve" else "main", "cap": member.cap})
    if form.validate_on_submit():
        with transaction():
            actions.seat_judge(member, role=form.role.data, cap=form.cap.data, by=me(), at=now())
        flash(_("Saved."))
        return to_round(round_)
    page = render_template("judging/seat.html", edition=round_.edition, round=round_, member=member, form=form)
    return page, 422 if form.errors else 200


@bp.route(
    "/editions/<int:edition_id>/desk/rounds/<int:round_id>/panel/<int:member_id>/removal", methods=["GET", "POST"]
)
@organiser_required
def removal(edition_id: int, round_id: int, member_id: int) -> ResponseReturnValue:
    """Take a judge off; what follows is shown first."""
    round_ = round_or_404(edition_id, round_id)
    member = desk.member_of(round_, member_id) or abort(404)
    form = OptionalReasonForm() if round_.is_draft else ReasonForm()
    if form.validate_on_submit():
        with transaction():
            actions.remove_judge(member, reason=form.reason.data or "", by=me(), at=now())
        flash(_("%(name)s is no longer on the panel.", name=member.judge.name))
        return to_round(round_)
    page = render_template(
        "judging/removal.html",
        edition=round_.edition,
        round=round_,
        member=member,
        progress=desk.progress_by_judge(round_).get(member.judge_id, desk.Progress()),
        under=[] if round_.per_entry else desk.under_quorum_without(round_, member.judge_id),
        form=form,
    )
    return page, 422 if form.errors else 200
