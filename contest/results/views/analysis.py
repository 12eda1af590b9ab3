"""What is known about a result besides its order: for organisers and auditors, never for judges or the public."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import flash, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from contest.accounts.access import auditor_required, me, organiser_required
from contest.clock import now
from contest.db import transaction
from contest.results import actions, queries
from contest.results.models import ResultRow
from contest.results.queries import Line
from contest.results.views import charts, said
from contest.results.views.blueprint import bp
from contest.results.views.results import RESULT, job_words, latest_or_404, round_or_404, to
from contest.results.words import method_name, refusal, remark, tie_rule

NO_CHANCE = 0.01  # below which a work is left out of the table
MOST = 200


@bp.route(f"{RESULT}/analysis")
@auditor_required
def analysis(edition_id: int, round_id: int) -> ResponseReturnValue:
    """How sure the order is, how each judge judged, how far the panel agrees."""
    round_ = round_or_404(edition_id, round_id)
    snapshot = latest_or_404(round_)
    rows, awards = queries.rows_of(snapshot), queries.live_awards(snapshot)
    lines = queries.lines_of(awards, rows)
    kept = queries.analysis_of(snapshot, lines)
    return render_template(
        "results/analysis.html",
        edition=round_.edition,
        round=round_,
        snapshot=snapshot,
        kept=kept,
        method=method_name(queries.choice_of(snapshot).method),
        job=None if kept else job_words(queries.analysis_job(snapshot)),
        may_change=me().has_role("organiser", edition_id=edition_id),
        found=_found(kept.body, lines, rows, queries.decided_by(snapshot)) if kept else None,
        prizes={award.entry_id: award for award in awards},
    )


@bp.route(f"{RESULT}/analysis", methods=["POST"])
@organiser_required
def analysis_again(edition_id: int, round_id: int) -> ResponseReturnValue:
    """Have it made, where there is none or the one there is was made for other prizes."""
    round_ = round_or_404(edition_id, round_id)
    with transaction():
        actions.analyse_later(latest_or_404(round_), at=now())
    flash(_("The analysis is being made."))
    return to("results.analysis", round_)


def _found(
    body: Mapping[str, Any], lines: Sequence[Line], rows: Sequence[ResultRow], rules: Mapping[str, str]
) -> dict[str, Any]:
    """The analysis as the page shows it."""
    by_code = {str(row.entry.code): row for row in rows}
    titles = {code: row.entry.title for code, row in by_code.items()}
    entries = [
        {**one, "place": by_code[one["entry"]].place, "row": by_code[one["entry"]]}
        for one in body["entries"]
        if one["entry"] in by_code
    ]
    seats = lines[-1].seats if lines else 0
    shown = [one for one in entries if one["place"] <= seats + 3 or max(one["chances"]) >= NO_CHANCE][:MOST]
    return {
        "unsure": said.unsure(body["unsure"]) if body["unsure"] else "",
        "proposed": _proposal(body),
        "warnings": [remark(one) for one in body["warnings"]],
        "lines": [_line(line, entries, close) for line, close in zip(lines, body["close"], strict=False)],
        "entries": [_entry(one, body["close"], rules) for one in shown],
        "left_out": len(entries) - len(shown),
        "extra": [{"title": titles.get(one["entry"], ""), **one} for one in body["extra"]],
        "extra_ballots": sum(len(one["judges"]) for one in body["extra"]),
        "without": [
            _without(one, titles) for one in body["without"] if one["entering"] or one["leaving"] or one["refused"]
        ],
        "unchanged": sum(not (one["entering"] or one["leaving"] or one["refused"]) for one in body["without"]),
        "judges": [_judge(one) for one in body["judges"]],
        "severity": charts.severity_chart(body["judges"], said.points),
        "odd": [
            {"title": titles.get(one["entry"], ""), **one, "text": said.points(one["deviations"])}
            for one in body["odd"]
        ],
        "favours": [
            {**one, "points": said.points(one["points"]), "chance": said.chance(one["chance"])}
            for one in body["favours"]
        ],
        "panel": [said.panel_line(name, body["panel"][name], body["situation"]) for name in said.PANEL],
        "recomputes": body["recomputes"],
    }


def _proposal(body: Mapping[str, Any]) -> dict[str, Any]:
    proposal = body["proposed"]
    return {
        "fits": proposal["method"] == body["method"],
        "name": method_name(proposal["method"]),
        "why": remark(proposal["why"]),
    }


def _line(line: Line, entries: Sequence[Mapping[str, Any]], close: Sequence[str]) -> dict[str, Any]:
    return {
        "tier": line.tier,
        "seats": line.seats,
        "close": len(close),
        "says": said.close_words(len(close)),
        "chart": charts.interval_chart(
            entries, seats=line.seats, close=close, label=_("Places that nine of ten equally good panels would give")
        ),
    }


def _entry(one: Mapping[str, Any], close: Sequence[Sequence[str]], rules: Mapping[str, str]) -> dict[str, Any]:
    return {
        "row": one["row"],
        "place": one["place"],
        "low": one["low"],
        "high": one["high"],
        "chances": [said.chance(share) for share in one["chances"]],
        "is_close": any(one["entry"] in names for names in close),
        "rule": tie_rule(rules.get(one["entry"], "")) if rules.get(one["entry"], "score") != "score" else "",
    }


def _without(one: Mapping[str, Any], titles: Mapping[str, str]) -> dict[str, Any]:
    return {
        "judge": one["judge"],
        "entering": [titles.get(code, code) for code in one["entering"]],
        "leaving": [titles.get(code, code) for code in one["leaving"]],
        "refused": " ".join(refusal(one["refused"])[:1]) if one["refused"] else "",
    }


def _judge(one: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "judge": one["judge"],
        "ballots": one["ballots"],
        "severity": said.points(one["severity"]),
        "interval": f"{said.points(one['low'])} … {said.points(one['high'])}",
        "consistency": said.number(one["consistency"]),
        "flat": said.percent(one["flat"]),
        "halo": said.number(one["halo"]),
        "is_flagged": any(flag in one["flags"] for flag in said.FLAGS),
        "says": said.judge_line(one),
    }
