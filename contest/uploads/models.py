"""Files on their way in, what was received, and what we made of it to be shown."""

import secrets
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from contest.accounts.models import Person
from contest.db import Base, one_of

KINDS = ("video", "photo")
SMALLER = "photo-avif"  # the profile of what is made of a photo later, when nobody waits
PHOTO_PROFILES = ("photo", SMALLER)
EVIDENCE = "evidence"  # small pictures of what a check found in a film: for its entrant and the office alone
CAPTIONS = "captions-"  # and the language: the profile of the rendition that holds them
FIRST = "film-first"  # the profile of what can be shown of a film at once: its own packets. "film" takes its place
STORYBOARD = "storyboard"


def new_upload_id() -> str:
    """A name nobody can guess: knowing it is not enough to reach the upload, but it is the first of two locks."""
    return secrets.token_hex(16)


class Upload(Base):
    """One file being received from one person. How much is here is told by the part file, never by this row."""

    __tablename__ = "upload"
    __table_args__ = (
        one_of("state", "receiving", "received", "cancelled", "expired"),
        one_of("kind", *KINDS),
        sa.CheckConstraint("declared_bytes > 0", name="declared_bytes"),
        sa.CheckConstraint("received_bytes BETWEEN 0 AND declared_bytes", name="received_bytes"),
        sa.CheckConstraint(
            "state <> 'received' OR (completed_at IS NOT NULL AND received_bytes = declared_bytes)", name="complete"
        ),
        sa.Index("ix_upload_unfinished", "state", "expires_at"),
    )

    id: Mapped[str] = mapped_column(primary_key=True, default=new_upload_id)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    account: Mapped[str] = mapped_column(default="", server_default="", index=True)  # whose quota: see registry.Account
    purpose: Mapped[str]  # what it is for, in the words of the feature that asked for it: "entry-file:12"
    kind: Mapped[str]
    filename: Mapped[str]  # as the person's device calls it; never part of a path or of a public page
    mime: Mapped[str]  # what the device says it is; the check finds out
    declared_bytes: Mapped[int] = mapped_column(sa.BigInteger)
    received_bytes: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    state: Mapped[str] = mapped_column(default="receiving")
    first_chunk_sha256: Mapped[str | None]  # of the first MiB: tells a re-chosen file from another of the same size
    sha256: Mapped[str | None]
    storage_key: Mapped[str | None]
    created_at: Mapped[datetime]
    last_byte_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    expires_at: Mapped[datetime]

    person: Mapped[Person] = relationship()
    asset: Mapped["Asset | None"] = relationship(back_populates="upload")

    @property
    def percent(self) -> int:
        """How much has arrived, rounded down: 100 means all."""
        return self.received_bytes * 100 // self.declared_bytes

    @property
    def key(self) -> str:
        """Where the original lies once it is in the storage."""
        return f"o/{self.created_at:%Y}/{self.id}"

    @property
    def is_received(self) -> bool:
        return self.state == "received"

    @property
    def is_given_up(self) -> bool:
        return self.state in ("cancelled", "expired")


class Arrival(Base):
    """What the bucket has of an upload that is not whole yet, and who is writing to it. Gone with the last of it.

    Not used, and empty, where the media lie in a folder.
    """

    __tablename__ = "arrival"
    __table_args__ = (
        sa.CheckConstraint("(holder IS NULL) = (held_until IS NULL)", name="held"),
        sa.CheckConstraint("number >= 0", name="number"),
    )

    upload_id: Mapped[str] = mapped_column(sa.ForeignKey("upload.id"), primary_key=True)
    multipart: Mapped[str] = mapped_column(default="")  # as the bucket calls it; empty before the first part
    number: Mapped[int] = mapped_column(default=0)  # of the last part that was begun; none is given out twice
    parts: Mapped[list[Any]] = mapped_column(default=list)  # {number, bytes, etag} each
    tails: Mapped[list[Any]] = mapped_column(default=list)  # after the parts, too short for one: [key, bytes] each
    first_sha256: Mapped[str] = mapped_column(default="")  # of the first MiB: parts cannot be read back
    holder: Mapped[str | None]  # the token of the request that writes
    held_until: Mapped[datetime | None]


