"""The application for any WSGI server: `granian --interface wsgi wsgi:app`."""

from contest.app import create_app
from contest.errors import WrongSetting

try:
    app = create_app()
except WrongSetting as error:
    raise SystemExit(f"{error}") from None
