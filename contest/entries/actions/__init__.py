"""What happens to an entry, in the order in which it happens: drafted, given files, checked, submitted, reviewed."""

from contest.entries.actions.checking import check_again, write_report
from contest.entries.actions.drafting import Changed, Details, save_details, start_entry
from contest.entries.actions.files import describe_files, move_file, place_file, remove_file
from contest.entries.actions.reviewing import pass_entry, return_entry
from contest.entries.actions.submitting import submit_entry, withdraw_entry

__all__ = [
    "Changed",
    "Details",
    "check_again",
    "describe_files",
    "move_file",
    "pass_entry",
    "place_file",
    "remove_file",
    "return_entry",
    "save_details",
    "start_entry",
    "submit_entry",
    "withdraw_entry",
    "write_report",
]
