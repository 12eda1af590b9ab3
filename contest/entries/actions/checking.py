"""From measured facts to a report that stays."""

from collections.abc import Sequence
from datetime import datetime

from contest.db import db
from contest.entries import rules
from contest.entries.models import CheckReport, EntryFile
from contest.jobs.actions import retry
from contest.jobs.models import Job
from contest.jobs.rules import why_not_retry
from contest.media.facts import Facts


def write_report(file: EntryFile, *, at: datetime) -> CheckReport:
    """Hold what was measured against the limits of now. Told twice of the same check, it writes one report."""
    asset, asked = file.asset, rules.rules_of(file.entry.category)
    checked_at = asset.checked_at or at
    if file.report is not None and file.report.checked_at == checked_at:
        return file.report
    if asset.state == "unreadable":
        outcome, found = "unreadable", []
    else:
        found = rules.findings(Facts.from_json(asset.facts or {}), asked)
        outcome = rules.outcome_of(found)
    report = CheckReport(
        outcome=outcome,
        limits=asked.to_json(),
        findings=[finding.to_json() for finding in found],
        checked_at=checked_at,
    )
    file.reports.append(report)
    db.session.flush()
    return report


def check_again(jobs: Sequence[Job], *, at: datetime) -> int:
    """Try checks that went wrong once more, those that are not under way again already; how many."""
    again = 0
    for job in jobs:
        if why_not_retry(job) is None:
            retry(job, at=at)
            again += 1
    return again
