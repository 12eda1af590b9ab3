"""Conflicts of interest of a round: what there is, what is declared, and what follows from it before it happens."""

from typing import Any

from flask import abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from contest.accounts.access import auditor_required, me, organiser_required
from contest.clock import now
from contest.db import transaction
from contest.judging import rules
from contest.judging.actions import conflicts as actions
from contest.judging.actions.assigning import assign
from contest.judging.forms import AliasForm, ConflictForm, ReasonForm, VerdictForm
from contest.judging.models import CONFLICT_KINDS, Round
from contest.judging.queries import conflict_lines as lines
from contest.judging.queries.conflicts import pairs_of
from contest.judging.queries.stand_ins import losses_by, rounds_touched
from contest.judging.relations import Target, folded
from contest.judging.views.blueprint import bp
from contest.judging.views.rounds import may_change, round_or_404
from contest.web.forms import Form
from contest.web.pagination import Page, asked_page

PER_PAGE = 50
BASE = "/editions/<int:edition_id>/desk/rounds/<int:round_id>/conflicts"


def to_conflicts(round_: Round) -> ResponseReturnValue:
    return redirect(url_for("judging.conflict_list", edition_id=round_.edition_id, round_id=round_.id))


@bp.route(BASE)
@auditor_required
def conflict_list(edition_id: int, round_id: int) -> ResponseReturnValue:
    """Every conflict of the round with its kind and reason, by whom and when; narrowed by GET."""
    return _list_page(round_or_404(edition_id, round_id), AliasForm(formdata=None))


@bp.route(f"{BASE}/new", methods=["GET", "POST"])
@organiser_required
def conflict_new(edition_id: int, round_id: int) -> ResponseReturnValue:
    """An organiser declares for a judge. When ballots exist, what becomes of them is shown first."""
    round_, form = round_or_404(edition_id, round_id), ConflictForm()
    people = {member.judge_id: member.judge for member in round_.panel}
    form.offer(list(people.values()))
    if form.validate_on_submit():
        target = _target(round_, form)
        if target is not None:
            judge = people[form.judge_id.data]
            touched = rounds_touched(round_, judge.id, only_here=form.only_here.data)
            losses = [loss for one in touched for loss in losses_by(one, pairs_of(one, judge.id, target))]
            if losses and "meant" not in request.form:
                return _consequence(round_, form, judge=judge, losses=losses)
            with transaction():
                settled = actions.declare_conflict(
                    round_,
                    judge,
                    target,
                    reason=form.reason.data,
                    only_here=form.only_here.data,
                    by=me(),
                    at=now(),
                )
                said = _said(settled)
            flash(said)
            return to_conflicts(round_)
    g.edition = round_.edition
    page = render_template(
        "judging/conflict_new.html",
        edition=round_.edition,
        round=round_,
        form=form,
        units=lines.unit_names(),
    )
    return page, 422 if form.errors else 200


@bp.route(f"{BASE}/<int:conflict_id>/lifting", methods=["GET", "POST"])
@organiser_required
def conflict_lifting(edition_id: int, round_id: int, conflict_id: int) -> ResponseReturnValue:
    """It is none, or none any more: what that brings back, and what it does not."""
    round_, form = round_or_404(edition_id, round_id), ReasonForm()
    row = lines.conflict_in(round_, conflict_id) or abort(404)
    line = next((one for one in lines.lines_of(round_) if one.row is row), None) or abort(404)
    if not row.stands:
        return to_conflicts(round_)
    still_so = lines.is_still_so(row, round_)
    if form.validate_on_submit():
        with transaction():
            actions.lift_conflict(row, reason=form.reason.data, still_so=still_so, by=me(), at=now())
        flash(_("The conflict is lifted."))
        return to_conflicts(round_)
    page = render_template(
        "judging/conflict_lifting.html",
        edition=round_.edition,
        round=round_,
        form=form,
        line=line,
        reason=rules.why_not_lift(row, still_so=still_so),
    )
    return page, 422 if form.errors else 200


@bp.route(f"{BASE}/pairs/<int:person_id>/<int:entry_id>", methods=["GET", "POST"])
@organiser_required
def conflict_pair(edition_id: int, round_id: int, person_id: int, entry_id: int) -> ResponseReturnValue:
    """One judge and one work: what ties them, what follows if it is a conflict, and the organiser's word."""
    round_, form = round_or_404(edition_id, round_id), VerdictForm()
    meeting = lines.meeting_of(round_, person_id, entry_id) or abort(404)
    if form.validate_on_submit():
        with transaction():
            settled = _decide(round_, meeting, form)
            said = _said(settled)
        flash(said)
        return to_conflicts(round_)
    page = render_template(
        "judging/conflict_pair.html",
        edition=round_.edition,
        round=round_,
        form=form,
        meeting=meeting,
        losses=[loss for one in rounds_touched(round_, person_id) for loss in losses_by(one, [(person_id, entry_id)])],
        fixed=rules.why_not_clear(meeting.ties) if meeting.ties else None,
    )
    return page, 422 if form.errors else 200


