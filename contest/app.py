"""The application put together: the table of contents."""

from importlib import import_module
from pathlib import Path
from typing import Any

from flask import Flask
from flask_migrate import Migrate

from contest import config
from contest.db import db
from contest.media import sandbox
from contest.ops import logs

ROOT = Path(__file__).resolve().parent.parent

# In the order of the import layers, platform first. Each has a `register(app)` in its views, tasks or cli.
PARTS = [
    "contest.web.views",
    "contest.ranking.cli",
    "contest.jobs.cli",
    "contest.audit.cli",
    "contest.accounts.views",
    "contest.accounts.cli",
    "contest.uploads.views",
    "contest.editions.views",
    "contest.entries.views",
    "contest.entries.cli",
    "contest.judging.views",
    "contest.results.views",
    "contest.results.cli",
    "contest.showcase.views",
    "contest.ops.views",
    "contest.ops.cli",
]
MODELS = ["jobs", "audit", "accounts", "uploads", "editions", "entries", "judging", "results"]
TASKS = [
    "contest.uploads.tasks",
    "contest.uploads.leftovers",
    "contest.entries.tasks",
    "contest.accounts.tasks",
    "contest.results.tasks",
]


def create_app(**overrides: Any) -> Flask:
    """The whole service. `overrides` go before the settings of the instance; raises WrongSetting."""
    settings = config.load(**overrides)
    if settings.sandbox == "require":
        sandbox.detect("require")
    logs.configure(settings.log_level)
    app = Flask(
        "contest",
        root_path=str(ROOT / "contest"),
        template_folder=str(ROOT / "templates"),
        static_folder=str(ROOT / "static"),
        instance_path=str(settings.instance),
    )
    app.config.update(config.flask_config(settings))
    db.init_app(app)
    Migrate(app, db, directory=str(ROOT / "contest/migrations"), render_as_batch=True)
    for name in MODELS:
        import_module(f"contest.{name}.models")
    for name in TASKS:
        import_module(name)
    for name in PARTS:
        import_module(name).register(app)
    return app


def supervised_app() -> Flask:
    """The service in a web server's process under `flask serve`, which must not outlive the supervisor."""
    from contest.ops.serve import die_with_parent

    die_with_parent()
    return create_app()
