"""What ties judges to works, as people enter it."""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length

from contest.accounts.models import Person
from contest.audit.words import KEYS, describe, describe_kind, describe_value
from contest.judging.forms.panel import ReasonForm
from contest.judging.rules import MAX_REASON
from contest.web.forms import Form, stripped

KINDS_OF_CONFLICT = {
    "own": _l("Own work"),
    "unit": _l("Same unit"),
    "area": _l("Same county or district"),
    "relation": _l("Declared relation"),
    "name": _l("Same name"),
    "declared": _l("Entered by an organiser"),
}
FOUND = {
    "own": _l("The judge's account handed the work in"),
    "unit": _l("The judge belongs to the unit"),
    "area": _l("The units of both lie in the same county or district"),
    "relation": _l("The judge stepped back from it because of a tie"),
    "name": _l("The judge's name is on the work"),
}


def conflict_kind(kind: str) -> str:
    """What sort of conflict it is, in words."""
    return str(KINDS_OF_CONFLICT.get(kind, kind))


def conflict_reason(reason: str) -> str:
    """Why; what rules find is kept by its plain kind, so that it reads in every language."""
    return str(FOUND.get(reason, reason))


describe_value("conflict", conflict_kind)
describe("ballot.handed-on", _l("gave a work to another judge"))
describe("ballot.voided", _l("made a ballot void by a conflict of interest"))
describe("conflict.declared", _l("entered a conflict of interest"))
describe("conflict.lifted", _l("lifted a conflict of interest"))
describe("conflicts.found", _l("found conflicts of interest by the rules"))
describe("round.area-rule", _l("changed whether the same area is a conflict"))
describe("unit.alias-added", _l("added another name of a unit"))
describe_kind("conflict_of_interest", _l("conflict of interest"))
describe_kind("unit_alias", _l("other name of a unit"))
KEYS.update(
    area_bars=_l("Same area is a conflict"),
    area_id=_l("Number of the area"),
    conflict=_l("Kind of conflict"),
    found=_l("Conflicts found"),
    person=_l("Person"),
    unit=_l("Unit"),
)

ABOUT = (
    SelectChoice("work", _l("a work, by its code name")),
    SelectChoice("unit", _l("a unit")),
    SelectChoice("person", _l("a person, by name")),
    SelectChoice("area", _l("a county or district")),
)


class RelationForm(Form):
    """What a judge declares beforehand."""

    about = RadioField(
        _l("I am tied to"), [InputRequired(_l("Choose a unit or a person"))], choices=ABOUT[1:3], default="unit"
    )
    name = StringField(
        _l("Its name"),
        [InputRequired(_l("Write the name")), Length(max=80, message=_l("At most %(max)d characters"))],
        filters=[stripped],
        description=_l("As it is usually written; spaces and full or half width make no difference"),
    )
    reason = TextAreaField(
        _l("What ties you to it"),
        [
            InputRequired(_l("Write the reason; it is kept in the record.")),
            Length(max=MAX_REASON, message=_l("At most %(max)d characters")),
        ],
        description=_l(
            "For example: I work there, my child studies there, I taught this person. Only the office reads it"
        ),
    )


class ConflictForm(RelationForm):
    """What an organiser declares for a judge."""

    judge_id = SelectField(_l("Judge"), coerce=int)
    about = RadioField(
        _l("Is tied to"), [InputRequired(_l("Choose what the judge is tied to"))], choices=ABOUT, default="work"
    )
    name = StringField(
        _l("Its code name or name"),
        [
            InputRequired(_l("Write the code name or the name")),
            Length(max=80, message=_l("At most %(max)d characters")),
        ],
        filters=[stripped],
        description=_l("Spaces and full or half width make no difference"),
    )
    reason = TextAreaField(
        _l("Reason"),
        [
            InputRequired(_l("Write the reason; it is kept in the record.")),
            Length(max=MAX_REASON, message=_l("At most %(max)d characters")),
        ],
    )
    only_here = BooleanField(_l("Only in this round, not in the whole edition"))

    def offer(self, judges: Sequence[Person]) -> None:
        """Let one of these be chosen."""
        self.judge_id.choices = [SelectChoice(judge.id, judge.name) for judge in judges]


class VerdictForm(ReasonForm):
    """Whether there is a tie between a judge and a work."""

    verdict = RadioField(
        _l("Your decision"),
        [InputRequired(_l("Choose one of the two"))],
        choices=(
            SelectChoice("tied", _l("It is a conflict of interest: the judge must not score this work")),
            SelectChoice("not-tied", _l("It is none: another person of that name, or another unit")),
        ),
    )


class AliasForm(Form):
    """Another name of a unit."""

    unit = StringField(
        _l("Registered unit"), [InputRequired(_l("Write the unit's registered name"))], filters=[stripped]
    )
    alias = StringField(
        _l("Also written as"),
        [InputRequired(_l("Write the other name")), Length(max=80, message=_l("At most %(max)d characters"))],
        filters=[stripped],
    )
