"""A film as a stream that every browser plays: copied where it can be, and in smaller sizes for weaker lines."""

import json
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from contest.media import commands, encode, formats, playlist, streamable
from contest.media.capabilities import can_tone_map
from contest.media.facts import Facts, Unreadable
from contest.media.outputs import Output, RenderFailed, Trouble, opened, output_of, refuse_failure, run_on
from contest.media.probe import exact_length_ms
from contest.media.process import Flooded, TimedOut
from contest.media.sandbox import ENCODE, Limits, Sandbox

MOST_DRIFT_MS = 500
# A copy of the same size as one that we would make takes its place, unless it is larger by more than half.
MOST_LARGER = 1.5
_COPYING = Limits(file_mib=4096, output_mib=8192, cpu_s=600)


@dataclass(frozen=True, kw_only=True)
class _Copied:
    """The film in its own packets is in the folder."""

    rung: encode.Rung
    kbps: int

    def replaces(self, other: encode.Rung) -> bool:
        same_size = (self.rung.width, self.rung.height) == (other.width, other.height)
        return same_size and self.kbps <= MOST_LARGER * other.most_kbps


def render_first(path: Path, facts: Facts, *, into: Path, box: Sandbox) -> list[Output] | None:
    """The stream of the film as it came, within seconds; None of a film that has to be encoded."""
    copied = _copied(path, facts, into=into, box=box)
    if copied is None:
        return None
    _write_master(into, [copied.rung], facts)
    return _outputs(into, [copied.rung])


def render_film(
    path: Path,
    facts: Facts,
    *,
    into: Path,
    box: Sandbox,
    limit_ms: int | None = None,
    height: int | None = None,
    threads: int = 2,
    report: Callable[[int], None] = lambda _percent: None,
) -> list[Output]:
    """The stream in whole segment files, in all sizes, and an MP4 for players that cannot take it."""
    length_ms = min(facts.length_ms, limit_ms or facts.length_ms)
    may_be_copied = length_ms == facts.length_ms and facts.short_side <= (height or facts.short_side)
    copied = _copied(path, facts, into=into, box=box) if may_be_copied else None
    report(3)
    rungs = encode.ladder(facts, height)
    if copied is not None:
        rungs = [one for one in rungs if not copied.replaces(one)]
        if any((one.width, one.height) == (copied.rung.width, copied.rung.height) for one in rungs):
            _remove(into)  # the same size twice would be no choice
            copied = None
    if rungs:
        _encode(path, facts, rungs, length_ms=length_ms, threads=threads, into=into, box=box, report=report)
    else:
        argv = encode.copied_fallback(facts, form=opened(facts, box=box))
        refuse_failure(run_on(path, argv, box=box, into=into, timeout_s=300, limits=_COPYING))
    report(97)
    every = [*([copied.rung] if copied else []), *rungs]
    _verify(into / encode.FALLBACK, every[-1], length_ms=length_ms, box=box)
    _write_master(into, every, facts)
    smallest = (every[-1].width, every[-1].height)
    return [*_outputs(into, every), output_of(into, encode.FALLBACK, size=smallest)]


def _copied(path: Path, facts: Facts, *, into: Path, box: Sandbox) -> _Copied | None:
    """What cannot be copied, for whatever reason shows only when it is tried, is encoded like the rest."""
    form = opened(facts, box=box)
    if streamable.why_encoded(path, facts, form=form, box=box) is not None:
        return None
    rung = encode.source_rung(facts)
    (into / encode.HLS_FOLDER).mkdir(parents=True)
    try:
        argv = encode.copied(facts, form=form)
        refuse_failure(run_on(path, argv, box=box, into=into, timeout_s=300, limits=_COPYING))
        _verify_stream(into, rung, length_ms=facts.length_ms, box=box)
        _peak, average = playlist.rates(into / encode.HLS_FOLDER / f"{rung.name}.m3u8")
    except (RenderFailed, ValueError, OSError):
        _remove(into)
        return None
    return _Copied(rung=rung, kbps=round(average / 1000))


def _remove(into: Path) -> None:
    shutil.rmtree(into / encode.HLS_FOLDER)


