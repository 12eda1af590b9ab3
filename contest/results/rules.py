"""Why a result may not be computed, a prize not given, a list not published."""

from collections.abc import Collection

from flask_babel import gettext as _

from contest.accounts.models import Person
from contest.entries.models import Entry
from contest.judging.models import Round
from contest.ranking.situation import Method
from contest.results.models import Award, Publication, ResultRow, ResultSnapshot

MAX_REASON = 500


def why_not_compute(round_: Round, *, live: Publication | None) -> str | None:
    if not round_.is_closed:
        return _("The round is not closed yet. A result is computed only when no mark can change any more.")
    if live is not None:
        return _("A result of this round is public. Take the publication back first.")
    return None


def choice_complaint(method: Method, because: str, *, declared: Method) -> str | None:
    """Another method than the round declared needs a reason that everybody may read."""
    if method is declared:
        return None
    if not because.strip():
        return _("The round declared another method. Write why this one is taken; it stands in the record.")
    if len(because) > MAX_REASON:
        return _("The reason may have at most %(max)s characters.", max=MAX_REASON)
    return None


def why_not_reopen(live: Publication | None) -> str | None:
    return _("A result of this round is public. Take the publication back first.") if live is not None else None


def reason_complaint(reason: str) -> str | None:
    if not reason.strip():
        return _("Write the reason; it is kept in the record.")
    if len(reason) > MAX_REASON:
        return _("The reason may have at most %(max)s characters.", max=MAX_REASON)
    return None


def why_not_change_awards(
    snapshot: ResultSnapshot, *, latest: ResultSnapshot | None, live: Publication | None
) -> str | None:
    """Prizes are given by hand on the newest result, and freely until it is public."""
    if live is not None:
        return _("The prizes are public. A prize can now only be taken back, with a reason.")
    if not snapshot.round.is_closed:
        return _("The round has been reopened. Close it and compute a new result first.")
    if latest is None or latest.id != snapshot.id:
        return _("There is a newer result. Give the prizes on that one.")
    return None


def why_not_award(entry: Entry, row: ResultRow | None, elsewhere: Award | None) -> str | None:
    """Whether this work may get a prize of this result."""
    if row is None or row.place is None:
        return _("%(title)s has no place in this result, so it can have no prize.", title=entry.title)
    if entry.state != "passed":
        return _("%(title)s is no longer in the contest.", title=entry.title)
    if elsewhere is not None:
        return _("%(title)s already has a prize of another round.", title=entry.title)
    return None


def unknown_work() -> str:
    return _("The page is out of date. Open the result again.")


def why_not_publish(
    snapshot: ResultSnapshot,
    *,
    latest: ResultSnapshot | None,
    live: Publication | None,
    awards: Collection[Award],
    is_whole: bool,
) -> str | None:
    if live is not None:
        return _("The result of this round is public already.")
    if not snapshot.round.is_closed:
        return _("The round has been reopened. Close it and compute a new result first.")
    if latest is None or latest.id != snapshot.id:
        return _("There is a newer result. Publish that one.")
    if not is_whole:
        return _("The record of this result does not recompute. It must not be published; compute the result anew.")
    if not awards:
        return _("No prize has been given yet.")
    return None


def name_complaint(name: str, person: Person) -> str | None:
    """Who publishes signs with the own name; this stops a slip of the finger and stands in the record."""
    if "".join(name.split()).casefold() != "".join(person.name.split()).casefold():
        return _("Write your own name as it stands in your account: %(name)s", name=person.name)
    return None
