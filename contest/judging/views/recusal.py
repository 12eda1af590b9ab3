"""Stepping back from a work."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from contest.accounts.access import judge_required, me
from contest.clock import now
from contest.db import transaction
from contest.judging import actions
from contest.judging.forms import RecusalForm
from contest.judging.queries import blind_view
from contest.judging.rules import why_not_recuse
from contest.judging.views.bench import mine_or_404
from contest.judging.views.blueprint import bp


@bp.route("/judging/assignments/<int:assignment_id>/recusal", methods=["GET", "POST"])
@judge_required
def recusal(assignment_id: int) -> ResponseReturnValue:
    """Say why, and read what follows, before it is so."""
    assignment, form = mine_or_404(assignment_id), RecusalForm()
    work = blind_view(assignment)
    if form.validate_on_submit():
        with transaction():
            actions.recuse(assignment, reason=form.reason(), kind=form.recusal_kind, by=me(), at=now())
        flash(_("You have stepped back from %(code)s. It is no longer yours to score.", code=work.code))
        return redirect(url_for(".queue_page"))
    page = render_template(
        "judging/recusal.html",
        assignment=assignment,
        work=work,
        form=form,
        reason=why_not_recuse(assignment, now()),
    )
    return page, 422 if form.errors else 200
