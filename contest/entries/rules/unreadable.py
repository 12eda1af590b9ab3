"""Why a file could not be used: what happened, what is kept, what to do; one answer for each code of contest.media."""

from collections.abc import Callable
from dataclasses import dataclass

from flask_babel import gettext as _

from contest.audit.words import describe_value
from contest.entries.rules.lines_counted import CODECS
from contest.entries.rules.said import two
from contest.media import formats
from contest.media.facts import Code


@dataclass(frozen=True, kw_only=True)
class Sorry:
    """Why a file could not be used: what happened, what is kept, what to do."""

    title: str
    happened: str
    kept: str
    todo: str


def sorry(code: str, form: str = "", *, kind: str = "video", walls: bool = False) -> Sorry:
    """Why a file cannot be used, for each code of contest.media; one it does not know is explained in general.

    `form`: what it is as far as anybody knows, such as "asf" or "mp4 cinepak"; then it is called by its name.
    `kind`: what was asked for, on which the advice depends. `walls`: whether films of old cameras are taken here too.
    """
    title, happened, todo = _SORRY.get(code, _SORRY[Code.DAMAGED])
    if kind == "photo" and code == Code.ANIMATED_IMAGE:
        happened, todo = _moves, _choose_a_still
    if walls and code == Code.NOT_A_VIDEO:
        todo = _choose_any_film
    if walls and code == Code.UNSUPPORTED_CONTAINER:
        happened = _all_are_taken
    kept = _("Everything you typed is kept, and so is the file as it came.")
    told = happened()
    container, _space, codec = form.partition(" ")
    if code == Code.UNSUPPORTED_CONTAINER and container in formats.ONLY_BEHIND_WALLS:
        told = two(
            _named(container),
            _(
                "Such files are opened only behind the walls of bubblewrap, which do not work on this server; without "
                "them it takes MP4, MOV, 3GP, MKV and WebM."
            ),
        )
    elif code in _NAMED and (container in _NAMES or container in _STILLS):
        told = two(_named(container, codec), told)
    return Sorry(title=title(), happened=told, kept=kept, todo=todo())


def _moves() -> str:
    return _("It moves; a photo is a single picture that stands still.")


def _choose_a_still() -> str:
    return _("Choose a photo in JPEG, PNG, WebP or HEIC format.")


def _choose_any_film() -> str:
    return _("Choose a video as your camera or editing program wrote it; MP4 and MOV are best.")


def _all_are_taken() -> str:
    return _(
        "Taken are MP4, MOV, 3GP, MKV, WebM, AVI, MPEG, MPEG-TS, FLV, WMV and OGV for videos and JPEG, PNG, WebP, AVIF "
        "and HEIC for photos."
    )


def _named(container: str, codec: str = "") -> str:
    """What a file is, in a sentence."""
    if name := _STILLS.get(container):
        return _("This is a picture in the format %(format)s.", format=name)
    name = _NAMES[container]()
    if codec and codec != "unknown":
        coded = CODECS.get(codec, codec.upper())
        return _("This is a %(format)s, coded as %(codec)s.", format=name, codec=coded)
    return _("This is a %(format)s.", format=name)


# Of these it helps to hear what the file is.
_NAMED = (Code.UNSUPPORTED_CONTAINER, Code.UNSUPPORTED_CODEC, Code.ANIMATED_IMAGE, Code.NOT_A_VIDEO, Code.NOT_A_PHOTO)
_NAMES: dict[str, Callable[[], str]] = {
    "asf": lambda: _("Windows Media film (WMV)"),
    "avi": lambda: _("film in AVI format"),
    "flv": lambda: _("Flash film (FLV)"),
    "mpeg": lambda: _("film in MPEG format, as on discs"),
    "mpegts": lambda: _("film in MPEG-TS format, as from camcorders and television"),
    "ogg": lambda: _("film in Ogg format (OGV)"),
    "rm": lambda: _("RealMedia film (RM)"),
    "mp4": lambda: _("film in MP4 or MOV format"),
    "matroska": lambda: _("film in MKV or WebM format"),
}
_STILLS = {
    "gif": "GIF", "apng": "APNG", "webp-animated": "WebP", "tiff": "TIFF", "bmp": "BMP",
    "jpeg": "JPEG", "png": "PNG", "webp": "WebP", "heif": "HEIC", "avif": "AVIF",
}  # fmt: skip

describe_value("code", lambda code: sorry(code).title, verb="asset.unreadable")

