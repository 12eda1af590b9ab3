"""Films as old cameras, phones and programs have made them, and the oddities that belong to their formats."""

import struct
from pathlib import Path

from tests.media.clips import H264, PICTURES, SOUND, Clips, ffmpeg, film, makes, muxer, patched, written

SMALL = ("-f", "lavfi", "-i", "testsrc2=s=320x180:r=25")


def old(name: str, *arguments: str, length_s: float = 2, pictures: tuple[str, ...] = SMALL) -> None:
    """A clip in other codecs than `film` has."""

    def make(path: Path, clips: Clips) -> None:
        ffmpeg(*pictures, *SOUND, "-t", str(length_s), *arguments, "-f", muxer(name), path)

    makes(name)(make)


# Motion JPEG of a compact camera, DivX of the years after 2000, tapes, DVDs, television, the web before HTML5.
old("camera.avi", "-c:v", "mjpeg", "-c:a", "adpcm_ima_wav")
old("camera-8-bit.mov", "-c:v", "mjpeg", "-c:a", "pcm_u8")
old("divx.avi", "-c:v", "mpeg4", "-vtag", "XVID", "-c:a", "libmp3lame")
old("divx3.avi", "-c:v", "msmpeg4", "-c:a", "mp2")
old("phone.3gp", "-s", "352x288", "-c:v", "h263", "-r", "15", "-ar", "8000", "-ac", "1", "-c:a", "aac")
old("disc.mpg", "-c:v", "mpeg2video", "-c:a", "mp2")
old("video-cd.mpg", "-c:v", "mpeg1video", "-c:a", "mp2")
old("camcorder.mts", *H264, "-c:a", "aac", "-mpegts_m2ts_mode", "1")
old("hdv.ts", "-c:v", "mpeg2video", "-c:a", "mp2")
old("web.flv", "-c:v", "flv", "-c:a", "nellymoser", "-ac", "1")
old("web-h264.flv", *H264, "-c:a", "aac")
old("windows.wmv", "-c:v", "wmv2", "-c:a", "wmav2")
old("windows-7.wmv", "-c:v", "wmv1", "-c:a", "wmav1")
old("windows-4.wmv", "-c:v", "msmpeg4v2", "-c:a", "wmav1")
old("free.ogv", "-c:v", "libtheora", "-c:a", "libvorbis")
old("vp8.webm", "-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-c:a", "libopus")
old("vp9.webm", "-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-c:a", "libopus")
old("av1.mp4", "-c:v", "libaom-av1", "-cpu-used", "8", "-usage", "realtime", "-c:a", "aac", length_s=1)
old("editor.mov", "-c:v", "prores_ks", "-c:a", "pcm_s16le", length_s=1)
_TAPE = ("-vf", "scale=720:576,setdar=16/9,setfield=bff", "-pix_fmt", "yuv420p", "-c:v", "dvvideo")
old("tape.avi", *_TAPE, "-ar", "48000", "-ac", "2", "-c:a", "pcm_s16le", length_s=1)
old("tape.mov", *_TAPE, "-ar", "48000", "-ac", "2", "-c:a", "pcm_s16le", length_s=1)
_FIELDS = ("-vf", "tinterlace=interleave_top,fieldorder=tff", "-flags", "+ilme+ildct", "-top", "1")
_FAST = ("-f", "lavfi", "-i", "testsrc2=s=320x192:r=50")
old("fields.mpg", *_FIELDS, "-c:v", "mpeg2video", "-c:a", "mp2", pictures=_FAST)
old("fields.mts", "-vf", "tinterlace=interleave_top,fieldorder=tff", *H264, "-flags", "+ilme+ildct", "-x264-params",
    "tff=1", "-c:a", "aac", pictures=_FAST)  # fmt: skip

# Other films as they should be.
film("recorded.ts", "-mpegts_flags", "resend_headers", "-g", "60", length_s=5)
film("hlg.mp4", "-vf", "setparams=color_trc=arib-std-b67:color_primaries=bt2020:colorspace=bt2020nc", sound=False)
film("timecode.mov", "-timecode", "01:00:00:00")
film("six-channels.mp4", "-ac", "6")
film("phone-upright.mov", "-metadata", "com.apple.quicktime.make=Phone", "-movflags", "use_metadata_tags")
film("changing-rate.mp4", "-vf", "select='not(mod(n,7))+lt(mod(n,20),3)'", "-vsync", "vfr")
film("thousand.mp4", "-video_track_timescale", "10000", sound=False, pictures="testsrc2=s=64x64:r=1000")
film("slides.mp4", sound=False, length_s=6, pictures="testsrc2=s=320x180:r=1/3")
film("one-key.mp4", "-g", "999", length_s=4)
film("black-ends.mp4", "-vf", "fade=in:st=1.5:d=0.5,fade=out:st=6:d=0.5", length_s=9)
film("still.mp4", "-qp", "4", length_s=8, pictures="testsrc2=s=320x180:r=30,select='eq(n,0)',loop=-1:1,setpts=N/30/TB")
film("letterbox.mp4", "-vf", "scale=320:136,pad=320:180:0:22,setsar=1", length_s=6)
film("portrait-in-landscape.mp4", "-vf", "scale=102:180,pad=320:180:109:0,setsar=1", length_s=6)
film("night.mp4", "-vf", "scale=out_range=tv,lutyuv=y='16+(val-16)*0.12':u=128:v=128", length_s=6)
film("clipped.mp4", "-af", "volume=40dB,alimiter=limit=1:level=false,volume=6dB")
film("hushed.mp4", "-af", "volume='if(between(t,1,5),0,1)':eval=frame", length_s=6)
film("chat.mp4", "-vf", "scale=960:544,setsar=1", "-b:v", "250k", "-preset", "veryfast", length_s=3)


