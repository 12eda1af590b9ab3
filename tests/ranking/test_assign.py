import json
import random
from collections import Counter
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from contest.ranking.assign import Assigned, Impossible, Pair, Wanted, assign
from contest.ranking.cli import group


def works(count: int) -> list[str]:
    return [f"w{number:03}" for number in range(count)]


def panel(count: int) -> list[str]:
    return [f"j{number:02}" for number in range(count)]


def conflicts_in(entries: int, judges: int, *, share: float, seed: int) -> set[Pair]:
    rng = np.random.default_rng(seed)
    found = np.argwhere(rng.random((entries, judges)) < share).tolist()
    return {(works(entries)[entry], panel(judges)[judge]) for entry, judge in found}


def made(entries: int, judges: int, each: int, *, seed: str = "lot 1", **more: Any) -> Assigned:
    return assign(Wanted(entries=works(entries), judges=panel(judges), each=each, seed=seed, **more))


def per_entry(pairs: Iterable[Pair]) -> Counter[str]:
    return Counter(entry for entry, _ in pairs)


def flow(conflicts: set[Pair], entries: int, judges: int, each: int, cap: int) -> bool:
    """Whether any assignment exists at all: seats as a plain bipartite matching, one augmenting path at a time."""
    seats: list[list[int]] = [[] for _ in range(judges)]
    may = [
        [judge for judge in range(judges) if (works(entries)[entry], panel(judges)[judge]) not in conflicts]
        for entry in range(entries)
    ]

    def place(entry: int, seen: set[int]) -> bool:
        for judge in may[entry]:
            if judge in seen or entry in seats[judge]:
                continue
            seen.add(judge)
            if len(seats[judge]) < cap:
                seats[judge].append(entry)
                return True
            for other in list(seats[judge]):
                seats[judge].remove(other)
                if place(other, seen):
                    seats[judge].append(entry)
                    return True
                seats[judge].append(other)
        return False

    return all(place(entry, set()) for entry in range(entries) for _ in range(each))


@pytest.mark.parametrize(
    ("entries", "judges", "each", "gap", "efficiency"), [(200, 12, 5, 0.857, 0.872), (2000, 40, 5, 0.811, 0.8203)]
)
def test_judges_are_joined_as_well_as_was_measured_for_the_design(
    entries: int, judges: int, each: int, gap: float, efficiency: float
) -> None:
    conflicts = conflicts_in(entries, judges, share=0.06, seed=1)

    found = made(entries, judges, each, conflicts=conflicts)

    assert found.design.spectral_gap >= gap
    assert found.design.a_efficiency >= efficiency
    assert not conflicts & set(found.pairs)
    assert set(per_entry(found.pairs).values()) == {each}
    assert found.design.load_max - found.design.load_min <= 1


def test_panels_of_a_county_each_are_not_joined() -> None:
    county = {name: str(at % 3) for at, name in enumerate(panel(12))}

    found = made(200, 12, 4, panel_of=county, group_of={name: str(at % 3) for at, name in enumerate(works(200))})

    assert (found.design.components, found.design.spectral_gap) == (3, 0.0)
    assert all(county[judge] == str(int(entry[1:]) % 3) for entry, judge in found.pairs)


@pytest.mark.parametrize(("bridging", "gap"), [("0.1", 0.10), ("0.2", 0.20), ("0.4", 0.38), ("1", 0.62)])
def test_bridging_joins_panels_as_well_as_was_measured(bridging: str, gap: float) -> None:
    found = made(
        200,
        12,
        3,
        panel_of={name: str(at % 3) for at, name in enumerate(panel(12))},
        group_of={name: str(at % 3) for at, name in enumerate(works(200))},
        bridging=Fraction(bridging),
    )

    assert found.design.components == 1
    assert found.design.spectral_gap >= gap - 0.005


def checked(entries: int, judges: int, each: int, conflicts: set[Pair], *, seed: str) -> None:
    found = made(entries, judges, each, conflicts=conflicts, seed=seed)

    assert not conflicts & set(found.pairs)
    assert per_entry(found.pairs) == dict.fromkeys(works(entries), each)
    if conflicts:
        return
    if each > 1:
        assert found.design.components == 1, (entries, judges, each)
    if each == 1 or judges <= entries * (each - 1) + 1:  # with more judges than that, some stay idle to keep it joined
        assert max(found.loads.values()) - min(found.loads.values()) <= 1, (entries, judges, each)


