"""Bytes that have arrived, in the bucket: parts of a multipart upload, and small objects of what is short of a part.

A bucket takes parts of 5 MiB and more, and a phone may send less before its line breaks: what is short is put down as
an object of its own, and joined with what comes next. The row of `Arrival` lists both in their order, and is written
after the bucket has them: it is the truth about how much is here.

Whoever writes holds the row by a lease. A lock of the database would not do: it ends with a connection, which a slow
phone must not keep. A process that died holds nobody up for longer than the lease, and one that only slept cannot
spoil what its successor wrote: each write of the row asks for the holder's token, and no number of a part and no name
of an object is ever used twice.
"""

import contextlib
import errno
import hashlib
import io
import secrets
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from typing import Any, BinaryIO, cast

import sqlalchemy as sa

from contest.clock import now
from contest.config import MIB, Settings
from contest.db import database_now, db, transaction, upsert
from contest.storage import Missing, storage
from contest.storage import Part as StoredPart
from contest.storage.base import OCTETS
from contest.uploads.arriving import BLOCK, READ_BYTES, Busy, Full, Part, Stream, TooMuch, read
from contest.uploads.models import Arrival, Upload

LEASE_S, RENEW_S = 10, 3
PIECE = 8 * MIB  # more than this is never on its way to the bucket at once
PART_MIN = 5 * MIB  # the bucket's own limit
IN_MEMORY = MIB


@dataclass(frozen=True)
class Kept:
    """What the row says."""

    multipart: str = ""
    number: int = 0
    parts: tuple[StoredPart, ...] = ()
    tails: tuple[tuple[str, int], ...] = ()  # key and bytes
    first_sha256: str = ""

    @property
    def tail_bytes(self) -> int:
        return sum(size for _key, size in self.tails)

    @property
    def bytes(self) -> int:
        return sum(part.bytes for part in self.parts) + self.tail_bytes

    def columns(self) -> dict[str, Any]:
        return {
            **vars(self),
            "parts": [asdict(part) for part in self.parts],
            "tails": [list(tail) for tail in self.tails],
        }


