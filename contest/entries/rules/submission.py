"""What stops an entrant, and what an entry still lacks."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from contest.accounts.models import Person
from contest.editions import rules as edition_rules
from contest.entries.models import Entry
from contest.entries.rules.limits import rules_of, showcase_copy_of

TITLE_MAX = 60
SYNOPSIS_MAX = 200
MAX_AUTHORS = 10
MOBILE_DIGITS = 11
SHOT_MISSING = {
    "panorama": _l("Say which photo shows the whole scene (panorama)"),
    "close-up": _l("Say which photo is a close-up"),
}


@dataclass(frozen=True, kw_only=True)
class Missing:
    """Something an entry lacks. `step` is the page where it can be put right, `anchor` the field there."""

    text: str
    step: str  # file, check, details or review
    anchor: str = ""


def missing(entry: Entry) -> list[Missing]:
    """All that must still be done before it can be submitted, in the order of the steps."""
    return [*_missing_files(entry), *_missing_texts(entry)]


def _missing_files(entry: Entry) -> list[Missing]:
    files, least = entry.judged_files, entry.category.min_files
    lacking: list[Missing] = []
    if len(files) < least:
        text = ngettext("Upload the file", "Upload %(num)s files at least", least)
        lacking.append(Missing(text=text, step="file"))
    for shot in rules_of(entry.category).shots if files else ():
        if all(file.shot != shot for file in files):
            lacking.append(Missing(text=str(SHOT_MISSING[shot]), step="file"))
    lacking += _missing_copy(entry)
    files = entry.current_files
    if any(file.check == "must_fix" for file in files):
        lacking.append(Missing(text=_("Replace the file that does not meet the rules"), step="check"))
    elif any(file.check == "waiting" for file in files):
        lacking.append(Missing(text=_("Wait until the file has been checked"), step="check"))
    return lacking


def _missing_copy(entry: Entry) -> list[Missing]:
    """What is wrong with the showcase copy, which names people, beside the judging copy, which must not."""
    copy = entry.showcase_copy
    if copy is None:
        is_required = bool(entry.judged_files) and showcase_copy_of(entry.category) == "required"
        return [Missing(text=_("Upload the showcase copy with the credits"), step="file")] if is_required else []
    if any(file.asset.sha256 and file.asset.sha256 == copy.asset.sha256 for file in entry.judged_files):
        text = _("Replace one of the two copies: they are the very same file, and only one of them may name people")
        return [Missing(text=text, step="file")]
    return []


_TEXTS: list[tuple[str, Callable[[Entry], bool], Callable[[], str]]] = [
    ("title", lambda entry: bool(entry.title), lambda: _("Fill in the title")),
    (
        "title",
        lambda entry: len(entry.title) <= TITLE_MAX,
        lambda: _("Shorten the title to %(max)s characters", max=TITLE_MAX),
    ),
    ("synopsis", lambda entry: bool(entry.synopsis), lambda: _("Fill in the synopsis")),
    (
        "synopsis",
        lambda entry: len(entry.synopsis) <= SYNOPSIS_MAX,
        lambda: _("Shorten the synopsis to %(max)s characters", max=SYNOPSIS_MAX),
    ),
    ("authors", lambda entry: any(author.name for author in entry.authors), lambda: _("Name at least one author")),
    ("unit_name", lambda entry: bool(entry.unit_name), lambda: _("Fill in the unit")),
    ("group_id", lambda entry: entry.group_id is not None or not entry.edition.groups, lambda: _("Choose a group")),
    ("contact_name", lambda entry: bool(entry.contact_name), lambda: _("Say whom we can ask")),
    (
        "contact_phone",
        lambda entry: bool(entry.contact_phone or entry.contact_email),
        lambda: _("Leave a phone number or an e-mail address"),
    ),
]


def _missing_texts(entry: Entry) -> list[Missing]:
    lacking = [Missing(text=say(), step="details", anchor=anchor) for anchor, holds, say in _TEXTS if not holds(entry)]
    if complaint := phone_complaint(entry.contact_phone):
        lacking.append(Missing(text=complaint, step="details", anchor="contact_phone"))
    if entry.contact_email and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", entry.contact_email):
        text = _("Write the e-mail address like office@example.org")
        lacking.append(Missing(text=text, step="details", anchor="contact_email"))
    return lacking


def phone_complaint(phone: str) -> str | None:
    """What is wrong with a phone number, or None. Mobile numbers of the mainland are counted; others are taken as
    long as they can be dialled."""
    digits = re.sub(r"[\s()+-]", "", phone)
    if not phone:
        return None
    if not re.fullmatch(r"[0-9]{5,20}", digits):
        return _("Write the phone number in digits")
    if re.fullmatch(r"1[3-9]\d*", digits) and len(digits) != MOBILE_DIGITS and not phone.startswith("+"):
        return ngettext(
            "The mobile number needs 11 digits; this one has %(num)s",
            "The mobile number needs 11 digits; this one has %(num)s",
            len(digits),
        )
    return None


def why_not_edit(entry: Entry) -> str | None:
    """Why the entrant cannot change texts and files now. A draft stays open after the deadline: nothing is lost."""
    if entry.is_editable:
        return None
    if entry.state == "submitted":
        return _("This entry has been submitted and is being reviewed. To change it, ask the organisers to return it.")
    if entry.state == "passed":
        return _("This entry has passed the review and goes to the judges as it is.")
    return _("This entry has been withdrawn.")


def why_not_choose_picture(entry: Entry, by: Person) -> str | None:
    """Why that person cannot choose what stands for the film. The office may whenever it has the entry."""
    is_office = entry.number is not None and by.has_role("organiser", edition_id=entry.edition_id)
    return None if is_office else why_not_edit(entry)


def why_not_receive(entry: Entry, position: int, *, began_at: datetime, at: datetime, role: str = "") -> str | None:
    """Why a file that has arrived cannot take its place in the entry."""
    if reason := why_not_edit(entry):
        return reason
    if role and showcase_copy_of(entry.category) == "off":
        return _("This category asks for no showcase copy.")
    if not 0 <= position < entry.category.max_files:
        return _("This entry already has as many files as its category allows.")
    return _why_closed(entry, at, began_at)


def why_not_submit(entry: Entry, at: datetime) -> str | None:
    """Why the entry cannot be sent in now, its pledge apart."""
    if reason := why_not_edit(entry):
        return reason
    if reason := _why_closed(entry, at, _late_upload_began_at(entry)):
        return reason
    lacking = missing(entry)
    return _("Still to do: %(what)s.", what=lacking[0].text) if lacking else None


def _why_closed(entry: Entry, at: datetime, upload_began_at: datetime | None) -> str | None:
    if entry.state == "returned":
        return edition_rules.why_not_correct(entry.edition, at)
    return edition_rules.why_not_submit(entry.edition, entry.category, at, upload_began_at)


def _late_upload_began_at(entry: Entry) -> datetime | None:
    """When the upload that ran over the deadline began; None when all files were here in time, so that the grace
    is for uploads only and not for people who could have pressed the button."""
    phase = entry.edition.phase("submission")
    if phase is None or phase.ends_at is None:
        return None
    uploads = [file.asset.upload for file in entry.current_files]
    # The check of a file that came in time may still have been running: half a minute is allowed for it.
    ends_at = phase.ends_at - timedelta(seconds=30)
    late = [upload.created_at for upload in uploads if upload.completed_at and upload.completed_at >= ends_at]
    return max(late, default=None)


def why_not_withdraw(entry: Entry, at: datetime) -> str | None:
    """Why the entrant cannot take the entry back: once judging is over, results rest on it."""
    if entry.state == "withdrawn":
        return _("This entry has already been withdrawn.")
    judging = entry.edition.phase("judging")
    if entry.state == "passed" and judging is not None and judging.ends_at is not None and at >= judging.ends_at:
        return _("Judging is over, so this entry can no longer be withdrawn here. Please contact the organisers.")
    return None
