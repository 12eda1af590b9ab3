"""Words for people who read the record: for each verb, kind of object, key and value that some action writes.

What nobody described is shown as it is; a house rule asks that every verb and key in the code has its words. A feature
can describe its own here too, and must where the words need more than a list.
"""

from collections.abc import Callable
from typing import Any

from flask_babel import lazy_gettext as _l

# Phrases that follow the name of whoever did it.
SENTENCES: dict[str, Any] = {
    "asset.checked": _l("checked a file"),
    "asset.unreadable": _l("found a file unreadable"),
    "asset.asked_again": _l("asked for another check of a file"),
    "award.revoked": _l("took an award back"),
    "awards.given": _l("gave the awards"),
    "ballot.recused": _l("asked to be excused from a work"),
    "ballot.reopened": _l("reopened a ballot"),
    "ballot.submitted": _l("submitted a ballot"),
    "category.added": _l("added a category"),
    "category.changed": _l("changed a category"),
    "edition.created": _l("created the edition"),
    "edition.dated": _l("changed the calendar"),
    "edition.described": _l("changed the texts of the edition"),
    "edition.grouped": _l("changed the groups"),
    "edition.made_current": _l("made the edition current"),
    "entry.captioned": _l("added captions to a film"),
    "entry.captions-removed": _l("took captions out of a film"),
    "entry.file-placed": _l("put a file into an entry"),
    "entry.file-removed": _l("took a file out of an entry"),
    "entry.passed": _l("passed an entry"),
    "entry.poster-chosen": _l("chose the picture that stands for a film"),
    "entry.returned": _l("returned an entry"),
    "entry.started": _l("started an entry"),
    "entry.submitted": _l("submitted an entry"),
    "entry.withdrawn": _l("withdrew an entry"),
    "invitation.accepted": _l("accepted an invitation"),
    "invitation.cancelled": _l("withdrew an invitation"),
    "invitation.declined": _l("declined an invitation"),
    "invitation.made": _l("invited somebody"),
    "panel.joined": _l("joined a panel"),
    "panel.left": _l("left a panel"),
    "person.blocked": _l("blocked somebody"),
    "person.changed": _l("changed a person's details"),
    "person.password_changed": _l("set a new password"),
    "person.registered": _l("registered"),
    "person.unblocked": _l("let somebody in again"),
    "reset.issued": _l("made a link for a new password"),
    "resemblance.judged": _l("said whether works that are alike are copies"),
    "result.computed": _l("computed the results"),
    "result.published": _l("published the results"),
    "result.unpublished": _l("took the published results down"),
    "role.granted": _l("gave a role"),
    "role.revoked": _l("took a role back"),
    "round.adjusted": _l("changed an open round"),
    "round.changed": _l("changed a round"),
    "round.closed": _l("closed a round"),
    "round.created": _l("created a round"),
    "round.opened": _l("opened a round"),
    "round.reopened": _l("reopened a round"),
    "round.took_in": _l("took entries into an open round"),
    "session.ended": _l("signed out"),
    "session.started": _l("signed in"),
    "sessions.ended": _l("signed other devices out"),
    "token.ended": _l("ended an access token"),
    "token.made": _l("made an access token"),
    "upload.cancelled": _l("cancelled an upload"),
    "upload.expired": _l("deleted an unfinished upload"),
    "upload.received": _l("uploaded a file"),
}
NOUNS: dict[str, Any] = {
    "access_token": _l("access token"),
    "asset": _l("file"),
    "assignment": _l("ballot"),
    "award": _l("award"),
    "ballot": _l("ballot"),
    "category": _l("category"),
    "edition": _l("edition"),
    "entry": _l("entry"),
    "invitation": _l("invitation"),
    "panel_member": _l("panel member"),
    "person": _l("person"),
    "publication": _l("publication"),
    "resemblance": _l("two works that are alike"),
    "result_snapshot": _l("result"),
    "role_grant": _l("role"),
    "round": _l("round"),
    "sign_in_session": _l("session"),
    "upload": _l("upload"),
}
KEYS: dict[str, Any] = {
    "asset": _l("File number"),
    "authors": _l("Authors"),
    "awards": _l("Prizes"),
    "ballots": _l("Ballots"),
    "based_on_id": _l("Works come from"),
    "bytes": _l("Size"),
    "cap": _l("Works at most"),
    "category": _l("Category"),
    "closes_at": _l("Deadline"),
    "code": _l("Code"),
    "contact_email": _l("Help e-mail"),
    "contact_phone": _l("Help phone"),
    "days": _l("Days"),
    "decimals": _l("Decimals of the published score"),
    "description": _l("Who and what it is for, in Chinese"),
    "description_en": _l("Who and what it is for, in English"),
    "edition": _l("Edition"),
    "email": _l("E-mail"),
    "entry_id": _l("Number of the entry"),
    "fields": _l("What was changed"),
    "files": _l("Files"),
    "flag": _l("What it is about"),
    "group_id": _l("Group"),
    "handed_on": _l("Ballots handed on to others"),
    "introduction": _l("Introduction in Chinese"),
    "introduction_en": _l("Introduction in English"),
    "ip": _l("Network address"),
    "judge_id": _l("Judge"),
    "judges": _l("Judges"),
    "judging": _l("Judging"),
    "kind": _l("Kind of work"),
    "language": _l("Language"),
    "locale": _l("Language"),
    "max_bytes": _l("Largest file"),
    "max_files": _l("Most files in one entry"),
    "max_length_ms": _l("Longest length"),
    "method": _l("Method"),
    "min_length_ms": _l("Shortest length"),
    "min_long_side": _l("Smallest long side"),
    "min_short_side": _l("Smallest short side"),
    "name": _l("Name"),
    "name_en": _l("Name in English"),
    "note": _l("Note"),
    "notice": _l("Public notice"),
    "number": _l("Entry number"),
    "opens_at": _l("Judges score from"),
    "organisers": _l("Organisers"),
    "per_entry": _l("Ballots for each work"),
    "person_id": _l("Person"),
    "phone": _l("Phone number"),
    "picture": _l("Picture"),
    "position": _l("Place among the files"),
    "purpose": _l("What for"),
    "quorum": _l("Ballots needed for a place"),
    "rank_on": _l("Places follow"),
    "reason": _l("Reason"),
    "review": _l("Eligibility review"),
    "revision": _l("Revision"),
    "role": _l("Role"),
    "round_id": _l("Number of the round"),
    "rubric": _l("Rubric"),
    "seed": _l("Seed of the lot"),
    "sessions": _l("Sessions"),
    "sha256": "SHA-256",
    "shortlist_best": _l("The best so many"),
    "shortlist_from": _l("Or all with a score of at least"),
    "showcase": _l("Showcase"),
    "slug": _l("Short name for addresses"),
    "sound_required": _l("There must be sound"),
    "state": _l("State"),
    "submission": _l("Submissions"),
    "theme": _l("Theme in Chinese"),
    "theme_en": _l("Theme in English"),
    "tie_chain": _l("Same score"),
    "tier": _l("Prize"),
    "title": _l("Title"),
    "tolerance_ms": _l("Tolerance"),
    "trim": _l("Ballots left out at each end"),
    "unsubmitted": _l("Ballots not submitted"),
    "upload_grace_min": _l("Grace for running uploads"),
    "upload_quota_mib": _l("Room for files"),
    "version": _l("Version"),
    "voided": _l("Ballots that no longer count"),
}
# Where a key means something of its own.
KEYS_OF: dict[tuple[str, str], Any] = {
    ("asset.unreadable", "code"): _l("What is wrong"),
    ("asset.asked_again", "code"): _l("What is wrong"),
    ("category.added", "code"): _l("Letter"),
    ("entry.passed", "code"): _l("Code name"),
    ("invitation.made", "name"): _l("Full name"),
    ("person.changed", "name"): _l("Full name"),
}
STATES = {
    "draft": _l("Draft"),
    "locked": _l("Locked"),
    "open": _l("Not begun"),
    "passed": _l("Passed"),
    "recused": _l("Recused"),
    "returned": _l("Returned"),
    "submitted": _l("Submitted"),
    "void": _l("Void"),
    "withdrawn": _l("Withdrawn"),
}
# A word of the code and what people call it, by the key it stands under.
VALUES: dict[str, dict[Any, Any]] = {
    "before": STATES,
    "kind": {"photo": _l("Photos"), "video": _l("Video")},
    "role": {
        "auditor": _l("Auditor"),
        "entrant": _l("Entrant"),
        "judge": _l("Judge"),
        "organiser": _l("Organiser"),
        "showcase": _l("Showcase copy"),
        "unit_officer": _l("Unit officer"),
    },
    "state": STATES,
    "tier": {1: _l("First prize"), 2: _l("Second prize"), 3: _l("Third prize"), 4: _l("Merit award")},
}
Say = Callable[[Any], str]
_SAID_BY: dict[tuple[str, str], Say] = {}


