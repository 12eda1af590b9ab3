import json
from typing import Any

import numpy as np
import pytest

from contest.ranking.engines import ENGINES, NoOrder
from contest.ranking.mean import ENGINE
from contest.ranking.record import complete, lines_of, recompute

# A record of the plain mean as the first version wrote it: it must recompute for ever.
OLD = (
    '{"ballots":[{"entry":"A-001","judge":"A","marks":{"1":"20.50"}},{"entry":"A-001","judge":"B","marks":{"1":"21.00"}}],'
    '"criteria":[{"key":"1","max":"30.00","weight":"100.00"}],"engine":"plain-mean/1","entries":["A-002","A-001"],'
    '"format":"result-record/1","result":[{"ballots":2,"entry":"A-001","exact":"415/6","mean":"69.17","place":1,'
    '"shared":false,"spread":"1.67"},{"ballots":0,"entry":"A-002","exact":null,"mean":null,"place":null,"shared":false,'
    '"spread":null}],"rules":{"quorum":1}}'
)


def inputs(*, judges: int = 7, entries: int = 10, **rules: Any) -> dict[str, Any]:
    rng = np.random.default_rng(1)
    marks = rng.integers(40, 60, size=(entries, judges)) + 2 * np.arange(entries)[:, None]
    return {
        "rules": {"quorum": 2, **rules},
        "criteria": [
            {"key": "1", "weight": "60.00", "max": "100.00"},
            {"key": "2", "weight": "40.00", "max": "10.00"},
        ],
        "entries": [f"A-{at:03d}" for at in range(entries)],
        "ballots": [
            {"entry": f"A-{at:03d}", "judge": f"J{by}", "marks": {"1": f"{marks[at, by]}.00", "2": "5.00"}}
            for at in range(entries)
            for by in range(judges)
        ],
    }


def test_a_record_of_the_first_version_recomputes_to_the_byte() -> None:
    assert recompute(OLD) == OLD
    assert ENGINE == "plain-mean/1"


@pytest.mark.parametrize("engine", ENGINES)
def test_every_engine_writes_a_record_that_recomputes_to_the_byte_from_any_order(engine: str) -> None:
    document = inputs(ties=["criterion", "median"], rank_on="exact")

    body = complete(document, engine=engine)

    assert recompute(body) == body
    assert recompute(body.replace('"49.00"', '"99.00"')) != body
    shuffled = {**document, "ballots": document["ballots"][::-1], "entries": document["entries"][::-1]}
    assert json.loads(complete(shuffled, engine=engine))["result"] == json.loads(body)["result"]
    assert [row["place"] for row in json.loads(body)["result"]] == sorted(
        row["place"] for row in json.loads(body)["result"]
    )


def test_a_withdrawn_work_keeps_its_ballots_in_the_model_and_has_no_place() -> None:
    document = inputs()
    without = {**document, "entries": document["entries"][:-1]}

    all_lines = {line.entry: line for line in lines_of({**document, "engine": "safe-calibration/1"})}
    lines = lines_of({**without, "engine": "safe-calibration/1"})

    assert [line.entry for line in lines if line.entry == "A-009"] == []
    assert {line.entry: line.exact for line in lines} == {
        name: line.exact for name, line in all_lines.items() if name != "A-009"
    }


def test_a_record_of_two_rounds_puts_those_who_reached_the_second_first() -> None:
    document = inputs(reached=[["A-003", "A-002"]])
    again = [one for one in document["ballots"] if one["entry"] in ("A-002", "A-003")]
    document["ballots"] = [*document["ballots"], *again]

    body = complete(document, engine="safe-calibration/1")

    rows = json.loads(body)["result"]
    assert recompute(body) == body
    assert [(row["entry"], row["place"], row["ballots"]) for row in rows[:3]] == [
        ("A-003", 1, 14),
        ("A-002", 2, 14),
        ("A-009", 3, 7),
    ]


def test_a_method_that_would_harm_gives_no_record() -> None:
    with pytest.raises(NoOrder) as refused:
        complete(inputs(judges=4), engine="trimmed-mean/1")

    assert (refused.value.why.code, refused.value.why.numbers["judges"]) == ("trim_few_judges", 4)


def test_a_tie_says_which_rule_parted_it() -> None:
    document = inputs(entries=2, judges=2, ties=["criterion", "head_to_head"])
    marks = [
        {"1": "50.00", "2": "6.00"},
        {"1": "50.00", "2": "6.00"},
        {"1": "60.00", "2": "4.50"},
        {"1": "60.00", "2": "4.50"},
    ]
    document["ballots"] = [{**one, "marks": given} for one, given in zip(document["ballots"], marks, strict=True)]

    rows = json.loads(complete(document, engine="mean/2"))["result"]

    assert [(row["entry"], row["place"], row["mean"], row["decided_by"]) for row in rows] == [
        ("A-001", 1, "54.00", "criterion"),
        ("A-000", 2, "54.00", "criterion"),
    ]
