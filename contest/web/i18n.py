"""Languages: which one a page is in, and how it is kept. The texts' files are in contest.web.catalogs.

The English sentence is the msgid; Chinese is in `contest/translations/zh_CN/LC_MESSAGES/<feature>.po`, one file for
each feature, all of them read together.
"""

from dataclasses import dataclass
from functools import cache
from urllib.parse import quote, urlencode

from babel import Locale
from babel.support import NullTranslations
from flask import Flask, current_app, has_request_context, request, session
from flask_babel import Babel, Domain, get_locale

from contest.web import catalogs
from contest.web.context import keeps_session, told

LANGUAGES = {"zh_CN": ("zh-CN", "中文", "中文"), "en": ("en", "English", "EN")}  # tag, name, what fits a phone
KEPT_AS = "locale"  # in the session

babel = Babel()  # type: ignore[no-untyped-call]  # Flask-Babel annotates only some functions


class Catalogues(Domain):
    """All features' catalogues as one, each with its own idea of plurals (Flask-Babel's merge takes the last one's)."""

    def get_translations(self) -> NullTranslations:
        language = "zh_CN" if _is_chinese() else "en"
        if language not in self.cache:
            self.cache[language] = catalogs.loaded(language)
        translations: NullTranslations = self.cache[language]
        return translations


@dataclass(frozen=True)
class Language:
    """A language that the page could be in, with this page's address in it."""

    code: str
    tag: str
    name: str
    short: str
    url: str


def known_language(text: str | None) -> str | None:
    """`zh_CN` or `en` for what an address, a cookie or a person's row calls it; None when it is neither."""
    wanted = (text or "").replace("-", "_").lower()
    return next(
        (code for code in LANGUAGES if (wanted and code.lower() == wanted) or code.split("_")[0] == wanted), None
    )


@cache
def _locale(code: str) -> Locale:
    """Parsed once: that costs as much as a tenth of a page."""
    return Locale.parse(code)


def choose_locale() -> Locale:
    """The language of this answer, see `_chosen`."""
    return _locale(_chosen())


def _chosen() -> str:
    """The language of this answer: asked for now, kept in the session, the person's, the browser's, the
    installation's."""
    if not has_request_context():
        return str(current_app.config["BABEL_DEFAULT_LOCALE"])  # a task or a command
    return str(
        known_language(request.args.get("lang"))
        or known_language(session.get(KEPT_AS))
        or _persons_own()
        or _browsers_first()
        or current_app.config["SETTINGS"].locale
    )


def keep_language(code: str) -> None:
    """From now on, for this browser, pages are in `code`."""
    session[KEPT_AS] = code


def html_lang() -> str:
    """What `<html lang>` says."""
    return LANGUAGES["zh_CN" if _is_chinese() else "en"][0]


def other_languages() -> list[Language]:
    """The languages this page is not in, each with the address that switches to it and keeps it."""
    path = quote(request.script_root + request.path)
    here = "zh_CN" if _is_chinese() else "en"
    arguments = [(name, value) for name, value in request.args.items(multi=True) if name != "lang"]
    return [
        Language(code, tag, name, short, f"{path}?{urlencode([*arguments, ('lang', tag)])}")
        for code, (tag, name, short) in LANGUAGES.items()
        if code != here
    ]


def _is_chinese() -> bool:
    locale = get_locale()
    return locale is None or locale.language == "zh"


def _persons_own() -> str | None:
    return known_language(getattr(told("viewer"), "locale", None)) if keeps_session() else None


def _browsers_first() -> str | None:
    for tag, quality in request.accept_languages:
        if quality > 0 and (code := known_language(tag.split("-")[0])):
            return code
    return None


def register(app: Flask) -> None:
    """Read the catalogues (compiling what is older than its text) and give templates the names above."""
    catalogs.compile_stale()
    babel.init_app(app, locale_selector=choose_locale)  # type: ignore[no-untyped-call]
    babel.domain_instance = Catalogues()  # type: ignore[no-untyped-call]
    app.jinja_env.globals.update(html_lang=html_lang, other_languages=other_languages)

    @app.before_request
    def _keep_asked_language() -> None:
        if (
            request.method == "GET"
            and (code := known_language(request.args.get("lang")))
            and session.get(KEPT_AS) != code
        ):
            keep_language(code)
