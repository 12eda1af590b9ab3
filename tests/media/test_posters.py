"""Up to three pictures that may stand for a film: good ones, and not the same one three times."""

from itertools import combinations
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageStat

from contest.media.pictures import render_poster
from contest.media.posters import MOST, Try, candidates, judged
from contest.media.probe import examine
from contest.media.sandbox import Sandbox
from tests.media.clips import Clips, film


def scenes(*sources: str) -> str:
    """A film of a minute in as many scenes, of few pictures, so that it is made at once."""
    length_s = 60 / len(sources)
    each = [
        f"{source}{':' if '=' in source else '='}s=320x180:r=5:d={length_s},format=yuv420p,setsar=1"
        for source in sources
    ]
    return (
        ";".join(f"{one}[{n}]" for n, one in enumerate(each))
        + ";"
        + "".join(f"[{n}]" for n in range(len(each)))
        + f"concat=n={len(each)}"
    )


film("black.mp4", pictures="color=c=black:s=320x180:r=30", length_s=3, sound=False)
film("one-second.mp4", length_s=1, sound=False)
film("one-scene.mp4", pictures=scenes("smptehdbars"), length_s=60, sound=False)
film("scenes.mp4", pictures=scenes("testsrc2", "smptehdbars", "rgbtestsrc", "yuvtestsrc"), length_s=60, sound=False)
film("late.mp4", pictures=scenes("color=c=black", "color=c=black", "testsrc2", "smptehdbars"), length_s=60, sound=False)


def posters_of(path: Path, *, into: Path, box: Sandbox) -> list[str]:
    outputs = render_poster(path, examine(path, kind="video", box=box), into=into, box=box)
    assert {file.name for file in into.iterdir()} == {output.name for output in outputs}
    return [output.name for output in outputs]


def difference(one: Path, other: Path) -> float:
    with Image.open(one, formats=["JPEG"]) as first, Image.open(other, formats=["JPEG"]) as second:
        return max(ImageStat.Stat(ImageChops.difference(first, second)).mean)


def test_a_film_of_several_scenes_has_three_pictures_that_differ(clips: Clips, box: Sandbox, into: Path) -> None:
    names = posters_of(clips("scenes.mp4"), into=into, box=box)

    assert names == [
        "poster.jpg",
        "poster-small.jpg",
        "poster-2.jpg",
        "poster-2-small.jpg",
        "poster-3.jpg",
        "poster-3-small.jpg",
    ]
    assert min(difference(into / one, into / other) for one, other in combinations(names[::2], 2)) > 20
    with Image.open(into / "poster-3-small.jpg") as small:
        assert small.size == (320, 180)


@pytest.mark.parametrize("name", ["black.mp4", "one-scene.mp4"])
def test_a_film_that_shows_one_thing_has_one_picture(name: str, clips: Clips, best: Sandbox, into: Path) -> None:
    assert posters_of(clips(name), into=into, box=best) == ["poster.jpg", "poster-small.jpg"]


def test_a_film_of_a_second_has_what_differs_in_it(clips: Clips, best: Sandbox, into: Path) -> None:
    names = posters_of(clips("one-second.mp4"), into=into, box=best)

    large = names[::2]
    assert 1 <= len(large) <= MOST
    assert all(difference(into / one, into / other) > 1 for one, other in combinations(large, 2))


def test_black_is_no_candidate_where_there_is_something_else(clips: Clips, best: Sandbox, into: Path) -> None:
    names = posters_of(clips("late.mp4"), into=into, box=best)

    assert names[::2] == ["poster.jpg", "poster-2.jpg"]
    for name in names:
        with Image.open(into / name) as picture:
            assert max(high for _low, high in picture.convert("RGB").getextrema()) > 150


def a_try(number: int, level: int, *, average: int = 118, spread: int = 100) -> Try:
    stats = f"lavfi.signalstats.YAVG={average}\nlavfi.signalstats.YLOW=10\nlavfi.signalstats.YHIGH={10 + spread}\n"
    return judged(number, stats=stats, thumb=bytes([level]) * 768)


def test_the_best_comes_first_and_one_that_is_hardly_different_not_at_all() -> None:
    tried = [a_try(0, 100, spread=60), a_try(1, 105, spread=90), a_try(2, 200, spread=50), a_try(3, 0, average=20)]

    assert [one.number for one in candidates(tried)] == [1, 2]
    assert [one.number for one in candidates(tried[3:])] == [3]
    assert candidates([]) == []


def test_somebody_who_moved_is_a_difference_and_grain_is_none() -> None:
    still = a_try(0, 100)
    grain = Try(number=1, worth=1, is_good=True, thumb=bytes(100 + n % 7 for n in range(768)))
    moved = Try(number=2, worth=1, is_good=True, thumb=bytes([100] * 668 + [160] * 100))

    assert [one.number for one in candidates([still, grain, moved])] == [0, 2]
