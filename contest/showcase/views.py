"""The public face: home page, gallery, one page for each winning work, and their media."""

from itertools import groupby

from flask import Blueprint, Flask, abort, current_app, g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from contest.accounts.access import public
from contest.clock import now
from contest.db import db
from contest.editions.models import Category, Edition
from contest.editions.queries import current_edition
from contest.showcase import kept
from contest.showcase.front import Front, clauses
from contest.showcase.kept import kept_briefly
from contest.showcase.queries import (
    FILM,
    MASTER,
    PHOTO,
    PHOTO_MIDDLE,
    PHOTO_SMALL,
    as_works,
    asset_at,
    editions_with_works,
    neighbours,
    tally,
    work_at,
    works,
)
from contest.uploads.serving import send_rendition
from contest.web.context import navigate
from contest.web.pagination import paginate

bp = Blueprint("showcase", __name__)

ON_HOME = 5
PER_PAGE = 24
TIERS = (1, 2, 3, 4)


@bp.route("/")
@public
@kept_briefly
def home() -> str:
    """The current edition, or when there is none the newest works, or a calm page."""
    edition = g.edition = current_edition()
    shown = _edition_to_show(edition)
    winners = as_works(db.session.scalars(works(shown).limit(ON_HOME)).unique()) if shown else []
    if edition is None:
        motto = _("Three minutes for someone who chases light")
        return render_template("showcase/quiet.html", motto=motto, clauses=clauses(motto), shown=shown, winners=winners)
    front = Front.of(edition, now())
    return render_template("showcase/home.html", edition=edition, front=front, shown=shown, winners=winners)


@bp.route("/showcase")
@public
@kept_briefly
def gallery() -> str:
    """The winning works of one edition, by tier; filtered by links."""
    g.edition = current = current_edition()
    choices = editions_with_works()
    asked = request.args.get("edition", "")
    edition = next((one for one in choices if one.slug == asked), None) if asked else _edition_to_show(current, choices)
    if edition is None:
        if asked:
            abort(404)
        front = Front.of(current, now()) if current else None
        return render_template("showcase/empty.html", front=front, edition=current)
    category = next((one for one in edition.categories if one.code == request.args.get("category")), None)
    tier = next((one for one in TIERS if str(one) == request.args.get("tier")), None)
    page = paginate(works(edition, category_id=category.id if category else None, tier=tier), per_page=PER_PAGE)
    counts = tally(edition)
    return render_template(
        "showcase/gallery.html",
        edition=edition,
        page=page,
        tiers=[(tier, list(found)) for tier, found in groupby(as_works(page.rows), key=lambda work: work.tier)],
        total=sum(counts.values()),
        by_category=[(one, number) for one in edition.categories if (number := _count(counts, category_id=one.id))],
        by_tier={one: number for one in TIERS if (number := _count(counts, category_id=None, tier=one))},
        category=category,
        tier=tier,
        segments=_category_links(edition, category, tier),
        chips=_tier_links(edition, category, tier, counts),
        editions=[] if len(choices) < 2 else [(one, one is edition) for one in choices],
        is_filtered=category is not None or tier is not None,
    )


@bp.route("/works/<slug>/<number>")
@public
@kept_briefly
def work(slug: str, number: str) -> str:
    """One winning work. Whatever the public may not see is not there."""
    found = work_at(slug, number) or abort(404)
    before, after = neighbours(found)
    names = {"master": MASTER, "film": FILM, "photo": PHOTO, "middle": PHOTO_MIDDLE, "small": PHOTO_SMALL}
    return render_template("showcase/work.html", work=found, before=before, after=after, names=names)


@bp.route("/works/<slug>/<number>/media/<int:position>/<path:name>")
@public
def media(slug: str, number: str, position: int, name: str) -> ResponseReturnValue:
    """A file of a winning work. Asked anew for every part of a film, so that it ends when the publication does."""
    asset = kept.keep_files(lambda: asset_at(slug, number, position)) or abort(404)
    return send_rendition(asset, name)


def _edition_to_show(current: Edition | None, choices: list[Edition] | None = None) -> Edition | None:
    """Whose works are shown: the current edition's when there are any, else the newest."""
    choices = editions_with_works() if choices is None else choices
    return next((one for one in choices if one is current), choices[0] if choices else None)


def _count(counts: dict[tuple[int, int], int], *, category_id: int | None, tier: int | None = None) -> int:
    return sum(
        number
        for (in_category, in_tier), number in counts.items()
        if category_id in (None, in_category) and tier in (None, in_tier)
    )


def _address(edition: Edition, category: Category | None, tier: int | None) -> str:
    return url_for(".gallery", edition=edition.slug, category=category.code if category else None, tier=tier)


def _category_links(edition: Edition, here: Category | None, tier: int | None) -> list[tuple[str, str, bool]]:
    choices: list[Category | None] = [None, *edition.categories]
    return [(_address(edition, one, tier), one.title if one else _("All"), one is here) for one in choices]


def _tier_links(
    edition: Edition, category: Category | None, here: int | None, counts: dict[tuple[int, int], int]
) -> list[tuple[str, int | None, int, bool]]:
    """Address, tier, how many works, whether it is the one shown."""
    category_id = category.id if category else None
    numbers = [(tier, _count(counts, category_id=category_id, tier=tier)) for tier in (None, *TIERS)]
    return [
        (_address(edition, category, tier), tier, number, tier == here)
        for tier, number in numbers
        if number or tier in (None, here)
    ]


def register(app: Flask) -> None:
    """Put the pages and their links in the main navigation in place."""
    app.register_blueprint(bp)
    kept.register(app)
    navigate(_l("Home"), "showcase.home", order=10, app=app)
    navigate(_l("Showcase"), "showcase.gallery", order=20, app=app)
    app.jinja_env.globals["outside"] = outside


def outside(path: str) -> str:
    """The whole address of `path` for those who are elsewhere, as link previews are; empty when it is not set.

    Never made from the request's Host header: whoever asks can write anything there.
    """
    base: str = current_app.config["SETTINGS"].public_url
    return f"{base.rstrip('/')}{path}" if base else ""
