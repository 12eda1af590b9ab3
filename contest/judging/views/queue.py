"""The judge's list: every round with the works in the judge's own order."""

from flask import g, render_template, request
from flask.typing import ResponseReturnValue

from contest.accounts.access import judge_required, me
from contest.clock import now
from contest.judging.queries import bench
from contest.judging.views.bench import media_url
from contest.judging.views.blueprint import bp
from contest.web.pagination import Page, asked_page

PER_PAGE = 60
SHOWN = {"": (), "todo": ("open", "begun"), "deferred": ("deferred",), "ready": ("ready",), "done": ("submitted",)}


@bp.route("/judging")
@judge_required
def queue_page() -> ResponseReturnValue:
    """What waits, and what is done. Long lists come in pages, and can be narrowed to what is in one state."""
    benches = bench.queue(me())
    g.edition = benches[0].round.edition if benches else None
    show = request.args.get("show", "")
    show = show if show in SHOWN else ""
    listed = [(one, place) for one in benches for place in one.places if not show or place.standing in SHOWN[show]]
    page = _page(listed)
    places = [place for _bench, place in page]
    return render_template(
        "judging/queue.html",
        benches=benches,
        lines={one.round.id: [place for of, place in page if of is one] for one in benches},
        works=bench.works_at(me(), places),
        page=page,
        show=show,
        media_url=media_url,
        at=now(),
    )


def _page(listed: list[tuple[bench.Bench, bench.Place]]) -> Page[tuple[bench.Bench, bench.Place]]:
    number = min(asked_page(), max(1, -(-len(listed) // PER_PAGE)))
    rows = listed[(number - 1) * PER_PAGE : number * PER_PAGE]
    return Page(rows=rows, number=number, per_page=PER_PAGE, total=len(listed))
