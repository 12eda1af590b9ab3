"""What a judge is told about a work: a code name and the work itself.

Nothing else about a work may reach a judge's page, address or header. Views take `blind_view`, never the entry.
"""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from contest.db import db
from contest.entries.models import Entry, EntryFile
from contest.judging.models import Assignment
from contest.uploads.models import Asset

SHOWN = ("open", "draft", "submitted")  # while the round is open, these may be watched


FRAMES_A_SECOND = 25.0  # of a film that does not say how many it has


@dataclass(frozen=True, kw_only=True)
class BlindFile:
    """One file of a work: its place, its size as shown, and the names of the renditions that may be fetched."""

    position: int
    kind: str
    length_ms: int
    width: int
    height: int
    fps: float
    made_by_ai: bool  # the file carries the label that the law asks for, or the entrant declares it
    hls: str
    mp4: str
    poster: str
    poster_small: str
    captions: tuple[tuple[str, str], ...]  # language and name
    storyboard: str
    photos: tuple[tuple[str, int], ...]  # name and width, smallest first
    smaller: tuple[tuple[str, tuple[tuple[str, int], ...]], ...]  # the same by MIME type, the smallest format first

    @property
    def can_be_shown(self) -> bool:
        return bool(self.hls or self.mp4 or self.photos)


@dataclass(frozen=True, kw_only=True)
class BlindWork:
    """All that a judge is told about a work."""

    code: str
    category: str
    kind: str
    length_ms: int
    files: tuple[BlindFile, ...]

    @property
    def made_by_ai(self) -> bool:
        return any(file.made_by_ai for file in self.files)

    @property
    def poster(self) -> tuple[int, str] | None:
        """Place and name of the picture for lists: of the first file that has one."""
        for file in self.files:
            name = file.poster_small or (file.photos[0][0] if file.photos else "")
            if name:
                return file.position, name
        return None


def blind_view(assignment: Assignment) -> BlindWork:
    """The work as its judge sees it. The title is left out too: entrants put names into titles."""
    entry = assignment.entry
    files = tuple(_blind_file(file) for file in entry.judged_files)
    return BlindWork(
        code=str(entry.code),
        category=entry.category.title,
        kind=entry.category.kind,
        length_ms=sum(file.length_ms for file in files),
        files=files,
    )


def _blind_file(file: EntryFile) -> BlindFile:
    asset, facts = file.asset, file.asset.facts or {}
    film = [name for name, _width in _by_width(asset, "film")]
    photos = _by_width(asset, "photo")
    poster, poster_small = asset.poster
    return BlindFile(
        position=file.position,
        kind=asset.kind,
        length_ms=int(facts.get("length_ms") or 0),
        width=int(facts.get("width") or 0),
        height=int(facts.get("height") or 0),
        fps=float(facts.get("fps") or 0) or FRAMES_A_SECOND,
        made_by_ai=bool(facts.get("ai_label")) or file.entry.says_ai_made_it,
        hls=next((name for name in film if name.endswith("master.m3u8")), ""),
        mp4=next((name for name in film if name.endswith(".mp4") and "/" not in name), ""),
        poster=poster,
        poster_small=poster_small,
        captions=tuple(asset.captions),
        storyboard=asset.storyboard,
        smaller=tuple((f"image/{kind}", tuple(asset.photos(kind))) for kind in ("avif", "webp")),
        photos=tuple((name, width) for name, width in photos if name.endswith(".jpg")),
    )


def _by_width(asset: Asset, profile: str) -> list[tuple[str, int]]:
    """Names and widths of the files of a rendition, smallest first."""
    made = asset.rendition(profile)
    found = [(str(file["name"]), int(file.get("width") or 0)) for file in made.files] if made else []
    return sorted(found, key=lambda one: one[1])


def with_files() -> list[sa.orm.interfaces.ORMOption]:
    """The work's files and their renditions, in a few queries however many there are."""
    files = selectinload(Assignment.entry, Entry.files).joinedload(EntryFile.asset)
    return [files.selectinload(Asset.renditions), files.lazyload(Asset.upload)]


def may_be_watched(assignment: Assignment) -> bool:
    """Whether the judge may fetch the work's media now."""
    round_, entry = assignment.round, assignment.entry
    return round_.is_open and entry.state == "passed" and assignment.state in SHOWN


def media_of(assignment: Assignment, position: int) -> Asset | None:
    """The file at `position` of the work, of those that are judged."""
    return db.session.scalar(
        sa.select(Asset)
        .join(EntryFile, EntryFile.asset_id == Asset.id)
        .where(
            EntryFile.entry_id == assignment.entry_id,
            EntryFile.role == "",  # in the credits of the showcase copy stand names
            EntryFile.position == position,
            EntryFile.state == "current",
        )
    )
