"""What the public gets to see of a file: our own renditions, checked before they are handed over.

Nothing of the original's metadata is in them except the AI label. Every function writes into an empty folder of the
job and returns what is in it; a job that is repeated writes the same bytes again.
"""

import hashlib
import json
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from contest.media import commands, encode, formats, playlist, posters
from contest.media.aigc import jpeg_with_label
from contest.media.capabilities import can_tone_map
from contest.media.facts import Facts, Unreadable
from contest.media.formats import Format
from contest.media.photo import run_child
from contest.media.probe import exact_length_ms
from contest.media.process import Finished, Flooded, TimedOut
from contest.media.sandbox import ENCODE, Limits, Sandbox

POSTER, POSTER_SMALL = "poster.jpg", "poster-small.jpg"
MASTER, FALLBACK = encode.MASTER, encode.FALLBACK
PHOTO_JPEG, PHOTO_WEBP = (2048, 1024, 480), (2048, 1024)
MOST_DRIFT_MS = 500
LONG_MS = 30_000  # from here on decoding up to a moment may cost more than the picture
_MIMES = {
    ".jpg": "image/jpeg",
    ".webp": "image/webp",
    ".mp4": "video/mp4",
    ".m4s": "video/iso.segment",
    ".m3u8": "application/vnd.apple.mpegurl",
}


class Trouble(StrEnum):
    """Why no rendition came of a file that had passed its check."""

    FAILED = "encoder-failed"
    TIMEOUT = "timeout"
    TOO_LARGE = "too-large"
    WRONG_LENGTH = "wrong-length"
    WRONG_OUTPUT = "wrong-output"


class RenderFailed(Exception):
    """`code` is for people, through the caller's sentence; `detail` is for the log."""

    def __init__(self, code: Trouble, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else str(code))
        self.code = code
        self.detail = detail


@dataclass(frozen=True, kw_only=True)
class Output:
    """One file of a rendition; `name` is its path below the folder. 0 x 0 when it has no size of its own."""

    name: str
    mime: str
    bytes: int
    sha256: str
    width: int = 0
    height: int = 0


def render(
    path: Path,
    facts: Facts,
    *,
    into: Path,
    box: Sandbox,
    limit_ms: int | None = None,
    height: int | None = None,
    threads: int = 2,
    on_progress: Callable[[int], None] | None = None,
) -> list[Output]:
    """Everything for the file at `path`: posters and streams of a video, sizes of a photo.

    Raises RenderFailed, Stopped by `box.stop`, and what `on_progress` raises.
    """
    report = on_progress or (lambda _percent: None)
    if facts.kind == "photo":
        outputs = render_photo(path, into=into, box=box)
        report(100)
        return outputs
    pictures = render_poster(path, facts, into=into, box=box)
    report(3)
    films = render_film(
        path,
        facts,
        into=into,
        box=box,
        limit_ms=limit_ms,
        height=height,
        threads=threads,
        report=report,
    )
    report(100)
    return [*pictures, *films]


def render_photo(path: Path, *, into: Path, box: Sandbox) -> list[Output]:
    sizes = json.dumps({"jpeg": PHOTO_JPEG, "webp": PHOTO_WEBP})
    try:
        made = run_child(["render", "/in/media", sizes], path, box=box, output=into)["made"]
    except Flooded as error:
        raise RenderFailed(Trouble.TOO_LARGE, str(error)) from error
    except Unreadable as error:
        raise RenderFailed(Trouble.FAILED, str(error)) from error
    return [_output(into, one["name"], size=(one["width"], one["height"])) for one in made]


def render_poster(path: Path, facts: Facts, *, into: Path, box: Sandbox) -> list[Output]:
    """Up to three pictures that say something about the film, each large and small; the first is the best.

    Fewer of a film that is short or shows one thing only, one of a black film.
    """
    chosen = posters.candidates(_tries(path, facts, into=into, box=box))
    if not chosen:
        raise RenderFailed(Trouble.FAILED, "no picture for a poster")
    made = []
    for place, one in enumerate(chosen):
        for taken, name in zip(one.names, (POSTER, POSTER_SMALL), strict=True):
            kept = into / (name if place == 0 else name.replace("poster", f"poster-{place + 1}"))
            (into / taken).rename(kept)
            if facts.ai_label:
                kept.write_bytes(jpeg_with_label(kept.read_bytes(), facts.ai_label))
            made.append(_output(into, kept.name, size=_jpeg_size(kept)))
    for left in into.glob("try-*"):
        left.unlink()
    return made


def _tries(path: Path, facts: Facts, *, into: Path, box: Sandbox) -> list[posters.Try]:
    """Pictures of some moments until one is good, and then of two more.

    A verdict waits for these, so the two are taken where that is cheap: in a long film at its key frames, and never
    after something went wrong.
    """
    is_long = facts.pictures_ms > LONG_MS and not facts.interlaced  # deinterlacing looks at the pictures between
    tried: list[posters.Try] = []
    left = posters.MOST
    for number, share in enumerate(posters.MOMENTS):
        has_good = left < posters.MOST
        try:
            taken = _try(number, share, path, facts, at_key_frame=has_good and is_long, into=into, box=box)
        except RenderFailed:
            if has_good:
                break
            raise
        tried += [taken] if taken else []
        if has_good or (taken and taken.is_good):
            left -= 1
        if not left:
            break
    return tried


