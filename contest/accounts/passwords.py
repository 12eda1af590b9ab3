"""Passwords: what is stored of them, and how strong they are.

Argon2id with 19 MiB and two passes, as OWASP advises at least: eight sign-ins at once must fit into a small machine.
"""

import unicodedata
from functools import lru_cache
from typing import Literal

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

LEAST_CHARACTERS = 10
MOST_CHARACTERS = 200
LEAST_DIFFERENT = 5
STRONG_CHARACTERS = 16

# Long enough and still among the first that anybody would try; shorter ones are refused for their length.
COMMON = frozenset(
    """
    password12 password123 password1234 passw0rd123 administrator admin12345 admin123456 adminadmin1 welcome123
    welcome1234 qwertyuiop qwerty1234 qwerty12345 qwerty123456 1qaz2wsx3edc 1q2w3e4r5t 1q2w3e4r5t6y qazwsxedcrfv
    zaq12wsxcde asdfghjkl1 zxcvbnm123 iloveyou123 iloveyou520 woaini1314 woaini5201314 woaini520520 5201314520
    woaiwojia123 wodemima123 mima123456 zhongguo123 zhongguo2025 zhongguo2026 changeme123 letmein1234 abc1234567
    abcd123456 abcde12345 abcdefghij a123456789 a1234567890 aa123456789 asd123456789 qq123456789 wang123456
    zhang123456 jinzhong123 jinzhong2025 jinzhong2026 kejizhou2025 kejizhou2026 zhuiguang123 zhuiguang2026
    """.split()  # noqa: SIM905 - fifty quoted strings are harder to read
)
RUNS = ("0123456789012345678909876543210987654321", "abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm")

Strength = Literal["fair", "good", "strong"]

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


def hash_of(password: str) -> str:
    """What is stored. Takes some 40 ms on purpose: call it before a transaction begins, not inside."""
    return _hasher.hash(_form(password))


def fits(password_hash: str | None, password: str) -> bool:
    """Whether `password` is the one. Takes as long when there is none, so that time tells nobody who has an account."""
    try:
        _hasher.verify(password_hash or _nobodys(), _form(password))
    except (Argon2Error, InvalidHashError):
        return False
    return password_hash is not None


def is_old(password_hash: str) -> bool:
    """Whether it was made with weaker settings than those of today."""
    return _hasher.check_needs_rehash(password_hash)


def strength(password: str) -> Strength:
    """How long a guesser would need, in one word; of passwords that the rules let pass."""
    kinds = sum(any(test(char) for char in password) for test in (str.islower, str.isupper, str.isdigit, _is_other))
    if len(password) >= STRONG_CHARACTERS or (len(password) >= LEAST_CHARACTERS + 2 and kinds >= 3):
        return "strong"
    return "good" if kinds >= 3 or len(password) >= LEAST_CHARACTERS + 2 else "fair"


def is_common(password: str) -> bool:
    """Whether it is on everybody's list, or a row of keys or digits, or almost always the same character."""
    plain = password.casefold()
    in_a_row = any(plain in run or plain in run[::-1] for run in RUNS)
    return plain in COMMON or in_a_row or len(set(plain)) < LEAST_DIFFERENT


def _form(password: str) -> str:
    """The same characters whichever keyboard composed them."""
    return unicodedata.normalize("NFC", password)


def _is_other(char: str) -> bool:
    return not char.isalnum() or ord(char) > 127


@lru_cache(maxsize=1)
def _nobodys() -> str:
    return _hasher.hash("the password of nobody")