_Say = Callable[[], str]
_SORRY: dict[str, tuple[_Say, _Say, _Say]] = {
    Code.EMPTY: (
        lambda: _("The file is empty"),
        lambda: _("It has a name but no content; perhaps it was not fully copied to this device."),
        lambda: _("Open it once on your device to see that it plays, then choose it again."),
    ),
    Code.NOT_A_VIDEO: (
        lambda: _("This is not a video"),
        lambda: _("The file has another content than its name says."),
        lambda: _("Choose a video in MP4 or MOV format."),
    ),
    Code.NOT_A_PHOTO: (
        lambda: _("This is not a photo"),
        lambda: _("The file has another content than its name says."),
        lambda: _("Choose a photo in JPEG, PNG, WebP or HEIC format."),
    ),
    Code.AUDIO_ONLY: (
        lambda: _("There is sound but no picture"),
        lambda: _("The file is a sound recording, perhaps with a cover picture."),
        lambda: _("Export it as a video with a picture track and upload that."),
    ),
    Code.ANIMATED_IMAGE: (
        lambda: _("This is an animated picture"),
        lambda: _("GIF and similar pictures have no sound and no exact length, so they are not taken as videos."),
        lambda: _("Export it as an MP4 video and upload that."),
    ),
    Code.SINGLE_FRAME: (
        lambda: _("There is only one picture in it"),
        lambda: _("The file is made like a video, but nothing moves because it holds a single picture."),
        lambda: _("Choose the video itself, or enter the picture in a photo category."),
    ),
    Code.UNSUPPORTED_CONTAINER: (
        lambda: _("This kind of file is not accepted"),
        lambda: _(
            "Always taken are MP4, MOV, 3GP, MKV and WebM for videos and JPEG, PNG, WebP, AVIF and HEIC for photos. "
            "AVI, MPEG, MPEG-TS, FLV, WMV and OGV are taken only where the server can open them safely."
        ),
        lambda: _("Export it in one of these formats; MP4 and JPEG are best."),
    ),
    Code.UNSUPPORTED_CODEC: (
        lambda: _("The picture is coded in a way we cannot read"),
        lambda: _("The file itself may be fine, but its format is too rare to be shown everywhere."),
        lambda: _("Export it as MP4 with H.264 and AAC and upload it again."),
    ),
    Code.NO_VIDEO_STREAM: (
        lambda: _("There is no picture in this video"),
        lambda: _("The file has no picture track."),
        lambda: _("Export it again with picture and sound."),
    ),
    Code.SEVERAL_VIDEO_STREAMS: (
        lambda: _("There are several films in one file"),
        lambda: _("Players would not agree on which one to show."),
        lambda: _("Export only the one film that you want to enter."),
    ),
    Code.MOOV_MISSING: (
        lambda: _("The end of the file is missing"),
        lambda: _("The recording was broken off, or the file was not copied whole, so that no player can open it."),
        lambda: _("Export the video again, or copy it again from the camera, and upload that."),
    ),
    Code.DAMAGED: (
        lambda: _("The file is damaged"),
        lambda: _("Parts of it cannot be read, so that it would stop in the middle."),
        lambda: _("Export it again, look that it plays to its end, and upload it once more."),
    ),
    Code.JOINED_FILE: (
        lambda: _("Several files were joined into one"),
        lambda: _("They were put one behind the other without an editing program; players show only the first."),
        lambda: _("Join the pieces in an editing program and export them as one film."),
    ),
    Code.TOO_MANY_PACKETS: (
        lambda: _("The file is made of too many small pieces"),
        lambda: _("It has many times more pictures a second than a film needs."),
        lambda: _("Export it at 25, 30, 50 or 60 pictures a second."),
    ),
    Code.TOO_MANY_PIXELS: (
        lambda: _("The picture is too large"),
        lambda: _("It has more pixels than we can work on safely."),
        lambda: _("Export a smaller version: videos at most in 4K, photos at most 100 megapixels."),
    ),
    Code.TOO_HARD: (
        lambda: _("The file could not be checked"),
        lambda: _("Reading it took more memory than one check may use."),
        lambda: _("Export it as an ordinary MP4 (H.264, 1080p) or JPEG and upload that."),
    ),
    Code.TIMEOUT: (
        lambda: _("Checking took too long"),
        lambda: _("The file could not be read within the time that one check may take."),
        lambda: _("Export it as an ordinary MP4 (H.264, 1080p) or JPEG and upload that."),
    ),
}
