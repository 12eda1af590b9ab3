"""The auditors' page: who did what. It stands here since the record knows neither people nor access."""

from typing import Any

import sqlalchemy as sa
from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from contest.accounts.access import auditor_required, me
from contest.accounts.forms import clean
from contest.accounts.queries import edition_by, names_of, people_named
from contest.audit.details import details_of, people_in
from contest.audit.models import AuditLine
from contest.audit.queries import Break, first_break, head, kinds_in_use, lines_of, verbs_in_use
from contest.audit.words import noun_of, sentence_of
from contest.web.pagination import paginate

bp = Blueprint("audit", __name__)

MOST_WORDS = 200


@bp.route("/editions/<int:edition_id>/desk/audit")
@auditor_required
def trail(edition_id: int) -> ResponseReturnValue:
    """The lines of the edition by person, verb and object; `check` reads the whole record and says if it holds."""
    chosen = {name: clean(request.args.get(name))[:MOST_WORDS] for name in ("person", "verb", "kind", "object")}
    page = paginate(filtered(lines_of(edition_id), **chosen), per_page=50)
    names = names_of({line.actor_id for line in page if line.actor_id}.union(*(people_in(line) for line in page)))
    return render_template(
        "audit/trail.html",
        edition=edition_by(edition_id),
        is_organiser=me().has_role("organiser", edition_id=edition_id),
        page=page,
        rows=[shown(line, names) for line in page],
        chosen=chosen,
        verbs=[(verb, sentence_of(verb)) for verb in verbs_in_use()],
        kinds=[(kind, noun_of(kind)) for kind in kinds_in_use()],
        check=check() if request.args.get("check") else None,
    )


def filtered(select: sa.Select[AuditLine], *, person: str, verb: str, kind: str, object: str) -> sa.Select[AuditLine]:
    """Only the lines that fit what was chosen; empty means all."""
    if person:
        select = select.where(AuditLine.actor_id.in_(people_named(person)))
    if verb:
        select = select.where(AuditLine.verb == verb)
    if kind:
        select = select.where(AuditLine.object_kind == kind)
    if object:
        select = select.where(AuditLine.object_id == object)
    return select


def shown(line: AuditLine, names: dict[int, str]) -> dict[str, Any]:
    """A line as the page shows it."""
    return {
        "line": line,
        "actor": names.get(line.actor_id or 0),
        "sentence": sentence_of(line.verb),
        "noun": noun_of(line.object_kind),
        "details": details_of(line, names=names),
    }


def check() -> tuple[Break | None, int]:
    """Where the record breaks (None: nowhere), and how many lines it has."""
    last = head()
    return first_break(), last.line_id if last else 0
