"""The bench, where one work is watched and scored."""

from collections.abc import Callable
from typing import Any

from flask import abort, flash, g, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from contest.accounts.access import judge_required, me, part_of_page
from contest.clock import now
from contest.db import transaction
from contest.errors import Refused
from contest.judging import actions
from contest.judging.actions.ballots import Saved
from contest.judging.forms import BallotForm, ballot_form, read_marks
from contest.judging.models import Assignment
from contest.judging.queries import bench, blind
from contest.judging.queries.flags import flags_of
from contest.judging.queries.spread import Spread
from contest.judging.rules import is_unusual, why_not_mark
from contest.judging.views.blueprint import bp
from contest.ranking.numbers import shortest
from contest.uploads.serving import send_rendition
from contest.web.filters import clock_time


def mine_or_404(assignment_id: int) -> Assignment:
    """The asking judge's own assignment; the page's times are those of its edition."""
    assignment = bench.assignment_of(me(), assignment_id) or abort(404)
    g.edition = assignment.round.edition
    return assignment


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
    here = bench.queue(me(), round_id=assignment.round_id)[0]
    if button == "submit" and _is_unusual(assignment, form, here):
        return _bench_page(assignment, form, unusual=True), 422
    button = button.removesuffix("-meant")
    try:
        with transaction():
            saved = _save(assignment, form)
            if not saved.conflict:
                _do(button, assignment)
    except Refused as refused:
        return _bench_page(assignment, form, refused=refused.reason), refused.status
    if saved.conflict:
        return _bench_page(assignment, form, other=saved), 409
    return _after(assignment, button, here)


def _do(button: str, assignment: Assignment) -> None:
    """What the button asks for besides saving."""
    does = {"submit": actions.submit_ballot, "defer": actions.defer, "resume": actions.take_up}
    if button in does:
        does[button](assignment, by=me(), at=now())


@bp.route("/judging/assignments/<int:assignment_id>/ballot", methods=["PUT"])
@judge_required
def ballot(assignment_id: int) -> ResponseReturnValue:
    """Save what the bench holds now. The answer says what is kept, and only that is true.

    It echoes the request's own number, so that a page from some hotel's network is never taken for a save.
    """
    sent = request.get_json(silent=True)
    if (
        not isinstance(sent, dict)
        or not isinstance(sent.get("revision"), int)
        or not isinstance(sent.get("marks"), dict)
    ):
        abort(400)
    assignment = bench.held_assignment(me(), assignment_id)
    if assignment is None:  # the page was open when the judge left the panel; of others' ballots it says the same
        reason = _("This work is no longer yours to score.")
        return jsonify(request=sent.get("request"), state="refused", reason=reason), 404
    note = sent.get("note")
    try:
        marks = read_marks(assignment.round, sent["marks"])
        with transaction():
            saved = actions.save_ballot(
                assignment,
                marks=marks,
                comment=str(sent.get("comment") or ""),
                note=None if note is None else str(note),
                revision=sent["revision"],
                at=now(),
            )
            g.edition = assignment.round.edition  # whose clock says when it was saved
            said = _said(saved)  # before the commit, after which every row would be read once more
    except Refused as refused:
        return jsonify(request=sent.get("request"), state="refused", reason=refused.reason), refused.status
    state = "conflict" if saved.conflict else "saved"
    return jsonify(request=sent.get("request"), state=state, **said), 409 if saved.conflict else 200


@bp.route("/judging/assignments/<int:assignment_id>/viewing", methods=["PUT"])
@judge_required
def viewing(assignment_id: int) -> ResponseReturnValue:
    """Which seconds of the film were on: for information, so what makes no sense is left out without a word."""
    assignment = mine_or_404(assignment_id)
    if not blind.may_be_watched(assignment):
        abort(404)
    sent = request.get_json(silent=True)
    spans = sent.get("watched") if isinstance(sent, dict) else None
    if not isinstance(spans, list) or len(spans) > actions.MOST_SPANS:
        abort(400)
    whole = [(span[0], span[1]) for span in spans if _is_span(span)]
    length_s = blind.blind_view(assignment).length_ms // 1000
    with transaction():
        share = actions.record_watched(assignment, whole, length_s=length_s, at=now())
    return jsonify(share=share)


def _is_span(sent: Any) -> bool:
    return isinstance(sent, list) and len(sent) == 2 and all(type(end) is int for end in sent)


