"""Reasons to say no to an entry, and what its files' checks mean."""

from contest.entries.rules.limits import Rules, rules_of, showcase_copy_of
from contest.entries.rules.review import why_not_decide, why_not_return
from contest.entries.rules.submission import (
    MAX_AUTHORS,
    SYNOPSIS_MAX,
    TITLE_MAX,
    Missing,
    missing,
    why_not_choose_picture,
    why_not_edit,
    why_not_receive,
    why_not_submit,
    why_not_withdraw,
)
from contest.entries.rules.verdict import Finding, findings, outcome_of

__all__ = [
    "MAX_AUTHORS",
    "SYNOPSIS_MAX",
    "TITLE_MAX",
    "Finding",
    "Missing",
    "Rules",
    "findings",
    "missing",
    "outcome_of",
    "rules_of",
    "showcase_copy_of",
    "why_not_choose_picture",
    "why_not_decide",
    "why_not_edit",
    "why_not_receive",
    "why_not_return",
    "why_not_submit",
    "why_not_withdraw",
]