def _encode(
    path: Path,
    facts: Facts,
    rungs: Sequence[encode.Rung],
    *,
    length_ms: int,
    threads: int,
    into: Path,
    box: Sandbox,
    report: Callable[[int], None],
) -> None:
    argv = encode.film(
        facts,
        form=opened(facts, box=box),
        rungs=rungs,
        length_s=length_ms / 1000,
        can_tone_map=can_tone_map(),
        threads=threads,
    )
    (into / encode.HLS_FOLDER).mkdir(parents=True, exist_ok=True)
    timeout_s = 120 + 60 * length_ms / 1000
    listen = _listener(length_ms, report=lambda percent: report(3 + round(percent * 0.9)))
    refuse_failure(run_on(path, argv, box=box, into=into, timeout_s=timeout_s, limits=ENCODE, on_line=listen))
    for size in rungs:
        _verify_stream(into, size, length_ms=length_ms, box=box)


def _verify_stream(into: Path, size: encode.Rung, *, length_ms: int, box: Sandbox) -> None:
    with tempfile.TemporaryDirectory(dir=into, prefix="joined-") as aside:
        joined = _joined(into / encode.HLS_FOLDER / f"{size.name}.m3u8", Path(aside))
        _verify(joined, size, length_ms=length_ms, box=box)


def _write_master(into: Path, rungs: Sequence[encode.Rung], facts: Facts) -> None:
    """The smallest size first: whoever cannot choose has the weakest line, and others climb within seconds."""
    own_fps = Fraction(round(facts.fps * 1000), 1000)
    variants = [
        playlist.Variant(
            playlist=f"{one.name}.m3u8",
            width=one.width,
            height=one.height,
            fps=own_fps if one.name == encode.SOURCE else encode.target_fps(facts),
        )
        for one in reversed(rungs)
    ]
    folder = into / encode.HLS_FOLDER
    try:
        text = playlist.master(folder, variants, has_sound=facts.audio_stream is not None)
    except (ValueError, OSError) as error:
        raise RenderFailed(Trouble.WRONG_OUTPUT, str(error)) from error
    (into / encode.MASTER).write_text(text, encoding="utf-8")


def _outputs(into: Path, rungs: Sequence[encode.Rung]) -> list[Output]:
    """The files of the stream, each with the size of the pictures in it."""
    made = []
    for name in sorted(path.name for path in (into / encode.HLS_FOLDER).iterdir()):
        size = next((one for one in rungs if name.startswith(one.name)), rungs[0])
        made.append(output_of(into, f"{encode.HLS_FOLDER}/{name}", size=(size.width, size.height)))
    return made


def _listener(length_ms: int, *, report: Callable[[int], None]) -> Callable[[str], None]:
    """Hears ffmpeg's progress lines and tells how much is done, once for each per cent."""
    told = -1

    def hear(line: str) -> None:
        nonlocal told
        name, _, value = line.partition("=")
        if name == "out_time_us" and value.strip().isdigit():
            percent = min(100, int(value) // max(1, length_ms * 10))
            if percent > told:
                told = percent
                report(percent)

    return hear


def _joined(listed: Path, folder: Path) -> Path:
    """Beginning and segments of a stream as the one file they are."""
    joined = folder / "joined.mp4"
    with joined.open("wb") as file:
        for name in [playlist.begin_of(listed), *(name for _seconds, name in playlist.parts(listed))]:
            file.write((listed.parent / name).read_bytes())
    return joined


def _verify(path: Path, size: encode.Rung, *, length_ms: int, box: Sandbox) -> None:
    """Nothing is handed over that was not looked at: the size, the codec, the exact length."""
    try:
        done = box.run(commands.probe_streams(formats.OURS), inputs={"media": path}, timeout_s=60)
        streams = json.loads(done.stdout)["streams"] if done.returncode == 0 else []
        exact_ms = exact_length_ms(path, box=box)
    except Unreadable as error:
        raise RenderFailed(Trouble.WRONG_OUTPUT, str(error)) from error
    except (TimedOut, Flooded) as error:
        raise RenderFailed(Trouble.TIMEOUT, str(error)) from error
    found = [(s["codec_name"], s["width"], s["height"]) for s in streams if s["codec_type"] == "video"]
    if found != [("h264", size.width, size.height)]:
        raise RenderFailed(Trouble.WRONG_OUTPUT, f"{path.name} is {found}")
    if abs(exact_ms - length_ms) > MOST_DRIFT_MS:
        raise RenderFailed(Trouble.WRONG_LENGTH, f"{path.name} plays {exact_ms} ms, not {length_ms}")
