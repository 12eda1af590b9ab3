"""Words for people who read the record. A feature may describe its own verbs; others are shown as they are."""

from typing import Any

from flask_babel import lazy_gettext as _l

# Phrases that follow the name of whoever did it.
SENTENCES: dict[str, Any] = {
    "asset.checked": _l("checked a file"),
    "asset.unreadable": _l("found a file unreadable"),
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
    "entry.file-placed": _l("put a file into an entry"),
    "entry.passed": _l("passed an entry"),
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
    "upload.cancelled": _l("cancelled an upload"),
    "upload.expired": _l("deleted an unfinished upload"),
    "upload.received": _l("uploaded a file"),
}
NOUNS: dict[str, Any] = {
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
    "result_snapshot": _l("result"),
    "role_grant": _l("role"),
    "round": _l("round"),
    "sign_in_session": _l("session"),
    "upload": _l("upload"),
}


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
