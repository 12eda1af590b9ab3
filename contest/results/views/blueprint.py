"""The blueprint that the modules beside it hang their pages on."""

from flask import Blueprint

bp = Blueprint("results", __name__)
