"""A backup brings everything back, into either database; what is no whole backup of ours changes nothing."""

import gzip
import hashlib
import io
import json
import stat
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from contest import clock
from contest.app import create_app
from contest.db import db
from contest.ops import schema
from contest.ops.backup import Backup, back_up
from contest.ops.restore import NotRestored, restore
from contest.storage import storage
from tests.factories import a_person
from tests.ops.factories import a_filled_instance, a_stored_file, another_instance, everything, stamped

Members = list[tuple[tarfile.TarInfo, bytes]]


def settings(app: Flask):
    return app.config["SETTINGS"]


def made(app: Flask, tmp_path: Path) -> Backup:
    a_filled_instance()
    return back_up(tmp_path / "backup.tar", settings=settings(app), at=clock.now())


def changed(backup: Path, change: Callable[[Members], Members]) -> Path:
    """A copy of `backup` with its members as `change` gives them back."""
    with tarfile.open(backup) as tar:
        members = [(member, tar.extractfile(member).read()) for member in tar]
    target = backup.with_name("changed.tar")
    with tarfile.open(target, "w") as tar:
        for member, body in change(members):
            member.size = len(body) if member.isreg() else 0
            tar.addfile(member, io.BytesIO(body))
    return target


def with_manifest(members: Members, **changes: object) -> Members:
    member, body = members[-1]
    return [*members[:-1], (member, json.dumps(json.loads(body) | changes).encode())]


def test_everything_comes_back_in_another_database(app: Flask, tmp_path: Path) -> None:
    backup = made(app, tmp_path)
    before = everything()

    other = another_instance(tmp_path / "other")
    with other.app_context():
        restored = restore(backup.path, settings=settings(other))

        assert everything() == before
        assert b"".join(storage().read_range("d/ab/abcd/photo-1/1600.jpg", 0, 99)) == b"the photo as it is shown"
        assert (restored.files, restored.missing) == (2, [])
        assert (tmp_path / "other/secret_key").read_text() == "a secret that only tests know"
        assert not list((tmp_path / "other").glob("restore-*"))
        db.session.remove()
        db.engine.dispose()


def test_a_backup_from_sqlite_comes_back_in_the_database_of_the_test(app: Flask, tmp_path: Path) -> None:
    other = another_instance(tmp_path / "other")
    with other.app_context():
        backup = made(other, tmp_path)
        before = everything()
        db.session.remove()
        db.engine.dispose()

    stamped()
    restore(backup.path, settings=settings(app))

    assert everything() == before
    assert a_person().id == max(row["id"] for row in before["person"]) + 1  # the numbering goes on


def test_a_database_without_tables_gets_those_of_the_backup(app: Flask, tmp_path: Path) -> None:
    backup = made(app, tmp_path)
    before = everything()
    other = create_app(instance=tmp_path / "other", testing=True)

    with other.app_context():
        restore(backup.path, settings=settings(other))

        assert everything() == before
        assert schema.schema_state() == "ok"
        db.session.remove()
        db.engine.dispose()


def test_tables_of_other_programs_in_the_same_database_stay_where_they_are(app: Flask, tmp_path: Path) -> None:
    a_table_of_others("of_others")

    backup = made(app, tmp_path)

    with tarfile.open(backup.path) as tar:
        assert "tables/of_others.jsonl.gz" not in tar.getnames()
    other = another_instance(tmp_path / "other")
    with other.app_context():
        a_table_of_others("of_yet_others")
        assert restore(backup.path, settings=settings(other)).files == 2
        db.session.remove()
        db.engine.dispose()


def test_an_old_backup_with_tables_of_other_programs_can_be_restored(app: Flask, tmp_path: Path) -> None:
    backup = made(app, tmp_path)
    other = another_instance(tmp_path / "other")

    def with_theirs(members: Members) -> Members:
        member, body = members[-1]
        theirs = gzip.compress(b'{"id":1}\n')
        manifest = json.loads(body)
        name = "tables/of_others.jsonl.gz"
        about = {"bytes": len(theirs), "sha256": hashlib.sha256(theirs).hexdigest(), "rows": 1}
        manifest["members"][name] = about
        return [*members[:-1], (tarfile.TarInfo(name), theirs), (member, json.dumps(manifest).encode())]

    old = changed(backup.path, with_theirs)
    with other.app_context():
        assert restore(old, settings=settings(other)).files == 2
        db.session.remove()
        db.engine.dispose()


def a_table_of_others(name: str) -> None:
    with db.engine.begin() as connection:
        connection.exec_driver_sql(f"CREATE TABLE {name} (id integer PRIMARY KEY)")
        connection.exec_driver_sql(f"INSERT INTO {name} VALUES (1)")  # noqa: S608  a name of ours


def test_the_commands_tell_what_they_did(app: Flask, tmp_path: Path) -> None:
    a_filled_instance()
    target, other = tmp_path / "backup.tar", another_instance(tmp_path / "other")

    written = app.test_cli_runner().invoke(args=["backup", str(target)])
    refused = app.test_cli_runner().invoke(args=["backup", str(target)])
    with other.app_context():
        restored = other.test_cli_runner().invoke(args=["restore", str(target)])
        again = other.test_cli_runner().invoke(args=["restore", str(target)])

    assert (written.exit_code, refused.exit_code, restored.exit_code, again.exit_code) == (0, 1, 0, 1)
    assert "2 files" in written.output
    assert "never replaces" in refused.output
    assert "and 2 files" in restored.output
    assert "not empty" in again.output