@makes("late-picture.mp4")
def _late_picture(path: Path, clips: Clips) -> None:
    """The sound begins a second and a half before the first picture."""
    ffmpeg(*SOUND, "-itsoffset", "1.5", *PICTURES, "-t", "3", *H264, "-c:a", "aac", "-f", "mp4", path)


@makes("sound-shorter.mp4")
def _sound_shorter(path: Path, clips: Clips) -> None:
    ffmpeg(*PICTURES[:3], f"{PICTURES[3]}:d=4", *SOUND[:3], f"{SOUND[3]}:d=1", *H264, "-f", "mp4", path)


@makes("two-sounds.mp4")
def _two_sounds(path: Path, clips: Clips) -> None:
    both = ("-map", "0:v", "-map", "0:a", "-map", "0:a")
    ffmpeg("-i", clips("ok.mp4"), *both, "-c", "copy", "-f", "mp4", path)


# Sound alone.
def _sound(name: str, *arguments: str) -> None:
    def make(path: Path, clips: Clips) -> None:
        ffmpeg(*SOUND, "-t", "1", *arguments, "-f", muxer(name), path)

    makes(name)(make)


_sound("song.mp3", "-c:a", "libmp3lame")
_sound("song.wav")
_sound("song.flac")
_sound("song.aac", "-c:a", "aac")
_sound("song.ogg", "-c:a", "libvorbis")
_sound("song.wmv", "-c:a", "wmav2")
_sound("song.mp4", "-c:a", "aac")
_sound("song.mkv", "-c:a", "aac")


# Headers of theirs that lie, and files that are not whole.
def _after(data: bytes, mark: bytes, offset: int, packing: str, value: float) -> bytes:
    changed = bytearray(data)
    struct.pack_into(packing, changed, data.index(mark) + len(mark) + offset, value)
    return bytes(changed)


def _half(name: str, *, of: str) -> None:
    written(name, lambda clips: clips(of).read_bytes()[: clips(of).stat().st_size // 2])


def _squeezed(data: bytes) -> bytes:
    """All pictures in a ninth of the time; the length in the header stays."""
    changed, at = bytearray(data), data.index(b"stts") + 8
    (entries,) = struct.unpack_from(">I", data, at)
    for place in range(at + 8, at + 8 + 8 * entries, 8):
        struct.pack_into(">I", changed, place, struct.unpack_from(">I", data, place)[0] // 9)
    return bytes(changed)


_PROPERTIES = bytes.fromhex("a1dcab8c47a9cf118ee400c00c205365")
written("lie.avi", lambda clips: _after(clips("divx.avi").read_bytes(), b"avih", 4 + 16, "<I", 7000))
written("lie.flv", lambda clips: _after(clips("web.flv").read_bytes(), b"\x00\x08duration\x00", 0, ">d", 600.0))
written("lie.wmv", lambda clips: _after(clips("windows.wmv").read_bytes(), _PROPERTIES, 48, "<Q", 6_000_000_000))
for _name, _length in {"nan": float("nan"), "infinite": float("inf"), "negative": -9e9}.items():
    written(
        f"{_name}.mkv",
        lambda clips, length=_length: _after(clips("ok.mkv").read_bytes(), b"\x44\x89\x88", 0, ">d", length),
    )
written("squeezed.mp4", lambda clips: _squeezed(clips("silent.mp4").read_bytes()))
written("lie-tkhd.mp4", lambda clips: patched(clips("ok.mp4").read_bytes(), (b"tkhd",), 0.15))
_half("cut.avi", of="camera.avi")
_half("cut.wmv", of="windows.wmv")
_half("cut.flv", of="web.flv")
_half("cut.mpg", of="disc.mpg")
_half("cut.ts", of="stream.ts")
_half("cut.ogv", of="free.ogv")
written("begun-late.ts", lambda clips: clips("recorded.ts").read_bytes()[188 * 200 :])
_half("cut-fragmented.mp4", of="fragmented.mp4")
_half("cut-live.mkv", of="live.mkv")
written("appended.mpg", lambda clips: clips("disc.mpg").read_bytes() * 2)
written("appended.mkv", lambda clips: clips("ok.mkv").read_bytes() * 2)
written("appended.avi", lambda clips: clips("divx.avi").read_bytes() * 2)
