"""What an organiser types about an edition."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateTimeLocalField,
    DecimalField,
    IntegerField,
    SelectChoice,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import Email, InputRequired, Length, NumberRange, Optional, Regexp, ValidationError

from contest.clock import local
from contest.editions.actions import Dates, Limits
from contest.editions.models import PHASES, Category, Edition, Phase
from contest.editions.rules import calendar_complaint
from contest.web.forms import Form

MIB = 1024 * 1024
GIB_IN_MIB = 1024
LONG = 120
TEXT = 4000

# Controls, and signs that turn round or hide what follows them.
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def one_line(text: Any) -> Any:
    """Without line breaks and unprintable signs."""
    return " ".join(_UNPRINTABLE.sub("", text).split()) if isinstance(text, str) else text


def lines(text: Any) -> Any:
    """With line breaks as they are everywhere but in forms, and without unprintable signs."""
    return _UNPRINTABLE.sub("", text.replace("\r\n", "\n")).strip() if isinstance(text, str) else text


def _text(label: Any, *, most: int = LONG, required: bool = False, **options: Any) -> Any:
    rules: list[Any] = [Length(max=most, message=_l("At most %(max)d characters"))]
    rules = [InputRequired(_l("Fill this in")), *rules] if required else rules
    return StringField(label, rules, filters=[one_line], **options)


def _lines(label: Any, **options: Any) -> TextAreaField:
    rule = Length(max=TEXT, message=_l("At most %(max)d characters"))
    return TextAreaField(label, [rule], filters=[lines], **options)


class TextsForm(Form):
    """Names, texts and contact."""

    name = _text(_l("Name in Chinese"), required=True)
    name_en = _text(_l("Name in English"))
    theme = _text(_l("Theme in Chinese"))
    theme_en = _text(_l("Theme in English"))
    introduction = _lines(_l("Introduction in Chinese"))
    introduction_en = _lines(_l("Introduction in English"))
    organisers = _lines(_l("Organisers"), description=_l("One per line, as they stand at the foot of every page"))
    contact_phone = _text(_l("Help phone"), most=40)
    contact_email = StringField(
        _l("Help e-mail"), [Optional(), Email(_l("Write an e-mail address such as office@example.org"))]
    )
    upload_grace_min = IntegerField(
        _l("Grace for running uploads"),
        [InputRequired(_l("Fill this in")), NumberRange(0, 1440, _l("Write 0 to 1,440 minutes"))],
        description=_l("An upload begun before the deadline may end, and its entry be submitted, this long after it"),
    )


class RoomForm(Form):
    """How much room an edition has for files, in the unit people buy disks by."""

    gib = DecimalField(
        _l("Room for all files of this edition"),
        [Optional(), NumberRange(0, 1_000_000, _l("Write 0 to 1,000,000 GB, or nothing"))],
        description=_l("Empty or 0: as much as the server has"),
    )

    @classmethod
    def of(cls, edition: Edition, **options: Any) -> "RoomForm":
        mib = edition.upload_quota_mib
        return cls(data={"gib": Decimal(mib) / GIB_IN_MIB if mib else None}, **options)

    def quota_mib(self) -> int | None:
        """Whole MiB, one at least where anything was written; None without a limit."""
        return max(1, round(self.gib.data * GIB_IN_MIB)) if self.gib.data else None


def _moment(label: Any, *, missing: Any = "") -> DateTimeLocalField:
    rule = InputRequired(missing) if missing else Optional()
    return DateTimeLocalField(label, [rule], format=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"])


class CalendarForm(Form):
    """Begin and end of each phase, as a clock on the wall in the edition's zone shows them."""

    submission_starts = _moment(_l("Submissions open"), missing=_l("Say when submissions open."))
    submission_ends = _moment(_l("Submissions close"), missing=_l("Say when submissions close."))
    review_starts = _moment(_l("Eligibility review begins"))
    review_ends = _moment(_l("Eligibility review ends"))
    judging_starts = _moment(_l("Judging begins"))
    judging_ends = _moment(_l("Judging ends"))
    notice_starts = _moment(_l("Public notice begins"))
    notice_ends = _moment(_l("Public notice ends"))
    showcase_starts = _moment(_l("Showcase begins"))
    showcase_ends = _moment(_l("Showcase ends"))

    zone = "UTC"

    @classmethod
    def of(cls, edition: Edition, **options: Any) -> "CalendarForm":
        values: dict[str, Any] = {}
        for phase in edition.phases:
            values[f"{phase.kind}_starts"] = _wall(phase.starts_at, edition.time_zone)
            values[f"{phase.kind}_ends"] = _wall(phase.ends_at, edition.time_zone)
        form = cls(data=values, **options)
        form.zone = edition.time_zone
        return form

    def rows(self) -> list[tuple[str, Any, Any]]:
        """(kind, field of the begin, field of the end) in order."""
        return [(kind, self[f"{kind}_starts"], self[f"{kind}_ends"]) for kind in PHASES]

    def dates(self) -> dict[str, Dates]:
        return {
            kind: Dates(
                starts_at=_moment_of(begin.data, self.zone),
                ends_at=_moment_of(end.data, self.zone) if end.data else None,
            )
            for kind, begin, end in self.rows()
            if begin.data
        }

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        if not super().validate(*args, **kwargs):
            return False
        for _kind, begin, end in self.rows():
            if end.data and not begin.data:
                begin.errors = [_("Say when it begins, too.")]
            for field in (begin, end):
                if field.data and not _exists(field.data, self.zone):
                    field.errors = [_("There is no such time on that day: clocks are put forward then.")]
        if self.errors_now():
            return False
        dates = self.dates()
        phases = [
            Phase(kind=kind, starts_at=dates[kind].starts_at, ends_at=dates[kind].ends_at)
            for kind in PHASES
            if kind in dates
        ]
        if complaint := calendar_complaint(phases):
            self[f"{complaint[0]}_starts"].errors = [complaint[1]]
        return not self.errors_now()

    def errors_now(self) -> bool:
        return any(field.errors for field in self)