def describe(verb: str, sentence: Any) -> None:
    """Say `verb` as a lazily translated phrase that can follow a name: "submitted an entry"."""
    SENTENCES[verb] = sentence


def describe_kind(kind: str, noun: Any) -> None:
    """Say what rows of the table `kind` are: "entry"."""
    NOUNS[kind] = noun


def sentence_of(verb: str) -> str:
    """The phrase for `verb` in the reader's language; the verb itself when nobody described it."""
    return str(SENTENCES.get(verb, verb))


def noun_of(kind: str) -> str:
    """The word for the objects of table `kind`; the table's name when nobody described it."""
    return str(NOUNS.get(kind, kind.replace("_", " ")))


def describe_value(key: str, say: Say, *, verb: str = "") -> None:
    """Let `say` word what stands under `key`, in all lines or only in those of `verb`."""
    _SAID_BY[verb, key] = say


def word_of(key: str, *, verb: str = "") -> str:
    """What people call a detail; the key itself when nobody described it."""
    return str(KEYS_OF.get((verb, key)) or KEYS.get(key, key))


def says(key: str, *, verb: str) -> Say | None:
    """What words the values under `key`, if anything was given for it."""
    return _SAID_BY.get((verb, key)) or _SAID_BY.get(("", key))


def value_of(key: str, value: Any) -> str:
    """The word for a single value; the value itself when it has none."""
    return str(VALUES.get(key, {}).get(value, value))
