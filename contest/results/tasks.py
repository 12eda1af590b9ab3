"""What workers do for results: whatever needs a model of judges, which the pages leave to them."""

from contest.accounts.models import Person
from contest.clock import now
from contest.db import db, transaction
from contest.jobs.registry import RunningJob, task
from contest.judging.models import Round
from contest.ranking.situation import Method
from contest.results import actions, queries
from contest.results.models import ResultSnapshot


@task("results.compute", lane="check", attempts=3)
def compute(job: RunningJob) -> None:
    """Compute a result by a method that needs NumPy. What a rule refuses ends the job with the rule's sentence."""
    args = job.args
    choice = queries.Choice(Method(args["method"]), args["because"])
    with transaction():
        job.hold()
        round_, by = db.session.get_one(Round, args["round_id"]), db.session.get_one(Person, args["by"])
        actions.compute_result(round_, choice=choice, reason=args["reason"], by=by, at=now())


@task("results.analyse", lane="housekeeping", attempts=3)
def analyse(job: RunningJob) -> None:
    """Find out how sure a result is, and keep it beside the record."""
    from contest.ranking.analysis import analysis_of  # only a worker needs NumPy

    snapshot = db.session.get_one(ResultSnapshot, job.args["snapshot_id"])
    body, asked = snapshot.body, queries.asked_of(snapshot)
    db.session.rollback()  # nothing is held while it is computed
    found = analysis_of(body, asked)
    job.check_cancelled()
    with transaction():
        job.hold()
        actions.keep_analysis(db.session.get_one(ResultSnapshot, job.args["snapshot_id"]), found, at=now())
