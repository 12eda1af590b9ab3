"""The rules of a category as an organiser types them: units of people, one line for each rule, how hard each is."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DecimalField, IntegerField, SelectChoice, SelectField, SelectMultipleField
from wtforms.validators import NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from contest.entries.rules.limits import ESTIMATED, OF_PHOTO, OF_VIDEO, PRESETS, SEVERITIES, Rules
from contest.entries.rules.lines_counted import CODECS, CONTAINERS
from contest.web.forms import Form

MIB = 1024 * 1024
SEVERITY_WORDS = {"reject": _l("must be met"), "warn": _l("advice only"), "off": _l("not looked at")}
PRESET_WORDS = {
    "three-minutes": _l("At most three minutes, nothing else"),
    "national-micro-video": _l("National micro-video contest: 2 to 5 minutes, 1080p, 100 to 300 MB"),
    "city-short-video": _l("City short video: at most 3 minutes and 200 MB, 1080p"),
    "province-either-way": _l("Province: H.264, 16:9 or 9:16, 25 pictures a second"),
    "youth-ai-video": _l("Youth AI video: 1 to 3 minutes, 1080p, 5 Mbit/s or more"),
    "half-minute": _l("Half a minute: at most 30 seconds and 50 MB"),
    "clear-photo": _l("A readable photo; clearness is advice"),
    "strict-photo": _l("A clear photo; blurred ones are refused"),
    "photo-contest": _l("Photo contest: JPEG, 3000 pixels or more on the long side"),
}
ASPECTS: dict[str, tuple[float | None, float | None]] = {
    "": (None, None),
    "16:9": (1.7, 1.8),
    "4:3": (1.31, 1.36),
    "3:2": (1.48, 1.52),
    "1:1": (1.0, 1.02),
    "4:1": (None, 4.0),
}
# Beside the lines of the report: codes whose limits other fields hold, or that have none.
_FIELDS: dict[str, tuple[str, ...]] = {
    "length": ("max_length_s", "tolerance_s"),
    "min-length": ("min_length_s",),
    "size": ("max_mib",),
    "min-size": ("min_mib",),
    "short-side": ("min_short_side",),
    "long-side": ("min_long_side",),
    "pixels": ("max_megapixels",),
    "aspect": ("aspect",),
    "orientation": ("orientations",),
    "fps": ("min_fps", "max_fps"),
    "bit-rate": ("min_mbit", "max_mbit"),
    "container": ("containers",),
    "codec": ("codecs",),
    "sound": ("sound_required",),
}
CODE_WORDS = {
    "length": _l("Longest length"),
    "min-length": _l("Shortest length"),
    "size": _l("Largest file"),
    "min-size": _l("Smallest file"),
    "short-side": _l("Short side of the picture"),
    "long-side": _l("Long side of the picture"),
    "pixels": _l("Number of pixels"),
    "aspect": _l("Shape of the picture"),
    "orientation": _l("Landscape or portrait"),
    "fps": _l("Pictures a second"),
    "bit-rate": _l("Bit rate"),
    "container": _l("File format"),
    "codec": _l("Video format"),
    "sound": _l("Sound"),
}


@dataclass(frozen=True)
class Row:
    """One rule: its title, the fields of its limits, and how hard it is."""

    title: str
    fields: list[Any]
    severity: Any


def _number(label: Any, low: int, high: int) -> IntegerField:
    return IntegerField(label, [Optional(), NumberRange(low, high, _l("Write a whole number from %(min)d to %(max)d"))])


def _decimal(label: Any, low: float, high: float) -> DecimalField:
    return DecimalField(label, [Optional(), NumberRange(low, high, _l("Write a number from %(min)d to %(max)d"))])


def _ticks(label: Any, choices: Mapping[str, Any]) -> SelectMultipleField:
    offered = [SelectChoice(value, text) for value, text in choices.items()]
    return SelectMultipleField(
        label, choices=offered, widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
    )


class RulesForm(Form):
    """All limits; those of the other kind of file are left out by `of`."""

    max_length_s = _number(_l("Seconds at most"), 1, 24 * 3600)
    tolerance_s = _decimal(_l("Tolerance in seconds"), 0, 60)
    min_length_s = _number(_l("Seconds at least"), 1, 24 * 3600)
    max_mib = _number(_l("MB at most"), 1, 1024 * 1024)
    min_mib = _number(_l("MB at least"), 1, 1024 * 1024)
    min_short_side = _number(_l("Pixels on the short side, at least"), 1, 20_000)
    min_long_side = _number(_l("Pixels on the long side, at least"), 1, 20_000)
    max_megapixels = _number(_l("Megapixels at most"), 1, 120)
    aspect = SelectField(
        _l("Long side to short side"),
        choices=[
            SelectChoice("", _l("any")),
            *(SelectChoice(name, name) for name in ("16:9", "4:3", "3:2", "1:1")),
            SelectChoice("4:1", _l("not longer than 4:1")),
        ],
    )
    orientations = _ticks(
        _l("Only"), {"landscape": _l("landscape"), "portrait": _l("portrait"), "square": _l("square")}
    )
    min_fps = _decimal(_l("Pictures a second, at least"), 1, 1000)
    max_fps = _decimal(_l("Pictures a second, at most"), 1, 1000)
    min_mbit = _decimal(_l("Mbit/s at least"), 0, 1000)
    max_mbit = _decimal(_l("Mbit/s at most"), 0, 1000)
    containers = _ticks(_l("Only"), {})
    codecs = _ticks(_l("Only"), {name: CODECS[name] for name in ("h264", "hevc", "av1", "vp9")})
    sound_required = BooleanField(_l("There must be sound"))
    showcase_copy = SelectField(
        _l("Showcase copy with credits"),
        choices=[
            SelectChoice("off", _l("not asked for")),
            SelectChoice("optional", _l("may be sent as well")),
            SelectChoice("required", _l("must be sent as well")),
        ],
    )
    shots = _ticks(_l("One photo of each"), {"panorama": _l("Panorama: the whole scene"), "close-up": _l("Close-up")})

    kind = ""
    codes: tuple[str, ...] = ()

    @classmethod
    def of(cls, rules: Rules, *, typed: bool) -> "RulesForm":
        """Filled with `rules`, or with what was typed."""
        codes = OF_VIDEO if rules.kind == "video" else OF_PHOTO
        kinds = ("mp4", "matroska", "avi") if rules.kind == "video" else ("jpeg", "png", "webp", "heif", "avif")
        severities = {_name(code): _severity(code) for code in (*codes, *_estimated(rules.kind))}
        made = type("RulesFormOf", (cls,), severities)
        form: RulesForm = made(data=_data(rules)) if typed else made(formdata=None, data=_data(rules))
        form.kind, form.codes = rules.kind, codes
        form.containers.choices = [SelectChoice(one, CONTAINERS.get(one, one.upper())) for one in kinds]
        needed = {field for code in codes for field in _FIELDS[code]}
        del form["showcase_copy" if rules.kind == "photo" else "shots"]
        for name in {field for fields in _FIELDS.values() for field in fields} - needed:
            del form[name]
        return form

    def rows(self) -> Iterator[Row]:
        """One for each rule with limits."""
        for code in self.codes:
            yield Row(str(CODE_WORDS[code]), [self[name] for name in _FIELDS[code]], self[_name(code)])

    def rules(self, before: Rules) -> Rules:
        """What was typed; `before` gives what no field holds."""
        least, most = ASPECTS[self.aspect.data or ""]
        changed: dict[str, Any] = {
            "max_bytes": _times(self.max_mib.data, MIB),
            "min_bytes": _times(self.min_mib.data, MIB),
            "min_short_side": self.min_short_side.data,
            "min_long_side": self.min_long_side.data,
            "min_aspect": least,
            "max_aspect": most,
            "orientations": tuple(self.orientations.data or ()),
            "containers": tuple(self.containers.data or ()),
            "severities": self._severities(),
        }
        if self.kind == "video":
            changed |= {
                "max_length_ms": _times(self.max_length_s.data, 1000),
                "min_length_ms": _times(self.min_length_s.data, 1000),
                "tolerance_ms": _times(self.tolerance_s.data, 1000) or 0,
                "min_fps": _float(self.min_fps.data),
                "max_fps": _float(self.max_fps.data),
                "min_bit_rate": _times(self.min_mbit.data, 1_000_000),
                "max_bit_rate": _times(self.max_mbit.data, 1_000_000),
                "codecs": tuple(self.codecs.data or ()),
                "sound_required": self.sound_required.data,
                "showcase_copy": self.showcase_copy.data,
            }
        else:
            changed |= {
                "max_pixels": _times(self.max_megapixels.data, 1_000_000),
                "shots": tuple(self.shots.data or ()),
            }
        return replace(before, **changed)

    def validate(self, extra_validators: Any = None) -> bool:
        whole: bool = super().validate(extra_validators)
        for low, high in (("min_length_s", "max_length_s"), ("min_mib", "max_mib"), ("min_fps", "max_fps")):
            if low in self and self[low].data and self[high].data and self[low].data > self[high].data:
                self[high].errors = [_("The most cannot be less than the least.")]
                whole = False
        if not self.max_mib.data:
            self.max_mib.errors = [_("Fill this in")]
            whole = False
        return whole

    def _severities(self) -> dict[str, Any]:
        chosen = {code: self[_name(code)].data for code in (*self.codes, *_estimated(self.kind))}
        standard = Rules(kind=self.kind)
        return {code: value for code, value in chosen.items() if value != standard.severity(code)}


def _estimated(kind: str) -> tuple[str, ...]:
    """What is estimated has no limit that could be typed; only the strict photo rule makes one of them hard."""
    return ("clarity",) if kind == "photo" else ("loudness",)


def _severity(code: str) -> SelectField:
    return SelectField(_l("How hard"), choices=[SelectChoice(one, SEVERITY_WORDS[one]) for one in SEVERITIES])


def _name(code: str) -> str:
    return f"severity_{code.replace('-', '_')}"


def _data(rules: Rules) -> dict[str, Any]:
    aspect = next((name for name, span in ASPECTS.items() if span == (rules.min_aspect, rules.max_aspect)), "")
    severities = {_name(code): rules.severity(code) for code in (*OF_VIDEO, *OF_PHOTO, *ESTIMATED)}
    return {
        "max_length_s": _share(rules.max_length_ms, 1000),
        "min_length_s": _share(rules.min_length_ms, 1000),
        "tolerance_s": rules.tolerance_ms / 1000,
        "max_mib": _share(rules.max_bytes, MIB),
        "min_mib": _share(rules.min_bytes, MIB),
        "min_short_side": rules.min_short_side,
        "min_long_side": rules.min_long_side,
        "max_megapixels": _share(rules.max_pixels, 1_000_000),
        "aspect": aspect,
        "orientations": list(rules.orientations),
        "min_fps": rules.min_fps,
        "max_fps": rules.max_fps,
        "min_mbit": None if rules.min_bit_rate is None else rules.min_bit_rate / 1_000_000,
        "max_mbit": None if rules.max_bit_rate is None else rules.max_bit_rate / 1_000_000,
        "containers": list(rules.containers),
        "codecs": list(rules.codecs),
        "sound_required": rules.sound_required,
        "shots": list(rules.shots),
        "showcase_copy": rules.showcase_copy,
        **severities,
    }


def presets_for(kind: str) -> list[tuple[str, str]]:
    """(name, what it says) of the presets for that kind of file."""
    return [(name, str(PRESET_WORDS[name])) for name, rules in PRESETS.items() if rules.kind == kind]


def _times(value: Any, by: int) -> int | None:
    return None if value is None else int(value * by)


def _share(value: int | None, of: int) -> int | None:
    return None if value is None else max(1, value // of)


def _float(value: Any) -> float | None:
    return None if value is None else float(value)
