"""What is measured of how films look and sound: on films made to have just that."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from contest.media.looks import listen
from contest.media.probe import examine
from contest.media.samples import Plan, plan
from contest.media.sandbox import Sandbox
from contest.media.scan import StreamScan
from tests.media.clips import Clips


def measured(path: Path, box: Sandbox) -> dict[str, Any]:
    return examine(path, kind="video", box=box).quality


def test_an_ordinary_film_has_nothing_wrong(clips: Clips, box: Sandbox) -> None:
    found = measured(clips("long.mp4"), box)

    bits = found.pop("bits_per_pixel")
    assert found == {
        "black_start_ms": 0,
        "black_end_ms": 0,
        "frozen_start_ms": 0,
        "frozen_end_ms": 0,
        "samples": 3,
        "black_share": 0.0,
        "dark_share": 0.0,
        "flat_share": 0.0,
        "still_share": 0.0,
        "bars": [0.0, 0.0, 0.0, 0.0],
        "dark_at_ms": [],
        "silence_share": 0.0,
        "longest_silence_ms": 0,
        "peak_db": found["peak_db"],
        "full_share": 0.0,
        "true_peak_db": found["true_peak_db"],
        "fields": "whole",
        "sharpness": found["sharpness"],
    }
    assert (found["peak_db"] <= found["true_peak_db"] < -10, found["sharpness"] > 90) == (True, True)
    assert 0.3 < bits < 3


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("black-ends.mp4", {"black_start_ms": 1500, "black_end_ms": 2500, "frozen_start_ms": 0, "frozen_end_ms": 0}),
        ("still.mp4", {"black_start_ms": 0, "frozen_start_ms": 3750, "frozen_end_ms": 3500}),
        ("night.mp4", {"dark_share": 1.0, "black_share": 0.0, "dark_at_ms": [0, 2000, 4000]}),
        ("letterbox.mp4", {"bars": [12.2, 12.2, 0.0, 0.0]}),
        ("portrait-in-landscape.mp4", {"bars": [0.0, 0.0, 33.8, 34.4]}),
        ("one-key.mp4", {"samples": 1, "black_end_ms": 0}),
        ("appended.mp4", {"samples": 1}),
    ],
)
def test_what_was_put_into_a_film_is_found(name: str, expected: dict[str, Any], clips: Clips, best: Sandbox) -> None:
    found = measured(clips(name), best)

    near = {key: pytest.approx(value, abs=500 if key.endswith("_ms") else 1) for key, value in expected.items()}
    assert {key: found[key] for key in expected} == near


def test_silence_and_overdriven_sound_are_heard(clips: Clips, best: Sandbox) -> None:
    hushed, clipped = measured(clips("hushed.mp4"), best), measured(clips("clipped.mp4"), best)

    assert hushed["silence_share"] == pytest.approx(0.65, abs=0.05)
    assert hushed["longest_silence_ms"] == pytest.approx(3700, abs=300)
    assert (clipped["peak_db"], clipped["full_share"] > 0.1) == (0.0, True)


def test_a_copy_from_a_chat_takes_few_bits(clips: Clips, best: Sandbox) -> None:
    assert measured(clips("chat.mp4"), best)["bits_per_pixel"] < 0.05


def test_films_without_an_index_are_sampled_too(clips: Clips, best: Sandbox) -> None:
    if best.level < 2:
        pytest.skip("level 2 of the sandbox: bubblewrap does not work here")
    names = ("camcorder.mts", "disc.mpg", "windows.wmv", "web.flv", "free.ogv", "divx.avi")

    assert {name: measured(clips(name), best)["samples"] >= 1 for name in names} == dict.fromkeys(names, True)


def pictures(sizes: list[int], *, key_every: int = 25) -> StreamScan:
    """At 25 a second; key pictures are large whatever is in them."""
    scanned = StreamScan()
    for number, size in enumerate(sizes):
        is_key = number % key_every == 0
        size_of_it = 50_000 if is_key else size
        scanned.add(pts=number / 25, dts=number / 25, duration=0.04, is_shown=True, size=size_of_it, is_key=is_key)
    return scanned


def planned(scanned: StreamScan, *, size: tuple[int, int] = (1920, 1080), can_seek: bool = True) -> Plan:
    return plan(scanned, size=size, begins_at=0.0, can_seek=can_seek)


def test_a_moving_film_is_not_decoded_at_its_ends() -> None:
    wanted = planned(pictures([9000] * 750))

    assert (wanted.start_s, wanted.end_at, len(wanted.spread)) == (0.2, None, 12)


def test_a_film_that_stands_at_both_ends_is_looked_at_there() -> None:
    wanted = planned(pictures([40] * 50 + [9000] * 650 + [40] * 50))

    assert (wanted.start_s, wanted.end_at, wanted.end_s) == (4.0, 26.0, pytest.approx(4.0))


def test_an_end_far_from_the_last_key_picture_is_left_alone() -> None:
    assert planned(pictures([9000] * 700 + [40] * 50, key_every=10_000)).end_at is None


def test_where_every_picture_is_a_key_picture_both_ends_are_looked_at() -> None:
    wanted = planned(pictures([9000] * 250, key_every=1))

    assert (wanted.start_s, wanted.end_at) == (4.0, pytest.approx(6.0))


def test_larger_pictures_are_sampled_less_often() -> None:
    counts = [len(planned(pictures([9000] * 750), size=size).spread) for size in ((3840, 2160), (7680, 4320))]

    assert counts == [4, 1]


def test_of_a_film_whose_clock_starts_anew_only_the_beginning_is_seen() -> None:
    wanted = planned(pictures([9000] * 750), can_seek=False)

    assert (wanted.spread, wanted.end_at) == ((), None)


def test_a_short_film_is_not_sampled_twice_in_a_second() -> None:
    spread = planned(pictures([9000] * 75, key_every=5)).spread

    assert all(later - earlier >= 1.5 for earlier, later in pairwise(spread))


def test_a_sound_of_nothing_is_silent_from_end_to_end() -> None:
    moments = (f"frame:{at} pts:{at} pts_time:{at / 10}\nlavfi.r128.M=-120.691" for at in range(30))

    assert listen("\n".join(moments)) == {"silence_share": 1.0, "longest_silence_ms": 2700}
