"""Single pictures of a film as ffmpeg command lines: those that may stand for it, and the sheet for the seek bar."""

import ffmpeg

from contest.media.commands import INPUT, compiled, guard
from contest.media.facts import Facts
from contest.media.filters import copies, full_range, scaled, standard_range, whole, within
from contest.media.formats import OURS, Format
from contest.media.posters import THUMB_SIDE
from contest.media.storyboard import Sheet

POSTER_SIDE, POSTER_SMALL_SIDE = 1280, 480


def poster(
    facts: Facts,
    *,
    form: Format,
    at_s: float,
    names: tuple[str, str, str],
    at_key_frame: bool = False,
    can_tone_map: bool,
) -> list[str]:
    """One picture of the film in two sizes and as a thumbnail of plain RGB; its brightness is printed among the
    progress. `at_key_frame`: the next one that is whole by itself, which saves decoding up to it."""
    skip = {"skip_frame": "nokey"} if at_key_frame else {}
    given = ffmpeg.input(INPUT, ss=f"{at_s:.3f}", **skip, **guard(form))
    width, height = within(facts, POSTER_SIDE)
    pictures = whole(given[str(facts.video_stream)], facts)
    pictures = standard_range(scaled(pictures, width, height), facts, can_tone_map=can_tone_map)
    pictures = pictures.filter("signalstats").filter("metadata", "print", file="-")
    large, small, thumb = copies(pictures, "split", 3)
    small = small.filter("scale", *within(facts, POSTER_SMALL_SIDE))
    thumb = thumb.filter("scale", THUMB_SIDE, THUMB_SIDE, flags="area")
    options = {"frames:v": 1, "map_metadata": -1, "fflags": "+bitexact"}
    jpeg = {"q:v": 3, "f": "image2", "update": 1, **options}
    return compiled(
        ffmpeg.output(full_range(large), names[0], **jpeg),
        ffmpeg.output(full_range(small), names[1], **jpeg),
        ffmpeg.output(thumb, names[2], f="rawvideo", pix_fmt="rgb24", **options),
    )


def storyboard(sheet: Sheet, *, name: str) -> list[str]:
    """The sheet, from our own MP4. Only key pictures are decoded: there is one at least every two seconds in all but
    the few films that were short of nothing and copied."""
    given = ffmpeg.input(INPUT, skip_frame="nokey", **guard(OURS))
    pictures = given["v:0"].filter("scale", sheet.width, sheet.height)
    # The last picture lasts as long as the others and the sheet is filled, however the key pictures fall.
    pictures = pictures.filter("tpad", stop_mode="clone", stop_duration=f"{2 * sheet.every_ms / 1000:.3f}")
    pictures = pictures.filter("fps", fps=f"1000/{sheet.every_ms}", start_time=0, round="near")
    pictures = pictures.filter("tpad", stop_mode="clone", stop=sheet.count).filter("trim", end_frame=sheet.count)
    pictures = pictures.filter("tile", f"{sheet.columns}x{sheet.rows}")
    options = {"frames:v": 1, "map_metadata": -1, "fflags": "+bitexact", "q:v": 5, "f": "image2", "update": 1}
    return compiled(ffmpeg.output(full_range(pictures), name, **options))
