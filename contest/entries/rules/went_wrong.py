"""Work on a file that went wrong for good through no fault of anybody's: a sentence for each code there is."""

from collections.abc import Callable

from flask_babel import gettext as _

from contest.jobs.models import Job
from contest.media.outputs import Trouble

WENT_WRONG: dict[str, Callable[[], str]] = {
    "error": lambda: _("Something happened that the service was not prepared for."),
    "worker_lost": lambda: _("The part of the service that does this was interrupted each time it tried."),
    "unknown_kind": lambda: _("The part of the service that does this is of an older version than the pages."),
    "bytes-missing": lambda: _("The machine that does this cannot read the file just now."),
    "program-missing": lambda: _("The machine that does this lacks a program."),
    "storage": lambda: _("The storage did not keep all that was written."),
    "too-hard": lambda: _("It needed more memory or time than it may take."),
    Trouble.TIMEOUT: lambda: _("It took longer than it may."),
    Trouble.KILLED: lambda: _("The machine ended the work, as it does when it is short of memory."),
    Trouble.FAILED: lambda: _("The file could not be converted to its end."),
    Trouble.TOO_LARGE: lambda: _("What came of it was larger than it may be."),
    Trouble.WRONG_LENGTH: lambda: _("What came of it was not as long as the file, so it is not shown."),
    Trouble.WRONG_OUTPUT: lambda: _("What came of it was not as it should be, so it is not shown."),
}


def went_wrong(job: Job) -> str:
    """Why, in the reader's language; what a program said stays with the operator."""
    return WENT_WRONG.get(job.reason_code or "", WENT_WRONG["error"])()
