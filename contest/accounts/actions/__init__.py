"""What happens to people, their sessions, roles and links. Each module is one subject; this is the one door."""

from contest.accounts.actions.access_tokens import end_token, make_access_token, touch_token
from contest.accounts.actions.invitations import accept_invitation, cancel_invitation, decline_invitation, invite
from contest.accounts.actions.people import (
    block_person,
    change_details,
    change_password,
    register_person,
    unblock_person,
)
from contest.accounts.actions.resets import issue_reset, use_reset
from contest.accounts.actions.roles import grant_role, revoke_role
from contest.accounts.actions.sessions import end_other_sessions, end_session, start_session, touch_session
from contest.accounts.actions.tries import count_registration, count_try, try_succeeded
from contest.accounts.actions.upkeep import forget_old

__all__ = [
    "accept_invitation",
    "block_person",
    "cancel_invitation",
    "change_details",
    "change_password",
    "count_registration",
    "count_try",
    "decline_invitation",
    "end_other_sessions",
    "end_session",
    "end_token",
    "forget_old",
    "grant_role",
    "invite",
    "issue_reset",
    "make_access_token",
    "register_person",
    "revoke_role",
    "start_session",
    "touch_session",
    "touch_token",
    "try_succeeded",
    "unblock_person",
    "use_reset",
]
