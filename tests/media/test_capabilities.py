"""The doctor is told in closed codes what is there, what is weak and what is missing."""

import pytest

from contest.media import capabilities
from contest.media.capabilities import Finding, ffmpeg_version, findings
from contest.media.sandbox import LIMITS_ONLY, Sandbox


def test_this_machine_can_do_all_that_is_needed(best: Sandbox) -> None:
    found = findings(best)

    assert [f for f in found if f.state == "missing"] == []
    assert Finding(state="ok", code="encoder", detail="libx264") in found
    assert {f.code for f in found} & {"ffmpeg-version", "ffmpeg-fix"}
    assert {f.code for f in found} >= {"ffprobe", "filter", "sandbox", "photos", "tone-mapping"}


def test_a_weak_sandbox_is_reported_with_its_reason() -> None:
    found = findings(Sandbox(level=LIMITS_ONLY, reason="bubblewrap (bwrap) is not installed"))

    assert Finding(state="weak", code="sandbox", detail="bubblewrap (bwrap) is not installed") in found


def test_a_machine_without_ffmpeg_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(capabilities, "_answer", lambda *_argv: "")

    found = findings(Sandbox(level=LIMITS_ONLY))

    assert Finding(state="missing", code="ffmpeg") in found
    assert Finding(state="missing", code="encoder", detail="libx264") in found


@pytest.mark.parametrize(
    ("version", "state"),
    [
        ("5.1.9-0+deb12u1", "ok"),
        ("5.1.10-0+deb12u1", "ok"),
        ("7.1.5-0+deb13u1", "ok"),
        ("4.4.2-0ubuntu0.22.04.1", "weak"),
        ("n8.1", "ok"),
        ("N-112233-gabcdef", "ok"),
    ],
)
def test_an_old_ffmpeg_is_weak_and_one_with_a_hole_where_we_do_not_go_is_not(
    version: str, state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(capabilities, "_answer", lambda *_argv: f"ffmpeg version {version} Copyright")

    found = findings(Sandbox(level=LIMITS_ONLY))

    assert [f.state for f in found if f.code in ("ffmpeg-version", "ffmpeg-fix")] == [state]
    assert ffmpeg_version() == version
