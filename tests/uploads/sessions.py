"""A client with a live session, the way a browser has one."""

from flask import Flask
from flask.testing import FlaskClient

from contest import clock
from contest.accounts.actions import start_session
from contest.accounts.models import Person
from contest.db import transaction


def signed_in_client(app: Flask, person: Person) -> tuple[FlaskClient, str]:
    """The client, and the token that its unsafe requests must carry."""
    with transaction():
        secret = start_session(person, at=clock.now(), ip="127.0.0.1", user_agent="tests")
    client = app.test_client()
    with client.session_transaction() as session:
        session["sid"] = secret
    with app.app_context():
        return client, client.get("/form-token").get_json()["token"]
