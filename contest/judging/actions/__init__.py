"""What happens in judging: rounds are made, opened and closed; judges join and leave; marks are given."""

from contest.judging.actions.ballots import recuse, save_ballot, submit_all, submit_ballot
from contest.judging.actions.panel import add_judge, join_panel, remove_judge
from contest.judging.actions.rounds import (
    adjust_round,
    close_round,
    create_round,
    open_round,
    reopen_ballot,
    reopen_round,
    set_rubric,
    take_in,
)

__all__ = [
    "add_judge",
    "adjust_round",
    "close_round",
    "create_round",
    "join_panel",
    "open_round",
    "recuse",
    "remove_judge",
    "reopen_ballot",
    "reopen_round",
    "save_ballot",
    "set_rubric",
    "submit_all",
    "submit_ballot",
    "take_in",
]
