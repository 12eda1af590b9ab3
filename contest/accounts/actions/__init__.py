"""What happens to people, their sessions, roles and links. Each module is one subject; this is the one door."""

from contest.accounts.actions.sessions import end_other_sessions, end_session, start_session, touch_session

__all__ = [
    "end_other_sessions",
    "end_session",
    "start_session",
    "touch_session",
]
