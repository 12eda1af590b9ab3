"""Look at a file of unknown make and say what it is: `examine` gives Facts or raises Unreadable.

The order is from cheap and safe to dear: the first bytes, the outer boxes, ffprobe's header, the packets, a few decoded
pictures and the sound.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from contest.media import commands, formats, samples
from contest.media.aigc import label_from_tags
from contest.media.attempt import attempt
from contest.media.capabilities import can_tone_map
from contest.media.facts import Code, Facts, Flag, Kind, Unreadable
from contest.media.formats import Format
from contest.media.header import is_interlaced, number, positive, rotation, shown_size, stored_size, tags
from contest.media.photo import examine_photo
from contest.media.sandbox import Sandbox
from contest.media.scan import MOST_PACKETS, Length, StreamScan, length_of, scan
from contest.media.sniff import Structure, container_of, structure_of
from contest.media.watch import Watched, watch

# An hour of film has more packets than a short one that is made of nothing else: 60 pictures a second and the sound.
PACKETS_A_SECOND, LONGEST_S = 120, 3600
_OTHER_VIDEO = {*formats.ONLY_BEHIND_WALLS, "rm"}
_ANIMATED = {"gif", "apng", "webp-animated"}
_COMPLAINTS = {
    "moov atom not found": Code.MOOV_MISSING,
    "Format not on whitelist": Code.UNSUPPORTED_CONTAINER,
    ") not on whitelist": Code.UNSUPPORTED_CODEC,
    "max pixel count": Code.TOO_MANY_PIXELS,
}


def examine(
    path: Path,
    *,
    kind: Kind,
    box: Sandbox,
    most_packets: int = MOST_PACKETS,
    on_progress: Callable[[int], None] | None = None,
    keep: Path | None = None,
) -> Facts:
    """The facts about the file at `path`, which should be a `kind`; raises Unreadable, or Stopped by `box.stop`.

    `keep`: a folder for small pictures of what is found in a film, which `Facts.seen` lists.
    """
    if path.stat().st_size == 0:
        raise Unreadable(Code.EMPTY)
    report = on_progress or (lambda _percent: None)
    if kind == "photo":
        return examine_photo(path, box=box)
    try:
        return _examine_video(path, box=box, most_packets=most_packets, report=report, keep=keep)
    except Unreadable as error:
        error.form = error.form or container_of(path)
        raise


def exact_length_ms(path: Path, *, box: Sandbox) -> int:
    """The exact length of one of our own renditions, an MP4."""
    scanned = _packets(path, formats.OURS, box=box, most=2 * MOST_PACKETS)
    return round(length_of(scanned.values(), starts_at_zero=True).exact_s * 1000)


def _examine_video(
    path: Path, *, box: Sandbox, most_packets: int, report: Callable[[int], None], keep: Path | None
) -> Facts:
    form = _permitted(path, box=box)
    structure = structure_of(path, form.container)
    if not structure.has_index:
        raise Unreadable(Code.MOOV_MISSING)
    header = _header(path, form, box=box)
    report(20)
    video, audios = _chosen_streams(header["streams"], form)
    header_s = positive(header["format"].get("duration"))
    most = max(most_packets, round(PACKETS_A_SECOND * min(header_s or 0.0, LONGEST_S)))
    scanned = _packets(path, form, box=box, most=most)
    report(50)
    shown = {index: scanned[index] for index in (video["index"], *(a["index"] for a in audios)) if index in scanned}
    pictures = shown.get(video["index"])
    length = length_of(shown.values(), starts_at_zero=form.container == "mp4")
    _refuse_damage(
        pictures, length, header_s=header_s, structure=structure, container=form.container, size=path.stat().st_size
    )
    assert pictures is not None  # noqa: S101 - refused above
    audio = audios[0] if audios else None
    wanted = samples.plan(
        pictures,
        size=shown_size(video),
        begins_at=number(header["format"].get("start_time")) or 0.0,
        can_seek=not length.restarts,
        stored=stored_size(video),
        hdr=str(video.get("color_transfer", "")) if _is_hdr(video) and can_tone_map() else "",
    )
    watched = watch(path, form, wanted, video=video, audio=audio, box=box, keep=keep)
    report(100)
    return _facts(
        path,
        container=form.container,
        header=header,
        video=video,
        audio=audio,
        pictures=pictures,
        length=length,
        header_s=header_s,
        structure=structure,
        watched=watched,
    )


def _permitted(path: Path, *, box: Sandbox) -> Format:
    container = container_of(path)
    if form := formats.taken(container, level=box.level):
        return form
    if container in _OTHER_VIDEO:
        raise Unreadable(Code.UNSUPPORTED_CONTAINER, container)
    if container in _ANIMATED:
        raise Unreadable(Code.ANIMATED_IMAGE, container)
    if container == "audio":
        raise Unreadable(Code.AUDIO_ONLY)
    raise Unreadable(Code.NOT_A_VIDEO, container)


def _header(path: Path, form: Format, *, box: Sandbox) -> dict[str, Any]:
    done = attempt(commands.probe_streams(form), path, box=box)
    if done.returncode:
        for words, code in _COMPLAINTS.items():
            if words in done.stderr:
                raise Unreadable(code, done.stderr[:200])
        raise Unreadable(Code.DAMAGED, done.stderr[-200:])
    header: dict[str, Any] = json.loads(done.stdout)
    if not header.get("streams"):
        raise Unreadable(Code.NO_VIDEO_STREAM)
    return header


def _chosen_streams(streams: Sequence[dict[str, Any]], form: Format) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The one stream of pictures, chosen by what it is for and never by its place, and the sound, best first."""
    audios = [s for s in streams if s.get("codec_type") == "audio"]
    videos = [s for s in streams if s.get("codec_type") == "video" and not _disposed(s, "attached_pic")]
    videos = [s for s in videos if not _disposed(s, "still_image") and not _disposed(s, "timed_thumbnails")]
    if not videos:
        raise Unreadable(Code.AUDIO_ONLY if audios else Code.NO_VIDEO_STREAM)
    if len(videos) > 1:
        raise Unreadable(Code.SEVERAL_VIDEO_STREAMS, str(len(videos)))
    if videos[0].get("codec_name") not in form.video:
        raise _unsupported(videos[0], form)
    if int(videos[0].get("width", 0)) * int(videos[0].get("height", 0)) > commands.MOST_PIXELS:
        raise Unreadable(Code.TOO_MANY_PIXELS, f"{videos[0].get('width')} x {videos[0].get('height')}")
    # A phone may add a second sound in a format of its own (spatial audio) beside one that all can play.
    audible = [s for s in audios if s.get("codec_name") in form.audio and int(s.get("channels") or 0) > 0]
    if audios and not audible:
        raise _unsupported(audios[0], form)
    return videos[0], sorted(audible, key=lambda s: not _disposed(s, "default"))


