"""What happens to a received file without anybody waiting: its check, what is shown of it, and cleaning up."""

import contextlib
import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import structlog
from flask import current_app

from contest.clock import now
from contest.config import Settings
from contest.db import db, transaction
from contest.jobs.registry import RunningJob, TryAgain, periodic, task
from contest.media.encode import FALLBACK
from contest.media.facts import Facts, Kind, Unreadable
from contest.media.films import render_film, render_first
from contest.media.outputs import Output, RenderFailed, Trouble, output_of
from contest.media.pictures import jpeg_size, render_poster, render_storyboard
from contest.media.probe import examine
from contest.media.render import render_photo, render_photo_smaller
from contest.storage import storage
from contest.uploads import originals, parts, workshop
from contest.uploads.actions import (
    ask_for_smaller,
    ask_for_storyboard,
    begin_rendition,
    expire_upload,
    finish_rendition,
    note_facts,
    note_original,
    note_unreadable,
    take_note,
)
from contest.uploads.models import EVIDENCE, FIRST, SMALLER, STORYBOARD, Asset, Rendition
from contest.uploads.parts_in_folder import is_old
from contest.uploads.queries import (
    abandoned_uploads,
    asset_of,
    receiving_uploads,
    replaced_renditions,
    running_tokens,
    same_rendition,
    upload_ids_with_parts,
)
from contest.uploads.registry import tell_rendered
from contest.uploads.rules import BLAME_LATE, LEFT_ALONE_S

# Raise one when what is made changes: it is then made anew, beside the old files.
VERSIONS = {"poster": 2, FIRST: 1, "film": 3, STORYBOARD: 1, "photo": 2, SMALLER: 1, EVIDENCE: 1}
ENOUGH_TRIES = 3  # before a file is blamed for what may be the machine's fault

Files = list[dict[str, Any]]  # as they stand in the row of a rendition

log = structlog.get_logger(__name__)


@task("uploads.check", lane="check", attempts=5)
def check(job: RunningJob) -> None:
    """Find out what was received. A file of which nothing can be made ends well too: with the reason."""
    asset = asset_of(job.args["upload_id"])
    if asset is None or asset.is_checked:
        return
    try:
        sha256 = originals.keep(asset.upload, settings=_settings(), check_cancelled=job.check_cancelled)
    except (originals.Lost, parts.Busy) as error:
        raise TryAgain("bytes-missing", "The received file is not where this worker can read it.") from error
    with transaction():
        job.hold()
        note_original(asset, sha256=sha256, key=asset.upload.key)
    job.progress(20)
    try:
        facts = _examine(asset, job)
    except Unreadable as error:
        job.check_cancelled()
        log.info("uploads.unreadable", asset=asset.id, code=str(error.code), detail=error.detail)
        if error.killed:
            raise TryAgain("killed", f"The machine ended the check ({error}).") from error
        if error.code in BLAME_LATE and (job.attempt < ENOUGH_TRIES or job.failed_before != error.code):
            raise TryAgain(str(error.code), f"The check took more memory or time than it may ({error}).") from error
        with transaction():
            note_unreadable(asset, str(error.code), form=error.form, at=now())
            job.finish()
        return
    with transaction():
        note_facts(asset, facts.to_json(), at=now())
        job.finish()


def _examine(asset: Asset, job: RunningJob) -> Facts:
    """The facts; of a film also a picture that the page with the verdict can show, and those of what was found."""

    def report(percent: int) -> None:
        job.progress(20 + percent * 0.7)

    with workshop.bench(asset, job) as bench:
        seen = bench.into / EVIDENCE
        seen.mkdir()
        kind: Kind = "video" if asset.kind == "video" else "photo"
        facts = examine(bench.path, kind=kind, box=bench.box, on_progress=report, keep=seen)
        _keep_evidence(asset, seen, job)
        if facts.kind == "video" and asset.rendition("poster") is None:
            _make_poster(asset, facts, bench, job)
    return facts


def _keep_evidence(asset: Asset, seen: Path, job: RunningJob) -> None:
    outputs = [output_of(seen, path.name, size=jpeg_size(path)) for path in sorted(seen.iterdir())]
    if not outputs:
        return
    _show(asset, EVIDENCE, outputs, made_in=seen, job=job)


