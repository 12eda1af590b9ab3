"""The one way by which this package runs a program on somebody's file.

| level | means | stops |
| --- | --- | --- |
| 2 | bubblewrap: no network, read-only system, one input, one output folder, no other process | code that got in |
| 1 | limits on memory, time, files; own process group; nothing new by exec | bombs, full disks, hangs |

At both levels ffmpeg gets its lists of permitted formats, codecs and protocols (`commands.py`), which is what keeps a
hundred bytes of text from reading another entrant's film. A command names its input `/in/<name>` and its outputs
relatively; the runner sees to it that both are right at either level.
"""

import os
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from contest.errors import WrongSetting
from contest.media.process import LIFELINE, OUTER_LIFELINE, Bounds, Cut, Finished, TimedOut, watch

MIB = 1024 * 1024
LIMITS_ONLY, WALLED = 1, 2


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What a command may use. The defaults are those of a probe."""

    memory_mib: int = 1536  # address space: about three times what stays resident
    cpu_s: int = 120
    file_mib: int = 64
    output_mib: int = 128  # all files together
    open_files: int = 64
    stdout_mib: int = 16
    stderr_kib: int = 64
    nice: int = 0


ENCODE = Limits(memory_mib=4096, cpu_s=4 * 3600, file_mib=4096, output_mib=4096, nice=10)

# Thread arenas of the allocator would take 64 MiB of address space each, and the limit with them.
ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": "/", "MALLOC_ARENA_MAX": "2"}


@dataclass(frozen=True, kw_only=True)
class Sandbox:
    """How programs run on this machine, and for the job in hand: whom to tell, and when to stop."""

    level: int
    reason: str = ""  # why it is not level 2, for the operator
    stop: threading.Event | None = field(default=None, compare=False)
    on_start: Callable[[int], None] | None = field(default=None, compare=False)
    until: float | None = field(default=None, compare=False)  # by the monotonic clock; nothing runs beyond it

    def within(self, seconds: float) -> "Sandbox":
        """The same, for everything that is done in the next `seconds` together."""
        return replace(self, until=time.monotonic() + seconds)

    def for_job(
        self, *, stop: threading.Event | None = None, on_start: Callable[[int], None] | None = None
    ) -> "Sandbox":
        return replace(self, stop=stop, on_start=on_start)

    def run(
        self,
        argv: Sequence[str],
        *,
        inputs: Mapping[str, Path],
        output: Path | None = None,
        timeout_s: float,
        limits: Limits | None = None,
        on_progress: Callable[[str], None] | None = None,
        readable: Sequence[Path] = (),
        env: Mapping[str, str] | None = None,
    ) -> Finished:
        if self.until is not None:
            timeout_s = min(timeout_s, self.until - time.monotonic())
            if timeout_s <= 0:
                raise TimedOut("no time is left")
        return run(
            argv,
            inputs=inputs,
            output=output,
            timeout_s=timeout_s,
            limits=limits or Limits(),
            level=self.level,
            on_progress=on_progress,
            on_start=self.on_start,
            stop=self.stop,
            readable=readable,
            env=env,
        )


def run(
    argv: Sequence[str],
    *,
    inputs: Mapping[str, Path],
    output: Path | None,
    timeout_s: float,
    limits: Limits,
    level: int,
    on_progress: Callable[[str], None] | None = None,
    on_start: Callable[[int], None] | None = None,
    stop: threading.Event | None = None,
    readable: Sequence[Path] = (),
    env: Mapping[str, str] | None = None,
) -> Finished:
    """Run `argv` with `/in/<name>` for each of `inputs`, working in `output`.

    `on_progress` gets the lines of standard output as they come (ffmpeg's `-progress pipe:1`), and may raise to end
    the command. `on_start` gets the id of the process group, for a later worker to find what this one left behind.
    `readable` are further paths the program itself needs. A return code other than 0 is the caller's to judge;
    Cut is raised when the command was ended from here.
    """
    program = shutil.which(argv[0], path=ENVIRONMENT["PATH"]) or argv[0]
    command = [program, *argv[1:]]
    environment = {**ENVIRONMENT, **(env or {})}
    if level >= WALLED:
        walls = _walls(command, inputs=inputs, output=output, readable=readable, env=environment)
        command = [*OUTER_LIFELINE, *walls, *LIFELINE, *command]
    else:
        places = {f"/in/{name}": str(path.resolve()) for name, path in inputs.items()}
        command = [*LIFELINE, *(places.get(argument, argument) for argument in command)]
    return watch(
        [*_leash(level), *_caps(limits), *command],
        env=environment,
        cwd=output or Path("/"),
        bounds=Bounds(
            timeout_s=timeout_s,
            stdout_bytes=limits.stdout_mib * MIB,
            stderr_bytes=limits.stderr_kib * 1024,
            output=output,
            output_bytes=limits.output_mib * MIB,
        ),
        on_start=on_start,
        on_line=on_progress,
        stop=stop,
    )


def detect(setting: str = "best") -> Sandbox:
    """The best level that really works here, found by running something in it; WrongSetting when it was required."""
    if setting == "limits":
        return Sandbox(level=LIMITS_ONLY, reason="bubblewrap is switched off by the setting sandbox = limits")
    complaint = why_no_walls()
    if complaint is None:
        return Sandbox(level=WALLED)
    if setting == "require":
        raise WrongSetting(f"CONTEST_SANDBOX (sandbox in contest.toml) is 'require', but {complaint}")
    return Sandbox(level=LIMITS_ONLY, reason=complaint)


def detect_level(setting: str = "best") -> int:
    return detect(setting).level


def why_no_walls() -> str | None:
    """Why level 2 does not work on this machine, as a clause; None when it does."""
    if shutil.which("bwrap", path=ENVIRONMENT["PATH"]) is None:
        return "bubblewrap (bwrap) is not installed"
    test = 'test "$(cat /in/media)" = seen && ! test -e /etc/passwd && echo kept > kept'
    with tempfile.TemporaryDirectory() as folder:
        given, taken = Path(folder, "given"), Path(folder, "taken")
        given.write_text("seen", encoding="utf-8")
        taken.mkdir()
        try:
            done = run(
                ["sh", "-c", test],
                inputs={"media": given},
                output=taken,
                timeout_s=10,
                limits=Limits(),
                level=WALLED,
            )
        except (Cut, OSError) as error:
            return f"bubblewrap cannot be run: {error}"
        if done.returncode or not (taken / "kept").exists():
            last = done.stderr.strip().splitlines()[-1:] or [f"it ended with {done.returncode}"]
            return f"bubblewrap does not work here: {last[0][:200]}"
    return None


def python_paths() -> tuple[list[str], list[Path]]:
    """How to start this Python inside the walls: the command, and what it must be able to read."""
    places = {Path(sys.prefix), Path(sys.base_prefix), Path(sys.base_prefix).resolve(), Path(sys.executable).parent}
    places |= {Path(sys.executable).resolve().parent.parent}
    outside = sorted(place for place in places if not place.is_relative_to("/usr"))
    return [sys.executable, "-s", "-B"], outside


def _leash(level: int) -> list[str]:
    """Die with the worker, even one that was killed outright; bubblewrap passes it on by --die-with-parent.

    No-new-privileges only at level 1: bubblewrap sets it itself, and set before it could bar its AppArmor profile.
    """
    return ["setpriv", "--pdeathsig", "KILL", *(["--no-new-privs"] if level < WALLED else [])]


def _caps(limits: Limits) -> list[str]:
    """The limits as a command line; `preexec_fn` would do the same but is not safe with threads.

    No limit on processes: it counts all of the user's threads, wherever they run. A file limit of 0 would kill
    ffprobe with SIGXFSZ.
    """
    return [
        "prlimit",
        f"--as={limits.memory_mib * MIB}",
        f"--cpu={limits.cpu_s}",
        f"--fsize={max(1, limits.file_mib) * MIB}",
        f"--nofile={limits.open_files}",
        "--core=0",
        *(["nice", "-n", str(limits.nice)] if limits.nice else []),
    ]


def _walls(
    command: Sequence[str],
    *,
    inputs: Mapping[str, Path],
    output: Path | None,
    readable: Sequence[Path],
    env: Mapping[str, str],
) -> list[str]:
    """bubblewrap's part of the command line. No /proc and hardly a /dev: ffmpeg, Pillow and Python need neither."""
    walls = ["bwrap", "--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL", "--clearenv"]
    for name, value in env.items():
        walls += ["--setenv", name, value]
    walls += ["--ro-bind", "/usr", "/usr"]
    for place in ("/bin", "/sbin", "/lib", "/lib32", "/lib64"):
        if Path(place).is_symlink():
            walls += ["--symlink", str(Path(place).readlink()), place]
        else:
            walls += ["--ro-bind-try", place, place]
    for place in ("/etc/ld.so.cache", "/etc/alternatives", "/etc/fonts"):
        walls += ["--ro-bind-try", place, place]
    for place in ("/dev/null", "/dev/urandom"):
        walls += ["--dev-bind-try", place, place]
    home = Path(command[0]).resolve().parent
    for path in [*readable, *([] if home.is_relative_to("/usr") or home == Path("/") else [home])]:
        walls += ["--ro-bind-try", str(path), str(path)]
    for name, path in inputs.items():
        walls += ["--ro-bind", os.fspath(path.resolve()), f"/in/{name}"]
    if output:
        walls += ["--bind", os.fspath(output.resolve()), "/out", "--chdir", "/out"]
    return [*walls, "--remount-ro", "/", "--"]
