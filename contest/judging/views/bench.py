"""The judge's list and the bench, where one work is watched and scored."""

from typing import Any

from flask import abort, flash, g, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from contest.accounts.access import judge_required, me
from contest.clock import now
from contest.db import transaction
from contest.errors import Refused
from contest.judging import actions
from contest.judging.actions.ballots import Saved
from contest.judging.forms import BallotForm, ballot_form, read_marks
from contest.judging.models import Assignment
from contest.judging.queries import bench
from contest.judging.rules import why_not_mark
from contest.judging.views.blueprint import bp
from contest.ranking.numbers import shortest
from contest.uploads.serving import send_rendition
from contest.web.filters import clock_time

BUTTONS = ("save", "next", "submit")


def mine_or_404(assignment_id: int) -> Assignment:
    """The asking judge's own assignment; the page's times are those of its edition."""
    assignment = bench.assignment_of(me(), assignment_id) or abort(404)
    g.edition = assignment.round.edition
    return assignment


@bp.route("/judging")
@judge_required
def queue_page() -> ResponseReturnValue:
    """The judge's rounds, each with the works in the judge's own order."""
    benches = bench.queue(me())
    g.edition = benches[0].round.edition if benches else None
    return render_template("judging/queue.html", benches=benches, at=now(), show=request.args.get("show", ""))


@bp.route("/judging/assignments/<int:assignment_id>", methods=["GET", "POST"])
@judge_required
def score(assignment_id: int) -> ResponseReturnValue:
    """Watch one work and mark it. Works without a script; with one it saves by itself."""
    assignment = mine_or_404(assignment_id)
    if assignment.entry.state != "passed":
        flash(_("That work is no longer in the contest. You need not score it."), "info")
        return redirect(url_for(".queue_page"))
    form = _filled_form(assignment)
    if not form.validate_on_submit():
        return _bench_page(assignment, form), 422 if form.errors else 200
    button = request.form.get("button", "save")
    try:
        with transaction():
            saved = _save(assignment, form)
            if button == "submit" and not saved.conflict:
                actions.submit_ballot(assignment, by=me(), at=now())
    except Refused as refused:
        return _bench_page(assignment, form, refused=refused.reason), refused.status
    if saved.conflict:
        return _bench_page(assignment, form, other=saved), 409
    return _after(assignment, button)


@bp.route("/judging/assignments/<int:assignment_id>/ballot", methods=["PUT"])
@judge_required
def ballot(assignment_id: int) -> ResponseReturnValue:
    """Save what the bench holds now. The answer says what is kept, and only that is true.

    It echoes the request's own number, so that a page from some hotel's network is never taken for a save.
    """
    assignment = bench.held_assignment(me(), assignment_id) or abort(404)
    sent = request.get_json(silent=True)
    if (
        not isinstance(sent, dict)
        or not isinstance(sent.get("revision"), int)
        or not isinstance(sent.get("marks"), dict)
    ):
        abort(400)
    try:
        marks = read_marks(assignment.round, sent["marks"])
        with transaction():
            saved = actions.save_ballot(
                assignment, marks=marks, comment=str(sent.get("comment") or ""), revision=sent["revision"], at=now()
            )
            g.edition = assignment.round.edition  # whose clock says when it was saved
            said = _said(saved)  # before the commit, after which every row would be read once more
    except Refused as refused:
        return jsonify(request=sent.get("request"), state="refused", reason=refused.reason), refused.status
    state = "conflict" if saved.conflict else "saved"
    return jsonify(request=sent.get("request"), state=state, **said), 409 if saved.conflict else 200


@bp.route("/judging/assignments/<int:assignment_id>/media/<int:position>/<path:name>")
@judge_required
def media(assignment_id: int, position: int, name: str) -> ResponseReturnValue:
    """A file of the work, for its judge, while the work may be watched."""
    assignment = bench.assignment_of(me(), assignment_id) or abort(404)
    if not bench.may_be_watched(assignment):
        abort(404)
    return send_rendition(bench.media_of(assignment, position) or abort(404), name)


def _filled_form(assignment: Assignment) -> BallotForm:
    kept = assignment.ballot
    return ballot_form(
        assignment.round.criteria,
        marks=kept.marks if kept else {},
        comment=kept.comment if kept else "",
        revision=kept.revision if kept else 0,
    )


def _save(assignment: Assignment, form: BallotForm) -> Saved:
    """`over` is the revision of the other tab, which the judge has now seen and wants to write over."""
    return actions.save_ballot(
        assignment,
        marks=form.marks(assignment.round.criteria),
        comment=form.comment.data or "",
        revision=request.form.get("over", form.seen(), type=int),
        at=now(),
    )


def _said(saved: Saved) -> dict[str, Any]:
    return {
        "revision": saved.revision,
        "saved_at": clock_time(saved.saved_at),
        "marks": {str(key): shortest(value) for key, value in saved.marks.items()},
        "comment": saved.comment,
    }


def _after(assignment: Assignment, button: str) -> ResponseReturnValue:
    if button == "save":
        flash(_("Saved."))
        return redirect(url_for(".score", assignment_id=assignment.id))
    found = bench.queue(me(), round_id=assignment.round_id)
    following = found[0].after(assignment) if found else None
    if button == "submit":
        flash(_("The ballot for %(code)s is submitted.", code=assignment.entry.code))
    if following is None:
        return redirect(url_for(".signature", round_id=assignment.round_id))
    return redirect(url_for(".score", assignment_id=following.assignment.id))


def _bench_page(assignment: Assignment, form: BallotForm, *, refused: str = "", other: Saved | None = None) -> str:
    """The bench. `other`: what another tab saved in between, shown beside what was typed here."""
    here = next(one for one in bench.queue(me(), round_id=assignment.round_id))
    before, after, place = here.around(assignment)
    kept = assignment.ballot
    return render_template(
        "judging/score.html",
        assignment=assignment,
        round=assignment.round,
        work=bench.blind_view(assignment),
        watchable=bench.may_be_watched(assignment),
        locked=why_not_mark(assignment, now()),
        bench=here,
        before=before,
        after=after,
        place=place,
        form=form,
        refused=refused,
        other=_said(other) if other else None,
        saved_at=kept.saved_at if kept else None,
        total=bench.total_so_far(assignment),
        scored=len(kept.marks) if kept else 0,
        media_url=_media_url(assignment),
    )


def _media_url(assignment: Assignment) -> Any:
    def address(position: int, name: str) -> str:
        return url_for("judging.media", assignment_id=assignment.id, position=position, name=name) if name else ""

    return address
