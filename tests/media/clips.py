"""Makes the files that tests need, by real ffmpeg and Pillow, each once in a session.

Short and small: two seconds at 320 x 180. Most are traps, which a checker that believes headers falls into.
"""

import re
import struct
import subprocess
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, PngImagePlugin

PICTURES = ("-f", "lavfi", "-i", "testsrc2=s=320x180:r=30")
SOUND = ("-f", "lavfi", "-i", "sine=220:r=44100")
H264 = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "30")
LABEL = '{"Label":"1","ContentProducer":"测试","ProduceID":"x-1"}'

Maker = Callable[[Path, "Clips"], None]
_MAKERS: dict[str, Maker] = {}


class Clips:
    """The folder they are kept in: `clips("ok.mp4")` is the path of one, made when first asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, name: str) -> Path:
        path = self.folder / name
        if not path.exists():
            # Made aside and renamed: another test process may be at the same one.
            fresh = self.folder / f"fresh-{id(self)}-{name}"
            _MAKERS[name](fresh, self)
            fresh.rename(path)
        return path


def ffmpeg(*arguments: str | Path) -> None:
    quiet = ("ffmpeg", "-nostdin", "-hide_banner", "-loglevel", "error", "-y")
    subprocess.run([*quiet, *map(str, arguments)], check=True, timeout=60)


def makes(name: str) -> Callable[[Maker], Maker]:
    def keep(maker: Maker) -> Maker:
        _MAKERS[name] = maker
        return maker

    return keep


def film(name: str, *arguments: str, sound: bool = True, length_s: float = 2, pictures: str = "") -> None:
    """A clip straight from ffmpeg's test pictures."""
    source = ("-f", "lavfi", "-i", pictures) if pictures else PICTURES

    def make(path: Path, clips: Clips) -> None:
        heard = (*SOUND, "-c:a", "aac") if sound else ()
        ffmpeg(*source, *heard[:4], "-t", str(length_s), *H264, *heard[4:], *arguments, "-f", muxer(name), path)

    _MAKERS[name] = make


MUXERS = {
    "aac": "adts",
    "jpg": "image2",
    "mkv": "matroska",
    "mpg": "vob",
    "mts": "mpegts",
    "ogv": "ogg",
    "ts": "mpegts",
    "wmv": "asf",
}


def muxer(name: str) -> str:
    ending = name.rpartition(".")[2]
    return MUXERS.get(ending, ending)


def copied(name: str, source: str, *arguments: str, before: tuple[str, ...] = ()) -> None:
    """A clip made of another without encoding it again."""

    def make(path: Path, clips: Clips) -> None:
        ffmpeg(*before, "-i", clips(source), "-c", "copy", *arguments, "-f", muxer(name), path)

    _MAKERS[name] = make


def written(name: str, of: Callable[[Clips], bytes]) -> None:
    def make(path: Path, clips: Clips) -> None:
        path.write_bytes(of(clips))

    _MAKERS[name] = make


# Films as they should be.
film("ok.mp4", "-movflags", "+faststart")
film("ok.mkv")
film("silent.mp4", sound=False)
film("fragmented.mp4", "-movflags", "frag_keyframe+empty_moov")
film("stream.ts")
film("large.mp4", pictures="testsrc2=s=1280x720:r=15", length_s=1)
film("sixty.mp4", sound=False, pictures="testsrc2=s=320x180:r=120")
film("ten-second-frames.mp4", sound=False, length_s=60, pictures="testsrc2=s=320x180:r=1/10")
film("one-frame.mp4", "-frames:v", "1", sound=False)
film(
    "labelled.mp4", "-metadata", f"AIGC={LABEL}", "-metadata", "location=+30.1+120.2/", "-movflags", "use_metadata_tags"
)
film("labelled.mkv", "-metadata", f"AIGC={LABEL}")
film("anamorphic.mp4", "-vf", "setsar=2/1", sound=False)
film("dark-start.mp4", "-vf", "drawbox=c=black:t=fill:enable='lt(t,0.5)'", sound=False)
copied("late-start.mkv", "ok.mkv", "-output_ts_offset", "1000")
copied("wrapped.ts", "ok.mp4", "-output_ts_offset", "95443")


@makes("hdr.mp4")
def _hdr(path: Path, clips: Clips) -> None:
    colours = "log-level=error:colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc"
    coding = ("-c:v", "libx265", "-preset", "ultrafast", "-pix_fmt", "yuv420p10le", "-x265-params", colours)
    ffmpeg(*PICTURES, "-t", "1", *coding, "-tag:v", "hvc1", "-f", "mp4", path)


@makes("live.mkv")
def _live(path: Path, clips: Clips) -> None:
    """As a browser records: written to a pipe, so that no length could be put into the header afterwards."""
    command = ["ffmpeg", "-nostdin", "-loglevel", "error", "-i", str(clips("ok.mkv")), "-c", "copy"]
    with path.open("wb") as file:
        subprocess.run([*command, "-f", "matroska", "-live", "1", "pipe:1"], check=True, stdout=file, timeout=60)


