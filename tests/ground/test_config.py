"""A wrong setting stops the start and is named; a right one is taken from the file or the environment."""

from pathlib import Path

import pytest

from contest import config
from contest.errors import WrongSetting


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("PORT", "eighty", "a whole number"),
        ("PORT", "0", "from 1 to 65535"),
        ("PROXIES", "-1", "from 0 to 5"),
        ("DATABASE_URL", "mysql://x", "sqlite:///"),
        ("STORAGE_URL", "ftp://x", "s3://"),
        ("JOBS_DRIVER", "celery", "poll, dramatiq"),
        ("TIME_ZONE", "Mars/Olympus", "Asia/Shanghai"),
        ("LOCALE", "fr", "zh_CN, en"),
        ("SANDBOX", "off", "best, require, limits"),
        ("TESTING", "perhaps", "true or false"),
        ("COLOUR", "red", "no such setting"),
        ("JOBS_DRIVER", "dramatiq", "CONTEST_BROKER_URL"),
    ],
)
def test_a_wrong_variable_is_named_with_what_would_do(tmp_path: Path, variable: str, value: str, said: str) -> None:
    with pytest.raises(WrongSetting) as refused:
        config.load({f"CONTEST_{variable}": value}, instance=tmp_path)

    assert variable in str(refused.value) or said.startswith("CONTEST_")
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ("port = 'many'", "port in"),
        ("colour = 'red'", "'colour'"),
        ("port = = 1", "cannot be read"),
        ("database_url = 5", "text in quotes"),
        ("web_threads = 0", "web_threads in contest.toml"),
    ],
)
def test_a_wrong_line_of_the_file_is_named(tmp_path: Path, toml: str, said: str) -> None:
    (tmp_path / "contest.toml").write_text(toml)

    with pytest.raises(WrongSetting, match=said):
        config.load({}, instance=tmp_path)


def test_a_variable_goes_before_the_file_and_the_file_before_the_default(tmp_path: Path) -> None:
    (tmp_path / "contest.toml").write_text("port = 8001\nweb_threads = 3\n")

    settings = config.load({"CONTEST_PORT": "8002"}, instance=tmp_path)

    assert (settings.port, settings.web_threads, settings.check_slots) == (8002, 3, 2)


def test_without_settings_everything_lies_in_the_instance_folder(tmp_path: Path) -> None:
    settings = config.load({}, instance=tmp_path)

    assert settings.database == f"sqlite:///{tmp_path}/contest.sqlite"
    assert settings.storage == f"file://{tmp_path}/media"


def test_the_secret_key_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    first, second = config.secret_of(tmp_path), config.secret_of(tmp_path)

    assert first == second
    assert len(first) > 40
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600
