"""The blueprint that the modules beside this one hang their views on."""

from flask import Blueprint

bp = Blueprint("accounts", __name__)