@bp.route(f"{BASE}/area-rule", methods=["POST"])
@organiser_required
def conflict_area_rule(edition_id: int, round_id: int) -> ResponseReturnValue:
    """Whether judges may score works from their own county or district."""
    round_ = round_or_404(edition_id, round_id)
    with transaction():
        actions.set_area_rule(round_, bars=request.form.get("bars") == "1", by=me(), at=now())
    flash(_("Saved."))
    return to_conflicts(round_)


@bp.route(f"{BASE}/unit-names", methods=["POST"])
@organiser_required
def conflict_unit_names(edition_id: int, round_id: int) -> ResponseReturnValue:
    """Another name that a unit goes by; works that are written so are found from then on."""
    round_, form = round_or_404(edition_id, round_id), AliasForm()
    if form.validate_on_submit():
        unit, taken = lines.unit_called(form.unit.data), lines.unit_called(form.alias.data)
        if unit is None:
            form.unit.errors = [_("There is no registered unit of this name.")]
        elif complaint := rules.alias_complaint(form.alias.data, unit, taken=taken):
            form.alias.errors = [complaint]
        else:
            with transaction():
                actions.add_unit_alias(unit, name=form.alias.data, taken=taken, by=me(), at=now())
            flash(_("%(name)s is now known as a name of %(unit)s.", name=form.alias.data, unit=unit.name))
            return to_conflicts(round_)
    return _list_page(round_, form), 422


def _list_page(round_: Round, alias: AliasForm) -> str:
    g.edition = round_.edition
    every = lines.lines_of(round_)
    chosen = {name: request.args.get(name, "") for name in ("kind", "state", "judge")}
    shown = [line for line in every if _fits(line, chosen)]
    number = min(asked_page(), max(1, -(-len(shown) // PER_PAGE)))
    rows = shown[(number - 1) * PER_PAGE : number * PER_PAGE]
    return render_template(
        "judging/conflicts.html",
        edition=round_.edition,
        round=round_,
        page=Page(rows=rows, number=number, per_page=PER_PAGE, total=len(shown)),
        all=every,
        questions=[line for line in every if line.state == "question"],
        served=sum(line.served for line in every if line.state == "stands"),
        judges=sorted({(line.judge_id, line.judge) for line in every}, key=lambda one: one[1]),
        chosen=chosen,
        kinds=CONFLICT_KINDS,
        states=lines.STATES,
        aliases=lines.aliases(),
        alias=alias,
        units=lines.unit_names(),
        rule=Form(formdata=None),
        may_change=may_change(round_.edition),
    )


def _fits(line: lines.Line, chosen: dict[str, str]) -> bool:
    said = {"kind": line.kind, "state": line.state, "judge": str(line.judge_id)}
    return all(not wanted or said[name] == wanted for name, wanted in chosen.items())


def _target(round_: Round, form: Any) -> Target | None:
    """What the form names; None with a complaint when there is no such thing."""
    about, name = form.about.data, form.name.data
    if about == "person" and folded(name):
        return Target(person_name=name)
    if about == "unit" and folded(name):
        unit = lines.unit_called(name)
        return Target(unit_id=unit.id if unit else None, unit_name=name)
    if about == "work" and (entry_id := lines.entry_called(round_, name)) is not None:
        return Target(entry_id=entry_id)
    if about == "area" and (area := lines.area_called(name)) is not None:
        return Target(area_id=area.id)
    sentences = {
        "work": _("No work of this round has that code name."),
        "area": _("No county or district of that name is registered."),
    }
    form.name.errors = [sentences.get(about, _("Write the name with letters or characters."))]
    return None


def _decide(round_: Round, meeting: lines.Meeting, form: VerdictForm) -> actions.Settled:
    judge, entry_id = meeting.judge, meeting.work.id
    said: dict[str, Any] = {"reason": form.reason.data, "by": me(), "at": now()}
    if form.verdict.data == "tied":
        kind = "name" if meeting.is_question else "declared"
        return actions.declare_conflict(round_, judge, Target(entry_id=entry_id), kind=kind, **said)
    actions.clear_pair(round_, judge.id, entry_id, **said)
    if round_.is_open and meeting.assignment is None:
        assign(round_, at=now())  # the pair was held back, and may have the work now
    return actions.Settled()


def _consequence(round_: Round, form: ConflictForm, *, judge: Any, losses: list[Any]) -> ResponseReturnValue:
    g.edition = round_.edition
    return render_template(
        "judging/conflict_consequence.html",
        edition=round_.edition,
        round=round_,
        form=form,
        judge=judge,
        losses=losses,
        refused=next((no for loss in losses if (no := rules.why_not_void(loss.assignment.round))), None),
        closed=any(loss.assignment.round.is_closed for loss in losses),
        kept={name: value for name, value in request.form.items() if name != "csrf_token"},
    )


def _said(settled: actions.Settled) -> str:
    if not settled.voided:
        return _("It is written down.")
    voided = ngettext("%(num)s ballot is void.", "%(num)s ballots are void.", len(settled.voided))
    given = ngettext("%(num)s work went to another judge.", "%(num)s works went to other judges.", len(settled.given))
    return f"{voided} {given}"
