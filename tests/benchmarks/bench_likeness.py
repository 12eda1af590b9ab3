"""Which copies of photographs are known again, which are taken for others, and what the office waits for the hint.

python -m tests.benchmarks.bench_likeness photos FOLDER   # of `calibrate_photo --fetch FOLDER`
python -m tests.benchmarks.bench_likeness works           # one new film against 5,000 of three minutes, on SQLite
"""

import resource
import secrets
import sys
import tempfile
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import sqlalchemy as sa
from PIL import Image, ImageEnhance

from contest.app import create_app
from contest.clock import now
from contest.db import Base, db
from contest.entries.actions.resembling import note_resemblances, what_is_like
from contest.entries.models import Entry, EntryFile, Fingerprint
from contest.entries.queries import pairs_of
from contest.media.fingerprints import Prints
from contest.media.likeness import alike_photos, of_photo, pack
from contest.uploads.models import Asset, Upload
from tests.benchmarks.calibrate_photo import PHOTOS
from tests.entries.factories import a_submitted_entry, an_asset
from tests.factories import a_person, an_edition

Picture = Image.Image
WORKS, PRINTS, MARKS, FIRST_ID = 5_000, 90, 1432, 1000


def main(arguments: list[str]) -> None:
    if arguments[:1] == ["photos"]:
        photographs(Path(arguments[1]))
    else:
        works()


def photographs(folder: Path) -> None:
    files = [path for path in sorted(folder.rglob("*")) if str(path).endswith(PHOTOS)]
    images = [_opened(path) for path in files]
    began = time.process_time()
    prints = [pack(of_photo(_grey(image))) for image in images]
    print(f"{1000 * (time.process_time() - began) / len(images):.1f} ms for each of {len(images)}")
    wrong = sum(sum(alike_photos(one, prints)) for one in prints) - len(prints)
    print(f"{wrong} of {len(prints) * (len(prints) - 1)} pairs of different photographs look alike")
    for name, change in COPIES.items():
        copies = [pack(of_photo(_grey(change(image)))) for image in images]
        known = sum(alike_photos(one, [copy])[0] for one, copy in zip(prints, copies, strict=True))
        print(f"{name:>24}: {known} of {len(images)} known again")


def works() -> None:
    """A film that is in none of the others but one, compared as the worker does it."""
    app = create_app(instance=Path(tempfile.mkdtemp()), testing=True)
    with app.app_context():
        Base.metadata.create_all(db.engine)
        asset = an_asset(a_person())
        entry = a_submitted_entry(an_edition(), asset=asset)
        _copied(entry, asset)
        prints = _prints()
        copy = db.session.get_one(Fingerprint, FIRST_ID)
        copy.pictures, copy.sound = prints.pictures, prints.sound
        db.session.commit()
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        took = []
        for _round in range(6):
            db.session.expire_all()
            began = time.perf_counter(), time.process_time()
            found = what_is_like(asset, prints)
            took.append((time.perf_counter() - began[0], time.process_time() - began[1]))
        more = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        wall, cpu = (sorted(times)[len(times) // 2] for times in zip(*took, strict=True))
        print(f"one film against {WORKS}: {wall:.2f} s, {cpu:.2f} s of processor time, {more:.0f} MiB more memory")
        print(f"found: {[(one.what, one.asset_id) for one in found]}; goal 0.3 s")
        note_resemblances(asset, found, at=now())
        db.session.commit()
        began_at = time.perf_counter()
        pairs = pairs_of(entry)
        print(f"the office's page asks for {len(pairs)} of them: {1000 * (time.perf_counter() - began_at):.0f} ms")


def _prints() -> Prints:
    return Prints(pictures=secrets.token_bytes(8 * PRINTS), sound=secrets.token_bytes(4 * MARKS))


def _copied(entry: Entry, asset: Asset) -> None:
    """WORKS rows of each table like the one there is, but for their fingerprints."""
    file, upload = entry.current_files[0], asset.upload
    ids = range(FIRST_ID, FIRST_ID + WORKS)
    changes: list[tuple[Any, Callable[[int], dict[str, Any]]]] = [
        (entry, lambda n: {"id": n, "number": f"N{n}"}),
        (upload, lambda n: {"id": f"{n:032x}"}),
        (asset, lambda n: {"id": n, "upload_id": f"{n:032x}", "sha256": f"{n:064x}"}),
        (file, lambda n: {"id": n, "entry_id": n, "asset_id": n}),
    ]
    rows = {type(row): [_columns(row) | change(n) for n in ids] for row, change in changes}
    for model in (Entry, Upload, Asset, EntryFile):
        db.session.execute(sa.insert(model), rows[model])
    made = [{"asset_id": n, "version": 1, "trouble": "", "made_at": now(), **vars(_prints())} for n in ids]
    db.session.execute(sa.insert(Fingerprint), made)
    db.session.commit()


def _columns(row: Any) -> dict[str, Any]:
    return {column.key: getattr(row, column.key) for column in sa.inspect(type(row)).column_attrs}


def _opened(path: Path) -> Picture:
    image = Image.open(path).convert("RGB")
    image.thumbnail((1024, 1024))
    return image


def _grey(image: Picture) -> Any:
    return np.asarray(image.convert("L"), dtype=np.float32)


def _saved(image: Picture) -> Picture:
    file = BytesIO()
    image.save(file, "JPEG", quality=30)
    return Image.open(file)


def _cut(image: Picture, left: float, above: float, right: float, below: float) -> Picture:
    width, height = image.size
    return image.crop((int(width * left), int(height * above), int(width * (1 - right)), int(height * (1 - below))))


COPIES: dict[str, Callable[[Picture], Picture]] = {
    "JPEG of quality 30": _saved,
    "a third of the size": lambda image: image.resize((image.width // 3, image.height // 3)),
    "30 % brighter": lambda image: ImageEnhance.Brightness(image).enhance(1.3),
    "40 % more contrast": lambda image: ImageEnhance.Contrast(image).enhance(1.4),
    "2 % off each side": lambda image: _cut(image, 0.02, 0.02, 0.02, 0.02),
    "4 % off each side": lambda image: _cut(image, 0.04, 0.04, 0.04, 0.04),
    "7 % off each side": lambda image: _cut(image, 0.07, 0.07, 0.07, 0.07),
    "12 % off each side": lambda image: _cut(image, 0.12, 0.12, 0.12, 0.12),
    "8 % off the top": lambda image: _cut(image, 0, 0.08, 0, 0),
    "4 % off two sides": lambda image: _cut(image, 0, 0, 0.04, 0.04),
    "mirrored": lambda image: image.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
    "a quarter turn": lambda image: image.rotate(90, expand=True),
}

if __name__ == "__main__":
    main(sys.argv[1:])
