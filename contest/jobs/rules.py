"""Why a job may not be retried or cancelled, and what its failure means in words."""

import sqlalchemy as sa
from flask_babel import gettext as _

from contest.db import db
from contest.jobs.models import UNFINISHED, Job


def N_(sentence: str) -> str:  # noqa: N802 - the name by which pybabel knows sentences that are translated when shown
    return sentence


# What jobs itself writes as a reason, in English; a feature's own reasons are shown as the feature wrote them.
REASONS = {
    "error": N_("It stopped with an unforeseen error each time it was tried. The log of the worker says more."),
    "worker_lost": N_(
        "The worker stopped while it did this job, at every attempt. Memory or disk may be too small for it."
    ),
    "unknown_kind": N_("The worker does not know this kind of job. It may run an older version than the pages."),
}


def reason_shown(job: Job) -> str | None:
    """The reason of the last failure, in the reader's language where that is known."""
    if job.reason_code in REASONS:
        return str(_(REASONS[job.reason_code]))
    return job.reason


def why_not_retry(job: Job) -> str | None:
    if job.state in UNFINISHED:
        return _("This job is still waiting or running.")
    if job.state == "done":
        return _("This job is done; there is nothing to try again.")
    same = sa.select(Job.id).where(Job.key == job.key, Job.state.in_(UNFINISHED))
    if job.key is not None and db.session.scalar(same) is not None:
        return _("The same work is already waiting or running as another job.")
    return None


def why_not_cancel(job: Job) -> str | None:
    if job.is_finished:
        return _("This job is already over.")
    return None
