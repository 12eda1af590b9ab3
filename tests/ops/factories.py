"""Instances with something in them, for what `ops` keeps and brings back."""

import hashlib
import io
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask

from contest import clock
from contest.app import create_app
from contest.audit.actions import record
from contest.db import Base, db
from contest.ops import schema
from contest.storage import storage
from contest.uploads.models import Asset, Rendition, Upload
from tests.conftest import make_schema
from tests.factories import a_person, an_edition, an_organiser, save


def another_instance(folder: Path, **overrides: Any) -> Flask:
    """A second, empty service on SQLite beside the one of the test."""
    folder.mkdir()
    app = create_app(instance=folder, testing=True, **overrides)
    make_schema(app)
    with app.app_context():
        stamped()
    return app


def a_stored_file(key: str, body: bytes) -> None:
    storage().put(key, io.BytesIO(body))


def a_filled_instance() -> None:
    """People, an edition, an audit line, and one photo with its rendition in the storage."""
    stamped()
    edition = an_edition(name="2026年“追光”🎬")
    organiser = an_organiser(edition, name="O'Brien / 张晓岚")
    entrant = a_person()
    body = b"the photo as it came" * 999
    a_stored_file("o/2026/photo-1", body)
    a_stored_file("d/ab/abcd/photo-1/1600.jpg", b"the photo as it is shown")
    at = clock.now()
    upload = Upload(
        person_id=entrant.id,
        purpose="entry-file:1",
        kind="photo",
        filename="特写 'x'.jpg",
        mime="image/jpeg",
        declared_bytes=len(body),
        received_bytes=len(body),
        state="received",
        sha256=hashlib.sha256(body).hexdigest(),
        storage_key="o/2026/photo-1",
        created_at=at,
        completed_at=at,
        expires_at=at,
    )
    save(upload)
    asset = Asset(
        upload_id=upload.id,
        kind="photo",
        state="checked",
        bytes=len(body),
        sha256=upload.sha256,
        original_key="o/2026/photo-1",
        facts={"width": 1600, "note": "中文", "deep": [1, None, {"a": True}]},
        created_at=at,
        checked_at=at,
    )
    save(asset)
    files = [{"name": "1600.jpg", "mime": "image/jpeg", "bytes": 24, "sha256": "0", "width": 1600, "height": 900}]
    prefix = "d/ab/abcd/photo-1/"
    save(
        Rendition(
            asset_id=asset.id, profile="photo", version=1, state="ready", prefix=prefix, files=files, created_at=at
        )
    )
    record("edition.opened", by=organiser, on=edition, at=at, before={"state": "draft"}, after={"state": "open"})
    db.session.commit()


def everything() -> dict[str, list[dict[str, Any]]]:
    """Every row of every table, by the models, so that it compares across databases."""
    said = {}
    for table in Base.metadata.sorted_tables:
        rows = db.session.execute(sa.select(table).order_by(*table.primary_key.columns)).mappings()
        said[table.name] = [dict(row) for row in rows]
    return said


def stamped(revision: str | None = "head") -> None:
    """Let the database say that it was migrated to `revision`; None: it says nothing."""
    revision = schema.head() if revision == "head" else revision
    with db.engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE IF NOT EXISTS alembic_version (version_num VARCHAR(32) NOT NULL)"))
        connection.execute(sa.text("DELETE FROM alembic_version"))
        if revision is not None:
            connection.execute(sa.text("INSERT INTO alembic_version VALUES (:revision)"), {"revision": revision})