class BucketPart:
    """What lies in the bucket, with the lease in our hands."""

    def __init__(self, upload_id: str, token: str, kept: Kept, settings: Settings) -> None:
        self._upload_id, self._token, self._kept = upload_id, token, kept
        self._scratch = settings.scratch
        self._renewed = time.monotonic()

    @property
    def offset(self) -> int:
        return self._kept.bytes

    def append(self, stream: Stream, *, room: int) -> int:
        before = self._kept
        with self._spool() as piece:
            try:
                self._take_in(stream, piece, room=room)
            except TooMuch:
                self._write(replace(before, multipart=self._kept.multipart, number=self._kept.number))
                raise
            except (Full, Busy):
                raise
            except BaseException:
                self._put(piece)
                raise
            self._put(piece)
        self._delete(key for key, _size in before.tails if (key, _size) not in self._kept.tails)
        return self.offset - before.bytes

    def first_block_sha256(self) -> str:
        """Of what has arrived by now, if that is less: parts cannot be read before the file is whole."""
        return self._kept.first_sha256

    def remove(self) -> None:
        if self._kept.multipart:
            storage().abort(key_of(self._upload_id), self._kept.multipart)
        self._delete(stat.key for stat in list(storage().list(f"t/{self._upload_id}/")))
        with transaction() as session:
            session.execute(sa.delete(Arrival).where(*_held(self._upload_id, self._token)))

    def move(self, key: str) -> None:
        """Have the bucket join what it has. What is short of a part is the last one, or the whole file."""
        if not self._kept.parts:
            with self._spool() as file:
                self._join_tails(file)
                file.seek(0)
                storage().put(key, file)
            return
        if self._kept.tails:
            with self._spool() as rest:
                self._put(rest, is_last=True)
        # When it is joined already, by an attempt that died, whoever reads it finds it there.
        with contextlib.suppress(Missing):
            storage().complete(key, self._kept.multipart, self._kept.parts)

    def _take_in(self, stream: Stream, piece: BinaryIO, *, room: int) -> None:
        while block := read(stream, min(READ_BYTES, PIECE - piece.tell(), room + 1)):
            room -= len(block)
            if room < 0:
                raise TooMuch
            with _told_when_full():
                piece.write(block)
            if piece.tell() >= PIECE:
                self._put(piece)
            elif time.monotonic() - self._renewed > RENEW_S:
                self._write(self._kept)

    def _put(self, piece: BinaryIO, *, is_last: bool = False) -> None:
        """Put down what is in `piece`, durably, and empty it."""
        size = piece.tell()
        if not size and not is_last:
            return
        changed = self._kept
        if not self._kept.parts and self.offset < BLOCK:
            changed = replace(changed, first_sha256=self._first_sha256(piece))
        if is_last or self._kept.tail_bytes + size >= PART_MIN:
            part = self._put_part(piece)
            changed = replace(
                changed, multipart=self._kept.multipart, number=part.number, parts=(*changed.parts, part), tails=()
            )
        else:
            piece.seek(0)
            key = f"t/{self._upload_id}/{self.offset:015d}-{self._token}"
            storage().put(key, piece)
            changed = replace(changed, tails=(*changed.tails, (key, size)))
        self._write(changed)
        piece.seek(0)
        piece.truncate()

    def _put_part(self, piece: BinaryIO) -> StoredPart:
        """`piece`, with what lay short before it. The number is ours before it is used."""
        key = key_of(self._upload_id)
        multipart = self._kept.multipart or storage().create_multipart(key, content_type=OCTETS)
        self._write(replace(self._kept, multipart=multipart, number=self._kept.number + 1))
        if not self._kept.tails:
            piece.seek(0)
            return storage().put_part(key, multipart, self._kept.number, piece)
        with self._spool() as joined:
            self._join_tails(joined)
            piece.seek(0)
            with _told_when_full():
                shutil.copyfileobj(piece, joined)
            joined.seek(0)
            return storage().put_part(key, multipart, self._kept.number, joined)

    def _join_tails(self, into: BinaryIO) -> None:
        for key, size in self._kept.tails:
            for block in storage().read_range(key, 0, size):
                with _told_when_full():
                    into.write(block)
        into.seek(0, io.SEEK_END)

    def _first_sha256(self, piece: BinaryIO) -> str:
        with self._spool() as beginning:
            self._join_tails(beginning)
            piece.seek(0)
            beginning.write(piece.read(BLOCK))
            piece.seek(0, io.SEEK_END)
            beginning.seek(0)
            return hashlib.sha256(beginning.read(BLOCK)).hexdigest()

    def _write(self, kept: Kept) -> None:
        """Let the row say `kept`, and hold it for longer; Busy when it is no longer ours."""
        with transaction() as session:
            until = database_now() + timedelta(seconds=LEASE_S)
            changed = sa.update(Arrival).where(*_held(self._upload_id, self._token))
            written = session.execute(changed.values(**kept.columns(), held_until=until))
            if not _one_row(written):
                raise Busy
        self._kept, self._renewed = kept, time.monotonic()

    def _spool(self) -> BinaryIO:
        self._scratch.mkdir(parents=True, exist_ok=True)
        spool = tempfile.SpooledTemporaryFile(  # noqa: SIM115  whoever asks for it closes it
            max_size=IN_MEMORY, dir=str(self._scratch)
        )
        return cast(BinaryIO, spool)  # which it is but for its name

    def _delete(self, keys: Iterable[str]) -> None:
        for key in keys:
            storage().delete(key)


