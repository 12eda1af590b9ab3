"""What people type as their sign-in name: an e-mail address or a mobile number, folded as it is stored."""

import re
import unicodedata
from dataclasses import dataclass

from email_validator import EmailNotValidError, validate_email

MOBILE = re.compile(r"1[3-9]\d{9}")
COUNTRY = re.compile(r"(?:\+|00)?86(?=1\d{10}$)")
NOISE = re.compile(r"[\s()\-.·]+")


@dataclass(frozen=True)
class Login:
    """A sign-in name in its stored form: exactly one of the two is there."""

    email: str | None = None
    phone: str | None = None

    @property
    def text(self) -> str:
        return self.email or self.phone or ""


def folded_email(text: str) -> str | None:
    """The address in lower case, with the full-width signs of Chinese keyboards made plain; None when it is none."""
    plain = unicodedata.normalize("NFKC", text).strip().replace("。", ".").lower()
    try:
        return validate_email(plain, check_deliverability=False, allow_smtputf8=True).normalized.lower()
    except EmailNotValidError:
        return None


def folded_phone(text: str) -> str | None:
    """The eleven digits of a Chinese mobile number, without +86, spaces and dashes; None when it is none."""
    plain = COUNTRY.sub("", NOISE.sub("", unicodedata.normalize("NFKC", text)))
    return plain if MOBILE.fullmatch(plain) and plain.isascii() else None


def folded_login(text: str) -> Login | None:
    """The sign-in name that `text` means, None when it is neither address nor number."""
    if phone := folded_phone(text):
        return Login(phone=phone)
    email = folded_email(text)
    return Login(email=email) if email else None


def name_key(text: str) -> str:
    """What tries to sign in are counted under: the folded name, or for what is none the text without its case."""
    login = folded_login(text)
    return login.text if login else unicodedata.normalize("NFKC", text).strip().casefold()
