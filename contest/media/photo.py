"""Photos, from the parent's side: the work is done by `photo_child` inside the sandbox."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from contest.media.attempt import was_killed
from contest.media.facts import AiLabel, Code, Facts, Flag, Unreadable
from contest.media.process import TimedOut
from contest.media.sandbox import Limits, Sandbox, python_paths
from contest.media.sniff import container_of, has_appended_video

PACKAGE = Path(__file__).resolve().parent
TIMEOUT_S = 60.0
LIMITS = Limits(memory_mib=3072, cpu_s=120, file_mib=64, output_mib=128)
# NumPy's algebra would start a thread for each processor: 30 ms of work that nothing here needs.
CHILD_ENV = {"PYTHONPATH": str(PACKAGE.parent.parent), "OPENBLAS_NUM_THREADS": "1"}
CONTAINERS = ("jpeg", "png", "webp", "heif", "avif")


def examine_photo(path: Path, *, box: Sandbox) -> Facts:
    container = container_of(path)
    if container in ("gif", "apng", "webp-animated"):
        raise Unreadable(Code.ANIMATED_IMAGE, container, form=container)
    if container in ("tiff", "bmp"):
        raise Unreadable(Code.UNSUPPORTED_CONTAINER, container, form=container)
    if container not in CONTAINERS:
        raise Unreadable(Code.NOT_A_PHOTO, container, form=container)
    found = run_child(["facts", "/in/media"], path, box=box)
    flags = (Flag.MOTION_PHOTO,) if container == "jpeg" and has_appended_video(path) else ()
    label = found["ai_label"]
    return Facts(
        kind="photo",
        container=container,
        size_bytes=path.stat().st_size,
        width=found["width"],
        height=found["height"],
        codec=container,
        rotation=found["rotation"],
        flags=flags,
        ai_label=AiLabel.from_json(label) if label else None,
        has_location=found["has_location"],
        pixel_format=found["mode"],
        quality=found["quality"],
        likeness=tuple(found["likeness"]),
    )


def run_child(
    arguments: Sequence[str], path: Path, *, box: Sandbox, output: Path | None = None, limits: Limits = LIMITS
) -> dict[str, Any]:
    """What `photo_child` answers; its refusals come back as Unreadable with the same codes."""
    python, needed = python_paths()
    try:
        done = box.run(
            [*python, "-m", "contest.media.photo_child", *arguments],
            inputs={"media": path},
            output=output,
            timeout_s=TIMEOUT_S,
            limits=limits,
            readable=[*needed, PACKAGE.parent / "__init__.py", PACKAGE],
            env=CHILD_ENV,
        )
    except TimedOut as error:
        raise Unreadable(Code.TIMEOUT, str(error)) from error
    try:
        answer: dict[str, Any] = json.loads(done.stdout)
    except ValueError as error:
        code = Code.TOO_HARD if done.signal or "MemoryError" in done.stderr else Code.DAMAGED
        raise Unreadable(code, done.stderr[-300:], killed=was_killed(done, limits)) from error
    if "refused" in answer:
        raise Unreadable(Code(answer["refused"]), str(answer.get("detail", "")))
    return answer
