"""What entrants and the office type. Drafts are saved incomplete: what is lacking, `rules.missing` says."""

import re
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    Field,
    HiddenField,
    IntegerField,
    RadioField,
    SelectChoice,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from contest.editions.forms import lines, one_line
from contest.editions.models import Edition
from contest.entries import rules
from contest.entries.actions import Details
from contest.entries.models import Entry
from contest.web.forms import Form

TYPED_MAX = 5000  # what no field holds; below it even a text over its limit is saved, so that nothing is lost
CAPTION_MAX = 60
REASON_MAX = 1000


SHOT_WORDS = {"panorama": _l("Panorama: the whole scene"), "close-up": _l("Close-up")}
AI_WORDS = {
    "none": _l("Nothing in it was made by AI"),
    "partly": _l("Parts of it were made with AI"),
    "mostly": _l("Most or all of it was made with AI"),
}


class Needed:
    """Marks a field that must be filled before the entry is submitted; a draft may leave it empty."""

    field_flags = {"required": True}

    def __call__(self, form: Any, field: Field) -> None:
        """Nothing to say: rules.missing does."""


class Counted:
    """Shows how many characters are left; says no only to a text that nobody typed by hand."""

    def __init__(self, most: int) -> None:
        self.field_flags = {"maxlength": most}

    def __call__(self, form: Any, field: Field) -> None:
        if len(field.data or "") > TYPED_MAX:
            raise ValidationError(_("At most %(max)s characters", max=self.field_flags["maxlength"]))


