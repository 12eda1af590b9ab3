"""The smallest valid uploads, and a client that speaks tus to the application itself."""

import base64
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from contest import clock
from contest.accounts.models import Person
from contest.uploads.models import Upload
from contest.uploads.rules import sign_purpose
from tests.factories import save
from tests.uploads.sessions import signed_in_client

MIB = 1024 * 1024


def an_upload(person: Person, **columns: Any) -> Upload:
    columns = {
        "purpose": "test:1",
        "kind": "video",
        "filename": "film.mp4",
        "mime": "video/mp4",
        "declared_bytes": 10,
        "created_at": clock.now(),
        "expires_at": clock.now() + timedelta(hours=48),
        **columns,
    }
    upload: Upload = save(Upload(person_id=person.id, **columns))
    return upload


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@dataclass
class Tus:
    """A browser of `person` that sends files; every request is the whole protocol, nothing is skipped."""

    app: Flask
    person: Person
    headers: dict[str, str] = field(default_factory=lambda: {"Tus-Resumable": "1.0.0"})

    def __post_init__(self) -> None:
        self.client, self.token = signed_in_client(self.app, self.person)

    def request(self, method: str, path: str, *, body: bytes = b"", **headers: str | None) -> TestResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        every = {**self.headers, "X-CSRFToken": self.token, **named}
        kept = {name: value for name, value in every.items() if value is not None}
        with (
            self.app.app_context()
        ):  # a request of its own: otherwise it shares `g`, and who is signed in, with the test
            return self.client.open(path, method=method, data=body, headers=kept)

    def create(
        self, size: int, *, purpose: str | None = None, filename: str = "film.mp4", body: bytes = b"", **headers: str
    ) -> TestResponse:
        word = purpose if purpose is not None else sign_purpose(kind="video", max_bytes=100 * MIB, ref="test:1")
        said = f"filename {encoded(filename)},filetype {encoded('video/mp4')},purpose {encoded(word)}"
        return self.request("POST", "/uploads", body=body, Upload_Length=str(size), Upload_Metadata=said, **headers)

    def begin(self, size: int) -> str:
        """The address of a new upload of `size` bytes."""
        answer = self.create(size)
        assert answer.status_code == 201, answer.text
        return answer.headers["Location"]

    def patch(self, path: str, offset: int, body: bytes, **headers: str | None) -> TestResponse:
        told: dict[str, str | None] = {
            "Upload_Offset": str(offset),
            "Content_Type": "application/offset+octet-stream",
            **headers,
        }
        return self.request("PATCH", path, body=body, **told)

    def offset(self, path: str) -> int:
        answer = self.request("HEAD", path)
        assert answer.status_code == 200, answer.status
        return int(answer.headers["Upload-Offset"])
