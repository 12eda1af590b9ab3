"""What organisers type about a round, and judges about a work."""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateTimeLocalField,
    FieldList,
    FormField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms import Form as PlainForm
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional, StopValidation, ValidationError

from contest.accounts.logins import Login, folded_login
from contest.accounts.models import Person
from contest.audit.words import KEYS, describe, describe_kind, describe_value
from contest.clock import local
from contest.errors import Refused
from contest.judging.models import Criterion, Round
from contest.judging.rubrics import PRESETS, SUGGESTED, RubricLine, Terms, terms_of
from contest.judging.rules import MAX_COMMENT, MAX_NOTE, MAX_REASON, mark_complaint, rubric_complaint, terms_complaint
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


def _whole(label: Any, most: int, *, hint: Any) -> IntegerField:
    said = _l("Write a whole number from 1 to %(max)d")
    return IntegerField(label, [Optional(), NumberRange(1, most, said)], description=hint)


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
    shortlist_best = _whole(
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
    per_entry = _whole(
        _l("Ballots for each work"),
        50,
        hint=_l("The lot decides who scores what. Empty: every judge scores every work"),
    )
    cap = _whole(
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
    cap = _whole(_l("Works at most"), 5000, hint=_l("Empty: as the round says"))


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


def rubric_text(lines: Sequence[Sequence[Any]]) -> str:
    """A recorded rubric as people read it: name, weight and highest mark of each criterion."""
    return "; ".join(
        _("%(name)s %(weight)s%%, at most %(most)s", name=name, weight=f"{weight / 100:g}", most=f"{most / 100:g}")
        for name, weight, most, _step in lines
    )


describe_value("reason", recusal_text, verb="ballot.recused")
describe_value("reason", recusal_text, verb="ballot.abstained")
describe_value("flag", flag_text)
for _verb, _sentence in {
    "ballot.abstained": _l("abstained from a work"),
    "ballot.deferred": _l("put a work off"),
    "ballot.taken-up": _l("took up a work that was put off"),
    "flag.closed": _l("answered what a judge had told"),
    "flag.raised": _l("told the organisers about a work"),
    "panel.seated": _l("changed how a judge sits on the panel"),
    "round.redrawn": _l("drew again who scores what"),
}.items():
    describe(_verb, _sentence)
describe_kind("flag", _l("what a judge told"))
describe_value("rubric", rubric_text)


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


def wall(at: datetime | None, zone: str) -> datetime | None:
    """`at` as the clock on the wall in `zone` shows it, for an input."""
    return local(at, zone).replace(tzinfo=None) if at else None


def moment_of(shown: datetime | None, zone: str) -> datetime | None:
    return shown.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC) if shown else None


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
