"""Stills of a film: the pictures that may stand for it, and the sheet of little ones for the seek bar."""

from pathlib import Path

from contest.media import posters, stills, storyboard
from contest.media.aigc import jpeg_with_label
from contest.media.blur import blur_of, smaller
from contest.media.capabilities import can_tone_map
from contest.media.facts import Facts
from contest.media.outputs import Output, RenderFailed, Trouble, opened, output_of, refuse_failure, run_on
from contest.media.sandbox import Limits, Sandbox

POSTER, POSTER_SMALL = "poster.jpg", "poster-small.jpg"
LONG_MS = 30_000  # from here on decoding up to a moment may cost more than the picture


def render_poster(path: Path, facts: Facts, *, into: Path, box: Sandbox) -> list[Output]:
    """Up to three pictures that say something about the film, each large and small; the first is the best.

    Fewer of a film that is short or shows one thing only, one of a black film.
    """
    chosen = posters.candidates(_tries(path, facts, into=into, box=box))
    if not chosen:
        raise RenderFailed(Trouble.FAILED, "no picture for a poster")
    made = []
    for place, one in enumerate(chosen):
        blur = blur_of(smaller(one.thumb, side=posters.THUMB_SIDE))
        for taken, name in zip(one.names, (POSTER, POSTER_SMALL), strict=True):
            kept = into / (name if place == 0 else name.replace("poster", f"poster-{place + 1}"))
            (into / taken).rename(kept)
            if facts.ai_label:
                kept.write_bytes(jpeg_with_label(kept.read_bytes(), facts.ai_label))
            made.append(output_of(into, kept.name, size=jpeg_size(kept), blur=blur))
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
    argv = stills.poster(
        facts,
        form=opened(facts, box=box),
        at_s=share * facts.pictures_ms / 1000,
        names=posters.names_of(number),
        at_key_frame=at_key_frame,
        can_tone_map=can_tone_map(),
    )
    done = run_on(path, argv, box=box, into=into, timeout_s=60, limits=Limits(memory_mib=3072, file_mib=16))
    files = [into / name for name in posters.names_of(number)]
    if not all(file.exists() and file.stat().st_size for file in files):
        return None
    return posters.judged(number, stats=done.stdout.decode(errors="replace"), thumb=files[2].read_bytes())


def render_storyboard(film: Path, facts: Facts, *, into: Path, box: Sandbox) -> list[Output]:
    """The sheet and its times, from the MP4 that we made."""
    sheet = storyboard.sheet_of(facts)
    argv = stills.storyboard(sheet, name=storyboard.SHEET)
    limits = Limits(memory_mib=3072, file_mib=16, cpu_s=1800, nice=10)
    refuse_failure(run_on(film, argv, box=box, into=into, timeout_s=600, limits=limits))
    made = into / storyboard.SHEET
    size = jpeg_size(made) if made.exists() else (0, 0)
    if size != (sheet.columns * sheet.width, sheet.rows * sheet.height):
        raise RenderFailed(Trouble.WRONG_OUTPUT, f"the storyboard is {size}")
    if facts.ai_label:
        made.write_bytes(jpeg_with_label(made.read_bytes(), facts.ai_label))
    (into / storyboard.TIMES).write_text(storyboard.times(sheet), encoding="utf-8")
    return [output_of(into, storyboard.SHEET, size=size), output_of(into, storyboard.TIMES, size=(0, 0))]


def jpeg_size(path: Path) -> tuple[int, int]:
    """Width and height from the frame header of a JPEG of our own."""
    data = path.read_bytes()
    offset = 2
    while offset + 9 < len(data):
        marker, length = data[offset + 1], int.from_bytes(data[offset + 2 : offset + 4], "big")
        if 0xC0 <= marker <= 0xC3:
            return int.from_bytes(data[offset + 7 : offset + 9]), int.from_bytes(data[offset + 5 : offset + 7])
        offset += 2 + length
    raise RenderFailed(Trouble.WRONG_OUTPUT, path.name)
