"""The clips of a session, and the sandbox at both levels."""

import os
from pathlib import Path

import pytest

from contest.media.sandbox import LIMITS_ONLY, WALLED, Sandbox, why_no_walls
from tests.media.clips import Clips


@pytest.fixture(scope="session")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Clips:
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "clips"
    folder.mkdir(exist_ok=True)
    return Clips(folder)


@pytest.fixture(scope="session")
def best() -> Sandbox:
    """The sandbox as the service would have it here."""
    return Sandbox(level=LIMITS_ONLY if why_no_walls() else WALLED)


@pytest.fixture(params=[LIMITS_ONLY, WALLED], ids=["limits", "walls"])
def box(request: pytest.FixtureRequest) -> Sandbox:
    """The sandbox at either level; where bubblewrap cannot work only the first is tried, and that is said."""
    if request.param == WALLED and (complaint := why_no_walls()):
        pytest.skip(f"level 2 of the sandbox: {complaint}")
    return Sandbox(level=request.param)


@pytest.fixture
def into(tmp_path: Path) -> Path:
    folder = tmp_path / "into"
    folder.mkdir()
    return folder
