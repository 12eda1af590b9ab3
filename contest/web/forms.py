"""What every form shares, and what becomes of typed text when it cannot be taken now."""

from dataclasses import dataclass
from typing import Any

from flask import Flask, Request, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import Field
from wtforms import Form as PlainForm

KEPT_CHARACTERS = 200_000
NOT_TYPED = ("purpose", "next", "back", "outcome", "state")  # kept as well, but nobody wrote them
NEVER_KEPT = ("password", "csrf_token", "secret", "token")


class Form(FlaskForm):
    """A form: refuses without a token, and keeps what was typed.

    Strings come in without spaces around them (not passwords), since nobody means those.
    """

    class Meta(FlaskForm.Meta):
        def bind_field(self, form: Any, unbound_field: Any, options: Any) -> Field:
            plain_text = unbound_field.field_class.__name__ in (
                "StringField",
                "TextAreaField",
                "EmailField",
                "TelField",
            )
            filters = list(unbound_field.kwargs.get("filters", ()))
            if plain_text and stripped not in filters:
                unbound_field.kwargs["filters"] = [stripped, *filters]
            bound: Field = unbound_field.bind(form=form, **options)
            return bound

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "csrf_token" in self:
            self.csrf_token.render_kw = {"id": False}  # a page may hold several forms; ids are never repeated


def stripped(value: Any) -> Any:
    """Without the NUL character, too, which PostgreSQL cannot store and nobody types."""
    return value.replace("\x00", "").strip() if isinstance(value, str) else value


def complaints(form: PlainForm) -> list[tuple[str, str]]:
    """(id of the field, sentence) for the first thing wrong with each field, in the order of the form."""
    found: list[tuple[str, str]] = [("", str(text)) for text in getattr(form, "form_errors", ())]
    for field in form:
        found += _complaints_of(field)
    return found


def _complaints_of(field: Any) -> list[tuple[str, str]]:
    if field.type == "FormField":
        return complaints(field.form)
    if field.type == "FieldList" and any(getattr(entry, "errors", None) for entry in field.entries):
        return [one for entry in field.entries for one in _complaints_of(entry)]
    text = first_complaint(field)
    if not text:
        return []
    return [("" if field.type in ("HiddenField", "CSRFTokenField") else field.id, text)]


def first_complaint(field: Any) -> str:
    """The sentence to show at the field: one at a time, the first."""
    return str(field.errors[0]) if field.errors else ""


def kind(field: Any) -> str:
    """How the field component draws it: hidden, check (one box), choices (several), text, textarea, select or file."""
    widget = type(field.widget).__name__
    drawn_as = {
        "HiddenInput": "hidden",
        "CheckboxInput": "check",
        "ListWidget": "choices",
        "TableWidget": "choices",
        "TextArea": "textarea",
        "Select": "select",
        "FileInput": "file",
    }
    return "hidden" if field.type == "CSRFTokenField" else drawn_as.get(widget, "text")


def is_counted(field: Any) -> bool:
    """Whether the number of characters is shown: free text with a limit worth watching."""
    limit = field.flags.maxlength
    return bool(limit) and kind(field) in ("text", "textarea") and field.type in ("StringField", "TextAreaField")


def attributes(field: Any, hint: str = "", given: dict[str, Any] | None = None) -> dict[str, Any]:
    """The input's attributes: its class, those `given`, and what ties it to its hint, error and counter."""
    parts = {"hint": hint or field.description, "err": field.errors, "count": is_counted(field)}
    ids = " ".join(f"{field.id}-{name}" for name, there in parts.items() if there)
    tied = {"aria-describedby": ids or False, "aria-invalid": "true" if field.errors else False}
    looks = {"textarea": "textarea", "select": "select", "check": False}
    return {"class": looks.get(kind(field), "input"), **tied, **(given or {})}


def title_prefix(form: Any) -> str:
    """What the page's title begins with when something must be changed."""
    wrong = len(complaints(form)) if isinstance(form, PlainForm) else 0
    return ngettext("%(num)s thing to change: ", "%(num)s things to change: ", wrong) if wrong else ""


@dataclass(frozen=True, kw_only=True)
class Kept:
    """Text that came with a request that could not be taken: where it was going, and what is still known of it."""

    address: str
    fields: list[tuple[str, str]]
    lost_files: bool
    too_long: bool

    @property
    def worth_showing(self) -> list[str]:
        """What a person typed, without the machine's own fields and short choices."""
        return [
            value for name, value in self.fields if name not in NOT_TYPED and len(value) > 1 and not value.isdigit()
        ]


def typed(of: Request) -> Kept:
    """The text of a posted form, without passwords, tokens and files."""
    form: MultiDict[str, str] = of.form
    fields = [
        (name, value) for name, value in form.items(multi=True) if not any(word in name.lower() for word in NEVER_KEPT)
    ]
    too_long = sum(len(name) + len(value) for name, value in fields) > KEPT_CHARACTERS
    address = of.full_path if of.query_string else of.path
    return Kept(
        address=of.script_root + address,
        fields=[] if too_long else fields,
        lost_files=any(file.filename for file in of.files.values()),
        too_long=too_long,
    )


def came_from_here(of: Request) -> bool:
    """The form was on a page of ours, by the browser's word; so its text may be offered for sending again."""
    site = of.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    origin = of.headers.get("Origin") or of.headers.get("Referer") or ""
    return origin.rstrip("/") == of.host_url.rstrip("/") or origin.startswith(of.host_url)


def keep_typed(of: Request | None = None, *, reason: str = "") -> ResponseReturnValue:
    """The answer (401) to a form sent by someone whose session has ended: nothing is lost.

    The page carries the text; the person signs in in another window and sends it again from there, with a fresh token.
    """
    kept = typed(of or request)
    page = render_template("errors/session.html", kept=kept, reason=reason or _("You are no longer signed in."))
    return page, 401


def register(app: Flask) -> None:
    """Give the form components these helpers."""
    app.jinja_env.filters.update(
        attributes=attributes,
        complaints=complaints,
        first_complaint=first_complaint,
        is_counted=is_counted,
        kind=kind,
        title_prefix=title_prefix,
    )
