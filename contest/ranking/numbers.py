"""Exact numbers: marks are integer hundredths, means are fractions, and only what is shown is rounded.

Floats would publish 90.12 for 90.125 and 2.67 for 2.675.
"""

import unicodedata
from fractions import Fraction


def half_up(value: Fraction) -> int:
    """`value` (never negative here) in hundredths, rounded half up from the exact value: 90.125 -> 9013."""
    scaled = value * 100
    return (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)


def rounded(value: Fraction, decimals: int) -> Fraction:
    """`value` to so many decimals, half away from zero, from the exact value: 90.125 -> 90.13, -0.5 -> -1."""
    scaled = abs(value) * 10**decimals
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return Fraction(whole if value >= 0 else -whole, 10**decimals)


def decimal_text(value: Fraction, decimals: int) -> str:
    """`value` as it is published, always with so many decimals: 415/6 -> "69.17"."""
    units = int(rounded(value, decimals) * 10**decimals)
    digits = f"{abs(units):0{decimals + 1}d}"
    whole, rest = (digits[:-decimals], digits[-decimals:]) if decimals else (digits, "")
    return ("-" if units < 0 else "") + whole + ("." + rest if rest else "")


def text(hundredths: int) -> str:
    """Hundredths as people write them, always with two decimals: 9013 -> "90.13"."""
    return f"{hundredths // 100}.{hundredths % 100:02d}"


def hundredths(text: str) -> int:
    """What `text` wrote; ValueError for anything but a plain number with two decimals."""
    whole, dot, rest = text.partition(".")
    plain = whole.isascii() and whole.isdigit() and rest.isascii() and rest.isdigit()
    if not plain or not dot or len(rest) != 2:
        raise ValueError(f"{text!r} is not a number with two decimals")
    return int(whole) * 100 + int(rest)


def typed(text: str) -> int:
    """Hundredths of what a person typed: "27", "27.5" and "２７．５" are fine; ValueError for anything else."""
    plain = unicodedata.normalize("NFKC", text).strip()
    whole, _dot, rest = plain.partition(".")
    if not (whole.isascii() and whole.isdigit() and len(whole) <= 6 and len(rest) <= 2):
        raise ValueError(f"{text!r} is not a mark")
    return hundredths(f"{whole}.{rest:0<2}")


def shortest(hundredths: int) -> str:
    """As short as exactness allows, for input fields: 2750 -> "27.5"."""
    return text(hundredths).rstrip("0").rstrip(".")
