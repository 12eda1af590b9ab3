"""What is done about accounts behind the pages."""

from contest.accounts.actions.upkeep import forget_old
from contest.clock import now
from contest.db import transaction
from contest.jobs.registry import RunningJob, periodic


@periodic("accounts.forget-old", every_s=24 * 3600)
def forget(job: RunningJob) -> None:
    """Delete old tries and sessions, once a day."""
    with transaction():
        forget_old(at=now(), settings=job.app.config["SETTINGS"])
        job.finish()
