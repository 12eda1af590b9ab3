"""What jobs do for themselves."""

from datetime import timedelta

import sqlalchemy as sa

from contest.db import database_now, transaction
from contest.jobs.models import FINISHED, Job, JobProcess
from contest.jobs.registry import RunningJob, periodic

KEPT_FOR = timedelta(days=7)


@periodic("jobs.tidy", every_s=24 * 3600)
def tidy(job: RunningJob) -> None:
    """Forget housekeeping that went well, which would fill the table, and processes of machines that never came back.

    Checks and encodes stay, and so does whatever failed: people ask about them.
    """
    with transaction() as session:
        over = Job.finished_at < database_now() - KEPT_FOR
        old = sa.select(Job.id).where(over, Job.state.in_(FINISHED))
        session.execute(sa.delete(JobProcess).where(JobProcess.job_id.in_(old)))
        session.execute(sa.delete(Job).where(over, Job.state == "done", Job.lane == "housekeeping"))
        job.finish()