class ManyField(Field):
    """Several inputs of one name, in the order in which they stand on the page."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = [one_line(value) for value in valuelist]


class DetailsForm(Form):
    """The texts of an entry."""

    revision = HiddenField()
    title = StringField(_l("Title of the work"), [Needed(), Counted(rules.TITLE_MAX)], filters=[one_line])
    synopsis = TextAreaField(
        _l("Synopsis"),
        [Needed(), Counted(rules.SYNOPSIS_MAX)],
        filters=[lines],
        description=_l(
            "Whom it is about, what they did, which moment moved you. The public reads it beside the work. Judges see "
            "neither title nor synopsis, only the work itself."
        ),
    )
    unit_name = StringField(_l("Unit"), [Needed(), Counted(80)], filters=[one_line])
    authors = ManyField(_l("Authors"), [Needed()])
    group_id = SelectField(_l("Group"), [Needed()])
    contact_name = StringField(_l("Contact person"), [Needed(), Counted(40)], filters=[one_line])
    contact_phone = StringField(
        _l("Contact phone"),
        [Counted(30)],
        filters=[one_line],
        description=_l("Only to tell you about the review and the results; never shown in public"),
    )
    contact_email = StringField(_l("Contact e-mail"), [Counted(120)], filters=[one_line])
    ai_use = SelectField(
        _l("Use of AI"),
        choices=[SelectChoice("", _l("Please say")), *(SelectChoice(*pair) for pair in AI_WORDS.items())],
        default="",
        description=_l("Pictures, voices or film made by AI must be labelled by law, and are shown with that label"),
    )

    @classmethod
    def of(cls, entry: Entry, **options: Any) -> "DetailsForm":
        form = cls(obj=entry, **options)
        form.group_id.choices = [
            SelectChoice("", _("Please choose")),
            *(SelectChoice(str(group.id), group.title) for group in entry.edition.groups),
        ]
        if not entry.edition.groups:
            del form.group_id
        if not form.is_submitted():
            form.authors.data = [author.name for author in entry.authors] or [""]
            if entry.edition.groups:
                form.group_id.data = str(entry.group_id or "")
        return form

    def validate_authors(self, field: ManyField) -> None:
        names = [name for name in field.data or [] if name]
        if len(names) > rules.MAX_AUTHORS:
            raise ValidationError(_("At most %(max)s authors", max=rules.MAX_AUTHORS))
        if any(len(name) > TYPED_MAX for name in names):
            raise ValidationError(_("At most %(max)s characters", max=40))

    def details(self, entry: Entry) -> Details:
        """What was typed. A group nobody offered counts as none."""
        texts = {name: self[name].data or "" for name in Details.TEXTS}
        group = self.group_id.data if "group_id" in self else None
        return Details(
            authors=[name for name in self.authors.data or [] if name],
            group_id=int(group) if group else entry.group_id,
            **texts,
        )

    def seen_revision(self) -> int:
        """The revision the page was opened with; -1, which no entry has, when somebody changed it by hand."""
        text = self.revision.data or ""
        return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else -1

    def complain(self, lacking: list[rules.Missing]) -> None:
        """Show what is lacking at the fields where it can be put right."""
        for one in lacking:
            if one.step == "details" and one.anchor in self:
                self[one.anchor].errors = [one.text]

    def rearrange(self, what: str) -> None:
        """Add, drop or move an author row, as the button that was pressed says: add, drop-1, up-1, down-1."""
        names = list(self.authors.data or [])
        if what == "add":
            names.append("")
        found = re.fullmatch(r"(drop|up|down)-([0-9]{1,3})", what)
        if found and (place := int(found[2])) < len(names):
            name = names.pop(place)
            if found[1] != "drop":
                names.insert(max(0, place + (-1 if found[1] == "up" else 1)), name)
        self.authors.data = names or [""]


class NewEntryForm(Form):
    """What kind of work, and who competes with whom."""

    category = RadioField(_l("Kind of work"), [InputRequired(_l("Choose a kind of work"))])
    group = RadioField(_l("Group"), [InputRequired(_l("Choose a group"))])

    @classmethod
    def of(cls, edition: Edition) -> "NewEntryForm":
        form = cls()
        form.category.choices = [SelectChoice(str(category.id), category.title) for category in edition.categories]
        form.group.choices = [SelectChoice(str(group.id), group.title) for group in edition.groups]
        if not edition.groups:
            del form.group
        return form

    def group_id(self) -> int | None:
        return int(self.group.data) if "group" in self else None


class SubmissionForm(Form):
    """The pledge, and what may be done with the work."""

    revision = HiddenField()
    pledge = BooleanField(_l("The work is original, and music, fonts and material in it are licensed"))
    showcase_consent = BooleanField(_l("The organisers may show the work in the public showcase without charge"))


class FileForm(Form):
    """What is done with a file: its id and the deed."""

    file = IntegerField(validators=[Optional()])
    do = HiddenField()


class FilterForm(Form):
    """The office's filters; they come by GET, so there is no token."""

    class Meta(Form.Meta):
        csrf = False

    q = StringField(_l("Search"), filters=[one_line])
    state = HiddenField()
    category = SelectField(_l("Category"))


class DecisionForm(Form):
    """Pass, or return with a reason."""

    outcome = HiddenField()
    reason = TextAreaField(
        _l("What the entrant must change"),
        [Needed(), Length(max=REASON_MAX, message=_l("At most %(max)d characters"))],
        filters=[lines],
        description=_l("The entrant reads exactly this text, so say what to do and where"),
    )


class ReceiptForm(Form):
    """A receipt's signature, to be looked up."""

    class Meta(Form.Meta):
        csrf = False

    signature = StringField(
        _l("Signature on the receipt"), [InputRequired(_l("Copy the signature from the receipt"))], filters=[one_line]
    )
    sha256 = StringField(
        _l("SHA-256 of your file"),
        filters=[one_line],
        description=_l("To compare your own copy with what was handed in"),
    )


class ResemblanceForm(Form):
    """What somebody found who looked at two works that are alike."""

    verdict = RadioField(
        _l("Your decision"),
        [InputRequired(_l("Choose one of the two"))],
        choices=[SelectChoice("not-a-copy", _l("Not a copy")), SelectChoice("copy", _l("A copy"))],
    )
    note = TextAreaField(
        _l("Note"),
        [Optional(), Length(max=REASON_MAX, message=_l("At most %(max)d characters"))],
        description=_l("For the office and the auditor, kept in the record; optional"),
    )
