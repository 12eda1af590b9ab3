"""Why a round may not open, a panel may not change, a mark may not be given."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from contest.accounts.models import Unit
from contest.judging.models import FLAG_KINDS, Assignment, ConflictOfInterest, Criterion, PanelMember, Round
from contest.judging.registry import objection_to_reopening
from contest.judging.relations import Tie, folded
from contest.ranking.numbers import shortest

WHOLE_BP = 10_000
MAX_COMMENT = 2_000
MAX_REASON = 500
MAX_NOTE = 4_000
HABIT_FROM = 8  # own works scored in full, before which nobody has a habit
UNUSUAL_SPREADS = 2.5
UNUSUAL_HUNDREDTHS = 800
EXTREMES_NEED_A_COMMENT = False


def why_not_change_basis(round_: Round) -> str | None:
    """Criteria, weights and scales are what the marks rest on."""
    if round_.is_draft:
        return None
    return _("Criteria and weights have been fixed since the round was opened: the marks rest on them.")


def rubric_complaint(weights_bp: Sequence[int]) -> str | None:
    if not weights_bp:
        return _("Give at least one criterion.")
    if sum(weights_bp) != WHOLE_BP:
        return _("The weights must add up to 100; now they add up to %(sum)s.", sum=shortest(sum(weights_bp)))
    return None


def terms_complaint(terms: Mapping[str, Any]) -> str | None:
    """The first thing in what a round lays down that does not fit together."""
    per_entry, cap = terms["per_entry"], terms["cap"]
    if cap is not None and per_entry is None:
        return _(
            "A limit for each judge needs a number of ballots for each work: otherwise everybody scores everything."
        )
    if terms["method"] == "trimmed" and per_entry is not None:
        return _("A trimmed mean needs every judge to score every work. Leave the ballots for each work empty.")
    if terms["based_on_id"] is None:
        return None
    if (terms["shortlist_best"] is None) == (terms["shortlist_from"] is None):
        return _("Say which works come from the earlier round: the best so many, or those with a score at least.")
    return None


def why_not_seat(member: PanelMember, *, role: str) -> str | None:
    if not member.is_on:
        return _("This judge is no longer on the panel.")
    if member.round.is_closed:
        return _("The round is closed; its panel can no longer change.")
    if member.round.is_open and role == "reserve" and member.role != "reserve":
        return _("This judge has works already. Take the judge off the panel instead; what was submitted stays.")
    return None


def why_not_open(round_: Round, *, judges: int, works: int) -> str | None:
    if not round_.is_draft:
        return _("This round has already been opened.")
    if reason := rubric_complaint([criterion.weight_bp for criterion in round_.criteria]):
        return reason
    if round_.per_entry is not None and round_.quorum > round_.per_entry:
        return _(
            "A work gets %(each)s ballots and needs %(quorum)s for a place: none would get one. Change one of the two.",
            each=round_.per_entry,
            quorum=round_.quorum,
        )
    if not judges:
        return _("Nobody is on the panel yet. Add at least one judge.")
    if not works:
        return _("No work of this category has passed the eligibility review yet.")
    return None


def why_not_take_in(round_: Round) -> str | None:
    """Whether further works or judges may still come in."""
    return _("The round is closed.") if round_.is_closed else None


def why_not_close(round_: Round, *, waiting: int, anyway: bool) -> str | None:
    if not round_.is_open:
        return _("Only an open round can be closed.")
    if waiting and not anyway:
        return ngettext(
            "%(num)s ballot has not been submitted. Tick that you want to close all the same.",
            "%(num)s ballots have not been submitted. Tick that you want to close all the same.",
            waiting,
        )
    return None


def why_not_reopen_round(round_: Round, *, reason: str) -> str | None:
    if not round_.is_closed:
        return _("Only a closed round can be reopened.")
    if objection := objection_to_reopening(round_):
        return objection
    return reason_complaint(reason)


def why_not_reopen_ballot(assignment: Assignment, *, reason: str) -> str | None:
    if not assignment.round.is_open:
        return _("The round is not open. Reopen the round first.")
    if assignment.state != "submitted":
        return _("This ballot has not been submitted; the judge can still change it.")
    return reason_complaint(reason)


def why_not_remove(member: PanelMember, *, reason: str) -> str | None:
    if not member.is_on:
        return _("This judge is no longer on the panel.")
    if member.round.is_closed:
        return _("The round is closed; its panel can no longer change.")
    return None if member.round.is_draft else reason_complaint(reason)


def reason_complaint(reason: str) -> str | None:
    if not reason.strip():
        return _("Write the reason; it is kept in the record.")
    if len(reason) > MAX_REASON:
        return _("The reason may have at most %(max)s characters.", max=MAX_REASON)
    return None


def why_not_declare_relations(*, has_begun: bool) -> str | None:
    """A list that grows shorter by what a judge declares would say which works are whose."""
    if has_begun:
        return _("Works have been assigned to you already. Please tell the organisers, who can still enter a relation.")
    return None


def why_not_lift(row: ConflictOfInterest, *, still_so: bool) -> str | None:
    if row.kind == "own":
        return _("The judge made this work. That cannot be lifted.")
    if still_so:
        return _("The judge still belongs to this unit. What can be lifted is a single work.")
    return None


def why_not_clear(ties: Collection[Tie]) -> str | None:
    """Whether an organiser may say that a judge has no tie to a work."""
    if not ties:
        return _("Nothing ties this judge to this work.")
    if any(tie.kind == "own" for tie in ties):
        return _("The judge made this work. That cannot be lifted.")
    return None


def why_not_void(round_: Round) -> str | None:
    """Whether a result that is public rests on the ballots."""
    return objection_to_reopening(round_) if round_.is_closed else None


def alias_complaint(name: str, unit: Unit, *, taken: Unit | None) -> str | None:
    if not folded(name):
        return _("Write the other name with letters or characters.")
    if taken is not None and taken.id != unit.id:
        return _("%(name)s is a name of %(unit)s already.", name=name, unit=taken.name)
    return None


def is_unusual(total: int, others: Sequence[int]) -> bool:
    """Whether a total lies far from what this judge usually gives, so that a slip is more likely than a thought.

    Of a wide habit little is unusual, so it is measured in the judge's own spread, and in points against a narrow one.
    """
    if len(others) < HABIT_FROM:
        return False
    usual = sum(others) / len(others)
    spread = (sum((other - usual) ** 2 for other in others) / len(others)) ** 0.5
    return bool(abs(total - usual) > max(UNUSUAL_SPREADS * spread, UNUSUAL_HUNDREDTHS))


def why_not_without_comment(criteria: Collection[Criterion], marks: Mapping[int, int], comment: str) -> str | None:
    """Where a round asks for it, nothing at all and everything need a word of explanation."""
    if not EXTREMES_NEED_A_COMMENT or comment.strip():
        return None
    extreme = [c.title for c in criteria if marks.get(c.id) in (0, c.max_hundredths)]
    if not extreme:
        return None
    return _("A mark of 0 and a full mark need a comment in this round: %(names)s.", names=_(", ").join(extreme))


def why_not_mark(assignment: Assignment, at: datetime) -> str | None:
    """Whether the judge may change anything here now."""
    round_ = assignment.round
    if reason := why_over(round_, at):
        return reason
    if round_.opens_at is not None and at < round_.opens_at:
        return _("Scoring has not begun yet. You can look at the works until then.")
    if assignment.entry.state != "passed":
        return _("This work is no longer in the contest. You need not score it.")
    if assignment.state == "submitted":
        return _("This ballot has been submitted. The organisers can reopen it if you need to change it.")
    if assignment.state not in ("open", "draft"):
        return _("This work is no longer yours to score.")
    return None


def why_not_recuse(assignment: Assignment, at: datetime) -> str | None:
    """A judge may step back even after submitting: that ballot then no longer counts."""
    if reason := why_over(assignment.round, at):
        return reason
    if assignment.state not in ("open", "draft", "submitted"):
        return _("This work is no longer yours to score.")
    return None


def why_not_flag(assignment: Assignment, *, kind: str, note: str) -> str | None:
    """A judge may tell something at any time while the round is open, submitted or not; free words need words."""
    if not assignment.round.is_open:
        return _("The round is closed.")
    if kind not in FLAG_KINDS:
        return _("Choose what it is about")
    if kind == "other" and not note.strip():
        return _("Write what the organisers should know.")
    return None if len(note) <= MAX_REASON else _("At most %(max)d characters", max=MAX_REASON)


def answer_complaint(answer: str) -> str | None:
    if not answer.strip():
        return _("Write what was done; the judge reads it.")
    return None if len(answer) <= MAX_REASON else _("At most %(max)d characters", max=MAX_REASON)


def why_over(round_: Round, at: datetime) -> str | None:
    """Whether the time for scoring has passed."""
    if not round_.is_open:
        return _("The round is closed. Marks can be read but no longer changed.")
    if round_.closes_at is not None and at >= round_.closes_at:
        return _("The time for scoring is over. Marks can be read but no longer changed.")
    return None


def mark_complaint(criterion: Criterion, hundredths: int) -> str | None:
    if not 0 <= hundredths <= criterion.max_hundredths:
        return _(
            "%(name)s: the mark must be between 0 and %(max)s.",
            name=criterion.title,
            max=shortest(criterion.max_hundredths),
        )
    if hundredths % criterion.step_hundredths:
        return _(
            "%(name)s: marks go in steps of %(step)s.", name=criterion.title, step=shortest(criterion.step_hundredths)
        )
    return None


def marks_complaint(criteria: Collection[Criterion], marks: Mapping[int, int], comment: str) -> str | None:
    """The first thing wrong with what a judge wants kept; marks that are missing are fine."""
    known = {criterion.id: criterion for criterion in criteria}
    if marks.keys() - known.keys():
        return _("The page is out of date. Open the work again from your list.")
    if len(comment) > MAX_COMMENT:
        return _("The comment may have at most %(max)s characters.", max=MAX_COMMENT)
    found = (mark_complaint(known[key], value) for key, value in marks.items())
    return next((complaint for complaint in found if complaint), None)


def note_complaint(note: str) -> str | None:
    if len(note) > MAX_NOTE:
        return _("Your private notes may have at most %(max)s characters.", max=MAX_NOTE)
    return None


def why_not_submit(criteria: Collection[Criterion], marks: Mapping[int, int]) -> str | None:
    missing = [criterion.title for criterion in criteria if criterion.id not in marks]
    if missing:
        return ngettext(
            "%(num)s criterion is not scored yet: %(names)s. A zero must be given too.",
            "%(num)s criteria are not scored yet: %(names)s. A zero must be given too.",
            len(missing),
            names=_(", ").join(missing),
        )
    return None
