"""Lengths from packets, by themselves."""

import pytest

from contest.media.facts import Code, Unreadable
from contest.media.scan import Length, length_of, scan


def line(pts: float, *, stream: int = 0, duration: str = "1.0", flags: str = "K_") -> str:
    return f"{stream},{pts},{pts},{duration},100,{flags}"


def length(*lines: str, starts_at_zero: bool = True) -> Length:
    return length_of(scan(lines).values(), starts_at_zero=starts_at_zero)


def test_the_length_is_the_span_of_all_streams_together() -> None:
    found = length(line(0), line(1), line(1, stream=1), line(4, stream=1))

    assert found == Length(exact_s=5.0, restarts=False)


def test_a_run_up_before_zero_is_not_shown() -> None:
    assert length(line(-1, flags="KD"), line(0), line(1)).exact_s == 2.0
    assert length(line(-0.5), line(0.5)).exact_s == 1.5


def test_streams_that_count_from_elsewhere_are_measured_from_their_beginning() -> None:
    assert length(line(-29), line(-28), starts_at_zero=False).exact_s == 2.0
    assert length(line(1000), line(1001)).exact_s == 2.0


def test_times_that_start_again_are_added_up() -> None:
    assert length(*(line(n) for n in (0, 1, 2, 0, 1, 2))) == Length(exact_s=6.0, restarts=True)


def test_a_last_packet_without_a_length_gets_the_average() -> None:
    found = length(*(line(n, duration="N/A") for n in range(4)))

    assert found == Length(exact_s=4.0, restarts=False)


def test_pictures_out_of_order_are_no_restart() -> None:
    assert length("0,0,-2,1.0,100,K_", "0,3,-1,1.0,100,__", "0,1,0,1.0,100,__", "0,2,1,1.0,100,__") == Length(
        exact_s=4.0, restarts=False
    )


def test_nothing_has_no_length() -> None:
    assert length("", "rubbish", "0,N/A,N/A,N/A,__") == Length(exact_s=0.0, restarts=False)


def test_more_packets_than_any_film_needs_are_not_read() -> None:
    with pytest.raises(Unreadable) as refused:
        scan((line(n) for n in range(11)), most=10)

    assert refused.value.code == Code.TOO_MANY_PACKETS