def test_all_sizes_to_forty_are_joined_complete_and_even() -> None:
    sizes = [1, 2, 3, 5, 8, 13, 27, 40]
    for entries in sizes:
        for judges in sizes:
            for each in (size for size in sizes if size <= judges):
                checked(entries, judges, each, set(), seed="grid")


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_size_any_seed_and_any_conflicts(data: st.DataObject) -> None:
    entries, judges = data.draw(st.integers(1, 40)), data.draw(st.integers(1, 40))
    each = data.draw(st.integers(1, judges))
    seed = data.draw(st.text(max_size=8))
    share = data.draw(st.sampled_from([0.0, 0.05, 0.3, 0.7]))
    conflicts = conflicts_in(entries, judges, share=share, seed=data.draw(st.integers(0, 99)))
    left = {name: judges - sum((name, judge) in conflicts for judge in panel(judges)) for name in works(entries)}
    too_few = tuple(name for name in works(entries) if left[name] < each)

    if too_few:
        with pytest.raises(Impossible) as no:
            made(entries, judges, each, conflicts=conflicts, seed=seed)
        assert no.value.entries == too_few
    else:
        checked(entries, judges, each, conflicts, seed=seed)


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_an_assignment_under_caps_is_found_whenever_there_is_one(data: st.DataObject) -> None:
    entries, judges = data.draw(st.integers(1, 12)), data.draw(st.integers(1, 8))
    each, cap = data.draw(st.integers(1, min(3, judges))), data.draw(st.integers(1, 6))
    conflicts = conflicts_in(entries, judges, share=0.4, seed=data.draw(st.integers(0, 999)))

    caps = dict.fromkeys(panel(judges), cap)
    if not flow(conflicts, entries, judges, each, cap):
        with pytest.raises(Impossible):
            made(entries, judges, each, conflicts=conflicts, caps=caps)
        return

    found = made(entries, judges, each, conflicts=conflicts, caps=caps)

    assert not conflicts & set(found.pairs)
    assert set(per_entry(found.pairs).values()) == {each}
    assert max(found.loads.values()) <= cap


def test_loads_are_as_even_as_conflicts_permit() -> None:
    # Two judges are in conflict with three quarters of the works: they get all that is left, the others share the rest.
    conflicts = {(name, judge) for name in works(40)[:30] for judge in panel(8)[:2]}

    found = made(40, 8, 3, conflicts=conflicts)

    assert [found.loads[name] for name in panel(8)[:2]] == [10, 10]
    assert sorted(found.loads[name] for name in panel(8)[2:]) == [16, 16, 17, 17, 17, 17]


def test_the_seed_decides_and_the_order_in_which_things_come_in_does_not() -> None:
    conflicts = sorted(conflicts_in(30, 9, share=0.1, seed=5))
    lot = random.Random(2)
    first = made(30, 9, 4, conflicts=conflicts)

    def mixed(names: list[Any]) -> list[Any]:
        return lot.sample(names, len(names))

    again = assign(
        Wanted(entries=mixed(works(30)), judges=mixed(panel(9)), each=4, seed="lot 1", conflicts=mixed(conflicts))
    )

    assert again == first
    assert made(30, 9, 4, conflicts=conflicts, seed="lot 2") != first
    # Written down, so that no other Python and no other NumPy may draw otherwise.
    assert " ".join(judge for _, judge in made(4, 5, 2).pairs) == "j03 j04 j00 j01 j02 j04 j00 j03"


def test_every_entry_has_an_expert_where_there_is_one() -> None:
    experts = {(entry, judge) for entry in works(60)[:40] for judge in panel(10)[:3]}
    conflicts = {(works(1)[0], judge) for judge in panel(10)[:3]}

    found = made(60, 10, 3, experts=experts, conflicts=conflicts)

    with_expert = {entry for entry, judge in found.pairs if (entry, judge) in experts}
    assert with_expert == set(works(60)[1:40])
    assert max(found.loads.values()) - min(found.loads.values()) <= 1


def test_reserves_get_nothing_unless_an_entry_is_short_without_them() -> None:
    reserves = panel(8)[6:]
    conflicts = {(works(1)[0], judge) for judge in panel(8)[:4]}

    quiet = made(20, 8, 3, reserves=reserves)
    needed = made(20, 8, 3, reserves=reserves, conflicts=conflicts)
    capped = made(20, 8, 3, reserves=reserves, caps=dict.fromkeys(panel(6), 9))

    assert [quiet.loads[name] for name in reserves] == [0, 0]
    assert sorted(needed.loads[name] for name in reserves) == [0, 1]
    assert sum(capped.loads[name] for name in reserves) == 60 - 6 * 9


def test_anchors_are_scored_by_everybody_without_a_conflict() -> None:
    anchors = works(50)[:4]
    found = made(50, 9, 3, anchors=anchors, conflicts={(anchors[0], "j04")})

    counts = per_entry(found.pairs)
    assert [counts[name] for name in anchors] == [8, 9, 9, 9]
    assert {counts[name] for name in works(50)[4:]} == {3}
    assert max(found.loads.values()) - min(found.loads.values()) <= 1