def test_a_backup_goes_into_a_folder_and_only_its_owner_reads_it(app: Flask, tmp_path: Path) -> None:
    a_filled_instance()

    backup = back_up(tmp_path, settings=settings(app), at=clock.now())

    assert backup.path.parent == tmp_path
    assert stat.S_IMODE(backup.path.stat().st_mode) == 0o600


def test_a_backup_never_replaces_a_file(app: Flask, tmp_path: Path) -> None:
    backup = made(app, tmp_path)

    with pytest.raises(FileExistsError):
        back_up(backup.path, settings=settings(app), at=clock.now())


def test_a_file_that_a_row_names_and_nobody_has_is_told(app: Flask, tmp_path: Path) -> None:
    a_filled_instance()
    storage().delete("o/2026/photo-1")

    backup = back_up(tmp_path / "backup.tar", settings=settings(app), at=clock.now())

    assert backup.missing == ["o/2026/photo-1"]


def test_an_instance_with_rows_is_left_alone(app: Flask, tmp_path: Path) -> None:
    backup = made(app, tmp_path)

    with pytest.raises(NotRestored, match="not empty"):
        restore(backup.path, settings=settings(app))


def test_an_instance_with_files_is_left_alone(app: Flask, tmp_path: Path) -> None:
    backup = made(app, tmp_path)
    other = another_instance(tmp_path / "other")

    with other.app_context():
        a_stored_file("o/2026/someone-elses", b"kept")

        with pytest.raises(NotRestored, match="not empty"):
            restore(backup.path, settings=settings(other))


def a_member(name: str, body: bytes = b"x", **header: object) -> Callable[[Members], Members]:
    def add(members: Members) -> Members:
        member = tarfile.TarInfo(name)
        for key, value in header.items():
            setattr(member, key, value)
        return [(member, body), *members]

    return add


def twisted(members: Members) -> Members:
    return [(member, b"X" + body[1:] if "1600.jpg" in member.name else body) for member, body in members]


HOSTILE = {
    "climbs out of the folder": (a_member("media/../../../evil"), "no backup of ours"),
    "names an absolute path": (a_member("/etc/evil"), "no backup of ours"),
    "is a symbolic link": (a_member("media/o/x", type=tarfile.SYMTYPE, linkname="/etc/passwd"), "no backup of ours"),
    "is a hard link": (a_member("media/o/x", type=tarfile.LNKTYPE, linkname="secret_key"), "no backup of ours"),
    "is a device": (a_member("media/o/x", type=tarfile.CHRTYPE), "no backup of ours"),
    "is a hidden file": (a_member("media/.parts/x"), "no backup of ours"),
    "comes twice": (lambda members: [*members, members[0]], "no backup of ours"),
    "is in no manifest": (a_member("media/o/extra"), "not both"),
    "is left out": (lambda members: members[1:], "not both"),
    "was changed": (twisted, "is not what its manifest says"),
    "is of another product": (lambda members: with_manifest(members, product="other"), "not a backup of this service"),
    "is of a later format": (lambda members: with_manifest(members, format=99), "format"),
    "is of a newer version": (lambda members: with_manifest(members, revision="ffff"), "newer version"),
    "has no version": (lambda members: with_manifest(members, revision=None), "format"),
    "has no manifest": (lambda members: members[:-1], "no manifest"),
    "has a manifest that is a list": (lambda members: [*members[:-1], (members[-1][0], b"[]")], "cannot be read"),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_backup_in_which_something_is_wrong_changes_nothing(app: Flask, tmp_path: Path, what: str) -> None:
    change, reason = HOSTILE[what]
    backup = made(app, tmp_path)
    other = another_instance(tmp_path / "other")

    with other.app_context():
        with pytest.raises(NotRestored, match=reason):
            restore(changed(backup.path, change), settings=settings(other))

        assert not any(everything().values())
        assert list(storage().list("")) == []
        assert not list((tmp_path / "other").glob("restore-*"))


@pytest.mark.parametrize("share", [0, 0.02, 0.3, 0.6, 0.9, 0.99])
def test_a_backup_that_was_cut_off_changes_nothing(app: Flask, tmp_path: Path, share: float) -> None:
    backup = made(app, tmp_path)
    other = another_instance(tmp_path / "other")
    whole = backup.path.read_bytes()
    content = whole.rstrip(b"\0")
    cut = tmp_path / "cut.tar"
    cut.write_bytes(content[: int(len(content) * share)])

    with other.app_context():
        with pytest.raises(NotRestored):
            restore(cut, settings=settings(other))

        assert not any(everything().values())
        assert list(storage().list("")) == []


def test_rows_that_do_not_fit_leave_no_files_behind(app: Flask, tmp_path: Path) -> None:
    import gzip
    import hashlib

    def with_a_stranger(members: Members) -> Members:
        told = json.loads(members[-1][1])
        changed = []
        for member, body in members[:-1]:
            if member.name == "tables/person.jsonl.gz":
                body = gzip.compress(gzip.decompress(body).replace(b'"name":', b'"nickname":'))
                told["members"][member.name] |= {"bytes": len(body), "sha256": hashlib.sha256(body).hexdigest()}
            changed.append((member, body))
        return [*changed, (members[-1][0], json.dumps(told).encode())]

    backup = made(app, tmp_path)
    other = another_instance(tmp_path / "other")

    with other.app_context():
        with pytest.raises(NotRestored, match="do not fit"):
            restore(changed(backup.path, with_a_stranger), settings=settings(other))

        assert not any(everything().values())
        assert list(storage().list("")) == []
