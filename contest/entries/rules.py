"""Reasons to say no."""

from flask_babel import gettext as _

from contest.entries.models import Entry


def why_not_decide(entry: Entry) -> str | None:
    """Why an organiser cannot pass or return this entry now."""
    if entry.state == "submitted":
        return None
    return {
        "draft": _("This entry has not been submitted yet."),
        "returned": _("This entry was returned; wait until the entrant submits it again."),
        "passed": _("This entry has already been passed."),
    }.get(entry.state, _("This entry has been withdrawn."))