def _wall(at: datetime | None, zone: str) -> datetime | None:
    return local(at, zone).replace(tzinfo=None) if at else None


def _moment_of(wall: datetime, zone: str) -> datetime:
    return wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def _exists(wall: datetime, zone: str) -> bool:
    return _wall(_moment_of(wall, zone), zone) == wall


def _number(label: Any, low: int, high: int, *, required: bool = False) -> IntegerField:
    rule = NumberRange(low, high, _l("Write a whole number from %(min)d to %(max)d"))
    return IntegerField(label, [InputRequired(_l("Fill this in")) if required else Optional(), rule])


class CategoryForm(Form):
    """A category's names and limits, in the units people think in."""

    name = _text(_l("Name in Chinese"), required=True)
    name_en = _text(_l("Name in English"))
    description = _text(_l("Who and what it is for, in Chinese"), most=300)
    description_en = _text(_l("Who and what it is for, in English"), most=300)
    max_files = _number(_l("Most files in one entry"), 1, 20, required=True)
    max_mib = _number(_l("Largest file"), 1, 1024 * 1024, required=True)
    min_length_s = _number(_l("Shortest length"), 1, 24 * 3600)
    max_length_s = _number(_l("Longest length"), 1, 24 * 3600)
    tolerance_s = DecimalField(
        _l("Tolerance"),
        [Optional(), NumberRange(0, 60, _l("Write 0 to 60 seconds"))],
        description=_l("Editing programs often export a little more than is shown"),
    )
    min_short_side = _number(_l("Smallest short side"), 1, 20_000)
    min_long_side = _number(_l("Smallest long side"), 1, 20_000)
    sound_required = BooleanField(_l("There must be sound"))

    @classmethod
    def of(cls, category: Category | None, **options: Any) -> "CategoryForm":
        if category is None:
            return cls(data={"max_files": 1, "max_mib": 500, "tolerance_s": Decimal("0.5")}, **options)
        data = {name: getattr(category, name) for name in SAME}
        data |= {
            "max_mib": category.max_bytes // MIB,
            "min_length_s": _seconds(category.min_length_ms),
            "max_length_s": _seconds(category.max_length_ms),
            "tolerance_s": Decimal(category.tolerance_ms) / 1000,
        }
        return cls(data=data, **options)

    def validate_max_length_s(self, field: IntegerField) -> None:
        if field.data and self.min_length_s.data and field.data < self.min_length_s.data:
            raise ValidationError(_("The longest length cannot be less than the shortest."))

    def limits(self) -> Limits:
        same = {name: self[name].data for name in SAME}
        return Limits(
            **same,
            max_bytes=self.max_mib.data * MIB,
            min_length_ms=_ms(self.min_length_s.data),
            max_length_ms=_ms(self.max_length_s.data),
            tolerance_ms=int((self.tolerance_s.data or 0) * 1000),
        )


SAME = (
    "name",
    "name_en",
    "description",
    "description_en",
    "max_files",
    "min_short_side",
    "min_long_side",
    "sound_required",
)


def _seconds(ms: int | None) -> int | None:
    return None if ms is None else ms // 1000


def _ms(seconds: int | None) -> int | None:
    return None if seconds is None else seconds * 1000


class NewCategoryForm(CategoryForm):
    """The same for one that does not exist yet; what kind it is never changes afterwards."""

    kind = SelectField(
        _l("Kind of work"), choices=[SelectChoice("video", _l("Video")), SelectChoice("photo", _l("Photos"))]
    )


class GroupsForm(Form):
    """All groups, one on a line."""

    groups = _lines(
        _l("Groups"),
        description=_l(
            "One per line: the Chinese name, a slash, the English name. Groups can be renamed and added, not removed."
        ),
    )
    least = 0

    @classmethod
    def of(cls, edition: Edition, **options: Any) -> "GroupsForm":
        lines = [f"{group.name} / {group.name_en}" if group.name_en else group.name for group in edition.groups]
        form = cls(data={"groups": "\n".join(lines)}, **options)
        form.least = len(lines)
        return form

    def names(self) -> list[tuple[str, str]]:
        lines = [line for line in (self.groups.data or "").splitlines() if line.strip()]
        halves = [line.partition("/") for line in lines]
        return [(chinese.strip(), english.strip()) for chinese, _slash, english in halves]

    def validate_groups(self, field: TextAreaField) -> None:
        names = [name for name, _english in self.names()]
        if len(names) < self.least:
            raise ValidationError(_("Groups cannot be removed, because entries may stand in them."))
        if len(set(names)) < len(names) or not all(names):
            raise ValidationError(_("Each group needs a name of its own."))


class NewEditionForm(Form):
    """The first two things about an edition; all else is set on its own page."""

    name = _text(_l("Name in Chinese"), required=True)
    slug = StringField(
        _l("Short name for addresses"),
        [
            InputRequired(_l("Fill this in")),
            Regexp(r"^[a-z0-9]+(-[a-z0-9]+)*$", message=_l("Use small letters, digits and hyphens, such as 2026")),
        ],
        description=_l("Stands in public addresses and never changes, such as 2026"),
    )
