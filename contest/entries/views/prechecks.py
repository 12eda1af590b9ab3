"""What a page asks before it sends the first byte: would the rules take this file, and is a part of it here already?"""

from typing import Any

from flask import current_app, render_template, request
from flask.typing import ResponseReturnValue

from contest.accounts.access import me, signed_in
from contest.clock import now
from contest.config import Settings
from contest.entries import rules
from contest.entries.models import SHOWCASE, Entry
from contest.entries.rules.early import Claims, early_fault, early_findings, form_of
from contest.entries.rules.limits import rules_of
from contest.entries.rules.unreadable import Sorry
from contest.entries.rules.wording import line
from contest.entries.views.blueprint import bp, my_entry
from contest.entries.views.files import limits_for, place_of, sorry_here
from contest.errors import Refused
from contest.media.facts import Code
from contest.uploads import workshop
from contest.uploads.actions import refuse_hopeless
from contest.uploads.models import Upload
from contest.uploads.queries import same_unfinished
from contest.uploads.rules import Purpose


@bp.route("/entries/<int:entry_id>/file/precheck", methods=["POST"])
@signed_in
def precheck(entry_id: int) -> ResponseReturnValue:
    """The page says what it could see of the file; what comes back is shown as it is.

    `refused`: it would not be taken, and why. `html`: what the rules would find, in the words of the check report;
    `blocks` when that is worth stopping for. `known`: the unfinished upload that can be gone on with.
    """
    entry, given = my_entry(entry_id), request.get_json(silent=True)
    said: dict[str, Any] = given if isinstance(given, dict) else {}
    role = SHOWCASE if request.args.get("role") == SHOWCASE else ""
    claims = Claims.from_json(said)
    known = same_unfinished(
        me(),
        purpose=place_of(entry, role),
        declared_bytes=claims.size_bytes,
        first_sha256=str(said.get("first_sha256") or ""),
    )
    if reason := _why_refused(entry, role, claims, known):
        return {"refused": reason, "known": None, "html": "", "blocks": False}
    fault = early_fault(claims, limits_for(entry)["kind"], level=workshop.level())
    found = [] if fault else early_findings(claims, rules_of(entry.category))
    return {
        "refused": "",
        "known": known.id if known else None,
        "html": _in_words(entry, _sorry_for(entry, fault, claims) if fault else None, found) if fault or found else "",
        "blocks": bool(fault) or any(one.outcome == "must_fix" for one in found),
    }


def _why_refused(entry: Entry, role: str, claims: Claims, known: Upload | None) -> str | None:
    """What stops the file for certain, in the words in which its upload would be refused."""
    at = now()
    began_at = known.created_at if known else at
    if reason := rules.why_not_receive(entry, 0, role=role, began_at=began_at, at=at):
        return reason
    if known:
        return None
    settings: Settings = current_app.config["SETTINGS"]
    limits = limits_for(entry)
    purpose = Purpose(kind=limits["kind"], max_bytes=limits["max_bytes"], ref=place_of(entry, role))
    try:
        refuse_hopeless(claims.size_bytes, person=me(), purpose=purpose, at=at, settings=settings)
    except Refused as refused:
        return refused.reason
    return None


def _sorry_for(entry: Entry, fault: Code, claims: Claims) -> Sorry:
    return sorry_here()(fault, form_of(claims), kind=entry.category.kind)


def _in_words(entry: Entry, fault: Sorry | None, found: list[rules.Finding]) -> str:
    limits = rules_of(entry.category).to_json()
    lines = [line(one.to_json(), limits) for one in found]
    return render_template("entries/_precheck.html", fault=fault, lines=lines)