class Asset(Base):
    """A file that was received whole. The original stays as it came and private; what is shown is a rendition."""

    __tablename__ = "asset"
    __table_args__ = (
        one_of("kind", *KINDS),
        one_of("state", "waiting", "checking", "checked", "unreadable"),
        sa.CheckConstraint("state <> 'checked' OR (facts IS NOT NULL AND sha256 IS NOT NULL)", name="facts"),
        sa.CheckConstraint("(state = 'unreadable') = (unreadable_code IS NOT NULL)", name="unreadable_code"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    upload_id: Mapped[str] = mapped_column(sa.ForeignKey("upload.id"), unique=True)
    kind: Mapped[str]
    state: Mapped[str] = mapped_column(default="waiting")
    bytes: Mapped[int] = mapped_column(sa.BigInteger)
    sha256: Mapped[str | None] = mapped_column(index=True)
    original_key: Mapped[str | None]
    facts: Mapped[dict[str, Any] | None]  # contest.media Facts.to_json(): what was measured, no judgement
    unreadable_code: Mapped[str | None]
    unreadable_format: Mapped[str] = mapped_column(default="", server_default="")  # what it is, such as "asf wmv3"
    poster_key: Mapped[str | None]  # of the small picture that stands for the file; says which poster was chosen
    created_at: Mapped[datetime]
    checked_at: Mapped[datetime | None]

    upload: Mapped[Upload] = relationship(back_populates="asset")
    renditions: Mapped[list["Rendition"]] = relationship(
        back_populates="asset", lazy="selectin", order_by="Rendition.id"
    )

    @property
    def is_checked(self) -> bool:
        """Whether we know what is in the file, be it good or not."""
        return self.state in ("checked", "unreadable")

    @property
    def is_ready(self) -> bool:
        """Whether there is something to show: a video that plays or a photo in display sizes."""
        return self.rendition(self.display_profile) is not None

    @property
    def display_profile(self) -> str:
        return "film" if self.kind == "video" else "photo"

    @property
    def is_whole(self) -> bool:
        """Whether everything that people must have is made: a film in all its sizes and as a file, too."""
        made = self.rendition(self.display_profile)
        return made is not None and made.profile == self.display_profile

    def rendition(self, profile: str) -> "Rendition | None":
        """The newest finished rendition of that profile; of a film, while there is none, what was ready first."""
        profiles = (FIRST, profile) if profile == "film" else (profile,)
        ready = [made for made in self.renditions if made.profile in profiles and made.state == "ready"]
        return max(ready, key=lambda made: (made.profile == profile, made.version), default=None)

    @property
    def storyboard(self) -> str:
        """The name of the file that says which little picture belongs to which moment; empty while there is none."""
        made = self.rendition(STORYBOARD)
        return next((str(file["name"]) for file in made.files if file["name"].endswith(".vtt")), "") if made else ""

    @property
    def shown(self) -> list["Rendition"]:
        """All that may be shown, the newest last: what is in several of them is taken from there."""
        ready = [made for made in self.renditions if made.state == "ready" and made.profile != EVIDENCE]
        return sorted(ready, key=lambda made: made.profile != FIRST)

    def photos(self, kind: str) -> list[tuple[str, int]]:
        """Names and widths of the photo's sizes as "jpg", "webp" or "avif", the smallest first; there may be none."""
        ready = [made for made in self.renditions if made.state == "ready" and made.profile in PHOTO_PROFILES]
        named = [(int(file.get("width") or 0), str(file["name"])) for made in ready for file in made.files]
        by_width = dict(sorted(pair for pair in named if pair[1].endswith(f".{kind}")))  # small photos have sizes alike
        return [(name, width) for width, name in by_width.items()]

    @property
    def blur(self) -> str:
        """The address that holds a tiny picture of the file, to be shown until a larger one has come; old files have
        none."""
        made = self.rendition("poster" if self.kind == "video" else "photo")
        name = self.poster[1] if self.kind == "video" else ""
        said = [file.get("blur", "") for file in made.files if name in ("", file["name"])] if made else []
        return str(next(filter(None, said), ""))

    @property
    def posters(self) -> list[tuple[str, str]]:
        """Names of the pictures that may stand for the film, large and small, the best first; an old film has one."""
        made = self.rendition("poster")
        names = [str(file["name"]) for file in made.files] if made else []
        pairs = [(name, name.replace(".jpg", "-small.jpg")) for name in names if not name.endswith("-small.jpg")]
        return [(large, small if small in names else large) for large, small in pairs]

    @property
    def poster_number(self) -> int:
        """Which of `posters` was chosen, from 1; 0 while there is none."""
        made = self.rendition("poster")
        keys = [f"{made.prefix}{small}" for _large, small in self.posters] if made else []
        return keys.index(self.poster_key) + 1 if self.poster_key in keys else min(1, len(keys))

    @property
    def poster(self) -> tuple[str, str]:
        """The picture that stands for the film, large and small. Another choice has another name, so that no browser
        shows the one it kept; both are empty while there is none."""
        return self.posters[self.poster_number - 1] if self.poster_number else ("", "")

    @property
    def captions(self) -> list[tuple[str, str]]:
        """Language and file name of the captions, in the order in which they were added."""
        made = [one for one in self.renditions if one.profile.startswith(CAPTIONS) and one.state == "ready"]
        return [(one.profile.removeprefix(CAPTIONS), file["name"]) for one in made for file in one.files]

    def shown_file(self, name: str) -> "tuple[Rendition, dict[str, Any]] | None":
        """The file called `name` among all that may be shown, and the rendition it belongs to."""
        for made in reversed(self.shown):
            file = made.file(name)
            if file is not None:
                return made, file
        return None

    def evidence(self, code: str) -> list[tuple[int | None, str, int, int]]:
        """Pictures that show what a check found: time in ms (None: the end), name, width and height of each."""
        made = self.rendition(EVIDENCE)
        if made is None:
            return []
        told = [(at_ms, made.file(name)) for at_ms, name in (self.facts or {}).get("seen", {}).get(code, ())]
        return [(at_ms, file["name"], file["width"], file["height"]) for at_ms, file in told if file]


class Rendition(Base):
    """Files we made from an asset for one use, without its metadata. Shown once ready, and then never changed."""

    __tablename__ = "rendition"
    __table_args__ = (
        sa.UniqueConstraint("asset_id", "profile", "version"),
        one_of("state", "making", "ready"),
        sa.CheckConstraint("version > 0", name="version"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    asset_id: Mapped[int] = mapped_column(sa.ForeignKey("asset.id"), index=True)
    profile: Mapped[
        str
    ]  # poster; film: HLS and MP4; film-first: HLS; storyboard; photo: all sizes; captions-zh: WebVTT
    version: Mapped[int]
    state: Mapped[str]
    prefix: Mapped[str]  # d/<2 of the hash>/<hash>/<profile>-<version>/
    files: Mapped[list[Any]]  # {name, mime, bytes, sha256, width, height} each; nothing else can be fetched
    created_at: Mapped[datetime]

    asset: Mapped[Asset] = relationship(back_populates="renditions")

    def file(self, name: str) -> dict[str, Any] | None:
        """What is recorded about the file called `name`."""
        return next((file for file in self.files if file["name"] == name), None)
