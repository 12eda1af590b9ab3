"""Files that mean harm: texts that name other files, bombs, boxes that make no sense, and two kinds of file in one."""

import gzip
import struct
import zlib
from pathlib import Path

from PIL import Image

from tests.media.clips import Clips, ffmpeg, film, makes, saved, scene, written
from tests.media.clips_old import old

NEIGHBOUR = "neighbour.ts"  # beside the hostile file; nobody may open it
LISTENER = "http://127.0.0.1:9"  # replaced by the address of a socket that listens


@makes(NEIGHBOUR)
def _neighbour(path: Path, clips: Clips) -> None:
    path.write_bytes(clips("stream.ts").read_bytes())


# Texts that are read as a film where nobody keeps the list of formats. {file} and {url} are for the test to fill in.
PLAYLIST = "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:2,\n{target}\n#EXT-X-ENDLIST\n"
TEXTS = {
    "playlist": PLAYLIST,
    "master-playlist": "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n{target}\n",
    "key-playlist": '#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI="{target}"\n#EXTINF:2,\n{target}\n#EXT-X-ENDLIST\n',
    "concat": "ffconcat version 1.0\nfile '{target}'\n",
    "dash": (
        '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static"><Period><AdaptationSet>'
        '<Representation id="1" bandwidth="1"><BaseURL>{target}</BaseURL></Representation></AdaptationSet></Period>'
        "</MPD>"
    ),
    "sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5 RTP/AVP 96\na=control:{target}\n",
    "subtitles": "1\n00:00:00,000 --> 00:00:01,000\n{target}\n",
    "webvtt": "WEBVTT\n\nX-TIMESTAMP-MAP=LOCAL:0\n\n00:00.000 --> 00:01.000\n{target}\n",
    "smil": '<smil><body><video src="{target}"/></body></smil>',
    "asx": '<asx version="3.0"><entry><ref href="{target}"/></entry></asx>',
    "reference": "[Reference]\nRef1={target}\n",
    "svg": '<svg xmlns="http://www.w3.org/2000/svg"><image href="{target}"/></svg>',
    "eps": "%!PS-Adobe-3.0 EPSF-3.0\n({target}) (r) file 100 string readline\n",
    "vapoursynth": "import vapoursynth\nopen('{target}')\n",
    "avisynth": 'AviSource("{target}")\n',
    "image-sequence": "%d.png\n{target}\n",
}
for _name, _text in TEXTS.items():
    written(f"text-{_name}.mp4", lambda clips, text=_text: text.format(target=LISTENER).encode())  # type: ignore[misc]


def box(kind: bytes, *content: bytes) -> bytes:
    data = b"".join(content)
    return struct.pack(">I", 8 + len(data)) + kind + data


FTYP = box(b"ftyp", b"isom\0\0\2\0isomiso2mp41")


def _nested(kind: bytes, depth: int) -> bytes:
    data = b""
    for _level in range(depth):
        data = box(kind, data)
    return data


def _full(kind: bytes, *content: bytes) -> bytes:
    return box(kind, b"\0\0\0\0", *content)


def crowded(packets: int, *, listed: bytes | None = None) -> bytes:
    """A film of `packets` pictures of one byte each; its index takes some two hundred bytes, whatever their number."""
    matrix = struct.pack(">9i", 1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30)
    entry = box(
        b"jpeg", bytes(6), b"\0\1", bytes(16), struct.pack(">HH", 64, 64), bytes(14), bytes(32), b"\0\x18\xff\xff"
    )
    sizes = struct.pack(">II", 1, packets)
    table = box(
        b"stbl",
        _full(b"stsd", struct.pack(">I", 1), entry),
        _full(b"stts", struct.pack(">III", 1, packets, 1)),
        _full(b"stsc", struct.pack(">IIII", 1, 1, packets, 1)),
        listed or _full(b"stsz", sizes),
        _full(b"stco", struct.pack(">II", 1, len(FTYP) + 8)),
    )
    media = box(
        b"mdia",
        _full(b"mdhd", struct.pack(">IIIIHH", 0, 0, 1000, packets, 0x55C4, 0)),
        _full(b"hdlr", b"\0\0\0\0vide", bytes(13)),
        box(b"minf", _full(b"vmhd", bytes(8)), table),
    )
    track = struct.pack(">IIIII", 0, 0, 1, 0, packets) + bytes(16) + matrix + struct.pack(">II", 64 << 16, 64 << 16)
    movie = struct.pack(">IIII", 0, 0, 1000, packets) + b"\0\1\0\0\1\0" + bytes(10) + matrix + bytes(24) + b"\0\0\0\2"
    moov = box(b"moov", _full(b"mvhd", movie), box(b"trak", box(b"tkhd", b"\0\0\0\3", track), media))
    return FTYP + box(b"mdat", bytes(min(packets, 400_000))) + moov