def _unsupported(stream: Mapping[str, Any], form: Format) -> Unreadable:
    codec = str(stream.get("codec_name", "unknown"))
    return Unreadable(Code.UNSUPPORTED_CODEC, codec, form=f"{form.container} {codec}")


def _disposed(stream: Mapping[str, Any], disposition: str) -> bool:
    return bool(stream.get("disposition", {}).get(disposition))


def _packets(path: Path, form: Format, *, box: Sandbox, most: int) -> dict[int, StreamScan]:
    done = attempt(commands.probe_packets(form), path, box=box, on_flood=Code.TOO_MANY_PACKETS)
    if done.returncode:
        raise Unreadable(Code.DAMAGED, done.stderr[-200:])
    return scan(done.stdout.decode("ascii", "replace").splitlines(), most=most)


def _refuse_damage(
    pictures: StreamScan | None,
    length: Length,
    *,
    header_s: float | None,
    structure: Structure,
    container: str,
    size: int,
) -> None:
    if pictures is None or length.exact_s <= 0:
        raise Unreadable(Code.DAMAGED, "no packets")
    if structure.missing_bytes and _lacks_much(structure, length, header_s=header_s, size=size):
        raise Unreadable(Code.DAMAGED, f"{structure.missing_bytes} bytes are missing")
    # One header for several films: the later ones decode to rubbish. A transport stream may start again and be fine.
    if length.restarts and container not in formats.JOINABLE:
        raise Unreadable(Code.JOINED_FILE, f"{length.exact_s:.2f} s in all")
    if pictures.packets < 2:
        raise Unreadable(Code.SINGLE_FRAME)


