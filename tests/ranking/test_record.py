import json
from typing import Any

import pytest

from contest.ranking.order import own_order
from contest.ranking.record import UnknownRecord, canonical, complete, fingerprint, recompute

INPUTS: dict[str, Any] = {
    "rules": {"quorum": 1},
    "criteria": [{"key": "1", "name": "主题与精神", "weight": "100.00", "max": "30.00", "step": "0.50"}],
    "entries": ["A-002", "A-001"],
    "ballots": [
        {"entry": "A-001", "judge": "A", "marks": {"1": "20.50"}},
        {"entry": "A-001", "judge": "B", "marks": {"1": "21.00"}},
        {"entry": "A-002", "judge": "A", "marks": {"1": "30.00"}},
    ],
}


def test_a_record_recomputes_byte_for_byte() -> None:
    body = complete(INPUTS)

    assert recompute(body) == body
    assert json.loads(body)["result"] == [
        {
            "entry": "A-002",
            "place": 1,
            "shared": False,
            "mean": "100.00",
            "exact": "100/1",
            "spread": "0.00",
            "ballots": 1,
        },
        {
            "entry": "A-001",
            "place": 2,
            "shared": False,
            "mean": "69.17",
            "exact": "415/6",
            "spread": "1.67",
            "ballots": 2,
        },
    ]


def test_a_record_has_no_spaces_sorted_keys_and_no_floats() -> None:
    body = complete(INPUTS)

    assert body == canonical(json.loads(body))
    assert "主题与精神" in body
    json.loads(body, parse_float=lambda text: pytest.fail(f"{text} is a float"))


def test_a_changed_mark_a_changed_place_and_a_changed_byte_are_all_noticed() -> None:
    body = complete(INPUTS)

    changed = [body.replace("20.50", "20.00"), body.replace('"place":2', '"place":1'), body + " "]

    assert all(recompute(wrong) != wrong for wrong in changed)
    assert len({fingerprint(text) for text in [body, *changed]}) == 4


def test_a_record_of_another_method_is_refused_and_not_guessed_at() -> None:
    body = complete(INPUTS).replace("plain-mean/1", "trimmed-mean/7")

    with pytest.raises(UnknownRecord, match="trimmed-mean/7"):
        recompute(body)


def test_each_judge_has_an_own_order_that_never_changes() -> None:
    names = [f"A-{number:03}" for number in range(1, 9)]

    mine, theirs = (own_order(names, seed="a seed", judge=judge) for judge in ("A", "B"))

    assert sorted(mine) == names
    assert mine != theirs
    assert own_order(reversed(names), seed="a seed", judge="A") == mine
    assert own_order(names, seed="another seed", judge="A") != mine
