"""The method of a round, another one with a reason, and what is refused."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask

from contest.db import db, transaction
from contest.errors import Refused
from contest.judging.models import Round
from contest.ranking.record import recompute
from contest.ranking.situation import Method
from contest.results import queries
from contest.results.queries import Choice, is_current, is_whole, record_of, rows_of
from tests.browser import Browser
from tests.judging.factories import organiser_of
from tests.results.juries import a_jury, analysed, computed
from tests.uploads.working import work


@pytest.fixture
def jury(app: Flask) -> Round:
    """Five judges who did not all score everything."""
    return a_jury(judges=5, works=10, skip=4)


@pytest.mark.parametrize(
    ("method", "engine"),
    [("mean", "mean/2"), ("adjusted", "severity-adjusted/1"), ("calibrated", "safe-calibration/1")],
)
def test_a_record_is_made_by_the_method_of_its_round(jury: Round, app: Flask, method: str, engine: str) -> None:
    with transaction():
        db.session.get_one(Round, jury.id).method = method

    snapshot = computed(jury)

    assert snapshot.engine == engine
    assert recompute(snapshot.body) == snapshot.body == record_of(jury)
    assert (is_current(jury, snapshot), is_whole(snapshot), computed(jury).version) == (True, True, 1)
    rules = json.loads(snapshot.body)["rules"]
    assert (rules["method"], rules["ties"], rules["trim"], "because" in rules) == (method, jury.tie_chain, 1, False)


def test_the_record_tells_of_recusals_voids_and_what_was_not_scored(jury: Round) -> None:
    body = json.loads(computed(jury).body)

    assert {one["state"] for one in body["assignments"]} == {"submitted", "open"}
    assert (body["recusals"], body["voids"], len(body["round"]["seed"]) >= 16) == ([], [], True)
    assert {one["revision"] for one in body["ballots"]} == {1}


def test_trimming_is_refused_here_and_the_page_says_what_to_do(jury: Round, browser: Browser) -> None:
    with transaction():
        db.session.get_one(Round, jury.id).method = "trimmed"
    browser.language = "en"
    browser.sign_in(organiser_of(jury)).open(f"/editions/{jury.edition_id}/desk/results/{jury.id}")

    assert "The declared method, Trimmed mean, must not be used on these ballots" in browser.text
    assert "Choose the mean without severity or the calibrated score." in browser.text
    with pytest.raises(Refused):
        computed(jury)
    browser.submit("#compute-form", expect=422)
    assert queries.latest_snapshot(jury) is None


def test_another_method_needs_a_reason_that_stands_in_the_record(jury: Round, browser: Browser) -> None:
    page = f"/editions/{jury.edition_id}/desk/results/{jury.id}"
    browser.language = "en"
    browser.sign_in(organiser_of(jury)).open(page)
    browser.submit("#compute-form", method="adjusted", expect=422)
    assert "Write why this one is taken" in browser.text

    browser.submit("#compute-form", method="adjusted", because="Two judges were ill.")
    assert "The result is being computed" in browser.text
    work(browser.app, lanes=["check"])

    snapshot = queries.latest_snapshot(jury)
    assert snapshot is not None
    rules = json.loads(snapshot.body)["rules"]
    assert (rules["method"], rules["declared"], rules["because"]) == ("adjusted", "mean", "Two judges were ill.")
    assert is_current(jury, snapshot)
    browser.open(page)
    assert "Not the declared method: Two judges were ill." in browser.text


def test_the_second_method_is_a_further_version_and_both_are_kept(jury: Round) -> None:
    first = computed(jury)
    other = Choice(Method.CALIBRATED, "Strict judges")

    with pytest.raises(Refused):
        computed(jury, choice=Choice(Method.CALIBRATED), reason="x")
    second = computed(jury, choice=other, reason="The panel decided so")

    assert [(one.version, one.engine) for one in (first, second)] == [(1, "mean/2"), (2, "safe-calibration/1")]
    assert len(rows_of(first)) == len(rows_of(second)) == 10


def test_a_result_of_the_first_version_stays_current_and_whole(jury: Round) -> None:
    from contest.ranking.record import complete, fingerprint
    from contest.results.queries import records

    snapshot = computed(jury)
    with transaction():
        snapshot.body = complete(records._plain_inputs(jury))
        snapshot.sha256, snapshot.engine = fingerprint(snapshot.body), "plain-mean/1"

    assert json.loads(snapshot.body)["rules"]["ties"] == "shared places, by the exact value"
    assert (is_current(jury, snapshot), is_whole(snapshot), computed(jury).id) == (True, True, snapshot.id)


def test_a_worker_notices_a_calibrated_record_that_somebody_changed(jury: Round, app: Flask) -> None:
    from contest.ranking.record import fingerprint
    from contest.results.actions import analyse_later

    snapshot = computed(jury, choice=Choice(Method.CALIBRATED, "Strict judges"))
    analysed(app, snapshot)
    with transaction():
        snapshot = db.session.merge(snapshot)
        place = '"place":1,'
        snapshot.body = snapshot.body.replace(place, '"place":2,', 1)
        snapshot.sha256 = fingerprint(snapshot.body)
        analyse_later(snapshot, at=snapshot.created_at)

    analysed(app, snapshot)

    assert not is_whole(snapshot)


def test_no_ballot_at_all_is_refused_with_words(app: Flask) -> None:
    round_ = a_jury(judges=2, works=1, skip=1)

    with pytest.raises(Refused, match=r"没有已提交|no submitted"):
        computed(round_)


def test_a_mean_is_recomputed_without_numpy(jury: Round, tmp_path: Path) -> None:
    file = tmp_path / "record.json"
    file.write_text(computed(jury).body, encoding="utf-8")
    code = (
        "import sys, pathlib; from contest.ranking.record import recompute; t = pathlib.Path(sys.argv[1]).read_text();"
        " sys.exit(recompute(t) != t or 'numpy' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", code, str(file)], check=False).returncode == 0
