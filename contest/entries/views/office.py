"""The office's desk: which entries wait, one of them with all that is known of it, and the decision."""

from datetime import datetime

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from wtforms import SelectChoice

from contest.accounts.access import auditor_required, me, organiser_required
from contest.clock import local, now
from contest.db import db, transaction
from contest.editions.models import Edition
from contest.editions.queries import edition_or_404
from contest.editions.registry import Figure, Panel, Waiting
from contest.entries import rules
from contest.entries.actions import check_again, pass_entry, return_entry
from contest.entries.forms import AI_WORDS, DecisionForm, FilterForm
from contest.entries.models import Entry
from contest.entries.queries import (
    counts_by_state,
    entries_with_the_same_file,
    entry_in,
    failed_checks,
    failed_renders,
    open_pairs,
    pairs_of,
    submitted_since,
)
from contest.entries.queries import review_list as listed
from contest.entries.rules.went_wrong import went_wrong
from contest.entries.rules.wording import words
from contest.entries.views.blueprint import bp
from contest.entries.views.files import sorry_here
from contest.jobs.models import Job
from contest.web.pagination import paginate

STATES = ("submitted", "returned", "passed", "withdrawn")
COMMON_REASONS = [
    _l(
        "The film shows a name, unit or logo by which judges could recognise you. Please cover or cut it and upload "
        "it again."
    ),
    _l("The synopsis names an author or unit. Please leave names out, since judging is anonymous."),
    _l("There is advertising in the picture. Please cover or cut it and upload again."),
    _l("Please say where the music comes from and that you may use it, or replace it."),
    _l("The work does not fit this category. Please read its description, or enter it in another one."),
]


@bp.route("/editions/<int:edition_id>/desk/entries")
@auditor_required
def review_list(edition_id: int) -> ResponseReturnValue:
    """Submitted entries, those that wait longest first."""
    edition = edition_or_404(edition_id)
    form = FilterForm(request.args)
    form.category.choices = [SelectChoice("", _("All categories"))]
    form.category.choices += [SelectChoice(str(one.id), one.title) for one in edition.categories]
    state = form.state.data if form.state.data in STATES else ""
    chosen = next((one.id for one in edition.categories if str(one.id) == form.category.data), None)
    counts = counts_by_state(edition)
    return render_template(
        "entries/review_list.html",
        edition=edition,
        form=form,
        state=state,
        states=[("", sum(counts.get(one, 0) for one in STATES)), *((one, counts.get(one, 0)) for one in STATES)],
        page=paginate(listed(edition, state=state, category_id=chosen, text=(form.q.data or "")[:100])),
        filtered=bool(state or chosen or form.q.data),
    )


@bp.route("/editions/<int:edition_id>/desk/entries/<int:entry_id>")
@auditor_required
def review_entry(edition_id: int, entry_id: int) -> ResponseReturnValue:
    """One entry as the office sees it."""
    return entry_page(edition_or_404(edition_id), entry_id, DecisionForm(formdata=None))


def entry_page(edition: Edition, entry_id: int, form: DecisionForm, refused: str = "") -> str:
    entry: Entry = entry_in(edition, entry_id) or abort(404)
    return render_template(
        "entries/review_entry.html",
        edition=edition,
        entry=entry,
        form=form,
        refused=refused,
        ai_words=AI_WORDS,
        common=COMMON_REASONS,
        copies=entries_with_the_same_file(entry),
        pairs=pairs_of(entry),
        may_decide=me().has_role("organiser", edition_id=edition.id) and rules.why_not_decide(entry) is None,
        not_made_jobs=db.session.scalars(failed_renders(entry=entry)).all(),
        went_wrong=went_wrong,
        sorry=sorry_here(),
        words=words,
    )


@bp.route("/editions/<int:edition_id>/desk/entries/<int:entry_id>/decision", methods=["POST"])
@organiser_required
def decision(edition_id: int, entry_id: int) -> ResponseReturnValue:
    """Pass or return; then on to the next one that waits."""
    edition, form = edition_or_404(edition_id), DecisionForm()
    entry: Entry = entry_in(edition, entry_id) or abort(404)
    if not form.validate() or form.outcome.data not in ("passed", "returned"):
        return entry_page(edition, entry_id, form), 422
    if form.outcome.data == "passed":
        with transaction():
            pass_entry(entry, by=me(), at=now())
        flash(_("%(title)s was passed; judges know it as %(code)s.", title=entry.title, code=entry.code))
    else:
        reason = form.reason.data or ""
        if not rules.why_not_decide(entry) and (complaint := rules.why_not_return(entry, reason)):
            form.reason.errors = [complaint]
            return entry_page(edition, entry_id, form), 422
        with transaction():
            return_entry(entry, reason=reason, by=me(), at=now())
        flash(_("%(title)s was returned; the entrant reads your reason on their page.", title=entry.title))
    following = db.session.scalar(listed(edition, state="submitted").limit(1))
    if following is not None:
        return redirect(url_for(".review_entry", edition_id=edition.id, entry_id=following.id))
    return redirect(url_for(".review_list", edition_id=edition.id))


@bp.route("/editions/<int:edition_id>/desk/failed-checks", methods=["POST"])
@organiser_required
def failed_check_list(edition_id: int) -> ResponseReturnValue:
    """Try every check, and every making of what is shown, that went wrong for good once more."""
    edition = edition_or_404(edition_id)
    with transaction():
        again = check_again(_failed(edition), at=now())
    flash(ngettext("%(num)s file is worked on again.", "%(num)s files are worked on again.", again))
    return redirect(url_for("editions.dashboard", edition_id=edition.id))


def _failed(edition: Edition) -> list[Job]:
    questions = (failed_checks(edition=edition), failed_renders(edition=edition))
    return [job for question in questions for job in db.session.scalars(question)]


def overview(edition: Edition, at: datetime) -> Panel:
    """The entries' part of the desk's first page."""
    midnight = local(at, edition.time_zone).replace(hour=0, minute=0, second=0, microsecond=0)
    counts = counts_by_state(edition)
    address = url_for("entries.review_list", edition_id=edition.id, state="submitted")
    returned = url_for("entries.review_list", edition_id=edition.id, state="returned")
    came = submitted_since(edition, midnight)
    handed_in = sum(counts.get(state, 0) for state in ("submitted", "returned", "passed"))
    failed = _failed(edition)
    return Panel(
        template="entries/_failed_checks.html" if failed else "",
        values={"edition": edition, "failed": failed, "went_wrong": went_wrong},
        figures=[
            Figure(
                label=_("Submitted"), value=str(handed_in), note=_("today +%(number)s", number=came) if came else ""
            ),
            Figure(label=_("Drafts"), value=str(counts.get("draft", 0))),
            Figure(label=_("To be reviewed"), value=str(counts.get("submitted", 0))),
            Figure(label=_("Review passed"), value=str(counts.get("passed", 0))),
        ],
        waiting=[
            Waiting(
                kind="warn",
                count=counts.get("submitted", 0),
                title=_("Entries to be reviewed"),
                note=_("Pass them to the judges, or return them with a reason"),
                href=address,
                action=_("Review"),
            ),
            Waiting(
                kind="",
                count=counts.get("returned", 0),
                title=_("Returned and not yet corrected"),
                note=_("Waiting for their entrants"),
                href=returned,
                action=_("View"),
            ),
            Waiting(
                kind="",
                count=open_pairs(edition),
                title=_("Works that are alike"),
                note=_("By their pictures or their sound: look and listen"),
                href=url_for("entries.likeness_list", edition_id=edition.id),
                action=_("View"),
            ),
        ],
    )
