"""Which uploads are whose, and which are in the way."""

from datetime import datetime

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.orm.attributes import set_committed_value

from contest.accounts.models import Person
from contest.clock import now
from contest.db import db
from contest.jobs.models import Job
from contest.uploads import parts
from contest.uploads.models import FIRST, Asset, Rendition, Upload


def upload_of(person: Person, upload_id: str) -> Upload | None:
    """The upload, when it is that person's; to everybody else it does not exist."""
    return db.session.scalar(sa.select(Upload).where(Upload.id == upload_id, Upload.person_id == person.id))


def unfinished_uploads(person: Person, *, purpose: str | None = None) -> list[Upload]:
    """What the person began and can still go on with, the latest first; `purpose` (a ref) narrows it to one use.

    `received_bytes` is what lies on the disk; the row may be some seconds behind.
    """
    mine = sa.select(Upload).where(
        Upload.person_id == person.id, Upload.state == "receiving", Upload.expires_at > now()
    )
    if purpose is not None:
        mine = mine.where(Upload.purpose == purpose)
    found = list(db.session.scalars(mine.order_by(Upload.created_at.desc())))
    for upload in found:
        here = parts.size_of(current_app.config["SETTINGS"], upload.id)
        set_committed_value(upload, "received_bytes", min(here, upload.declared_bytes))
    return found


def same_unfinished(person: Person, *, purpose: str, declared_bytes: int, first_sha256: str) -> Upload | None:
    """The unfinished upload of that very file, told by its size and the hash of its first MiB."""
    alike = (
        upload
        for upload in unfinished_uploads(person, purpose=purpose)
        if upload.declared_bytes == declared_bytes and upload.first_chunk_sha256 == first_sha256
    )
    return next(alike, None) if first_sha256 else None


def abandoned_uploads(*, at: datetime) -> sa.Select[Upload]:
    return sa.select(Upload).where(Upload.state == "receiving", Upload.expires_at <= at)


def receiving_uploads() -> sa.Select[Upload]:
    return sa.select(Upload).where(Upload.state == "receiving")


def upload_ids_with_parts() -> sa.Select[str]:
    """The uploads whose part file is still needed: it is growing, or waits to be moved into the storage."""
    return sa.select(Upload.id).where(
        sa.or_(Upload.state == "receiving", sa.and_(Upload.state == "received", Upload.storage_key.is_(None)))
    )


def asset_of(upload_id: str) -> Asset | None:
    return db.session.scalar(sa.select(Asset).where(Asset.upload_id == upload_id))


def rendition_of(asset: Asset, profile: str, *, version: int) -> Rendition | None:
    """The rendition of exactly that version, finished or not."""
    return db.session.scalar(
        sa.select(Rendition).where(
            Rendition.asset_id == asset.id, Rendition.profile == profile, Rendition.version == version
        )
    )


def check_job(asset: Asset) -> Job | None:
    """The latest check of the file: whether it waits, how far it is, why it failed."""
    return _latest_job(f"uploads.check:{asset.upload_id}")


def render_job(asset: Asset) -> Job | None:
    """The latest making of what is shown of it."""
    return _latest_job(f"uploads.render:{asset.id}")


def _latest_job(key: str) -> Job | None:
    return db.session.scalar(sa.select(Job).where(Job.key == key).order_by(Job.id.desc()).limit(1))


def jobs_ahead(person: Person, lane: str) -> int:
    """How many checks and encodes of the person's unit, or of the person where there is no unit, wait in the lane."""
    asset_key = sa.or_(
        Job.key == sa.literal("uploads.check:") + Asset.upload_id,
        Job.key == sa.literal("uploads.render:") + sa.cast(Asset.id, sa.Text),
    )
    ours = Person.unit_id == person.unit_id if person.unit_id is not None else Person.id == person.id
    waiting = (
        sa.select(sa.func.count(Job.id.distinct()))
        .join(Asset, asset_key)
        .join(Upload, Upload.id == Asset.upload_id)
        .join(Person, Person.id == Upload.person_id)
        .where(Job.state == "waiting", Job.lane == lane, ours)
    )
    return db.session.scalar(waiting) or 0


def running_tokens() -> set[str]:
    """The tokens of all attempts that are going on; scratch folders are named by them."""
    return {token for token in db.session.scalars(sa.select(Job.token).where(Job.state == "running")) if token}


def same_rendition(asset: Asset, profile: str, *, version: int) -> Rendition | None:
    """A finished rendition made from another upload of the very same file."""
    made = sa.select(Rendition).join(Rendition.asset).where(Asset.sha256 == asset.sha256, Asset.id != asset.id)
    alike = made.where(Rendition.profile == profile, Rendition.version == version, Rendition.state == "ready")
    return db.session.scalar(alike.order_by(Rendition.id).limit(1))


def replaced_renditions(*, before: datetime) -> sa.Select[Rendition]:
    """What was shown of films at first, of those whose whole rendition was begun before that moment and is ready."""
    whole = sa.select(Rendition.asset_id).where(
        Rendition.profile == "film", Rendition.state == "ready", Rendition.created_at < before
    )
    return sa.select(Rendition).where(Rendition.profile == FIRST, Rendition.asset_id.in_(whole))
