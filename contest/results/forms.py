"""What organisers type about results."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import IntegerField, SelectField, StringField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError

from contest.accounts.models import Person
from contest.ranking.situation import Method
from contest.results.models import Award, ResultRow
from contest.results.queries import Choice
from contest.results.rules import MAX_REASON, name_complaint
from contest.web.forms import Form

TIERS = (
    SelectChoice("", _l("no prize")),
    SelectChoice("1", _l("First prize")),
    SelectChoice("2", _l("Second prize")),
    SelectChoice("3", _l("Third prize")),
    SelectChoice("4", _l("Merit award")),
)


class ComputeForm(Form):
    """Computing again needs a reason when there is a result already, and so does another method than declared."""

    method = SelectField(_l("Method"), [Optional()], choices=[SelectChoice(one.value, one.value) for one in Method])
    because = TextAreaField(
        _l("Why not the declared method"),
        [Optional(), Length(max=MAX_REASON, message=_l("At most %(max)d characters"))],
    )
    reason = TextAreaField(_l("Reason"), [Optional(), Length(max=MAX_REASON, message=_l("At most %(max)d characters"))])

    def name_methods(self, names: Mapping[Method, str], chosen: Method) -> None:
        """What the methods are called, and which one stands there at first."""
        self.method.choices = [SelectChoice(one.value, name) for one, name in names.items()]
        if self.method.data not in {one.value for one in names}:
            self.method.data = chosen.value

    def choice(self, otherwise: Method) -> Choice:
        method = Method(self.method.data) if self.method.data else otherwise
        return Choice(method, (self.because.data or "").strip())


class ReasonForm(Form):
    """Why; kept in the record."""

    reason = TextAreaField(
        _l("Reason"),
        [
            InputRequired(_l("Write the reason; it is kept in the record.")),
            Length(max=MAX_REASON, message=_l("At most %(max)d characters")),
        ],
    )


class AwardsForm(Form):
    """A tier for each work that has a place. Made by `awards_form`."""

    def tiers(self, rows: Sequence[ResultRow]) -> dict[int, int | None]:
        chosen = {row.entry_id: self[f"tier_{row.entry_id}"].data for row in rows if row.place is not None}
        return {entry_id: int(tier) if tier else None for entry_id, tier in chosen.items()}


def awards_form(rows: Sequence[ResultRow], awards: Sequence[Award]) -> AwardsForm:
    """The form with what stands now."""
    fields: dict[str, Any] = {
        f"tier_{row.entry_id}": SelectField(_l("Prize"), choices=TIERS) for row in rows if row.place is not None
    }
    data = {f"tier_{award.entry_id}": str(award.tier) for award in awards}
    made: AwardsForm = type("TiersForm", (AwardsForm,), fields)(data=data)
    return made


class QuotaForm(Form):
    """How many of each, from the top; ties on the last place are taken in together."""

    first = IntegerField(_l("First prizes"), [Optional(), NumberRange(0, 99, _l("Write a whole number from 0 to 99"))])
    second = IntegerField(
        _l("Second prizes"), [Optional(), NumberRange(0, 99, _l("Write a whole number from 0 to 99"))]
    )
    third = IntegerField(_l("Third prizes"), [Optional(), NumberRange(0, 99, _l("Write a whole number from 0 to 99"))])
    merit = IntegerField(_l("Merit awards"), [Optional(), NumberRange(0, 99, _l("Write a whole number from 0 to 99"))])

    def counts(self) -> dict[int, int]:
        """Wanted numbers by tier."""
        fields = (self.first, self.second, self.third, self.merit)
        return {tier: field.data or 0 for tier, field in enumerate(fields, start=1)}


class PublishForm(Form):
    """Who publishes signs with the own name."""

    name = StringField(_l("Your name"), [InputRequired(_l("Write your name"))])
    person: Person

    def validate_name(self, field: StringField) -> None:
        if complaint := name_complaint(field.data, self.person):
            raise ValidationError(complaint)