def _make_poster(asset: Asset, facts: Facts, bench: workshop.Bench, job: RunningJob) -> None:
    """A film of which no picture comes out well is shown without one; that is no reason to hold back its verdict."""
    try:
        outputs = render_poster(bench.path, facts, into=bench.into, box=bench.box)
    except RenderFailed as error:
        if error.code == Trouble.KILLED and job.attempt < ENOUGH_TRIES:
            raise TryAgain(str(error.code), f"No picture for a poster was made ({error}).") from error
        log.warning("uploads.no_poster", asset=asset.id, reason=str(error))
        return
    _show(asset, "poster", outputs, made_in=bench.into, job=job)


def _show(asset: Asset, profile: str, outputs: list[Output], *, made_in: Path, job: RunningJob) -> None:
    """Keep what was made on the way to a verdict; the job goes on after it."""
    prefix = _begin(asset, profile, job)
    files = workshop.keep(outputs, made_in=made_in, prefix=prefix, job=job)
    with transaction():
        job.hold()
        finish_rendition(_place(asset, profile, job), files, prefix=prefix)


@task("uploads.first", lane="check", attempts=3)
def first(job: RunningJob) -> None:
    """Show a film as it came until its turn to be encoded; most can be, and then it takes seconds."""
    asset = db.session.get(Asset, job.args["asset_id"])
    if asset is None or asset.facts is None or asset.is_ready:
        return
    with workshop.bench(asset, job) as bench:
        outputs = render_first(bench.path, Facts.from_json(asset.facts), into=bench.into, box=bench.box)
        if outputs is None:
            return
        prefix = _begin(asset, FIRST, job)
        files = workshop.keep(outputs, made_in=bench.into, prefix=prefix, job=job)
    with transaction():
        finish_rendition(_place(asset, FIRST, job), files, prefix=prefix)
        tell_rendered(asset)
        job.finish()


@task("uploads.render", lane="encode", attempts=3)
def render(job: RunningJob) -> None:
    """Make what is shown of the file; the second time it is done already."""
    asset = db.session.get(Asset, job.args["asset_id"])
    if asset is None or asset.facts is None or asset.is_whole:
        return
    prefix, files = _shared_or_made(asset, asset.display_profile, job, make=_make)
    with transaction():
        finish_rendition(_place(asset, asset.display_profile, job), files, prefix=prefix)
        tell_rendered(asset)
        if asset.kind == "video":
            ask_for_storyboard(asset, at=now())
        else:
            ask_for_smaller(asset, at=now())
        job.finish()


@task("uploads.smaller", lane="encode", attempts=3)
def smaller(job: RunningJob) -> None:
    """A photo in AVIF, for browsers that take it. The photo is shown already, so a failure is told to nobody but the
    operator."""
    asset = db.session.get(Asset, job.args["asset_id"])
    if asset is None or not asset.is_ready or asset.rendition(SMALLER) is not None:
        return
    prefix, files = _shared_or_made(asset, SMALLER, job, make=_make_smaller)
    with transaction():
        finish_rendition(_place(asset, SMALLER, job), files, prefix=prefix)
        job.finish()


@contextlib.contextmanager
def _not_needed(profile: str) -> Iterator[None]:
    """What fails here is nothing that the entrant must be told: the file is shown already."""
    try:
        yield
    except RenderFailed as error:
        raise TryAgain(str(error.code), f"The {profile}, which is not needed, could not be made ({error}).") from error


def _make_smaller(asset: Asset, prefix: str, job: RunningJob) -> Files:
    with workshop.bench(asset, job) as bench:
        with _not_needed(SMALLER):
            outputs = render_photo_smaller(bench.path, into=bench.into, box=bench.box)
        return workshop.keep(outputs, made_in=bench.into, prefix=prefix, job=job)


def _make(asset: Asset, prefix: str, job: RunningJob) -> Files:
    facts = Facts.from_json(asset.facts or {})
    with workshop.bench(asset, job) as bench:
        if facts.kind == "video":
            outputs = render_film(bench.path, facts, into=bench.into, box=bench.box, report=job.progress)
        else:
            outputs = render_photo(bench.path, into=bench.into, box=bench.box)
        return workshop.keep(outputs, made_in=bench.into, prefix=prefix, job=job)