def test_more_anchors_than_a_judge_may_take_are_refused() -> None:
    with pytest.raises(Impossible) as no:
        made(20, 4, 2, anchors=works(5), caps={"j02": 4})

    assert (no.value.why.code, no.value.entries) == ("assign_anchors", ("w004",))


def test_ballots_that_are_in_stay_when_a_judge_drops_out() -> None:
    first = made(40, 8, 3)
    scored = [pair for at, pair in enumerate(first.pairs) if at % 3]
    gone = panel(8)[2]

    left = [name for name in panel(8) if name != gone]
    again = assign(Wanted(entries=works(40), judges=left, each=3, seed="lot 1", kept=scored))

    assert set(scored) <= set(again.pairs)
    assert set(again.new) == set(again.pairs) - set(scored)
    assert not [pair for pair in again.new if pair[1] == gone]
    assert per_entry(again.pairs) == dict.fromkeys(works(40), 3)
    assert max(again.loads.values()) - min(again.loads.values()) <= 1


def test_a_conflict_that_comes_to_light_late_voids_the_ballot_and_somebody_else_gets_it() -> None:
    first = made(12, 6, 3)
    late = first.pairs[4]

    again = made(12, 6, 3, kept=first.pairs, conflicts=[late])

    assert again.voided == (late,)
    assert len(again.new) == 1
    assert again.new[0][0] == late[0]
    assert set(again.pairs) == set(first.pairs) - {late} | set(again.new)


def test_nothing_to_assign_and_nobody_to_assign_it_to() -> None:
    assert made(0, 5, 3).pairs == ()
    with pytest.raises(Impossible) as no:
        made(2, 0, 1)

    assert (no.value.why.code, no.value.entries) == ("assign_few_judges", ("w000", "w001"))


def run(*options: str) -> Result:
    return CliRunner().invoke(group, ["assign", *options])


def test_the_command_answers_with_the_assignment_and_its_gauges(tmp_path: Path) -> None:
    file = tmp_path / "conflicts.csv"
    file.write_text("entry,judge\nE001,J02\ne2,j3\n3,4\n")
    options = ("--entries", "200", "--judges", "12", "--per-entry", "5", "--seed", "s")

    found = json.loads(run(*options, "--conflicts", str(file), "--json").stdout)
    table = run(*options, "--conflicts", str(file)).stdout.splitlines()

    pairs = [(row["entry"], row["judge"]) for row in found.pop("assignments")]
    assert not {("E001", "J02"), ("E002", "J03"), ("E003", "J04")} & set(pairs)
    assert set(per_entry(pairs).values()) == {5}
    assert table == ["entry,judge", *(",".join(pair) for pair in pairs)]
    assert found["refused"] is None
    assert sorted(found["loads"].values()) == [83] * 8 + [84] * 4
    assert found["design"]["components"] == 1


def test_the_command_names_the_entries_that_cannot_get_their_judges(tmp_path: Path) -> None:
    file = tmp_path / "conflicts.csv"
    file.write_text("entry,judge\nE2,J1\nE2,J2\n")
    options = ("--entries", "3", "--judges", "4", "--per-entry", "3", "--seed", "s", "--conflicts", str(file))

    told = run(*options)
    found = json.loads(run(*options, "--json").stdout)

    sentence = "Conflicts of interest and panels leave some entries fewer than 3 judges."
    assert (told.exit_code, told.stderr) == (1, f"Error: {sentence} E2\n")
    assert (found["refused"], found["short"]) == (sentence, ["E2"])


def test_the_command_says_when_judges_could_not_be_compared() -> None:
    assert run("--entries", "4", "--judges", "4", "--per-entry", "1", "--seed", "s").stderr == (
        "The judges fall into 4 parts that no entry joins, so their scores could not be compared."
        " Give each entry more judges, or let some entries have judges of several parts.\n"
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("entry,judge\nE1,J1\nE9,J1\n", "line 3: there is no entry 'E9'; they are E1 to E4."),
        ("entry,judge\nE1,K1\n", "line 2: there is no judge 'K1'; they are J1 to J3."),
        ("entry,judge\nE1\n", "line 2: there must be 2 cells; there are 1."),
        ("entry,judge\nE1,\n", "line 2: the judge is missing."),
        ("a,b\n", "line 1: the first line must be entry,judge, with commas; it is 'a,b'."),
    ],
)
def test_a_bad_file_of_conflicts_ends_with_line_and_reason(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "conflicts.csv"
    file.write_text(text)

    told = run("--entries", "4", "--judges", "3", "--per-entry", "2", "--seed", "s", "--conflicts", str(file))

    assert (told.exit_code, told.stderr) == (2, f"Error: {file}, {said}\n")