def _lacks_much(structure: Structure, length: Length, *, header_s: float | None, size: int) -> bool:
    """Whether more is missing than the last moments: of the length, or of the bytes where no length is written."""
    if header_s is None:
        return structure.missing_bytes > 0.02 * (size + structure.missing_bytes)
    return length.exact_s < 0.98 * header_s


def _facts(
    path: Path,
    *,
    container: str,
    header: Mapping[str, Any],
    video: Mapping[str, Any],
    audio: Mapping[str, Any] | None,
    pictures: StreamScan,
    length: Length,
    header_s: float | None,
    structure: Structure,
    watched: Watched,
) -> Facts:
    width, height = shown_size(video)
    told = {**tags(video), **tags(header["format"])}
    pictures_s = length_of([pictures], starts_at_zero=container == "mp4").exact_s
    fps = pictures.shown / pictures_s if pictures_s > 0 else 0.0
    hidden_ms = _hidden_ms(video, pictures, fps)
    flags = {
        Flag.HEADER_MISMATCH: _mismatch(header_s, length.exact_s),
        Flag.TIMESTAMPS_RESTART: length.restarts,
        Flag.HIDDEN_MEDIA: hidden_ms > 0,
        Flag.TRAILING_DATA: structure.restarts,
        Flag.INCOMPLETE: structure.missing_bytes > 0,
        Flag.FEW_FRAMES: fps < 5,
        Flag.HIGH_FRAME_RATE: fps > 120,
    }
    return Facts(
        kind="video",
        container=container,
        size_bytes=path.stat().st_size,
        width=width,
        height=height,
        codec=str(video.get("codec_name", "")),
        rotation=rotation(video),
        flags=tuple(flag for flag, is_so in flags.items() if is_so),
        ai_label=label_from_tags(told),
        has_location=any("location" in name.lower() or name == "\xa9xyz" for name in told),
        hdr=_is_hdr(video),
        transfer=str(video.get("color_transfer", "")),
        length_ms=round(length.exact_s * 1000),
        pictures_ms=round(min(pictures_s, length.exact_s) * 1000),
        header_ms=None if header_s is None else round(header_s * 1000),
        hidden_ms=hidden_ms,
        fps=round(fps, 3),
        frame_rate=str(video.get("r_frame_rate", "")),
        video_stream=int(video["index"]),
        pixel_format=str(video.get("pix_fmt", "")),
        interlaced=watched.interlaced,
        bit_rate=int(number(header["format"].get("bit_rate")) or 0),
        audio_stream=None if audio is None else int(audio["index"]),
        audio_codec="" if audio is None else str(audio.get("codec_name", "")),
        audio_channels=0 if audio is None else int(audio["channels"]),
        loudness_lufs=watched.loudness,
        quality=watched.quality | {"bits_per_pixel": _bits_per_pixel(video, pictures)},
        flagged_interlaced=is_interlaced(video),
        seen=watched.seen,
    )


def _is_hdr(video: Mapping[str, Any]) -> bool:
    return video.get("color_transfer") in ("smpte2084", "arib-std-b67")


def _mismatch(header_s: float | None, exact_s: float) -> bool:
    """Whether the header is wrong by more than a player's rounding; sound may run on for a few hundredths."""
    if header_s is None:
        return False
    difference = abs(header_s - exact_s)
    return difference > 1.0 or (difference > 0.25 and difference > 0.02 * exact_s)


def _bits_per_pixel(video: Mapping[str, Any], pictures: StreamScan) -> float:
    """What the pictures take for each of their pixels: how much was squeezed out of them."""
    pixels = int(video.get("width", 0)) * int(video.get("height", 0)) * pictures.shown
    taken = sum(size for _at, size, _is_key in pictures.shown_at)
    return round(8 * taken / pixels, 4) if pixels else 0.0


def _hidden_ms(video: Mapping[str, Any], pictures: StreamScan, fps: float) -> int:
    """How much the index lists but an edit list hides, from a second on: any trim keeps part of a group of pictures."""
    listed = int(number(video.get("nb_frames")) or 0)
    hidden = listed - pictures.packets
    return round(hidden / fps * 1000) if fps and hidden > max(fps, 0.05 * listed) else 0
