"""How one work was decided: for organisers and auditors, to read and to print."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from flask import abort, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from contest.accounts.access import auditor_required
from contest.accounts.queries import names_of
from contest.audit.details import details_of, people_in
from contest.audit.models import AuditLine
from contest.audit.words import sentence_of
from contest.ranking.numbers import decimal_text
from contest.ranking.situation import Method
from contest.results import queries
from contest.results.queries import Counted, Decision, Line
from contest.results.views.blueprint import bp
from contest.results.views.results import RESULT, latest_or_404, round_or_404
from contest.results.views.said import number
from contest.results.words import method_name, method_plain, tie_rule


@bp.route(f"{RESULT}/entries/<int:entry_id>")
@auditor_required
def decision(edition_id: int, round_id: int, entry_id: int) -> ResponseReturnValue:
    """Every ballot by letter, the arithmetic, the place, the award line, and all that was done to the work."""
    round_ = round_or_404(edition_id, round_id)
    snapshot = latest_or_404(round_)
    row = queries.row_of(snapshot, entry_id) or abort(404)
    found = queries.decision_of(snapshot, row)
    awards, rows = queries.live_awards(snapshot), queries.rows_of(snapshot)
    letters = queries.letters_of(snapshot)
    lines = queries.events_of(snapshot, entry_id)
    names = names_of({line.actor_id for line in lines if line.actor_id}.union(*(people_in(line) for line in lines)))
    shown = {
        person: _("Judge %(letter)s", letter=letters[person]) if person in letters else name
        for person, name in names.items()
    }
    return render_template(
        "results/decision.html",
        edition=round_.edition,
        round=round_,
        snapshot=snapshot,
        row=row,
        entry=row.entry,
        method=method_name(found.method),
        plain=method_plain(found.method, trim=found.rules.get("trim", 1)),
        because=found.rules.get("because", ""),
        criteria=found.criteria,
        ballots=[_ballot(one, found) for one in found.ballots],
        others=[(letter, _state(state)) for letter, state in found.others],
        steps=_steps(found),
        is_explained=found.is_explained,
        has_pull=found.pull is not None,
        rule=tie_rule(found.said.get("decided_by") or ("shared" if row.shared else "score")),
        award=next((award for award in awards if award.entry_id == entry_id), None),
        line=_line(queries.lines_of(awards, rows), row.position) if awards else None,
        neighbours=_neighbours(rows, row.position),
        events=[
            {
                "line": line,
                "actor": shown.get(line.actor_id or 0),
                "sentence": sentence_of(line.verb),
                "details": details_of(_only(line, entry_id), names=shown),
            }
            for line in lines
        ],
    )


def _only(line: AuditLine, entry_id: int) -> AuditLine:
    """A line about many works with what it says of this one alone."""
    before, after = line.details.get("before"), line.details.get("after")
    if line.verb != "awards.given" or not isinstance(before, dict) or not isinstance(after, dict):
        return line
    own = {"before": {key: before[key] for key in before if key == str(entry_id)}}
    own["after"] = {key: after[key] for key in after if key == str(entry_id)}
    return AuditLine(verb=line.verb, details={**line.details, **own})


def exact(value: Fraction) -> str:
    """A total as it is: with all its decimals where it has an end, else as six decimals with an ellipsis."""
    for decimals in range(2, 7):
        if (value * 10**decimals).denominator == 1:
            return decimal_text(value, decimals)
    return decimal_text(value, 6) + "…"


def _ballot(one: Counted, found: Decision) -> dict[str, Any]:
    return {
        "judge": one.judge,
        "marks": [
            {"mark": mark, "max": criterion["max"], "name": criterion["name"], "points": exact(value)}
            for mark, value, criterion in zip(one.marks, one.points, found.criteria, strict=True)
        ],
        "total": exact(one.total),
        "left_out": one.left_out,
        "severity": _severity(one),
        "value": None if one.value is None else number(one.value),
        "weight": None if one.weight is None else f"{one.weight * 100:.1f} %",
    }


def _severity(one: Counted) -> str:
    """What was taken out of a score, in words."""
    if one.severity is None:
        return ""
    off = number(abs(one.severity), 1)
    if off == "0.0":
        return _("Judge %(letter)s is as strict as the panel, so nothing is added.", letter=one.judge)
    if one.severity < 0:
        return _(
            "Judge %(letter)s is %(points)s points stricter than the panel, so %(points)s is added.",
            letter=one.judge,
            points=off,
        )
    return _(
        "Judge %(letter)s is %(points)s points more generous than the panel, so %(points)s is taken off.",
        letter=one.judge,
        points=off,
    )


def _steps(found: Decision) -> list[str]:
    """The arithmetic, line by line."""
    used = [one for one in found.ballots if not one.left_out]
    if not used or found.said["exact"] is None:
        return []
    top, bottom = map(int, found.said["exact"].split("/"))
    score = Fraction(top, bottom)
    published = _("published as %(score)s, rounded half up from the exact value", score=found.said["mean"])
    if found.method in (Method.MEAN, Method.TRIMMED):
        whole = sum((one.total for one in used), Fraction(0))
        return [
            f"{' + '.join(exact(one.total) for one in used)} = {exact(whole)}",
            f"{exact(whole)} ÷ {len(used)} = {exact(score)}",
            published,
        ]
    if found.method is Method.ADJUSTED:
        values = [one for one in used if one.value is not None and one.severity is not None]
        if len(values) < len(used):
            return [published]
        lines = [
            f"{one.judge}: {exact(one.total)} − ({number(one.severity, 6)}) = {number(one.value, 6)}" for one in values
        ]
        return [
            *lines,
            f"({' + '.join(number(one.value, 6) for one in values)}) ÷ {len(values)} = {exact(score)}",
            published,
        ]
    if found.pull is None:
        return [published]
    parts = [f"{number(one.value, 4)} × {number((one.weight or 0) * 100, 3)} %" for one in used]
    middle, weight = found.pull
    parts.append(f"{number(middle, 4)} × {number(weight * 100, 3)} %")
    return [f"{' + '.join(parts)} = {exact(score)}", published]


def _state(state: str) -> str:
    return {
        "recused": _("recused, does not count"),
        "abstained": _("abstained, does not count"),
        "void": _("void, does not count"),
        "open": _("not scored"),
        "draft": _("begun and not submitted"),
    }.get(state, _("has a ballot"))


def _line(lines: Sequence[Line], position: int) -> dict[str, Any] | None:
    """The first award line below the work, or the last one above it."""
    below = next((line for line in lines if position <= line.seats), None)
    line = below or (lines[-1] if lines else None)
    return {"tier": line.tier, "seats": line.seats, "is_above": below is not None} if line else None


def _neighbours(rows: Sequence[Any], position: int) -> list[Any]:
    return [row for row in rows if row.place is not None and abs(row.position - position) <= 1]
