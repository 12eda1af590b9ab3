"""What organisers lay down about a round."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    DateTimeLocalField,
    FieldList,
    FormField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms import Form as PlainForm
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from contest.audit.words import describe, describe_value
from contest.clock import local
from contest.judging.forms.panel import whole
from contest.judging.models import Criterion, Round
from contest.judging.rubrics import PRESETS, SUGGESTED, RubricLine, Terms, terms_of
from contest.judging.rules import MAX_REASON, rubric_complaint, terms_complaint
from contest.ranking.numbers import shortest, typed
from contest.web.forms import Form, stripped

LINES = 8  # rows for criteria on the page; rows without a name are no criteria
LONG = 120


def _text(label: Any, *, most: int = LONG, **options: Any) -> StringField:
    limit = Length(max=most, message=_l("At most %(max)d characters"))
    return StringField(label, [Optional(), limit], filters=[stripped], **options)


def _number(label: Any) -> StringField:
    return StringField(label, [Optional()], filters=[stripped])


class CriterionForm(PlainForm):
    """One line of the rubric. Without a maximum it is the weight, so that marks add up to the total."""

    name = _text(_l("Criterion"), most=60)
    weight = _number(_l("Weight"))
    max = _number(_l("Highest mark"))
    step = _number(_l("Step"))
    name_en = _text(_l("In English"), most=120)
    description = _text(_l("What to look for"), most=300)
    description_en = _text(_l("What to look for, in English"), most=300)

    @property
    def is_used(self) -> bool:
        return bool(self.name.data or self.weight.data)

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        if not super().validate(*args, **kwargs) or not self.is_used:
            return not self.errors
        if not self.name.data:
            self.name.errors = [_("Give the criterion a name, or empty its weight to leave it out.")]
        for field, lowest, highest, needed in ((self.weight, 1, 10_000, True), (self.max, 1, 100_000, False)):
            _number_complaint(field, lowest, highest, needed=needed)
        _number_complaint(self.step, 1, 100_000, needed=False)
        if not self.errors_now():
            line = self.line()
            if line.max_hundredths % line.step_hundredths:
                self.step.errors = [_("The highest mark must be a whole number of steps.")]
        return not self.errors_now()

    def errors_now(self) -> bool:
        return any(field.errors for field in self)

    def line(self) -> RubricLine:
        weight = typed(self.weight.data)
        return RubricLine(
            name=self.name.data,
            name_en=self.name_en.data or "",
            description=self.description.data or "",
            description_en=self.description_en.data or "",
            weight_bp=weight,
            max_hundredths=typed(self.max.data) if self.max.data else weight,
            step_hundredths=typed(self.step.data) if self.step.data else 50,
        )


def _number_complaint(field: StringField, lowest: int, highest: int, *, needed: bool) -> None:
    if not field.data:
        field.errors = [_("Write a number such as 30.")] if needed else []
        return
    try:
        value = typed(field.data)
    except ValueError:
        field.errors = [_("Write a number such as 30 or 12.5.")]
        return
    if not lowest <= value <= highest:
        field.errors = [_("Write a number above 0 and up to %(max)s.", max=shortest(highest))]


def _filled(lines: Sequence[RubricLine | Criterion]) -> list[dict[str, str]]:
    return [
        {
            "name": line.name,
            "name_en": line.name_en,
            "description": line.description,
            "description_en": line.description_en,
            "weight": shortest(line.weight_bp),
            "max": shortest(line.max_hundredths),
            "step": shortest(line.step_hundredths),
        }
        for line in lines
    ]


METHOD_CHOICES = [
    SelectChoice("", _l("The one that suits, chosen when the round is opened")),
    SelectChoice("mean", _l("Mean")),
    SelectChoice("trimmed", _l("Trimmed mean: everybody scores everything, 5 judges or more")),
    SelectChoice("adjusted", _l("Mean after taking out how strict each judge is")),
    SelectChoice("calibrated", _l("Calibrated score: range and steadiness of each judge as well")),
]
TIE_CHOICES = [
    SelectChoice("", _l("nothing more: they share the place")),
    SelectChoice("criterion", _l("the higher mark in the criterion that weighs most")),
    SelectChoice("median", _l("the higher median of the ballots")),
    SelectChoice("head_to_head", _l("the one that more judges who saw both put higher")),
]


def _of_terms(terms: Terms) -> dict[str, Any]:
    """As the form shows them; times are for the caller, who knows the zone."""
    ties = dict(zip(("tie_1", "tie_2", "tie_3"), [*terms.tie_chain, "", "", ""], strict=False))
    shown = {
        **terms.columns(),
        **ties,
        "group_id": terms.group_id or 0,
        "based_on_id": terms.based_on_id or 0,
        "shortlist_from": shortest(terms.shortlist_from) if terms.shortlist_from else "",
    }
    return {name: value for name, value in shown.items() if name not in ("opens_at", "tie_chain")}


class RoundForm(Form):
    """Everything a round rests on, to be changed until it is opened."""

    category_id = SelectField(_l("Category"), coerce=int, validate_choice=True)
    name = StringField(
        _l("Name of the round"),
        [InputRequired(_l("Give the round a name")), Length(max=60, message=_l("At most %(max)d characters"))],
        description=_l("Judges read it, for example “Preliminary round” or “Final”"),
    )
    closes_at = DateTimeLocalField(
        _l("Judges score until"),
        [Optional()],
        format=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
        description=_l("From this minute on marks can no longer be changed. Empty: until you close the round"),
    )
    quorum = IntegerField(
        _l("Ballots a work needs for a place"),
        [
            InputRequired(_l("Write a whole number from 1 to 50")),
            NumberRange(1, 50, _l("Write a whole number from 1 to 50")),
        ],
        description=_l("A work with fewer gets no place and is listed apart"),
    )
    group_id = SelectField(_l("Group"), coerce=int, description=_l("Only its works are judged in this round"))
    based_on_id = SelectField(_l("Works come from"), coerce=int)
    shortlist_best = whole(
        _l("The best so many"), 5000, hint=_l("Who ties with the last of them comes along. Or fill in the next field")
    )
    shortlist_from = StringField(
        _l("Or all with a score of at least"),
        [Optional()],
        filters=[stripped],
        description=_l("A score in the result of the earlier round, for example 80"),
    )
    opens_at = DateTimeLocalField(
        _l("Judges score from"),
        [Optional()],
        format=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
        description=_l("They can look at the works before. Empty: as soon as you open the round"),
    )
    per_entry = whole(
        _l("Ballots for each work"),
        50,
        hint=_l("The lot decides who scores what. Empty: every judge scores every work"),
    )
    cap = whole(
        _l("Works for a judge at most"), 5000, hint=_l("Only with a number of ballots for each work. Empty: no limit")
    )
    method = SelectField(_l("How ballots become an order"), choices=METHOD_CHOICES)
    trim = SelectField(
        _l("Ballots left out at each end"),
        coerce=int,
        choices=[SelectChoice(1, "1"), SelectChoice(2, "2"), SelectChoice(3, "3")],
        description=_l("Only for the trimmed mean"),
    )
    decimals = SelectField(
        _l("Decimals of the published score"), coerce=int, choices=[SelectChoice(n, str(n)) for n in range(5)]
    )
    rank_on = SelectField(
        _l("Places follow"),
        choices=[
            SelectChoice("exact", _l("the exact score")),
            SelectChoice("published", _l("the published score: then more works tie")),
        ],
    )
    tie_1 = SelectField(_l("Of works with the same score, first comes"), choices=TIE_CHOICES)
    tie_2 = SelectField(_l("Then"), choices=TIE_CHOICES)
    tie_3 = SelectField(_l("And then"), choices=TIE_CHOICES)
    criteria = FieldList(FormField(CriterionForm), min_entries=LINES, max_entries=LINES * 2)

    zone = "UTC"

    @classmethod
    def of(
        cls,
        round_: Round | None,
        *,
        zone: str,
        categories: Sequence[tuple[int, str]],
        groups: Sequence[tuple[int, str]] = (),
        earlier: Sequence[tuple[int, str]] = (),
        preset: str = "film",
    ) -> "RoundForm":
        if round_ is None:
            rubric = PRESETS.get(preset, SUGGESTED)
            usual = _of_terms(Terms())
            form = cls(data={**usual, "quorum": 1, "name": _("Preliminary round"), "criteria": _filled(rubric)})
        else:
            form = cls(
                data={
                    **_of_terms(terms_of(round_)),
                    "opens_at": wall(round_.opens_at, zone),
                    "name": round_.name,
                    "quorum": round_.quorum,
                    "closes_at": wall(round_.closes_at, zone),
                    "category_id": round_.category_id,
                    "criteria": _filled(round_.criteria),
                }
            )
        form.zone = zone
        form.category_id.choices = [SelectChoice(key, label) for key, label in categories]
        form.group_id.choices = [SelectChoice(0, _("all groups")), *(SelectChoice(*one) for one in groups)]
        form.based_on_id.choices = [
            SelectChoice(0, _("the eligibility review: all that passed")),
            *(SelectChoice(*one) for one in earlier),
        ]
        return form

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        if not super().validate(*args, **kwargs):
            return False
        if self.shortlist_from.data:
            _number_complaint(self.shortlist_from, 1, 100_000, needed=False)
            if self.shortlist_from.errors:
                return False
        if self.opens_at.data and self.closes_at.data and self.closes_at.data <= self.opens_at.data:
            self.closes_at.errors = [_("Scoring must end after it begins.")]
            return False
        weights = rubric_complaint([line.weight_bp for line in self.rubric()])
        if complaint := weights or terms_complaint(self.terms().columns()):
            self.form_errors.append(complaint)
        return not self.form_errors

    def terms(self) -> Terms:
        """What is laid down beside the rubric; only after validation."""
        earlier = self.based_on_id.data or None
        ties = dict.fromkeys(rule for rule in (self.tie_1.data, self.tie_2.data, self.tie_3.data) if rule)
        return Terms(
            method=self.method.data or "",
            trim=self.trim.data,
            decimals=self.decimals.data,
            rank_on=self.rank_on.data,
            tie_chain=tuple(ties),
            per_entry=self.per_entry.data,
            cap=self.cap.data,
            opens_at=moment_of(self.opens_at.data, self.zone),
            group_id=self.group_id.data or None,
            based_on_id=earlier,
            shortlist_best=self.shortlist_best.data if earlier else None,
            shortlist_from=typed(self.shortlist_from.data) if earlier and self.shortlist_from.data else None,
        )

    def rubric(self) -> list[RubricLine]:
        return [entry.form.line() for entry in self.criteria if entry.form.is_used]

    def deadline(self) -> datetime | None:
        return moment_of(self.closes_at.data, self.zone)


class AdjustForm(Form):
    """What may change while judges are scoring, with the reason that goes into the record."""

    closes_at = DateTimeLocalField(
        _l("Judges score until"), [Optional()], format=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]
    )
    quorum = IntegerField(
        _l("Ballots a work needs for a place"),
        [
            InputRequired(_l("Write a whole number from 1 to 50")),
            NumberRange(1, 50, _l("Write a whole number from 1 to 50")),
        ],
    )
    reason = TextAreaField(
        _l("Reason"),
        [InputRequired(_l("Write the reason; it is kept in the record.")), Length(max=MAX_REASON)],
    )

    def deadline(self, zone: str) -> datetime | None:
        return moment_of(self.closes_at.data, zone)


def wall(at: datetime | None, zone: str) -> datetime | None:
    """`at` as the clock on the wall in `zone` shows it, for an input."""
    return local(at, zone).replace(tzinfo=None) if at else None


def moment_of(shown: datetime | None, zone: str) -> datetime | None:
    return shown.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC) if shown else None


def rubric_text(lines: Sequence[Sequence[Any]]) -> str:
    """A recorded rubric as people read it: name, weight and highest mark of each criterion."""
    return "; ".join(
        _("%(name)s %(weight)s%%, at most %(most)s", name=name, weight=f"{weight / 100:g}", most=f"{most / 100:g}")
        for name, weight, most, _step in lines
    )


describe_value("rubric", rubric_text)
describe("panel.seated", _l("changed how a judge sits on the panel"))
describe("round.redrawn", _l("drew again who scores what"))
