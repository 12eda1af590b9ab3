"""The service's own commands: in English like all of a terminal, and named in messages as they can be typed."""

import shlex
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import click
from flask import current_app
from flask.cli import AppGroup
from flask_babel import force_locale

from contest.config import Settings

P = ParamSpec("P")
R = TypeVar("R")


def in_english(command: Callable[P, R]) -> Callable[P, R]:
    """The command with everything it says in English, also what rules say that pages show in Chinese."""

    @wraps(command)
    def speaking(*args: P.args, **kwargs: P.kwargs) -> R:
        with force_locale("en"):
            return command(*args, **kwargs)

    speaking.__language__ = "en"  # type: ignore[attr-defined]  # a house rule asks for it
    return speaking


class EnglishGroup(AppGroup):
    """A group of commands, each of them `in_english`."""

    def command(self, *args: Any, **kwargs: Any) -> Callable[[Callable[..., Any]], click.Command]:  # type: ignore[override]
        make = super().command(*args, **kwargs)
        return lambda function: make(in_english(function))


def typed(words: str, *, instance: Path | None = None) -> str:
    """`flask WORDS` as it is typed in the folder of the service, for this instance or `instance`: there is no `flask`
    on the path of a machine where the service was just installed."""
    where = instance or current_app.config["SETTINGS"].instance
    chosen = "" if where == Settings.instance else f"CONTEST_INSTANCE={shlex.quote(str(where))} "
    return f"{chosen}.venv/bin/flask --app wsgi {words}"