def _spliced(data: bytes, kind: bytes, change: bytes) -> bytes:
    """The first box of this kind with other first bytes."""
    at = data.index(kind) - 4
    return data[:at] + change + data[at + len(change) :]


def _last_box_to_the_end(data: bytes) -> bytes:
    at = data.rindex(b"mdat") - 4
    return data[:at] + bytes(4) + data[at + 4 :]


def _png(width: int, height: int, *chunks: tuple[bytes, bytes], pixels: bytes = b"") -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    body = ((b"IHDR", head), *chunks, (b"IDAT", pixels or zlib.compress(bytes(100))), (b"IEND", b""))
    packed = (struct.pack(">I", len(d)) + k + d + struct.pack(">I", zlib.crc32(k + d)) for k, d in body)
    return b"\x89PNG\r\n\x1a\n" + b"".join(packed)


_MUCH = 64 * 1024 * 1024

# Bombs.
written("packets.mp4", lambda clips: crowded(210_000))
written("promised-packets.mp4", lambda clips: crowded(4_000_000_000))
written("sizes.mp4", lambda clips: crowded(10, listed=_full(b"stsz", struct.pack(">II", 0, 0xFFFFFFF0))))
written("deep.mp4", lambda clips: FTYP + box(b"moov", _nested(b"udta", 20_000)))
written("many-boxes.mp4", lambda clips: FTYP + box(b"free") * 300_000)
written("huge-moov.mp4", lambda clips: FTYP + b"\0\0\0\1moov" + struct.pack(">Q", 1 << 62) + bytes(64))
written("huge.mkv", lambda clips: b"\x1a\x45\xdf\xa3\x01" + b"\xff" * 6 + b"\xfe" + bytes(100))
written("gzip.mp4", lambda clips: gzip.compress(bytes(_MUCH), 9))
written("gzip.jpg", lambda clips: gzip.compress(bytes(_MUCH), 9))
written("drawing.svgz", lambda clips: gzip.compress(b"<svg>" + b" " * _MUCH + b"</svg>", 9))
written("long.png", lambda clips: _png(30_000, 30_000, pixels=zlib.compress(bytes(_MUCH), 9)))
written("narrow.png", lambda clips: _png(1, 2_000_000_000))
written("text.png", lambda clips: _png(10, 10, (b"zTXt", b"x\0\0" + zlib.compress(bytes(_MUCH), 9))))
written("profile.png", lambda clips: _png(10, 10, (b"iCCP", b"x\0\0" + zlib.compress(bytes(_MUCH), 9))))
written("claimed.jpg", lambda clips: _wide_jpeg())


def _wide_jpeg() -> bytes:
    """A JPEG that says it has four thousand million pixels."""
    data = bytearray(saved(scene(), "JPEG"))
    at = data.index(b"\xff\xc0") + 5
    struct.pack_into(">HH", data, at, 65_500, 65_500)
    return bytes(data)