def _try(
    number: int, share: float, path: Path, facts: Facts, *, at_key_frame: bool, into: Path, box: Sandbox
) -> posters.Try | None:
    """The picture at that share of the length; None where there is none."""
    argv = encode.poster(
        facts,
        form=_opened(facts, box=box),
        at_s=share * facts.pictures_ms / 1000,
        names=posters.names_of(number),
        at_key_frame=at_key_frame,
        can_tone_map=can_tone_map(),
    )
    done = _run(argv, path, box=box, into=into, timeout_s=60, limits=Limits(memory_mib=3072, file_mib=16))
    files = [into / name for name in posters.names_of(number)]
    if not all(file.exists() and file.stat().st_size for file in files):
        return None
    return posters.judged(number, stats=done.stdout.decode(errors="replace"), thumb=files[2].read_bytes())


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
    rungs = encode.ladder(facts, height)
    argv = encode.film(
        facts,
        form=_opened(facts, box=box),
        rungs=rungs,
        length_s=length_ms / 1000,
        can_tone_map=can_tone_map(),
        threads=threads,
    )
    folder = into / encode.HLS_FOLDER
    folder.mkdir(parents=True)
    timeout_s = 120 + 60 * length_ms / 1000
    listen = _listener(length_ms, report=lambda percent: report(3 + round(percent * 0.9)))
    _refuse_failure(_run(argv, path, box=box, into=into, timeout_s=timeout_s, limits=ENCODE, on_line=listen))
    for size in rungs:
        with tempfile.TemporaryDirectory(dir=into, prefix="joined-") as aside:
            joined = _joined(folder / f"{size.name}.m3u8", Path(aside))
            _verify(joined, size, length_ms=length_ms, box=box)
            if size is rungs[-1]:
                remux = encode.remuxed_fallback(facts.ai_label)
                _refuse_failure(_run(remux, joined, box=box, into=into, timeout_s=120, limits=ENCODE))
    report(97)
    _verify(into / FALLBACK, rungs[-1], length_ms=length_ms, box=box)
    _write_master(folder, rungs, facts)
    return [
        *(_of_stream(into, name, rungs) for name in sorted(p.name for p in folder.iterdir())),
        _output(into, FALLBACK, size=(rungs[-1].width, rungs[-1].height)),
    ]


def _write_master(folder: Path, rungs: Sequence[encode.Rung], facts: Facts) -> None:
    """The smallest size first: whoever cannot choose has the weakest line, and others climb within seconds."""
    variants = [
        playlist.Variant(playlist=f"{one.name}.m3u8", width=one.width, height=one.height) for one in reversed(rungs)
    ]
    has_sound = facts.audio_stream is not None
    try:
        text = playlist.master(folder, variants, fps=encode.target_fps(facts), has_sound=has_sound)
    except (ValueError, OSError) as error:
        raise RenderFailed(Trouble.WRONG_OUTPUT, str(error)) from error
    (folder / Path(MASTER).name).write_text(text, encoding="utf-8")


def _of_stream(into: Path, name: str, rungs: Sequence[encode.Rung]) -> Output:
    """A file of the stream, with the size of the pictures in it."""
    size = next((one for one in rungs if name.startswith(one.name)), rungs[0])
    return _output(into, f"{encode.HLS_FOLDER}/{name}", size=(size.width, size.height))


def _opened(facts: Facts, *, box: Sandbox) -> Format:
    """As the check opened it, unless this machine has fewer walls than the one that checked."""
    form = formats.taken(facts.container, level=box.level)
    if form is None:
        raise RenderFailed(Trouble.FAILED, f"{facts.container} is not opened at level {box.level} of the sandbox")
    return form


def _run(
    argv: Sequence[str],
    path: Path,
    *,
    box: Sandbox,
    into: Path,
    timeout_s: float,
    limits: Limits,
    on_line: Callable[[str], None] | None = None,
) -> Finished:
    try:
        return box.run(
            argv, inputs={"media": path}, output=into, timeout_s=timeout_s, limits=limits, on_progress=on_line
        )
    except TimedOut as error:
        raise RenderFailed(Trouble.TIMEOUT, str(error)) from error
    except Flooded as error:
        raise RenderFailed(Trouble.TOO_LARGE, str(error)) from error


def _refuse_failure(done: Finished) -> None:
    if done.returncode:
        raise RenderFailed(Trouble.FAILED, f"{done.returncode}: {done.stderr[-1000:]}")


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


def _output(into: Path, name: str, *, size: tuple[int, int]) -> Output:
    path = into / name
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Output(
        name=name,
        mime=_MIMES[path.suffix],
        bytes=path.stat().st_size,
        sha256=digest,
        width=size[0],
        height=size[1],
    )


def _jpeg_size(path: Path) -> tuple[int, int]:
    """Width and height from the frame header of a JPEG of our own."""
    data = path.read_bytes()
    offset = 2
    while offset + 9 < len(data):
        marker, length = data[offset + 1], int.from_bytes(data[offset + 2 : offset + 4], "big")
        if 0xC0 <= marker <= 0xC3:
            return int.from_bytes(data[offset + 7 : offset + 9]), int.from_bytes(data[offset + 5 : offset + 7])
        offset += 2 + length
    raise RenderFailed(Trouble.WRONG_OUTPUT, path.name)


def total_bytes(outputs: Iterable[Output]) -> int:
    return sum(output.bytes for output in outputs)
