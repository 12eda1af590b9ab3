"""The page on which an organiser says what is asked of the files of a category."""

from dataclasses import replace

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from contest.accounts.access import me, organiser_required
from contest.clock import now
from contest.db import transaction
from contest.editions.models import Category
from contest.editions.queries import category_of, edition_or_404
from contest.entries.actions.ruling import set_rules
from contest.entries.rules.limits import PRESETS, rules_of
from contest.entries.views.blueprint import bp
from contest.entries.views.rules_form import RulesForm, presets_for


@bp.route("/editions/<int:edition_id>/desk/categories/<int:category_id>/rules", methods=["GET", "POST"])
@organiser_required
def category_rules(edition_id: int, category_id: int) -> ResponseReturnValue:
    """All rules with their limits; a preset fills the form, and nothing is kept before it is saved."""
    edition = edition_or_404(edition_id)
    category: Category = category_of(edition, category_id) or abort(404)
    present, preset = rules_of(category), PRESETS.get(request.args.get("preset", ""))
    if preset is not None and preset.kind != category.kind:
        abort(404)
    shown = present if preset is None else replace(preset, max_bytes=preset.max_bytes or present.max_bytes)
    form = RulesForm.of(shown, typed=request.method == "POST")
    if form.validate_on_submit():
        with transaction():
            changed = set_rules(category, form.rules(present), by=me(), at=now())
        flash(
            _("The rules are saved. They hold for files checked from now on.") if changed else _("Nothing was changed.")
        )
        return redirect(url_for(".category_rules", edition_id=edition.id, category_id=category.id))
    return (
        render_template(
            "entries/rules.html",
            edition=edition,
            category=category,
            form=form,
            presets=presets_for(category.kind),
            preset=request.args.get("preset", "") if preset else "",
        ),
        422 if form.errors else 200,
    )