# Films whose headers lie.
def patched(data: bytes, boxes: tuple[bytes, ...], times: float) -> bytes:
    """The duration in every such box, version 0, multiplied; edit lists have theirs in another place."""
    places = {b"mvhd": 20, b"mdhd": 20, b"tkhd": 24, b"elst": 12}
    changed = bytearray(data)
    for box in boxes:
        for found in re.finditer(re.escape(box), data):
            at = found.start() + places[box]
            (old,) = struct.unpack_from(">I", data, at)
            struct.pack_into(">I", changed, at, round(old * times))
    return bytes(changed)


def _turned(data: bytes) -> bytes:
    """As a phone held upright writes: the pictures lie on their side, and a matrix tells players to turn them.

    By hand, because no option for it works in ffmpeg 5 as well as in 7.
    """
    changed = bytearray(data)
    struct.pack_into(">9i", changed, data.index(b"tkhd") + 44, 0, 1 << 16, 0, -1 << 16, 0, 0, 180 << 16, 0, 1 << 30)
    return bytes(changed)


written("rotated.mp4", lambda clips: _turned(clips("ok.mp4").read_bytes()))
_ALL = (b"mvhd", b"mdhd", b"tkhd")
written("lie-mvhd.mp4", lambda clips: patched(clips("ok.mp4").read_bytes(), (b"mvhd",), 0.15))
written("lie-down.mp4", lambda clips: patched(clips("no-edits.mp4").read_bytes(), _ALL, 0.15))
written("lie-up.mp4", lambda clips: patched(clips("no-edits.mp4").read_bytes(), _ALL, 6))
written("hidden.mp4", lambda clips: patched(clips("long.mp4").read_bytes(), (b"elst", b"mvhd", b"tkhd"), 0.2))
film("no-edits.mp4", "-use_editlist", "0", "-bf", "0")
film("long.mp4", length_s=6)


@makes("lie.mkv")
def _lie_mkv(path: Path, clips: Clips) -> None:
    data = bytearray(clips("ok.mkv").read_bytes())
    at = data.index(b"\x44\x89\x88") + 3
    struct.pack_into(">d", data, at, 300.0)  # milliseconds
    path.write_bytes(data)


