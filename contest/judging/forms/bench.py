"""What judges type about a work, and what organisers answer."""

from collections.abc import Collection, Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    HiddenField,
    RadioField,
    StringField,
    TextAreaField,
)
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length, Optional, StopValidation

from contest.audit.words import describe, describe_kind, describe_value
from contest.errors import Refused
from contest.judging.models import Criterion, Round
from contest.judging.rules import MAX_COMMENT, MAX_NOTE, MAX_REASON, mark_complaint
from contest.ranking.numbers import shortest, typed
from contest.web.forms import Form

RECUSALS = (
    SelectChoice("kin", _l("I am related to an author, or belong to the same unit")),
    SelectChoice("made", _l("I took part in making it or gave guidance")),
    SelectChoice("known", _l("I recognised who made it and would rather not judge it")),
    SelectChoice("unable", _l("I have no tie to it, and cannot judge it: I abstain")),
    SelectChoice("other", _l("Another reason")),
)
KIND_OF_RECUSAL = {"kin": "conflict", "made": "conflict", "known": "conflict", "unable": "abstained"}
FLAGS = (
    SelectChoice("identity", _l("It can be seen or heard who made it")),
    SelectChoice("rules", _l("It seems to break a rule of the contest")),
    SelectChoice("playback", _l("It does not play, or not properly")),
    SelectChoice("other", _l("Something else")),
)


class RecusalForm(Form):
    """Why a judge steps back from one work."""

    kind = RadioField(_l("Reason"), [InputRequired(_l("Choose a reason"))], choices=RECUSALS)
    note = TextAreaField(_l("In your words"), [Optional(), Length(max=300, message=_l("At most %(max)d characters"))])

    def reason(self) -> str:
        """As it is kept: the kind by its plain name, so that it reads in every language, then the words."""
        return ": ".join(part for part in (self.kind.data, self.note.data) if part)

    @property
    def recusal_kind(self) -> str:
        return KIND_OF_RECUSAL.get(self.kind.data, "other")


class FlagForm(Form):
    """What a judge tells the organisers about a work without stopping."""

    about = RadioField(_l("What is it about?"), [InputRequired(_l("Choose what it is about"))], choices=FLAGS)
    said = TextAreaField(
        _l("What exactly, and where"),
        [Optional(), Length(max=MAX_REASON, message=_l("At most %(max)d characters"))],
        description=_l("For example: at 1:06 the name of a school can be read. The organisers see your name"),
    )

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        # Not a check of the field: Optional() ends those of an empty one.
        valid = bool(super().validate(*args, **kwargs))
        if valid and self.about.data == "other" and not self.said.data:
            self.said.errors = [_("Write what the organisers should know.")]
            return False
        return valid


class FlagAnswerForm(Form):
    """What was done about it, for the judge who told it."""

    answer = TextAreaField(
        _l("What was done"),
        [
            InputRequired(_l("Write what was done; the judge reads it.")),
            Length(max=MAX_REASON, message=_l("At most %(max)d characters")),
        ],
        description=_l("The judge who told it reads this. Name nobody: the judge must not learn whose work it is"),
    )


def flag_text(kind: str) -> str:
    """What a flag is about, as people read it."""
    return {choice.value: str(choice.label) for choice in FLAGS}.get(kind, kind)


def recusal_text(reason: str) -> str:
    """A kept reason as people read it."""
    kind, _colon, note = reason.partition(": ")
    known = {choice.value: str(choice.label) for choice in RECUSALS}
    return _(": ").join(part for part in (known.get(kind, kind), note) if part)


describe_value("reason", recusal_text, verb="ballot.recused")
describe_value("reason", recusal_text, verb="ballot.abstained")
describe_value("flag", flag_text)
for _verb, _sentence in {
    "ballot.abstained": _l("abstained from a work"),
    "ballot.deferred": _l("put a work off"),
    "ballot.taken-up": _l("took up a work that was put off"),
    "flag.closed": _l("answered what a judge had told"),
    "flag.raised": _l("told the organisers about a work"),
}.items():
    describe(_verb, _sentence)

describe_kind("flag", _l("what a judge told"))


class BallotForm(Form):
    """The marks for one work, as a form that works without a script. Made by `ballot_form`."""

    comment = TextAreaField(
        _l("Comment"),
        [Optional(), Length(max=MAX_COMMENT, message=_l("At most %(max)d characters"))],
        description=_l("It is kept with your ballot. In this version no page shows it to anybody but you."),
    )
    note = TextAreaField(
        _l("Private notes"),
        [Optional(), Length(max=MAX_NOTE, message=_l("At most %(max)d characters"))],
        description=_l("Only you ever see them, and no list or export has them"),
    )
    revision = HiddenField()

    def mark(self, criterion: Criterion) -> StringField:
        return self[f"mark_{criterion.id}"]

    def marks(self, criteria: Collection[Criterion]) -> dict[int, int]:
        """What is typed, in hundredths; an empty field is no mark. Only after validation."""
        found = {criterion.id: self.mark(criterion).data for criterion in criteria}
        return {key: typed(value) for key, value in found.items() if value}

    def seen(self) -> int:
        """The revision that the judge had before the eyes."""
        text = self.revision.data or "0"
        return int(text) if text.isdigit() else 0


def ballot_form(
    criteria: Collection[Criterion], *, marks: Mapping[int, int], comment: str, note: str = "", revision: int
) -> BallotForm:
    """The form for these criteria, filled with what is kept."""
    fields = {f"mark_{c.id}": StringField(c.title, [Optional(), _mark_rule(c)]) for c in criteria}
    data = {f"mark_{key}": shortest(value) for key, value in marks.items()}
    filled = {**data, "comment": comment, "note": note, "revision": revision}
    made: BallotForm = type("MarksForm", (BallotForm,), fields)(data=filled)
    return made


def _mark_rule(criterion: Criterion) -> Any:
    def check(_form: BallotForm, field: StringField) -> None:
        try:
            complaint = mark_complaint(criterion, typed(field.data))
        except ValueError:
            complaint = not_a_mark(criterion)
        if complaint:
            raise StopValidation(complaint)

    return check


def read_marks(round_: Round, sent: Mapping[str, Any]) -> dict[int, int]:
    """Marks as a script sends them: text by criterion id, None or empty for no mark. Refused when one is no number.

    The rubric is looked up only to name what is wrong: this is on the way of every save.
    """
    marks: dict[int, int] = {}
    for key, value in sent.items():
        if value is None or value == "":
            continue
        try:
            marks[int(key)] = typed(str(value))
        except ValueError:
            wrong = next((criterion for criterion in round_.criteria if str(criterion.id) == key), None)
            raise Refused(not_a_mark(wrong) if wrong else out_of_date(), status=422) from None
    return marks


def out_of_date() -> str:
    return _("The page is out of date. Open the work again from your list.")


def not_a_mark(criterion: Criterion) -> str:
    text: str = _("%(name)s: write a number such as 8 or 8.5.", name=criterion.title)
    return text


class SignatureForm(Form):
    """Handing in all that is complete."""

    pledge = BooleanField(
        _l("I judged these works on my own and have no interest in any of them"),
        [InputRequired(_l("Tick the statement to hand in your ballots"))],
    )
    meant = BooleanField(
        _l("I looked again at the totals that are far from what I usually give"),
        [InputRequired(_l("Look again at the totals that are far from your usual ones, then tick this"))],
    )
