"""Commands speak English, and what they tell people to run can be typed as it stands."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import click
from flask import Flask
from flask_babel import gettext

from contest.clock import now
from contest.config import Settings
from contest.jobs.models import Job
from contest.web.commands import typed
from tests.factories import save
from tests.web.test_house_rules import ROOT, TEMPLATES, faults

BARE = re.compile(
    r"(?<!bin/)\bflask (?:audit|backup|db|demo|doctor|init|jobs|people|restore|results|serve|translations)\b"
)


def leaves(group: click.Group, *before: str) -> Iterator[tuple[str, click.Command]]:
    """Every command by what is typed."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from leaves(command, *before, name)
        else:
            yield " ".join((*before, name)), command


def said(path: Path, source: str) -> list[str]:
    """The commands that a message in the code names without saying where they are; comments and docstrings apart."""
    tree = ast.parse(source)
    documented = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    texts = (
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documented
    )
    return [found for text in texts for found in BARE.findall(text)]


def test_every_command_speaks_english_or_asks_which_language(app: Flask) -> None:
    own = [(name, one) for name, one in leaves(app.cli) if (one.callback.__module__ or "").startswith("contest.")]

    assert len(own) > 15
    asks = {name for name, one in own if any("--language" in option.opts for option in one.params)}
    assert "doctor" in asks
    assert [name for name, one in own if name not in asks and getattr(one.callback, "__language__", "") != "en"] == []


def test_refusals_are_in_english_whatever_the_pages_speak(app: Flask) -> None:
    at = now()
    job = save(Job(kind="k", lane="check", args={}, run_at=at, max_attempts=1, created_at=at))
    assert gettext("This job is still waiting or running.") == "这项任务仍在等待或处理中。"

    result = app.test_cli_runner().invoke(args=["jobs", "retry", str(job.id)])

    assert (result.exit_code, result.output) == (1, "Error: This job is still waiting or running.\n")


def test_messages_name_commands_as_they_are_typed() -> None:
    assert faults(sorted((ROOT / "contest").rglob("*.py")), said) == {}
    assert faults(TEMPLATES, lambda _path, source: BARE.findall(source)) == {}
    assert faults(sorted((ROOT / "contest").rglob("*.po")), lambda _path, source: BARE.findall(source)) == {}


def test_a_named_command_is_for_this_instance(app: Flask) -> None:
    instance = app.config["SETTINGS"].instance

    assert typed("doctor") == f"CONTEST_INSTANCE={instance} .venv/bin/flask --app wsgi doctor"
    assert typed("doctor", instance=Path("/srv/my contest")).startswith("CONTEST_INSTANCE='/srv/my contest' .venv")
    assert typed("doctor", instance=Settings.instance) == ".venv/bin/flask --app wsgi doctor"


def test_a_named_command_runs_as_it_stands(app: Flask) -> None:
    command = typed("audit list")

    done = subprocess.run(["sh", "-c", command], cwd=ROOT, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout) == (0, "")
