"""What this machine can do with media, for `flask doctor` and the organiser's page."""

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from contest.media.process import Cut
from contest.media.sandbox import LIMITS_ONLY, WALLED, Limits, Sandbox, run

State = Literal["ok", "weak", "missing"]
OLDEST = (5, 1)
# Of 5.1 those before 10 let a film write over the memory of its decoder (CVE-2026-8461). Our list of codecs leaves
# that decoder out, so that there is nothing to do; systems deliver the fix late or under another number.
_FIXED = {(5, 1): 10, (6, 1): 6, (7, 1): 5}
ENCODERS = ("libx264", "aac", "mjpeg")
DECODERS = ("h264", "hevc", "vp9", "aac", "opus")
FILTERS = (
    *("scale", "fps", "tpad", "split", "signalstats", "metadata", "ebur128", "aresample", "yadif"),
    *("trim", "concat", "setpts", "volumedetect"),
)
TONE_MAPPING = ("zscale", "tonemap")
_TOOLS = ("setpriv", "prlimit", "nice")
_answers: dict[tuple[str, ...], str] = {}


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that was looked at. `code` is closed, callers have a sentence for it; `detail` is a name or number."""

    state: State
    code: str
    detail: str = ""


def findings(box: Sandbox) -> list[Finding]:
    """All of it, worst last in no order: a finding for each thing looked at."""
    return [*_programs(), *_ffmpeg_parts(), _sandbox(box), _photos(), _fonts()]


def can_tone_map() -> bool:
    return set(TONE_MAPPING) <= _names("-filters")


def can_know_sounds() -> bool:
    """Whether this ffmpeg was built with chromaprint, as Debian's is; without it sounds are not compared."""
    return "chromaprint" in _names("-muxers")


def ffmpeg_version() -> str:
    """Such as 5.1.9-0+deb12u1; empty without ffmpeg."""
    found = re.match(r"ffmpeg version (\S+)", _answer("ffmpeg", "-version"))
    return found.group(1) if found else ""


def _programs() -> Iterator[Finding]:
    for tool in _TOOLS:
        if shutil.which(tool) is None:
            yield Finding(state="missing", code="tool", detail=tool)
    version = ffmpeg_version()
    if not version:
        yield Finding(state="missing", code="ffmpeg")
        return
    number = _number(version)
    if number and number[:2] < OLDEST:
        yield Finding(state="weak", code="ffmpeg-version", detail=version)
    elif number and number[2] < _FIXED.get(number[:2], 0):
        yield Finding(state="ok", code="ffmpeg-fix", detail=version)
    else:
        yield Finding(state="ok", code="ffmpeg-version", detail=version)
    has_probe = bool(_answer("ffprobe", "-version"))
    yield Finding(state="ok" if has_probe else "missing", code="ffprobe")


def _number(version: str) -> tuple[int, int, int] | None:
    """None of a development build, which is taken to be recent."""
    found = re.match(r"n?(\d+)\.(\d+)(?:\.(\d+))?", version)
    return (int(found[1]), int(found[2]), int(found[3] or 0)) if found else None


def _ffmpeg_parts() -> Iterator[Finding]:
    for flag, code, wanted in (
        ("-encoders", "encoder", ENCODERS),
        ("-decoders", "decoder", DECODERS),
        ("-filters", "filter", FILTERS),
    ):
        have = _names(flag)
        for name in wanted:
            yield Finding(state="ok" if name in have else "missing", code=code, detail=name)
    yield Finding(state="ok" if can_tone_map() else "weak", code="tone-mapping", detail="zscale, tonemap")
    yield Finding(state="ok" if can_know_sounds() else "weak", code="sound-likeness", detail="chromaprint")


def _sandbox(box: Sandbox) -> Finding:
    return Finding(
        state="ok" if box.level >= WALLED else "weak", code="sandbox", detail=box.reason or f"level {box.level}"
    )


def _photos() -> Finding:
    """Whether pictures can be opened at all, and those of iPhones."""
    try:
        import pillow_heif
        from PIL import features
    except ImportError as error:
        return Finding(state="missing", code="photos", detail=str(error))
    lacking = [name for name in ("jpg", "zlib", "webp", "avif") if not features.check(name)]
    return Finding(
        state="weak" if lacking else "ok",
        code="photos",
        detail=", ".join(lacking) or f"pillow-heif {pillow_heif.__version__}",
    )


def _fonts() -> Finding:
    """Chinese letters for certificates and posters."""
    listed = _answer("fc-list", ":lang=zh-cn", "family")
    families = sorted({line.split(",")[0].strip() for line in listed.splitlines() if line.strip()})
    return Finding(state="ok" if families else "weak", code="chinese-fonts", detail=", ".join(families[:3]))


def _names(flag: str) -> set[str]:
    """The names in one of ffmpeg's lists, whose lines are flags, name, description."""
    return {parts[1] for line in _answer("ffmpeg", "-hide_banner", flag).splitlines() if len(parts := line.split()) > 1}


def _answer(*argv: str) -> str:
    """What a program on this machine prints, empty when it cannot be run. Only an answer is remembered: a program that
    is being replaced this moment may be there the next time."""
    if argv in _answers:
        return _answers[argv]
    try:
        done = run(list(argv), inputs={}, output=None, timeout_s=20, limits=Limits(), level=LIMITS_ONLY)
    except (Cut, OSError):
        return ""
    if done.returncode != 0:
        return ""
    return _answers.setdefault(argv, done.stdout.decode(errors="replace"))
