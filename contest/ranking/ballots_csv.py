"""Reading `entry,judge,score`: what is wrong is told with its line, and nothing is guessed about a mark."""

import codecs
import csv
import io
import re
import unicodedata
from collections.abc import Iterator
from fractions import Fraction

from contest.ranking.sheet import Ballot, Sheet

COLUMNS = ("entry", "judge", "score")
MAX_BYTES = 64 * 1024 * 1024
MAX_NAME = 200
NUMBER = re.compile(r"[+-]?[0-9]{1,9}(\.[0-9]{1,9})?", re.ASCII)


class BadCsv(ValueError):
    """The file cannot be used. `line` counts from 1, as editors do."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(f"line {line}: {reason}")
        self.line = line
        self.reason = reason


def read_sheet(content: bytes) -> Sheet:
    """The ballots in `content`; an empty score names entry and judge and is no ballot. Raises BadCsv."""
    ballots: list[Ballot] = []
    entries: set[str] = set()
    judges: set[str] = set()
    seen: dict[tuple[str, str], int] = {}
    for line, (entry, judge, score) in rows_of(content, columns=COLUMNS):
        if (before := seen.setdefault((entry, judge), line)) != line:
            raise BadCsv(line, f"{judge!r} has scored {entry!r} already, on line {before}.")
        entries.add(entry)
        judges.add(judge)
        if score:
            ballots.append(Ballot(entry, judge, _number(line, score)))
    return Sheet.of(ballots, entries=entries, judges=judges)


def rows_of(content: bytes, *, columns: tuple[str, ...]) -> Iterator[tuple[int, tuple[str, ...]]]:
    """The cells under `columns` (in this order; only a score may be empty) with the line that each row begins on.

    UTF-8 with or without a mark at the beginning, UTF-16 with one, or GB 18030, which spreadsheets write in China.
    """
    if len(content) > MAX_BYTES:
        raise BadCsv(1, f"the file is larger than {MAX_BYTES // 1024 // 1024} MiB.")
    reader = csv.reader(io.StringIO(_text(content), newline=""), strict=True)
    order: list[int] | None = None
    begins = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            break
        except csv.Error as error:
            raise BadCsv(begins, f"this is not CSV: {error}.") from None
        if order is None:
            order = _header(cells, columns)
        elif cells:
            yield begins, _cells(begins, cells, order, columns)
        begins = reader.line_num + 1
    if order is None:
        raise BadCsv(1, f"the file is empty; its first line must be {','.join(columns)}.")


def _text(content: bytes) -> str:
    marks = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
    encodings = [marks[content[:2]]] if content[:2] in marks else ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError as error:
            wrong = error.start
        else:
            if (at := text.find("\0")) >= 0:
                raise BadCsv(text.count("\n", 0, at) + 1, "there is a NUL byte; this is not a text file.")
            return text
    raise BadCsv(content.count(b"\n", 0, wrong) + 1, "the text is neither UTF-8 nor GB 18030.")


def _header(cells: list[str], columns: tuple[str, ...]) -> list[int]:
    names = [cell.strip().lower() for cell in cells]
    if sorted(names) != sorted(columns):
        raise BadCsv(1, f"the first line must be {','.join(columns)}, with commas; it is {_short(','.join(cells))}.")
    return [names.index(name) for name in columns]


def _cells(line: int, cells: list[str], order: list[int], columns: tuple[str, ...]) -> tuple[str, ...]:
    if len(cells) != len(order):
        raise BadCsv(line, f"there must be {len(order)} cells; there are {len(cells)}.")
    found = tuple(cells[at].strip() for at in order)
    for name, cell in zip(columns, found, strict=True):
        if len(cell) > MAX_NAME:
            raise BadCsv(line, f"the {name} is longer than {MAX_NAME} characters.")
        if any(unicodedata.category(letter) == "Cc" for letter in cell):
            raise BadCsv(line, f"there is a line break or another control character in the {name}.")
        if not cell and name != "score":  # only a mark may be missing
            raise BadCsv(line, f"the {name} is missing.")
    return found


def _number(line: int, cell: str) -> Fraction:
    plain = unicodedata.normalize("NFKC", cell)
    if not NUMBER.fullmatch(plain):
        raise BadCsv(line, f"the score {_short(cell)} is not a plain number such as 87 or 87.5.")
    return Fraction(plain)


def _short(text: str) -> str:
    return repr(text if len(text) <= 60 else text[:60] + "…")
