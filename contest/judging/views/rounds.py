"""The organisers' list of rounds, the page of one, and what may be changed about it."""

from typing import Any

from flask import abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from contest.accounts.access import auditor_required, me, organiser_required
from contest.clock import now
from contest.db import transaction
from contest.editions.models import Edition
from contest.editions.queries import category_of, edition_or_404
from contest.judging import actions
from contest.judging.actions.assigning import pairs
from contest.judging.forms import AddJudgeForm, AdjustForm, InviteJudgeForm, RoundForm, wall
from contest.judging.models import Round
from contest.judging.queries import desk
from contest.judging.queries.flags import flags_in
from contest.judging.queries.plan import seats_wanting
from contest.judging.rubrics import PRESETS
from contest.judging.rules import why_not_open
from contest.judging.views.blueprint import bp


def round_or_404(edition_id: int, round_id: int) -> Round:
    return desk.round_of(edition_id, round_id) or abort(404)


def to_round(round_: Round) -> ResponseReturnValue:
    return redirect(url_for("judging.round_page", edition_id=round_.edition_id, round_id=round_.id))


@bp.route("/editions/<int:edition_id>/desk/rounds")
@auditor_required
def round_list(edition_id: int) -> ResponseReturnValue:
    """All rounds of the edition with their progress."""
    edition = edition_or_404(edition_id)
    return render_template(
        "judging/round_list.html", edition=edition, lines=desk.rounds_of(edition), may_change=may_change(edition)
    )


@bp.route("/editions/<int:edition_id>/desk/rounds/new", methods=["GET", "POST"])
@organiser_required
def new_round(edition_id: int) -> ResponseReturnValue:
    """Begin a round with the suggested rubric."""
    edition = edition_or_404(edition_id)
    preset = request.args.get("rubric", "film")
    form = RoundForm.of(None, preset=preset, **_choices(edition))
    if form.validate_on_submit():
        category = category_of(edition, form.category_id.data) or abort(404)
        with transaction():
            round_ = actions.create_round(
                category,
                name=form.name.data,
                rubric=form.rubric(),
                quorum=form.quorum.data,
                closes_at=form.deadline(),
                terms=form.terms(),
                by=me(),
                at=now(),
            )
        flash(_("The round was made. Now put judges on the panel."))
        return to_round(round_)
    return _form_page(edition, form, None)


@bp.route("/editions/<int:edition_id>/desk/rounds/<int:round_id>/basis", methods=["GET", "POST"])
@organiser_required
def basis(edition_id: int, round_id: int) -> ResponseReturnValue:
    """What the marks rest on, to be changed until the round is opened."""
    round_ = round_or_404(edition_id, round_id)
    if not round_.is_draft:
        return to_round(round_)
    form = RoundForm.of(round_, **_choices(round_.edition, before=round_))
    del form.category_id
    if form.validate_on_submit():
        with transaction():
            actions.set_rubric(
                round_,
                form.rubric(),
                name=form.name.data,
                quorum=form.quorum.data,
                closes_at=form.deadline(),
                terms=form.terms(),
                by=me(),
                at=now(),
            )
        flash(_("Saved."))
        return to_round(round_)
    return _form_page(round_.edition, form, round_)


@bp.route("/editions/<int:edition_id>/desk/rounds/<int:round_id>")
@auditor_required
def round_page(edition_id: int, round_id: int) -> ResponseReturnValue:
    """One round: what it rests on, its panel, how far it is, what can be done next."""
    return show(round_or_404(edition_id, round_id))


@bp.route("/editions/<int:edition_id>/desk/rounds/<int:round_id>/deadline", methods=["GET", "POST"])
@organiser_required
def deadline(edition_id: int, round_id: int) -> ResponseReturnValue:
    """Another deadline or quorum while judges are scoring."""
    round_ = round_or_404(edition_id, round_id)
    if not round_.is_open:
        return to_round(round_)
    zone = round_.edition.time_zone
    form = AdjustForm(data={"closes_at": wall(round_.closes_at, zone), "quorum": round_.quorum})
    if form.validate_on_submit():
        with transaction():
            actions.adjust_round(
                round_,
                closes_at=form.deadline(zone),
                quorum=form.quorum.data,
                reason=form.reason.data,
                by=me(),
                at=now(),
            )
        flash(_("Saved."))
        return to_round(round_)
    page = render_template("judging/deadline.html", edition=round_.edition, round=round_, form=form)
    return page, 422 if form.errors else 200


def show(round_: Round, **forms: Any) -> str:
    """The page of a round; `forms` holds the one that was posted and could not be accepted."""
    g.edition, at = round_.edition, now()
    works, progress = desk.works_in(round_), desk.progress_by_judge(round_)
    add, invite = forms.get("add") or AddJudgeForm(formdata=None), forms.get("invite") or InviteJudgeForm(formdata=None)
    add.offer(desk.judges_to_choose(round_))
    ballots, barred = pairs(round_) if round_.is_draft else (0, 0)
    wanting = set(seats_wanting(round_))
    return render_template(
        "judging/round.html",
        edition=round_.edition,
        round=round_,
        works=works,
        total=desk.total_of(progress.values()),
        progress=progress,
        unassigned=[work for work in works if not work.progress.due and not work.progress.recused],
        wanting=[work for work in works if work.code in wanting],
        recusals=desk.recusals_in(round_),
        flags=flags_in(round_),
        submitted=desk.submitted_in(round_) if round_.is_open else [],
        invitations=desk.open_invitations(round_, at),
        ballots=ballots,
        barred=barred,
        why_not_open=why_not_open(round_, judges=len(round_.judges), works=len(works)),
        add=add,
        invite=invite,
        form=next(iter(forms.values()), None),
        at=at,
        may_change=may_change(round_.edition),
    )


def may_change(edition: Edition) -> bool:
    """Auditors read these pages and see no buttons."""
    return me().has_role("organiser", edition_id=edition.id)


def _choices(edition: Edition, *, before: Round | None = None) -> dict[str, Any]:
    """What the form of a round lets one choose from."""
    return {
        "zone": edition.time_zone,
        "categories": [(category.id, category.title) for category in edition.categories],
        "groups": [(group.id, group.title) for group in edition.groups],
        "earlier": [
            (one.id, _("the shortlist of %(round)s", round=f"{one.category.title} · {one.name}"))
            for one in desk.earlier_rounds(edition, before=before)
        ],
    }


def _form_page(edition: Edition, form: RoundForm, round_: Round | None) -> ResponseReturnValue:
    g.edition = edition
    presets = None if round_ else PRESETS
    page = render_template("judging/round_form.html", edition=edition, form=form, round=round_, presets=presets)
    return page, 422 if form.errors else 200
