"""What people type about themselves, and the sentence shown when it is wrong."""

import unicodedata
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, PasswordField, RadioField, SelectField, StringField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from contest.accounts.logins import Login, folded_email, folded_login, folded_phone
from contest.accounts.rules import why_not_password
from contest.web.forms import Form

MOST_OF_A_NAME = 200
ZERO_WIDTH_JOINER = "\u200d"  # holds emoji together; every other format character only hides things

ROLE_WORDS = {
    "organiser": _l("Organiser"),
    "judge": _l("Judge"),
    "auditor": _l("Auditor"),
    "unit_officer": _l("Unit officer"),
    "entrant": _l("Entrant"),
}
ROLE_MEANINGS = {
    "organiser": _l("runs the edition: reviews entries, sets up judging, publishes results"),
    "judge": _l("scores works without learning who made them"),
    "auditor": _l("reads everything, changes nothing"),
    "unit_officer": _l("acts for a unit; has no pages of their own yet in this version"),
    "entrant": _l("submits works"),
}
# Entrants register themselves.
INVITED_ROLES = ("judge", "organiser", "auditor", "unit_officer")


def clean(text: str | None) -> str:
    """Text as it can be stored and shown: one form for each character, no control characters, single spaces."""
    kept = [
        char
        for char in unicodedata.normalize("NFC", text or "")
        if char == ZERO_WIDTH_JOINER or char.isspace() or unicodedata.category(char) not in ("Cc", "Cf")
    ]
    return " ".join("".join(kept).split())


def _clean_filter(value: Any) -> Any:
    return clean(value) if isinstance(value, str) else value


def name_field(label: Any, **more: Any) -> StringField:
    """A person's name as they write it."""
    return StringField(
        label,
        [
            InputRequired(_l("Enter the name")),
            Length(max=MOST_OF_A_NAME, message=_l("The name can have at most 200 characters")),
        ],
        filters=[_clean_filter],
        **more,
    )


def login_field() -> StringField:
    """An e-mail address or phone number to sign in with from now on."""
    return StringField(_l("Phone number or e-mail"), [InputRequired(_l("Enter your phone number or e-mail address"))])


def checked_login(field: Any) -> Login:
    """The sign-in name in `field`; ValidationError that says what is missing."""
    if login := folded_login(field.data or ""):
        return login
    digits = sum(char.isdigit() for char in field.data or "")
    if "@" not in (field.data or "") and digits >= 5:
        raise ValidationError(_wrong_phone(digits))
    raise ValidationError(_("Enter a mobile number with 11 digits, or an e-mail address such as name@example.com"))


def _wrong_phone(digits: int) -> str:
    if digits == 11:
        return _("This is no mobile number: it begins with 13 to 19 and has 11 digits")
    return _("A mobile number has 11 digits; this one has %(digits)s", digits=digits)


class SignInForm(Form):
    """Any text is taken as a name: what is wrong with it must not be told here."""

    login = StringField(_l("Phone number or e-mail"), [InputRequired(_l("Enter your phone number or e-mail address"))])
    password = PasswordField(_l("Password"), [InputRequired(_l("Enter your password"))])
    next = HiddenField()


class NewPasswordForm(Form):
    """A new password. `known` is what everybody knows of the person."""

    password = PasswordField(_l("New password"), [InputRequired(_l("Choose a password"))])
    known: list[str] = []

    def validate_password(self, field: Any) -> None:
        if reason := why_not_password(field.data, known=self.known_words()):
            raise ValidationError(reason)

    def known_words(self) -> list[str]:
        return self.known


class RegisterForm(NewPasswordForm):
    """A new account: as little as can be."""

    name = name_field(_l("Your name"))
    login = login_field()
    password = PasswordField(_l("Password"), [InputRequired(_l("Choose a password"))])
    next = HiddenField()

    def validate_login(self, field: Any) -> None:
        checked_login(field)

    def known_words(self) -> list[str]:
        login = folded_login(self.login.data or "")
        return [self.name.data or "", login.text if login else ""]


class AcceptForm(Form):
    """What a judge confirms before taking part."""

    independent = BooleanField(_l("I will judge independently and keep what I see in judging to myself"))
    recuse = BooleanField(_l("If I have ties to an author or a unit, I will ask to be excused from that work"))

    def __init__(self, *args: Any, role: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("independent", "recuse"):
            if role == "judge":
                self[name].validators = [InputRequired(_("Please confirm this; without it nobody can judge"))]
                self[name].flags.required = True
            else:
                del self[name]


class AcceptAsNewForm(AcceptForm, RegisterForm):
    """The same for somebody who has no account yet."""


class DetailsForm(Form):
    """What we know of somebody, as they want it."""

    name = name_field(_l("Your name"))
    phone = StringField(_l("Phone number"), [Optional()])
    email = StringField(_l("E-mail"), [Optional()])
    locale = SelectField(_l("Language"), choices=[SelectChoice("zh_CN", "中文"), SelectChoice("en", "English")])

    def validate_phone(self, field: Any) -> None:
        digits = sum(char.isdigit() for char in field.data)
        if not folded_phone(field.data):
            raise ValidationError(_wrong_phone(digits))

    def validate_email(self, field: Any) -> None:
        if not folded_email(field.data):
            raise ValidationError(_("Enter an e-mail address such as name@example.com"))


class ChangePasswordForm(NewPasswordForm):
    """The present password first: an open browser is not yet its owner."""

    current = PasswordField(_l("Present password"), [InputRequired(_l("Enter your present password"))])


class InviteForm(Form):
    """Whom to invite, as what."""

    role = RadioField(_l("Role"), [InputRequired(_l("Choose a role"))])
    name = name_field(_l("Full name"))
    contact = StringField(_l("Phone number or e-mail"), [Optional()])
    days = SelectField(_l("Link valid for"), coerce=int, default=14)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.role.choices = [
            SelectChoice(role, _("%(role)s: %(meaning)s", role=ROLE_WORDS[role], meaning=ROLE_MEANINGS[role]))
            for role in INVITED_ROLES
        ]
        self.days.choices = [SelectChoice(days, _("%(days)s days", days=days)) for days in (3, 7, 14, 30)]

    def validate_contact(self, field: Any) -> None:
        checked_login(field)


class BlockForm(Form):
    """Why somebody is shut out; the reason goes into the record."""

    reason = StringField(
        _l("Reason"),
        [
            InputRequired(_l("Write down why; it is kept in the audit trail")),
            Length(max=500, message=_l("The reason can have at most 500 characters")),
        ],
        filters=[_clean_filter],
    )


class GrantForm(Form):
    """One more role for somebody who has an account."""

    role = SelectField(
        _l("Role"),
        [InputRequired(_l("Choose a role"))],
        description=_l("A unit officer has no pages of their own yet in this version."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.role.choices = [SelectChoice(role, str(ROLE_WORDS[role])) for role in INVITED_ROLES]


class TokenForm(Form):
    """A secret for a script."""

    name = StringField(
        _l("What is it for?"),
        [
            InputRequired(_l("Write what it is for, so that you know later which one to end")),
            Length(max=100, message=_l("At most %(max)d characters")),
        ],
        filters=[_clean_filter],
        description=_l("Such as: upload script on the office computer"),
    )
    days = SelectField(
        _l("Valid for"),
        choices=[SelectChoice(30, _l("30 days")), SelectChoice(90, _l("90 days")), SelectChoice(365, _l("a year"))],
        coerce=int,
        default=30,
    )