# Films that are put together oddly.
written("appended.ts", lambda clips: clips("stream.ts").read_bytes() * 3)
written("appended.mp4", lambda clips: clips("ok.mp4").read_bytes() * 2)
written("appended-fragmented.mp4", lambda clips: clips("fragmented.mp4").read_bytes() * 3)
written("cut.mp4", lambda clips: clips("ok.mp4").read_bytes()[: clips("ok.mp4").stat().st_size // 2])
written("cut-tail.mkv", lambda clips: clips("ok.mkv").read_bytes()[: clips("ok.mkv").stat().st_size // 2])
film("index-last.mp4")
written("no-index.mp4", lambda clips: clips("index-last.mp4").read_bytes()[:60_000])
copied("trimmed.mp4", "ok.mp4", before=("-ss", "0.7"))


@makes("sound-runs-on.mp4")
def _sound_runs_on(path: Path, clips: Clips) -> None:
    ffmpeg(*PICTURES[:3], f"{PICTURES[3]}:d=1", *SOUND[:3], f"{SOUND[3]}:d=5", *H264, "-f", "mp4", path)


@makes("two-films.mp4")
def _two_films(path: Path, clips: Clips) -> None:
    ffmpeg(
        "-i", clips("ok.mp4"), "-i", clips("long.mp4"), "-map", "0:v", "-map", "1:v", "-c", "copy", "-f", "mp4", path
    )


@makes("cover-first.mp4")
def _cover_first(path: Path, clips: Clips) -> None:
    covered = ("-map", "1", "-map", "0", "-c", "copy", "-disposition:v:0", "attached_pic")
    ffmpeg("-i", clips("ok.mp4"), "-i", clips("photo.png"), *covered, "-f", "mp4", path)


@makes("cover.m4a")
def _cover_audio(path: Path, clips: Clips) -> None:
    kinds = ("-c:a", "aac", "-c:v", "copy", "-disposition:v:0", "attached_pic")
    ffmpeg(*SOUND, "-i", clips("photo.png"), "-t", "2", "-map", "0", "-map", "1", *kinds, "-f", "mp4", path)


@makes("odd-codec.mkv")
def _odd_codec(path: Path, clips: Clips) -> None:
    ffmpeg(*PICTURES, "-t", "0.2", "-c:v", "magicyuv", "-f", "matroska", path)


@makes("subtitled.mkv")
def _subtitled(path: Path, clips: Clips) -> None:
    text = clips.folder / "words.srt"
    text.write_text("1\n00:00:00,000 --> 00:00:01,000\nWords\n", encoding="utf-8")
    ffmpeg("-i", clips("ok.mkv"), "-i", text, "-c", "copy", "-c:s", "subrip", "-f", "matroska", path)


@makes("moving.gif")
def _gif(path: Path, clips: Clips) -> None:
    ffmpeg(*PICTURES, "-t", "1", "-r", "5", "-f", "gif", path)


# What is no film at all.
written("empty.mp4", lambda clips: b"")
written("text.mp4", lambda clips: b"This is a letter, not a film.\n" * 50)
written("html.jpg", lambda clips: b"<!doctype html><title>x</title><script>alert(1)</script>")
written("picture.mp4", lambda clips: clips("photo.png").read_bytes())
written("drawing.png", lambda clips: b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>')
written("playlist.mp4", lambda clips: _playlist(clips("stream.ts")))
written("concat.mp4", lambda clips: b"ffconcat version 1.0\nfile " + clips("stream.ts").name.encode() + b"\n")


def _playlist(other: Path) -> bytes:
    """A hundred bytes that read another file of this machine, where nobody keeps the list of formats."""
    head = "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:2,\n"
    return f"{head}{other.resolve()}\n#EXT-X-ENDLIST\n".encode()


# Photos.
def scene(width: int = 400, height: int = 300) -> Image.Image:
    """A picture in which up and down, left and right can be told: red above, blue below, a white corner."""
    image = Image.new("RGB", (width, height), "red")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, height // 2, width, height), fill="blue")
    draw.rectangle((0, 0, width // 4, height // 4), fill="white")
    return image


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    file = BytesIO()
    image.save(file, kind, **options)  # type: ignore[arg-type]
    return file.getvalue()


def _exif(orientation: int = 1, *, located: bool = False, comment: bytes = b"") -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x0110] = "Phone of a certain person"
    if located:
        exif.get_ifd(0x8825).update({1: "N", 2: (30.0, 10.0, 0.0), 3: "E", 4: (120.0, 12.0, 0.0)})
    if comment:
        exif.get_ifd(0x8769)[0x9286] = b"ASCII\x00\x00\x00" + comment
    return exif


def _xmp() -> bytes:
    value = LABEL.replace('"', "&quot;")
    space = "http://www.tc260.org.cn/ns/AIGC/1.0/"
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'<rdf:Description rdf:about="" xmlns:TC260="{space}"><TC260:AIGC>{value}</TC260:AIGC></rdf:Description>'
        "</rdf:RDF></x:xmpmeta>"
    ).encode()


def _png_text() -> PngImagePlugin.PngInfo:
    text = PngImagePlugin.PngInfo()
    text.add_itxt("AIGC", LABEL)
    return text


def _bomb() -> bytes:
    """A PNG that says it is 50,000 x 50,000: a few bytes that ask for ten gigabytes."""
    data = bytearray(saved(Image.new("L", (8, 8)), "PNG"))
    struct.pack_into(">II", data, 16, 50_000, 50_000)
    import zlib

    struct.pack_into(">I", data, 29, zlib.crc32(data[12:29]))
    return bytes(data)


def _frames(kind: str) -> bytes:
    return saved(scene(), kind, save_all=True, append_images=[scene().rotate(90)], duration=100)


def _heic() -> bytes:
    import pillow_heif

    file = BytesIO()
    pillow_heif.from_pillow(scene()).save(file, quality=80)
    return file.getvalue()


written("photo.jpg", lambda clips: saved(scene(), "JPEG", quality=90))
written("photo.png", lambda clips: saved(scene(), "PNG"))
written("photo.webp", lambda clips: saved(scene(), "WEBP"))
written("photo.avif", lambda clips: saved(scene(), "AVIF"))
written("photo.heic", lambda clips: _heic())
written("large.jpg", lambda clips: saved(scene(3000, 2000), "JPEG", quality=80))
written("turned.jpg", lambda clips: saved(scene(), "JPEG", exif=_exif(6, located=True)))
written("see-through.png", lambda clips: saved(Image.new("RGBA", (64, 64), (0, 0, 0, 0)), "PNG"))
written("deep.png", lambda clips: saved(Image.new("I;16", (64, 64), 40_000), "PNG"))
written("press.jpg", lambda clips: saved(scene().convert("CMYK"), "JPEG"))
written("labelled.jpg", lambda clips: saved(scene(), "JPEG", xmp=_xmp(), exif=_exif(located=True)))
written("labelled-exif.jpg", lambda clips: saved(scene(), "JPEG", exif=_exif(comment=LABEL.encode())))
written("labelled.png", lambda clips: saved(scene(), "PNG", pnginfo=_png_text()))
written("motion.jpg", lambda clips: clips("photo.jpg").read_bytes() + clips("ok.mp4").read_bytes())
written("cut.jpg", lambda clips: clips("photo.jpg").read_bytes()[:1200])
written("bomb.png", lambda clips: _bomb())
written("moving.png", lambda clips: _frames("PNG"))
written("moving.webp", lambda clips: _frames("WEBP"))


# The further ones are in files of their own.
from tests.media import clips_hostile, clips_old  # noqa: E402, F401 - importing adds them
