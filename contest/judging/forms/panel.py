"""What organisers type about the panel, and at each turn of a round."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError

from contest.accounts.logins import Login, folded_login
from contest.accounts.models import Person
from contest.judging.rules import MAX_REASON
from contest.web.forms import Form


def whole(label: Any, most: int, *, hint: Any) -> IntegerField:
    """An optional whole number from 1 on."""
    said = _l("Write a whole number from 1 to %(max)d")
    return IntegerField(label, [Optional(), NumberRange(1, most, said)], description=hint)


class AddJudgeForm(Form):
    """Somebody who is a judge of the edition already."""

    judge_id = SelectField(_l("Judge"), coerce=int)

    def offer(self, judges: Sequence[Person]) -> None:
        """Let one of these be chosen."""
        self.judge_id.choices = [SelectChoice(judge.id, judge.name) for judge in judges]


class SeatForm(Form):
    """How a judge sits on the panel."""

    role = RadioField(
        _l("On the panel as"),
        [InputRequired(_l("Choose one"))],
        choices=[
            SelectChoice("main", _l("a judge who scores from the beginning")),
            SelectChoice("reserve", _l("a reserve, who gets works only when a judge is missing")),
        ],
    )
    cap = whole(_l("Works at most"), 5000, hint=_l("Empty: as the round says"))


class InviteJudgeForm(Form):
    """Somebody who has no account yet, or no role of a judge."""

    name = StringField(
        _l("Judge's name"),
        [InputRequired(_l("Write the judge's name")), Length(max=60, message=_l("At most %(max)d characters"))],
    )
    contact = StringField(
        _l("E-mail or mobile number"),
        [InputRequired(_l("Write an e-mail address or a mobile number"))],
        description=_l("The judge signs in with it later. Nothing is sent there: you hand the link over yourself"),
    )

    def login(self) -> Login:
        """The contact in its stored form; only after validation."""
        return folded_login(self.contact.data) or Login()

    def validate_contact(self, field: StringField) -> None:
        if folded_login(field.data) is None:
            raise ValidationError(_("Write an e-mail address or a mobile number of 11 digits"))


class ReasonForm(Form):
    """Why; kept in the record."""

    reason = TextAreaField(
        _l("Reason"),
        [
            InputRequired(_l("Write the reason; it is kept in the record.")),
            Length(max=MAX_REASON, message=_l("At most %(max)d characters")),
        ],
    )


class OptionalReasonForm(Form):
    """Why, when nobody has to say."""

    reason = TextAreaField(_l("Reason"), [Optional(), Length(max=MAX_REASON, message=_l("At most %(max)d characters"))])


class OpeningForm(Form):
    """Opening what was looked at: the fingerprint of the plan on the page."""

    plan = HiddenField()


class ClosingForm(Form):
    """Closing with ballots missing needs a second thought."""

    anyway = BooleanField(_l("Close the round although ballots are missing"))
