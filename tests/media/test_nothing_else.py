"""Whatever a file names, nothing but itself is opened: no other file, and no address, at either level of the sandbox.

A listener on this machine hears whether anybody calls; strace, where it is installed, hears of every file.
"""

import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from contest.media import commands, formats
from contest.media.facts import Unreadable
from contest.media.probe import examine
from contest.media.sandbox import LIMITS_ONLY, WALLED, Sandbox
from tests.media.clips import Clips
from tests.media.clips_hostile import NEIGHBOUR, TEXTS, hidden_text

# What the text is put into: by itself under a film's name, and behind the first bytes of each kind of film.
BEGINNINGS = {
    "": b"",
    "mp4": b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom",
    "avi": b"RIFF\xff\xff\0\0AVI LIST",
    "mpeg": b"\0\0\1\xba",
    "flv": b"FLV\x01\x05\0\0\0\x09\0\0\0\0",
    "asf": bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c"),
    "ogg": b"OggS",
    "matroska": b"\x1a\x45\xdf\xa3",
    "jpeg": b"\xff\xd8\xff\xe0",
}


READ_ELSEWHERE = ("playlist", "key-playlist", "concat", "dash", "sdp")  # by ffmpeg itself, given its way


class Listener:
    """A port of this machine, and whether anybody has called there."""

    def __init__(self, socket_: socket.socket) -> None:
        self._socket = socket_
        self.port = socket_.getsockname()[1]

    @property
    def was_called(self) -> bool:
        try:
            self._socket.accept()
        except BlockingIOError:
            return False
        return True


@pytest.fixture
def listener() -> Iterator[Listener]:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(16)
        listening.setblocking(False)
        yield Listener(listening)


def _needs_strace() -> None:
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed")
    if subprocess.run(["strace", "-qq", "-o", "/dev/null", "true"], capture_output=True, check=False).returncode:
        pytest.skip("strace may not follow programs on this machine")


@contextmanager
def opened_files(log: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Have every program that the sandbox starts traced into `log`, below the sandbox's own words."""
    import contest.media.sandbox as sandbox

    plain = sandbox.watch
    # -DD: beside the program and not above it, or it would wait for the shell that waits for us.
    trace = (
        "strace",
        "-f",
        "-DD",
        "-qq",
        "-o",
        str(log),
        "-A",
        "-e",
        "trace=open,openat,openat2,socket,connect,execve",
    )

    def traced(argv: list[str], **options: object) -> object:
        return plain([*trace, *argv], **options)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(sandbox, "watch", traced)
        yield


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_that_names_others_reads_none_of_them(
    text: str, clips: Clips, box: Sandbox, listener: Listener, tmp_path: Path
) -> None:
    """Past the first look too: each demuxer is given the text as it is, and with its own first bytes before it."""
    neighbour = tmp_path / NEIGHBOUR
    neighbour.write_bytes(clips(NEIGHBOUR).read_bytes())
    hostile = tmp_path / "film.mp4"
    address = f"http://127.0.0.1:{listener.port}/x.ts"

    for target in (str(neighbour), NEIGHBOUR, address):
        hostile.write_text(TEXTS[text].format(target=target), encoding="utf-8")
        for kind in ("video", "photo"):
            with pytest.raises(Unreadable):
                examine(hostile, kind=kind, box=box)  # type: ignore[arg-type]
    for container in formats.containers(level=box.level if text in READ_ELSEWHERE else LIMITS_ONLY):
        form = formats.taken(container, level=box.level)
        assert form is not None
        done = box.run(commands.probe_streams(form), inputs={"media": hostile}, timeout_s=30)
        assert b'"codec_type": "video"' not in done.stdout

    assert not listener.was_called


@pytest.mark.parametrize("level", [LIMITS_ONLY, WALLED], ids=["limits", "walls"])
def test_not_a_file_and_not_a_socket_is_opened_but_its_own(
    level: int, clips: Clips, best: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _needs_strace()
    if level > best.level:
        pytest.skip("level 2 of the sandbox: bubblewrap does not work here")
    neighbour, log = tmp_path / NEIGHBOUR, tmp_path / "opened"
    neighbour.write_bytes(clips(NEIGHBOUR).read_bytes())
    targets = (str(neighbour), "file:" + str(neighbour), NEIGHBOUR, "http://127.0.0.1:9/x.ts")
    texts = [TEXTS[name].format(target=target) for name in ("playlist", "concat") for target in targets]

    with opened_files(log, monkeypatch):
        for number, text in enumerate(texts):
            kinds = [*BEGINNINGS][number % 4 :: 4]
            for kind in kinds:
                hostile = tmp_path / f"film-{number}-{kind}"
                hostile.write_bytes(BEGINNINGS[kind] + text.encode())
                with suppress(Unreadable):
                    examine(hostile, kind="photo" if kind == "jpeg" else "video", box=Sandbox(level=level))
        examine(clips("outside.mov"), kind="video", box=Sandbox(level=level))
        for number, text in enumerate(texts):
            hostile = tmp_path / f"film-{number}.avi"
            hostile.write_bytes(hidden_text(clips("loud.avi").read_bytes(), text.encode()))
            with suppress(Unreadable):
                examine(hostile, kind="video", box=Sandbox(level=level))

    traced = log.read_text(encoding="utf-8", errors="replace")
    assert re.findall(r'execve\("[^"]*/(ffprobe|ffmpeg)"', traced) != []
    assert [line for line in traced.splitlines() if NEIGHBOUR in line] == []
    assert re.findall(r"connect\(.*AF_INET6?", traced) == []
    assert re.findall(r"socket\(AF_INET6?.*", traced) == []


def test_the_proof_would_notice(clips: Clips, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the list of demuxers, a hundred bytes of text do read the neighbour: that is what the list is for."""
    _needs_strace()
    neighbour, log = tmp_path / NEIGHBOUR, tmp_path / "opened"
    neighbour.write_bytes(clips(NEIGHBOUR).read_bytes())
    hostile = tmp_path / "film.mp4"
    hostile.write_text(TEXTS["concat"].format(target=NEIGHBOUR), encoding="utf-8")

    with opened_files(log, monkeypatch):
        Sandbox(level=LIMITS_ONLY).run(
            ["ffprobe", "-loglevel", "error", "-protocol_whitelist", "file", "-i", commands.INPUT],
            inputs={"media": hostile},
            timeout_s=30,
        )

    assert NEIGHBOUR in log.read_text(encoding="utf-8", errors="replace")
