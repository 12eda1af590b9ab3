"""What happens in judging: rounds are made, opened and closed; judges join and leave; marks are given."""

from contest.judging.actions.ballots import defer, recuse, save_ballot, submit_all, submit_ballot, take_up, viewing_of
from contest.judging.actions.flags import close_flag, raise_flag
from contest.judging.actions.panel import add_judge, join_panel, remove_judge, seat_judge
from contest.judging.actions.rounds import (
    adjust_round,
    close_round,
    create_round,
    open_round,
    redraw,
    reopen_ballot,
    reopen_round,
    set_rubric,
    take_in,
)
from contest.judging.actions.viewing import MOST_SPANS, record_watched

__all__ = [
    "MOST_SPANS",
    "add_judge",
    "adjust_round",
    "close_flag",
    "close_round",
    "create_round",
    "defer",
    "join_panel",
    "open_round",
    "raise_flag",
    "record_watched",
    "recuse",
    "redraw",
    "remove_judge",
    "reopen_ballot",
    "reopen_round",
    "save_ballot",
    "seat_judge",
    "set_rubric",
    "submit_all",
    "submit_ballot",
    "take_in",
    "take_up",
    "viewing_of",
]