film("relative.mp4", "-movflags", "frag_keyframe+empty_moov+default_base_moof")
# Boxes of unusual size in films that are fine, and in films that are not.
written("wide-box.mp4", lambda clips: _spliced_wide(clips("index-last.mp4").read_bytes()))
written("to-the-end.mp4", lambda clips: _last_box_to_the_end(clips("ok.mp4").read_bytes()))
written("trailing-zeros.mp4", lambda clips: clips("ok.mp4").read_bytes() + bytes(5000))
written("trailing-text.mp4", lambda clips: clips("ok.mp4").read_bytes() + b"<script>alert(1)</script>" * 50)
written("free-first.mp4", lambda clips: box(b"free", b"#EXTM3U\n<html>") + clips("relative.mp4").read_bytes())
written("tiny-box.mp4", lambda clips: FTYP + b"\0\0\0\4moov" + clips("ok.mp4").read_bytes()[32:])
written("endless-free.mp4", lambda clips: FTYP + b"\0\0\0\0free" + clips("ok.mp4").read_bytes()[32:])
written("promised-data.mp4", lambda clips: _spliced(clips("ok.mp4").read_bytes(), b"mdat", b"\x7f\xff\xff\xff"))
written("only-beginning.mp4", lambda clips: FTYP)
written("beginning-and-playlist.mp4", lambda clips: FTYP + PLAYLIST.format(target=LISTENER).encode())
written("noise.mp4", lambda clips: FTYP + box(b"moov", bytes(range(256)) * 20))
written("noise.mkv", lambda clips: clips("ok.mkv").read_bytes()[:300] + bytes(range(256)) * 20)
written("noise.avi", lambda clips: b"RIFF\xff\xff\0\0AVI LIST" + bytes(range(256)) * 20)
written("noise.mpg", lambda clips: b"\0\0\1\xba" + bytes(range(256)) * 20)
written("noise.ts", lambda clips: (b"\x47\x1f\xff\x10" + bytes(184)) * 50)
written("noise.flv", lambda clips: b"FLV\x01\x05\0\0\0\x09\0\0\0\0" + bytes(range(256)) * 20)
written("noise.wmv", lambda clips: bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c") + bytes(range(256)) * 20)
written("noise.ogv", lambda clips: b"OggS" + bytes(range(256)) * 20)


def _spliced_wide(data: bytes) -> bytes:
    """The length of the pictures in eight bytes; ffmpeg leaves eight free in front for that."""
    at = data.index(b"mdat") - 4
    (size,) = struct.unpack_from(">I", data, at)
    return data[: at - 8] + b"\0\0\0\1mdat" + struct.pack(">Q", size + 8) + data[at + 8 :]


# Two kinds in one, and other kinds under a false name.
written("page.jpg", lambda clips: clips("photo.jpg").read_bytes() + b"<html><script>alert(1)</script></html>")
written("archive.jpg", lambda clips: clips("photo.jpg").read_bytes() + b"PK\x05\x06" + bytes(18))
written("script.gif", lambda clips: b"GIF89a/*" + bytes(20) + b"*/=1;alert(1)")
written("film.png", lambda clips: clips("photo.png").read_bytes() + clips("ok.mp4").read_bytes())
written("layers.jpg", lambda clips: b"8BPS\0\1" + bytes(6) + b"\0\3" + bytes(100))
written("metafile.jpg", lambda clips: b"\xd7\xcd\xc6\x9a" + bytes(100))
written("document.jpg", lambda clips: b"%PDF-1.7\n" + bytes(100))
written("letter.jpg", lambda clips: b"%!PS-Adobe-3.0 EPSF-3.0\n" + bytes(100))
written("archive.mp4", lambda clips: b"PK\x03\x04" + bytes(200))
written("program.mp4", lambda clips: b"\x7fELF" + bytes(200))
written("real.rm", lambda clips: b".RMF\0\0\0\x12" + bytes(200))
written("photo-as-png.png", lambda clips: clips("photo.jpg").read_bytes())
written("film-as-photo.jpg", lambda clips: clips("ok.mp4").read_bytes())
written("photo.tif", lambda clips: saved(scene(), "TIFF"))
written("photo.bmp", lambda clips: saved(scene(), "BMP"))
written("stereo.jpg", lambda clips: saved(scene(), "MPO", save_all=True, append_images=[scene()]))
written("grey.jpg", lambda clips: saved(scene().convert("L"), "JPEG"))
written("progressive.jpg", lambda clips: saved(scene(), "JPEG", progressive=True))
written("indexed.png", lambda clips: saved(scene().convert("P"), "PNG"))
written("one-pixel.png", lambda clips: saved(Image.new("RGB", (1, 1)), "PNG"))
# Names that would be options, patterns or protocols if they got as far as a command line.
NAMES = (
    "-i.mp4",
    "-version.mp4",
    "%03d.mp4",
    "a:b.mp4",
    "concat:x.mp4",
    "[v].mp4",
    "*.mp4",
    "two words.mp4",
    "作品.mp4",
)
for _name in NAMES:
    written(_name, lambda clips: clips("ok.mp4").read_bytes())


@makes("raw.h264")
def _raw(path: Path, clips: Clips) -> None:
    ffmpeg("-i", clips("ok.mp4"), "-map", "0:v", "-c", "copy", "-f", "h264", path)


@makes("outside.mov")
def _outside(path: Path, clips: Clips) -> None:
    """Its index says that the pictures are in another file."""
    ffmpeg("-i", clips("ok.mp4"), "-c", "copy", "-f", "mov", path)
    data = path.read_bytes()
    at = data.index(b"url \0\0\0\1")
    path.write_bytes(data[:at] + b"url \0\0\0\0" + data[at + 8 :])


def hidden_text(data: bytes, text: bytes) -> bytes:
    """An AVI whose sound became subtitles of the kind that hold a file of their own (CVE-2017-9993)."""
    changed = bytearray(data.replace(b"auds", b"txts", 1))
    at = changed.index(b"01wb", changed.index(b"movi")) + 8
    (room,) = struct.unpack_from("<I", changed, at - 4)
    inner = b"GAB2\0\2\0" + struct.pack("<I", 2) + b"x\0" + b"\4\0" + struct.pack("<I", len(text)) + text
    changed[at : at + room] = inner.ljust(room, b"\n")[:room]
    return bytes(changed)


old("loud.avi", "-c:v", "mjpeg", "-c:a", "pcm_s16le", length_s=1)
written("hidden-text.avi", lambda clips: hidden_text(clips("loud.avi").read_bytes(), TEXTS["subtitles"].encode()))
