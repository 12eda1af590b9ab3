"""What stops an organiser."""

from flask_babel import gettext as _

from contest.entries.models import Entry


def why_not_decide(entry: Entry) -> str | None:
    """Why an organiser cannot pass or return this entry now."""
    if entry.state == "submitted":
        return None
    if entry.state == "draft":
        return _("This entry has not been submitted yet.")
    if entry.state == "returned":
        return _("This entry was returned; wait until the entrant submits it again.")
    if entry.state == "passed":
        return _("This entry has already been passed.")
    return _("This entry has been withdrawn.")


def why_not_return(entry: Entry, reason: str) -> str | None:
    """The same, and that the entrant must be told why."""
    if complaint := why_not_decide(entry):
        return complaint
    return None if reason.strip() else _("Write what the entrant must change; they read it on their page.")
