"""A service with nothing but manners, and pages that show them; `flask --app tests.web.sample run` to look."""

import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, abort, flash, g, jsonify, redirect, render_template, request, session
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from jinja2 import ChoiceLoader, FileSystemLoader
from sqlalchemy.exc import OperationalError
from wtforms import (
    BooleanField,
    EmailField,
    FieldList,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, ValidationError

from contest import clock, config
from contest.db import db
from contest.errors import Refused
from contest.web import context, views
from contest.web.forms import Form, keep_typed
from contest.web.pagination import Page

ROOT = Path(__file__).resolve().parent.parent.parent

bp = Blueprint("sample", __name__)


class Person:
    name = "Zhang Xiaolan"
    locale: str | None = None


class Edition:
    name = "2026年晋中市科技活动周"
    name_en = "Jinzhong Science Week 2026"
    contact_phone = "0354-0000000（工作日 8:30—12:00，14:30—18:00）"
    contact_email = "contest@example.org"
    organisers = "晋中市科学技术局\n晋中市科学技术协会"
    time_zone = "Asia/Shanghai"


class WorkForm(Form):
    """Every kind of field."""

    title = StringField("Title", [InputRequired("Enter the title"), Length(max=24, message="At most 24 characters")])
    synopsis = TextAreaField("Synopsis", [Length(max=200)], description="Whom it is about, and what moved you.")
    email = EmailField("E-mail", [InputRequired("Enter an e-mail address")])
    minutes = IntegerField("Minutes", [NumberRange(0, 3, "Between 0 and 3")])
    group = SelectField("Group", choices=[SelectChoice("a", "Pupils"), SelectChoice("b", "Public")])
    machine = RadioField(
        "Made with a machine",
        [InputRequired("Choose one")],
        choices=[SelectChoice("no", "No"), SelectChoice("yes", "Partly")],
    )
    pledge = BooleanField("It is my own work", [InputRequired("Tick the pledge")])
    authors = FieldList(StringField("Author", [Length(max=5, message="At most 5 characters")]), min_entries=1)

    def validate_title(self, field: Any) -> None:
        if field.data == "taken":
            raise ValidationError("This title is taken")


@bp.route("/")
@views.public
def home() -> ResponseReturnValue:
    return render_template("sample/home.html")


@bp.route("/works/<int:number>", methods=["GET", "POST"])
@views.public
def work(number: int) -> ResponseReturnValue:
    form = WorkForm()
    if form.validate_on_submit():
        flash(_("Saved."))
        session["saved"] = [form.title.data, form.synopsis.data]
        return redirect("/")
    return render_template("sample/work.html", form=form, number=number), 422 if form.errors else 200


@bp.route("/works/<int:number>/people", methods=["GET", "POST"])
@views.public
def members(number: int) -> ResponseReturnValue:
    """As a view for signed-in people behaves."""
    if "sid" not in session:
        return keep_typed(request) if request.method == "POST" else abort(401)
    return jsonify([*sorted(request.form.items(multi=True)), ("number", str(number))])


@bp.route("/works/<int:number>/people-form")
@views.public
def people_form(number: int) -> ResponseReturnValue:
    return render_template("sample/people_form.html", number=number)


@bp.route("/sign-in", methods=["GET", "POST"])
@views.public
def sign_in() -> ResponseReturnValue:
    if request.method == "GET":
        return render_template("sample/sign_in.html")
    session.clear()
    session["sid"] = "a token"
    return redirect("/")


@bp.route("/components")
@views.public
def components() -> ResponseReturnValue:
    page = Page(rows=list(range(20)), number=7, per_page=20, total=400)
    form = WorkForm(meta={"csrf": False})
    wrong = WorkForm(formdata=None, meta={"csrf": False}, prefix="wrong-")
    wrong.title.errors = ["Enter the title"]
    return render_template(
        "sample/components.html",
        page=page,
        sample=form,
        wrong=wrong,
        at=clock.now(),
        soon=clock.now() + timedelta(hours=33),
    )


@bp.route("/film")
@views.public
def film() -> ResponseReturnValue:
    return render_template("sample/film.html", **request.args)


@bp.route("/flow")
@views.public
def flow() -> ResponseReturnValue:
    return render_template("sample/flow.html", form=WorkForm(meta={"csrf": False}), at=clock.now())


@bp.route("/desk")
@views.public
def desk() -> ResponseReturnValue:
    return render_template("sample/desk.html", at=clock.now())


@bp.route("/print")
@views.public
def paper() -> ResponseReturnValue:
    return render_template("sample/print.html", at=clock.now())


@bp.route("/split")
@views.public
def split() -> ResponseReturnValue:
    return render_template("sample/split.html", form=WorkForm(meta={"csrf": False}))


@bp.route("/errors/<int:status>", methods=["GET", "POST"])
@views.public
def error(status: int) -> ResponseReturnValue:
    abort(status)


@bp.route("/errors/refused", methods=["GET", "POST"])
@views.public
def refused() -> ResponseReturnValue:
    raise Refused("Submission closed on 30 April at 24:00.", status=409)


@bp.route("/errors/crash")
@views.public
def crash() -> ResponseReturnValue:
    raise ZeroDivisionError


@bp.route("/errors/locked")
@views.public
def locked() -> ResponseReturnValue:
    raise OperationalError("BEGIN IMMEDIATE", None, Exception("database is locked"))


def sample_app(instance: Path, **overrides: Any) -> Flask:
    settings = config.load(instance=instance, **{"testing": True, **overrides})
    app = Flask(
        "contest",
        root_path=str(ROOT / "contest"),
        template_folder=str(ROOT / "templates"),
        static_folder=str(ROOT / "static"),
    )
    app.config.update(config.flask_config(settings))
    db.init_app(app)
    views.register(app)
    app.jinja_loader = ChoiceLoader([app.jinja_loader, FileSystemLoader(Path(__file__).parent / "templates")])  # type: ignore[list-item]
    app.register_blueprint(bp)
    app.add_url_rule("/enter", "accounts.sign_in", views.public(lambda: redirect("/sign-in")))
    context.navigate("Home", "sample.home", order=10, app=app)
    context.navigate("Works", "sample.components", order=20, app=app)
    context.navigate("For members", "sample.desk", order=25, app=app, when=lambda viewer: viewer is not None)
    context.navigate("Nowhere", "sample.not_there", order=30, app=app)
    context.provide("viewer", lambda: Person() if "sid" in session else None, app=app)

    @app.before_request
    def _edition() -> None:
        g.edition = Edition()

    return app


def create_app() -> Flask:
    """For the development server: what the pages look like."""
    return sample_app(Path(tempfile.mkdtemp()), testing=False)
