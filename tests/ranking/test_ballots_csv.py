from fractions import Fraction

import pytest

from contest.ranking import ballots_csv
from contest.ranking.ballots_csv import BadCsv, read_sheet
from contest.ranking.sheet import Ballot

HEAD = b"entry,judge,score\n"


def test_an_empty_score_is_not_a_zero_and_names_stay_known() -> None:
    sheet = read_sheet(HEAD + b"a,x,0\na,y,\nb, z ,  87.50 \n\n")

    assert sheet.ballots() == [Ballot("a", "x", Fraction(0)), Ballot("b", "z", Fraction("87.5"))]
    assert (sheet.entries, sheet.judges) == (("a", "b"), ("x", "y", "z"))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_spreadsheets_in_china_write_in_several_encodings(encoding: str) -> None:
    text = "评委".join(["Judge,entry,score\r\n", "甲,作品一,９０．５\r\n"])

    sheet = read_sheet(text.encode(encoding))

    assert sheet.ballots() == [Ballot("作品一", "评委甲", Fraction("90.5"))]


def test_columns_may_stand_in_any_order_and_cells_in_quotes() -> None:
    sheet = read_sheet(b'SCORE, judge,entry\r\n"90","Li, Hua","a ""b"""\r\n')

    assert sheet.ballots() == [Ballot('a "b"', "Li, Hua", Fraction(90))]


@pytest.mark.parametrize(
    ("content", "line", "reason"),
    [
        (b"", 1, "the file is empty; its first line must be entry,judge,score."),
        (b"a,x,1\n", 1, "the first line must be entry,judge,score, with commas; it is 'a,x,1'."),
        (
            b"entry;judge;score\na;x;1\n",
            1,
            "the first line must be entry,judge,score, with commas; it is 'entry;judge;score'.",
        ),
        (
            b"entry,judge,score,score\n",
            1,
            "the first line must be entry,judge,score, with commas; it is 'entry,judge,score,score'.",
        ),
        (HEAD + b"a,x,1\nb,x,2\na,x,1\n", 4, "'x' has scored 'a' already, on line 2."),
        (HEAD + b"a,x,\na,x,3\n", 3, "'x' has scored 'a' already, on line 2."),
        (HEAD + b"a,x,nan\n", 2, "the score 'nan' is not a plain number such as 87 or 87.5."),
        (HEAD + b"a,x,1e3\n", 2, "the score '1e3' is not a plain number such as 87 or 87.5."),
        (HEAD + b"\n\na,x,1/3\n", 4, "the score '1/3' is not a plain number such as 87 or 87.5."),
        (HEAD + b'a,x,"87,5"\n', 2, "the score '87,5' is not a plain number such as 87 or 87.5."),
        (HEAD + b"a,x,87,5\n", 2, "there must be 3 cells; there are 4."),
        (HEAD + b"a,x\n", 2, "there must be 3 cells; there are 2."),
        (HEAD + b",x,1\n", 2, "the entry is missing."),
        (HEAD + b"a, ,1\n", 2, "the judge is missing."),
        (HEAD + b"a,x,1\nb\0,x,1\n", 3, "there is a NUL byte; this is not a text file."),
        (HEAD + b'a,x,1\n"b\nc",x,1\n', 3, "there is a line break or another control character in the entry."),
        (HEAD + b'a,x,1\n"b,x,1\nc,x,2\n', 3, "this is not CSV: unexpected end of data."),
        (HEAD + b"a,x,1\n\xff\xfe\xff,x,1\n", 3, "the text is neither UTF-8 nor GB 18030."),
        (HEAD + b"a" * 201 + b",x,1\n", 2, "the entry is longer than 200 characters."),
    ],
)
def test_what_is_wrong_is_told_with_its_line(content: bytes, line: int, reason: str) -> None:
    with pytest.raises(BadCsv) as told:
        read_sheet(content)

    assert (told.value.line, told.value.reason) == (line, reason)


def test_a_field_as_long_as_a_film_is_refused_by_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BadCsv, match=r"line 2: this is not CSV: field larger than field limit"):
        read_sheet(HEAD + b"a" * 200_000 + b",x,1\n")
    monkeypatch.setattr(ballots_csv, "MAX_BYTES", 10)
    with pytest.raises(BadCsv, match="line 1: the file is larger than 0 MiB"):
        read_sheet(HEAD)
