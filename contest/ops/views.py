"""Whether the service is well: for supervisors in JSON, for organisers in words."""

import sqlalchemy as sa
import structlog
from flask import Blueprint, Flask, current_app, render_template, request
from flask.typing import ResponseReturnValue

from contest.accounts.access import auditor_required, public
from contest.clock import now
from contest.config import MIB, Settings
from contest.db import database_now, db
from contest.editions.queries import edition_or_404
from contest.jobs.queries import worker_is_alive
from contest.ops import schema
from contest.ops.findings import findings
from contest.web.commands import typed

bp = Blueprint("ops", __name__)
TEST_SIZES = (64 * 1024, MIB, 8 * MIB)  # a form, what nginx takes by itself, a piece of an upload
log = structlog.get_logger(__name__)


@bp.route("/health/live")
@public
def live() -> ResponseReturnValue:
    """The process answers. Nothing else is asked, so that a slow database makes nobody restart the web server."""
    return {"status": "ok"}


@bp.route("/health")
@bp.route("/health/ready")
@public
def ready() -> ResponseReturnValue:
    """Pages can be served: the database answers and fits. Without a worker they can too; it is only told."""
    told = {"status": "ok", "database": "ok", "worker": "ok"}
    try:
        told["database"] = schema.schema_state()
        if told["database"] == "ok":
            told["worker"] = "ok" if worker_is_alive(database_now()) else "down"
    except sa.exc.SQLAlchemyError:
        log.exception("health.database")
        db.session.rollback()
        told["database"] = "down"
    if told["database"] != "ok":
        told |= {"status": "unavailable", "worker": "unknown"}
    return told, 200 if told["status"] == "ok" else 503


@bp.route("/editions/<int:edition_id>/desk/health")
@auditor_required
def health(edition_id: int) -> ResponseReturnValue:
    """What `flask doctor` says, for those who have no terminal."""
    settings: Settings = current_app.config["SETTINGS"]
    found = findings(settings, at=now())
    return render_template(
        "ops/health.html",
        edition=edition_or_404(edition_id),
        doctor=typed("doctor"),
        bad=[one for one in found if one.level == "missing"],
        weak=[one for one in found if one.level == "weak"],
        good=[one for one in found if one.level == "ok"],
    )


@bp.route("/editions/<int:edition_id>/desk/request-test")
@auditor_required
def request_test(edition_id: int) -> ResponseReturnValue:
    """Can a request as large as those of uploads reach us from here, through all that stands between?"""
    return render_template("ops/request_test.html", edition=edition_or_404(edition_id), sizes=TEST_SIZES)


@bp.route("/editions/<int:edition_id>/desk/request-test/body", methods=["PATCH", "POST"])
@auditor_required
def request_test_body(edition_id: int) -> ResponseReturnValue:
    """Count the bytes and forget them. PATCH is what uploads use; POST is what is left where a gateway forbids it."""
    edition_or_404(edition_id)
    db.session.rollback()  # a slow line must not keep a connection to the database waiting
    received = 0
    while block := request.stream.read(64 * 1024):
        received += len(block)
    return {"received": received, "method": request.method}


def register(app: Flask) -> None:
    """Add the pages."""
    app.register_blueprint(bp)
