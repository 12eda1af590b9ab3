"""Captions in, plain WebVTT out, whatever is in the file."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contest.media.captions import MOST_BYTES, BadCaptions, Fault, as_vtt, clean_captions, cues_of

SRT = "1\r\n00:00:01,000 --> 00:00:02,500\r\n高粱的远征\r\n\r\n2\r\n00:00:03,000 --> 00:00:04,000\r\nSecond\r\nline\r\n"
VTT = (
    "WEBVTT - title\n\nSTYLE\n::cue { background: url(http://evil) }\n\nNOTE a comment\n\nintro\n"
    "00:01.000 --> 00:02.500 align:start position:10%\n<v Li Hong>高粱的远征</v>\n\n"
    "00:00:03.000 --> 00:00:04.000\nSecond\nline\n"
)
CLEAN = "WEBVTT\n\n00:00:01.000 --> 00:00:02.500\n高粱的远征\n\n00:00:03.000 --> 00:00:04.000\nSecond\nline\n"


@pytest.mark.parametrize(
    "data",
    [
        SRT.encode(),
        SRT.encode("utf-8-sig"),
        SRT.encode("gb18030"),
        SRT.encode("utf-16"),
        SRT.replace("\r\n", "\r").encode(),
        VTT.encode(),
        SRT.replace("高粱的远征", "<font color=red><b>高粱的远征</b></font>{\\an8}").encode(),
    ],
    ids=["srt", "bom", "gbk", "utf-16", "old-mac", "vtt", "markup"],
)
def test_every_kind_of_captions_becomes_the_same_plain_file(data: bytes) -> None:
    assert clean_captions(data, length_ms=10_000) == CLEAN


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"", Fault.EMPTY),
        (b" \r\n ", Fault.EMPTY),
        (b"x" * (MOST_BYTES + 1), Fault.TOO_LARGE),
        (b"\x00\x01\x02\x03" * 10, Fault.NOT_TEXT),
        (b"\x89PNG\r\n\x1a\n\x00\x00", Fault.NOT_TEXT),
        (b"Dear judges, here are my captions.", Fault.NO_CUES),
        (b"WEBVTT\n", Fault.NO_CUES),
        (b"00:00:05,000 --> 00:00:04,000\nbackwards", Fault.NO_CUES),
        (b"01:00:00,000 --> 01:00:01,000\nof another film", Fault.BEYOND_THE_FILM),
        (b"".join(b"00:00:01,000 --> 00:00:02,000\nx\n\n" for _ in range(5001)), Fault.TOO_MANY_CUES),
    ],
)
def test_what_gives_no_captions_says_why(data: bytes, fault: Fault) -> None:
    with pytest.raises(BadCaptions) as caught:
        clean_captions(data, length_ms=180_000)

    assert caught.value.fault is fault


def test_captions_end_with_the_film() -> None:
    data = b"00:00:01,000 --> 00:10:00,000\nstays\n\n00:05:00,000 --> 00:06:00,000\nlater"

    assert clean_captions(data, length_ms=2000) == "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\nstays\n"


def test_cues_come_in_the_order_of_their_times() -> None:
    data = b"00:00:05,000 --> 00:00:06,000\nsecond\n\n00:00:01,000 --> 00:00:02,000\nfirst"

    assert [cue.text for cue in cues_of(data)] == ["first", "second"]


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "&lt;script&gt;",
        "<<b>i>",
        "a --> b",
        "<c.x>",
        "\u202etxt",
        "a&#10;&#10;b",
        "<" * 1000,
        "{" * 1000,
    ],
)
def test_text_stays_text(hostile: str) -> None:
    made = clean_captions(f"00:00:01,000 --> 00:00:02,000\n{hostile}x\n".encode(), length_ms=10_000)

    body = made.partition("00:00:02.000\n")[2]
    assert not re.search(r"<|-->|\u202e", body)


@given(
    st.one_of(
        st.binary(max_size=400), st.text(alphabet="0123456789:,.-> \nWEBVTX<>&#;{}高\\", max_size=400).map(str.encode)
    )
)
@settings(max_examples=400, deadline=None)
def test_whatever_goes_in_what_comes_out_is_read_back_the_same(data: bytes) -> None:
    try:
        made = clean_captions(data, length_ms=10**9)
    except BadCaptions:
        return

    assert as_vtt(cues_of(made.encode())) == made
    assert re.fullmatch(r"WEBVTT\n(\n\d\d+:\d\d:\d\d\.\d{3} --> \d\d+:\d\d:\d\d\.\d{3}\n([^\n<]+\n)+)+", made)