@bp.route("/judging/assignments/<int:assignment_id>/media/<int:position>/<path:name>")
@judge_required
@part_of_page
def media(assignment_id: int, position: int, name: str) -> ResponseReturnValue:
    """A file of the work, for its judge, while the work may be watched."""
    assignment = bench.assignment_of(me(), assignment_id) or abort(404)
    if not blind.may_be_watched(assignment):
        abort(404)
    return send_rendition(blind.media_of(assignment, position) or abort(404), name)


def _filled_form(assignment: Assignment) -> BallotForm:
    kept = assignment.ballot
    return ballot_form(
        assignment.round.criteria,
        marks=kept.marks if kept else {},
        comment=kept.comment if kept else "",
        note=assignment.viewing.note if assignment.viewing else "",
        revision=kept.revision if kept else 0,
    )


def _save(assignment: Assignment, form: BallotForm) -> Saved:
    """`over` is the revision of the other tab, which the judge has now seen and wants to write over."""
    return actions.save_ballot(
        assignment,
        marks=form.marks(assignment.round.criteria),
        comment=form.comment.data or "",
        note=form.note.data or "",
        revision=request.form.get("over", form.seen(), type=int),
        at=now(),
    )


def _is_unusual(assignment: Assignment, form: BallotForm, here: bench.Bench) -> bool:
    marks = form.marks(assignment.round.criteria)
    if len(marks) < len(assignment.round.criteria):
        return False  # it is refused for what is missing
    return is_unusual(bench.total_of(assignment.round, marks), here.totals(without=assignment.id))


def _said(saved: Saved) -> dict[str, Any]:
    return {
        "revision": saved.revision,
        "saved_at": clock_time(saved.saved_at),
        "marks": {str(key): shortest(value) for key, value in saved.marks.items()},
        "comment": saved.comment,
        "note": saved.note,
    }


def _after(assignment: Assignment, button: str, before: bench.Bench) -> ResponseReturnValue:
    if button in ("save", "resume"):
        flash(_("Saved.") if button == "save" else _("This work is no longer put off."))
        return redirect(url_for(".score", assignment_id=assignment.id))
    following = before.after(assignment.id)
    if button == "submit":
        flash(_("The ballot for %(code)s is submitted.", code=assignment.entry.code))
    if button == "defer":
        flash(_("%(code)s is put off. It comes again when nothing else is left.", code=assignment.entry.code))
    if following is None:
        return redirect(url_for(".signature", round_id=assignment.round_id))
    return redirect(url_for(".score", assignment_id=following.assignment_id))


def _bench_page(
    assignment: Assignment, form: BallotForm, *, refused: str = "", other: Saved | None = None, unusual: bool = False
) -> str:
    """The bench. `other`: what another tab saved in between, shown beside what was typed here."""
    here = bench.queue(me(), round_id=assignment.round_id)[0]
    before, after, place = here.around(assignment.id)
    kept, following = assignment.ballot, here.after(assignment.id)
    round_ = assignment.round
    return render_template(
        "judging/score.html",
        assignment=assignment,
        round=round_,
        work=blind.blind_view(assignment),
        watchable=blind.may_be_watched(assignment),
        locked=why_not_mark(assignment, now()),
        bench=here,
        before=before,
        after=after,
        place=place,
        form=form,
        refused=refused,
        other=_said(other) if other else None,
        unusual=unusual,
        saved_at=kept.saved_at if kept else None,
        total=bench.total_so_far(assignment),
        scored=len(kept.marks) if kept else 0,
        spread=Spread.of(here.totals(without=assignment.id)),
        ahead=_ahead(following) if following and round_.is_open else None,
        flags=flags_of(assignment),
        media_url=media_url(assignment.id),
    )


def _ahead(following: bench.Place) -> dict[str, str]:
    """What the browser may fetch of the next work meanwhile: its picture, and the list of its parts, never the film."""
    work = bench.works_at(me(), [following])[following.assignment_id]
    address, file = media_url(following.assignment_id), next(iter(work.files), None)
    if file is None:
        return {}
    picture = file.poster or (file.photos[-1][0] if file.photos else "")
    return {"picture": address(file.position, picture), "parts": address(file.position, file.hls)}


def media_url(assignment_id: int) -> Callable[[int, str], str]:
    """Gives the address of a file of the work; an empty name has none."""

    def address(position: int, name: str) -> str:
        return url_for("judging.media", assignment_id=assignment_id, position=position, name=name) if name else ""

    return address
