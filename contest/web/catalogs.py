"""The files of the translations: one .po for each feature, compiled when it changed, checked for holes.

`script/check` calls `complaints()`; `flask translations` has the same for hands.
"""

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from babel.support import NullTranslations, Translations

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDER = ROOT / "contest/translations"
LOCALE = "zh_CN"
KEYWORDS = {**DEFAULT_KEYWORDS, "_l": None, "lazy_gettext": None, "lazy_ngettext": (1, 2)}
METHODS = [
    ("**/web/catalogs.py", "ignore"),
    ("contest/**.py", "python"),
    ("templates/**.html", "jinja2"),
    ("templates/**.txt", "jinja2"),
]
JINJA = {"silent": "false"}
PLACEHOLDER = re.compile(r"%\((\w+)\)|\{(\w*)\}")

MsgId = str | tuple[str, ...]


def po_files(folder: Path = FOLDER) -> list[Path]:
    return sorted((folder / LOCALE / "LC_MESSAGES").glob("*.po"))


def read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=LOCALE, domain=path.stem)


def compile_one(path: Path) -> None:
    """Make the .mo beside a .po; another process that reads it sees the old one or the new one, never half."""
    fresh = path.with_suffix(f".mo.{os.getpid()}")
    with fresh.open("wb") as file:
        write_mo(file, read(path))
    fresh.replace(path.with_suffix(".mo"))


def compile_stale(folder: Path = FOLDER) -> list[str]:
    """Compile every .po that is newer than its .mo; the names of all. In a read-only folder `loaded` does it."""
    for path in po_files(folder):
        if not _is_fresh(path):
            with suppress(OSError):
                compile_one(path)
    return [path.stem for path in po_files(folder)]


def loaded(language: str, folder: Path = FOLDER) -> NullTranslations:
    """All catalogues of a language as one; the English is in the code."""
    together = Translations()
    if language != LOCALE:
        return together
    for path in po_files(folder):
        together.merge(Translations(BytesIO(_compiled(path)), domain=path.stem))
    together.plural = lambda _number: 0  # Chinese has one form
    return together


def _is_fresh(path: Path) -> bool:
    compiled = path.with_suffix(".mo")
    return compiled.exists() and compiled.stat().st_mtime_ns >= path.stat().st_mtime_ns


def _compiled(path: Path) -> bytes:
    if _is_fresh(path):
        return path.with_suffix(".mo").read_bytes()
    in_memory = BytesIO()
    write_mo(in_memory, read(path))
    return in_memory.getvalue()


def extracted(root: Path = ROOT) -> dict[MsgId, set[str]]:
    """Every message in the code and templates, with the files that say it."""
    found: dict[MsgId, set[str]] = {}
    options: dict[str, dict[str, Any]] = {"templates/**.html": JINJA, "templates/**.txt": JINJA}
    for part in ("contest", "templates"):
        methods = [
            (pattern.removeprefix(f"{part}/"), method)
            for pattern, method in METHODS
            if pattern.startswith((part, "**"))
        ]
        here = {pattern.removeprefix(f"{part}/"): value for pattern, value in options.items()}
        for name, _line, message, _comments, _context in extract_from_dir(root / part, methods, here, KEYWORDS, ()):
            key = tuple(message) if isinstance(message, (list, tuple)) else message
            if key:
                found.setdefault(key, set()).add(f"{part}/{name}")
    return found


def translated(folder: Path = FOLDER) -> dict[MsgId, list[tuple[Path, Message]]]:
    """Every message that some .po has, with the files that have it."""
    found: dict[MsgId, list[tuple[Path, Message]]] = {}
    for path in po_files(folder):
        for message in read(path):
            if message.id:
                found.setdefault(_key(message), []).append((path, message))
    return found


def complaints(root: Path = ROOT, folder: Path = FOLDER) -> list[str]:
    """What is wrong with the translations, one sentence each; an empty list when nothing is."""
    have = translated(folder)
    missing = [
        f"{', '.join(sorted(files))}: no Chinese for {message!r}"
        for message, files in extracted(root).items()
        if not any(all(_strings(one)) and not one.fuzzy for _path, one in have.get(message, []))
    ]
    wrong = [text for both in have.values() for path, message in both for text in _wrong(path, message)]
    return sorted(missing) + wrong + [text for both in have.values() for text in _divided(both)]


def update(root: Path = ROOT, folder: Path = FOLDER) -> int:
    """Add the messages that no .po has to the .po of the feature that says them; how many."""
    have = translated(folder)
    new = {message: files for message, files in extracted(root).items() if message not in have}
    by_feature: dict[str, list[MsgId]] = {}
    for message, files in new.items():
        by_feature.setdefault(_feature(sorted(files)[0]), []).append(message)
    for feature, messages in by_feature.items():
        path = folder / LOCALE / "LC_MESSAGES" / f"{feature}.po"
        catalog = read(path) if path.exists() else Catalog(locale=LOCALE, domain=feature, project="zhuiguang")
        for message in messages:
            catalog.add(message, "" if isinstance(message, str) else ("",))
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            write_po(file, catalog, width=120, sort_output=False, omit_header=False)
    return len(new)


def _feature(file: str) -> str:
    """`entries` for contest/entries/views.py and templates/entries/list.html; what no feature owns is web's."""
    parts = file.split("/")
    shared = {"layouts", "components", "errors", "emails"}
    return parts[1] if len(parts) > 2 and parts[1] not in shared else "web"


def _key(message: Message) -> MsgId:
    return message.id if isinstance(message.id, str) else tuple(message.id)


def _strings(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string or ())


def _placeholders(text: str) -> set[str]:
    return {name or word for name, word in PLACEHOLDER.findall(text)}


def _divided(both: list[tuple[Path, Message]]) -> Iterator[str]:
    """All files are read as one, so the same English must have the same Chinese; else the English must say more."""
    if len({tuple(_strings(message)) for _path, message in both}) > 1:
        said = "; ".join(f"{path.name} says {' / '.join(_strings(message))!r}" for path, message in both)
        yield f"{both[0][1].id!r}: {said}"


def _wrong(path: Path, message: Message) -> Iterator[str]:
    wanted = _placeholders(message.id if isinstance(message.id, str) else message.id[-1])
    for text in filter(None, _strings(message)):
        given = _placeholders(text)
        left_out = wanted - given
        may_leave_out = set() if isinstance(message.id, str) else {"num"}  # "and 3 others" is a plain 等
        if given - wanted or left_out - may_leave_out:
            yield f"{path.name}: {message.id!r} has {sorted(wanted)}, its translation {sorted(given)}"
    if message.fuzzy:
        yield f"{path.name}: {message.id!r} is marked fuzzy"