@task("uploads.storyboard", lane="encode", attempts=3)
def storyboard(job: RunningJob) -> None:
    """The little pictures above the seek bar; without them a film plays just the same."""
    asset = db.session.get(Asset, job.args["asset_id"])
    if asset is None or asset.facts is None or not asset.is_whole or asset.storyboard:
        return
    prefix, files = _shared_or_made(asset, STORYBOARD, job, make=_make_storyboard)
    with transaction():
        finish_rendition(_place(asset, STORYBOARD, job), files, prefix=prefix)
        job.finish()


def _make_storyboard(asset: Asset, prefix: str, job: RunningJob) -> Files:
    film = asset.rendition("film")
    assert film is not None  # noqa: S101  the task has looked
    facts = Facts.from_json(asset.facts or {})
    with workshop.bench(asset, job, key=film.prefix + FALLBACK) as bench:
        with _not_needed(STORYBOARD):
            outputs = render_storyboard(bench.path, facts, into=bench.into, box=bench.box)
        return workshop.keep(outputs, made_in=bench.into, prefix=prefix, job=job)


def _shared_or_made(
    asset: Asset, profile: str, job: RunningJob, *, make: Callable[[Asset, str, RunningJob], Files]
) -> tuple[str, Files]:
    """Where the files are, and which: those of the very same file sent before, or new ones."""
    same = same_rendition(asset, profile, version=VERSIONS[profile])
    if same is not None:
        return same.prefix, same.files
    prefix = _begin(asset, profile, job)
    return prefix, make(asset, prefix, job)


def _begin(asset: Asset, profile: str, job: RunningJob) -> str:
    """Where the files of the rendition go."""
    with transaction():
        job.hold()
        return _place(asset, profile, job).prefix


def _place(asset: Asset, profile: str, job: RunningJob) -> Rendition:
    return begin_rendition(asset, profile, version=VERSIONS[profile], attempt=job.token, at=now())


@periodic("uploads.housekeeping", every_s=600)
def housekeeping(job: RunningJob) -> None:
    """Finish what is whole, give up what was abandoned, remove what nobody needs."""
    settings = _settings()
    _finish_whole(settings)
    job.check_cancelled()
    for upload in db.session.scalars(abandoned_uploads(at=now())).all():
        with contextlib.suppress(parts.Busy), parts.hold(settings, upload.id) as part:
            with transaction():
                expired = expire_upload(upload, at=now())
            if expired:
                part.remove()
    job.check_cancelled()
    _remove_unneeded_parts(settings)
    _remove_dead_scratch(settings)
    job.check_cancelled()
    _remove_replaced()


def _remove_replaced() -> None:
    """Films as they came, a day after the whole one took their place: nobody is still watching those parts."""
    for made in db.session.scalars(replaced_renditions(before=now() - timedelta(seconds=LEFT_ALONE_S))).all():
        for file in made.files:
            storage().delete(made.prefix + file["name"])
        with transaction():
            db.session.delete(made)


def _finish_whole(settings: Settings) -> None:
    """Uploads whose last byte came just before the process died, and whose sender did not come back to ask."""
    for upload in db.session.scalars(receiving_uploads()).all():
        if parts.size_of(settings, upload.id) == upload.declared_bytes:
            with contextlib.suppress(parts.Busy), parts.hold(settings, upload.id) as part, transaction():
                take_note(upload, part, at=now(), settings=settings)


def _remove_unneeded_parts(settings: Settings) -> None:
    """Bytes of uploads that were given up. The names are read before the rows, so that no new upload is missed."""
    kept = parts.of(settings)
    names = kept.names()
    db.session.rollback()
    for name in names - set(db.session.scalars(upload_ids_with_parts())):
        parts.remove(settings, name)
    kept.remove_orphans(older_than_s=LEFT_ALONE_S)


def _remove_dead_scratch(settings: Settings) -> None:
    """What attempts left behind that were killed."""
    folders = list(workshop.scratch_folder(settings).iterdir())
    alive = running_tokens()
    for folder in folders:
        if folder.name.partition("-")[0] not in alive and is_old(folder, seconds=LEFT_ALONE_S):
            shutil.rmtree(folder, ignore_errors=True)


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings
