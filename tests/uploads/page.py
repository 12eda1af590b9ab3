"""The service with one page more, which holds nothing but the uploader: `granian tests.uploads.page:app`."""

from flask import render_template_string, request
from flask.typing import ResponseReturnValue

from contest.accounts.access import me, public, signed_in
from contest.app import create_app
from contest.uploads.queries import unfinished_uploads
from contest.uploads.rules import ACCEPT, sign_purpose

MIB = 1024 * 1024
PAGE = """
{% extends "layouts/flow.html" %}
{% from "uploads/_uploader.html" import uploader %}
{% block title %}{{ _("Uploading") }}{% endblock %}
{% block scripts %}<script type="module" src="{{ url_for('static', filename='js/upload.js') }}"></script>{% endblock %}
{% block main %}<h1>{{ _("Uploading") }}</h1>
{{ uploader(purpose, accept, limits, unfinished, next="/test/received", back="/test/upload") }}{% endblock %}
"""

app = create_app()


@app.get("/test/upload")
@signed_in
def page() -> ResponseReturnValue:
    kind = request.args.get("kind", "video")
    return render_template_string(
        PAGE,
        purpose=sign_purpose(kind=kind, max_bytes=50 * MIB, ref="test:1", person_id=me().id),
        accept=ACCEPT[kind],
        limits={"kind": kind, "max_bytes": 50 * MIB, "max_length_ms": None},
        unfinished=unfinished_uploads(me(), purpose="test:1"),
    )


@app.get("/test/received")
@public
def received() -> ResponseReturnValue:
    return "<!doctype html><html lang=en><title>Received</title><h1>Received</h1></html>"