class PartsInBucket:
    """See `Parts`."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def size_of(self, upload_id: str) -> int:
        row = db.session.execute(_columns(upload_id)).one_or_none()
        return _kept(row).bytes if row else 0

    def make(self, upload_id: str) -> None:
        upsert(Arrival, {"upload_id": upload_id}, on=["upload_id"])

    @contextmanager
    def hold(self, upload_id: str, *, wait_s: float = 0) -> Iterator[Part]:
        with self._held(upload_id, wait_s=wait_s) as part:
            yield part

    def move(self, upload: Upload, *, check_cancelled: Callable[[], None]) -> str | None:
        """It is hashed afterwards, from the bucket: no machine has seen all of it."""
        key, size = upload.key, upload.declared_bytes
        if self.size_of(upload.id) != size:
            return None
        with self._held(upload.id, wait_s=LEASE_S + 1) as part:
            if not _is_there(key, size):
                check_cancelled()
                part.move(key)
            if _is_there(key, size):
                part.remove()
        return None

    def names(self) -> set[str]:
        return set(db.session.scalars(sa.select(Arrival.upload_id)))

    def remove_orphans(self, *, older_than_s: int) -> None:
        """Multipart uploads and short objects that no row knows of. They are listed before the rows are read, and none
        is young: what is on its way is not missed."""
        before = now() - timedelta(seconds=older_than_s)
        begun = [one for one in storage().list_multipart("") if one.begun_at < before]
        short = [stat.key for stat in storage().list("t/") if stat.modified_at < before]
        db.session.rollback()
        known = set(db.session.scalars(sa.select(Arrival.multipart)))
        for one in begun:
            if one.upload not in known:
                storage().abort(one.key, one.upload)
        uploads = self.names()
        for key in short:
            if key.split("/")[1] not in uploads:
                storage().delete(key)

    @contextmanager
    def _held(self, upload_id: str, *, wait_s: float) -> Iterator[BucketPart]:
        token, until = secrets.token_hex(8), time.monotonic() + wait_s
        while (kept := _take(upload_id, token)) is None:
            if time.monotonic() >= until:
                raise Busy
            time.sleep(0.2)
        try:
            yield BucketPart(upload_id, token, kept, self._settings)
        finally:
            _let_go(upload_id, token)


def key_of(upload_id: str) -> str:
    """Where the whole file goes."""
    return db.session.get_one(Upload, upload_id).key


def _take(upload_id: str, token: str) -> Kept | None:
    """What the row says, which is ours from now on; None when it is somebody else's."""
    with transaction() as session:
        upsert(Arrival, {"upload_id": upload_id}, on=["upload_id"])
        at = database_now()
        free = sa.or_(Arrival.holder.is_(None), Arrival.held_until <= at)
        taking = sa.update(Arrival).where(Arrival.upload_id == upload_id, free)
        taken = session.execute(taking.values(holder=token, held_until=at + timedelta(seconds=LEASE_S)))
        return _kept(session.execute(_columns(upload_id)).one()) if _one_row(taken) else None


def _let_go(upload_id: str, token: str) -> None:
    with transaction() as session:
        session.execute(sa.update(Arrival).where(*_held(upload_id, token)).values(holder=None, held_until=None))


def _held(upload_id: str, token: str) -> tuple[sa.ColumnElement[bool], ...]:
    return Arrival.upload_id == upload_id, Arrival.holder == token


def _one_row(result: sa.Result[Any]) -> bool:
    return isinstance(result, sa.CursorResult) and result.rowcount == 1


def _columns(upload_id: str) -> sa.Select[Any]:
    """Columns and not the row itself, of which the session would give back what it knew before."""
    named = (Arrival.multipart, Arrival.number, Arrival.parts, Arrival.tails, Arrival.first_sha256)
    return sa.select(*named).where(Arrival.upload_id == upload_id)


def _kept(row: sa.Row[Any]) -> Kept:
    return Kept(
        multipart=row.multipart,
        number=row.number,
        parts=tuple(StoredPart(**part) for part in row.parts),
        tails=tuple((key, size) for key, size in row.tails),
        first_sha256=row.first_sha256,
    )


def _is_there(key: str, size: int) -> bool:
    try:
        return storage().stat(key).bytes == size
    except Missing:
        return False


@contextmanager
def _told_when_full() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise Full from error
        raise
