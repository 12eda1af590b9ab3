"""Which kinds of film are opened, and what is opened in each: the one place that decides it.

Phones give MP4, MOV, 3GP, MKV and WebM. The parsers of older kinds have had the most holes, so those are read only
behind walls (level 2 of the sandbox), where code that got in finds nothing and reaches nobody; the same goes for old
codecs inside the new kinds. A list belongs to one kind of file: nothing but its own demuxer may open it.
"""

from dataclasses import dataclass, replace

from contest.media.sandbox import LIMITS_ONLY, WALLED

# What decoders are called where it is not the name of the codec.
_DECODERS = {
    "av1": ("libdav1d", "av1"),
    "vp8": ("vp8", "libvpx"),
    "vp9": ("vp9", "libvpx-vp9"),
    "flv1": ("flv",),
    "msmpeg4v3": ("msmpeg4",),
    "mp3": ("mp3float", "mp3"),
    "mp2": ("mp2float", "mp2"),
    "dts": ("dca",),
    "opus": ("opus", "libopus"),
    "vorbis": ("vorbis", "libvorbis"),
    "speex": ("speex", "libspeex"),
    "amr_nb": ("amrnb",),
    "amr_wb": ("amrwb",),
}
_PCM = ("pcm_s16le", "pcm_s16be", "pcm_s24le", "pcm_s24be", "pcm_s32le", "pcm_f32le", "pcm_u8")
_VIDEO = ("h264", "hevc", "av1", "vp8", "vp9", "mpeg4", "mpeg2video", "prores", "mjpeg", "h263")
_AUDIO = ("aac", "mp3", "mp2", "opus", "vorbis", "flac", "ac3", "eac3", "alac", "amr_nb", "amr_wb", *_PCM)
# Covers and subtitles: never decoded by us, but ffprobe gives a file up when it may not open their decoders.
_BESIDE = ("png", "mov_text", "srt", "subrip", "ass", "ssa", "webvtt")

_OF_CAMERAS = ("dvvideo", "mpeg1video")
_OF_WINDOWS = ("msmpeg4v1", "msmpeg4v2", "msmpeg4v3", "wmv1", "wmv2", "wmv3", "vc1")
_OLD_SOUND = ("pcm_mulaw", "pcm_alaw", "pcm_s8", "adpcm_ima_wav", "adpcm_ms")


@dataclass(frozen=True, kw_only=True)
class Format:
    """One kind of file: the demuxers that may open it, the codecs that are taken, and decoders beside those."""

    container: str
    demuxers: tuple[str, ...]
    video: tuple[str, ...]
    audio: tuple[str, ...]
    beside: tuple[str, ...] = ()

    @property
    def decoders(self) -> tuple[str, ...]:
        named = (name for codec in (*self.video, *self.audio) for name in _DECODERS.get(codec, (codec,)))
        return (*named, *self.beside)


def _further(form: Format, *, video: tuple[str, ...], audio: tuple[str, ...], beside: tuple[str, ...]) -> Format:
    return replace(form, video=(*form.video, *video), audio=(*form.audio, *audio), beside=(*form.beside, *beside))


_MP4 = Format(
    container="mp4",
    demuxers=("mov", "mp4", "m4a", "3gp", "3g2", "mj2"),
    video=_VIDEO,
    audio=_AUDIO,
    beside=_BESIDE,
)
_MATROSKA = Format(container="matroska", demuxers=("matroska", "webm"), video=_VIDEO, audio=_AUDIO, beside=_BESIDE)
OURS = _MP4  # what we make ourselves
_ALWAYS = {form.container: form for form in (_MP4, _MATROSKA)}
_WALLED = {
    form.container: form
    for form in (
        _further(_MP4, video=_OF_CAMERAS, audio=(*_OLD_SOUND, "adpcm_ima_qt", "qcelp"), beside=("cc_dec",)),
        _further(
            _MATROSKA,
            video=(*_OF_CAMERAS, *_OF_WINDOWS, "theora"),
            audio=(*_OLD_SOUND, "dts", "wmav1", "wmav2"),
            beside=("dvdsub", "pgssub"),
        ),
        Format(
            container="avi",
            demuxers=("avi",),
            video=("mjpeg", "mpeg4", "h263", "h264", "mpeg2video", *_OF_CAMERAS, *_OF_WINDOWS),
            audio=(*_PCM, *_OLD_SOUND, "mp3", "mp2", "ac3", "aac", "wmav1", "wmav2"),
        ),
        Format(
            container="mpeg",
            demuxers=("mpeg",),
            video=("mpeg1video", "mpeg2video", "mpeg4", "h264"),
            audio=("mp2", "mp3", "ac3", "aac", "dts", "pcm_dvd"),
            beside=("dvdsub",),
        ),
        Format(
            container="mpegts",
            demuxers=("mpegts",),
            video=("h264", "hevc", "mpeg2video", "mpeg1video"),
            audio=("aac", "aac_latm", "mp2", "mp3", "ac3", "eac3", "dts", "pcm_bluray"),
            beside=("pgssub", "dvbsub"),  # camcorders write the hour as subtitles
        ),
        Format(
            container="flv",
            demuxers=("flv",),
            video=("flv1", "h264", "vp6", "vp6f", "vp6a", "h263", "mpeg4"),
            audio=("mp3", "aac", "nellymoser", "speex", "adpcm_swf", "pcm_s16le", "pcm_u8", "pcm_mulaw", "pcm_alaw"),
        ),
        Format(
            container="asf",
            demuxers=("asf",),
            video=(*_OF_WINDOWS, "mpeg4", "mjpeg", "h264"),
            audio=("wmav1", "wmav2", "wmapro", "wmavoice", "wmalossless", "mp3", "aac", "pcm_s16le", *_OLD_SOUND),
            beside=("png",),
        ),
        Format(
            container="ogg",
            demuxers=("ogg",),
            video=("theora", "vp8"),
            audio=("vorbis", "opus", "flac", "speex"),
        ),
    )
}
ONLY_BEHIND_WALLS = tuple(name for name in _WALLED if name not in _ALWAYS)
WITH_HEADER = ("mp4", "matroska")  # all that is needed to decode them stands at one place
# These may be put together byte by byte: players go on where the clock begins anew.
JOINABLE = ("mpegts", "mpeg")


def taken(container: str, *, level: int) -> Format | None:
    """What is opened of this kind of film at a level of the sandbox; None when it is not taken there."""
    return (_WALLED if level >= WALLED else _ALWAYS).get(container)


def knows(codec: str) -> bool:
    """Whether this is the name of a way to code pictures that is taken somewhere."""
    return any(codec in form.video for form in _WALLED.values())


def containers(*, level: int = LIMITS_ONLY) -> tuple[str, ...]:
    """Every kind of film that is taken at a level."""
    return tuple(_WALLED if level >= WALLED else _ALWAYS)
