"""Hierarchies: any number of levels, and everything wrong with one said at once."""

from __future__ import annotations

import pytest

from jinglun.methods.faults import Fault, Refused
from jinglun.methods.hierarchy import Hierarchy, Node

GOOD = [
    Node("city"),
    Node("economy", "city", 2),
    Node("services", "city"),
    Node("jobs", "economy"),
    Node("wages", "economy", 3),
    Node("clinics", "services"),
]


def faults(*nodes: Node) -> list[tuple[str, str, str]]:
    with pytest.raises(Refused) as refused:
        Hierarchy(nodes)
    return [(f.code, f.where, f.found) for f in refused.value.faults]


def test_a_hierarchy_knows_its_indicators_levels_and_order_upward() -> None:
    tree = Hierarchy(GOOD)
    assert tree.indicator_ids() == ("jobs", "wages", "clinics")
    assert tree.levels == (3, 2, 2, 1, 1, 1)
    assert tree.upward[-1] == tree.root == 0 and set(tree.upward) == {0, 1, 2}
    assert tree.counts().tolist() == [3, 2, 1, 1, 1, 1]
    assert tree.weights.tolist() == [1, 2, 1, 1, 3, 1]


def test_one_indicator_alone_is_a_hierarchy() -> None:
    assert Hierarchy([Node("only")]).indicators == (0,)


def test_six_levels_are_a_hierarchy() -> None:
    nodes = [Node("1"), *(Node(f"{i}", f"{i - 1}") for i in range(2, 7))]
    assert Hierarchy(nodes).levels == (6, 5, 4, 3, 2, 1)


def test_a_cycle_is_named_from_end_to_end() -> None:
    found = faults(Node("root"), Node("a", "c"), Node("b", "a"), Node("c", "b"))
    assert found == [("cycle", "", "a > c > b > a")]


def test_a_node_under_itself_is_a_cycle() -> None:
    assert faults(Node("a", "a")) == [("cycle", "", "a > a")]


def test_an_unknown_parent_is_named_with_its_child() -> None:
    assert ("unknown_parent", "jobs", "ecomony") in faults(Node("city"), Node("jobs", "ecomony"))


def test_two_roots_and_no_root_are_told() -> None:
    assert ("two_roots", "", "a, b") in faults(Node("a"), Node("b"))
    assert faults() == [("no_root", "", "")]


def test_an_id_used_twice_is_told_once() -> None:
    assert ("duplicate_id", "jobs", "") in faults(*GOOD, Node("jobs", "services"))


def test_a_node_that_skips_a_level_is_told_with_both_levels() -> None:
    """Beside groups of indicators, an indicator right under the city has no level of its own."""
    assert faults(*GOOD, Node("debt", "city")) == [("level_skipped", "debt (1)", "city (3)")]


def test_a_stated_level_that_does_not_fit_is_told() -> None:
    stated = [Node("city", level=4), Node("economy", "city", level=2), Node("jobs", "economy")]
    assert faults(*stated) == [("level_skipped", "economy (2)", "city (4)")]
    assert faults(Node("city", level=3), Node("jobs", "city", level=2)) == [
        ("level_skipped", "jobs (2)", "")
    ]


def test_wrong_weights_and_directions_are_told() -> None:
    found = faults(
        Node("city"),
        Node("jobs", "city", -1),
        Node("wages", "city", float("nan")),
        Node("debt", "city", 1, direction=0),
    )
    assert found == [
        ("negative_weight", "jobs", "-1"),
        ("bad_weight", "wages", "nan"),
        ("bad_direction", "debt", "0"),
    ]


def test_weights_of_siblings_that_are_all_zero_are_told_by_their_parent() -> None:
    found = faults(Node("city"), Node("jobs", "city", 0), Node("wages", "city", 0))
    assert found == [("all_weights_zero", "city", "")]


def test_everything_wrong_comes_at_once() -> None:
    codes = {
        code
        for code, *_ in faults(
            Node("a"),
            Node("b"),
            Node("c", "d"),
            Node("d", "c"),
            Node("e", "nowhere", -1),
            Node("e", "a", 0),
        )
    }
    assert codes == {
        *("cycle", "unknown_parent", "two_roots", "duplicate_id"),
        *("negative_weight", "all_weights_zero"),
    }


def test_a_refusal_reads_as_one_line() -> None:
    assert str(Refused([Fault("cycle", "", "a > a"), Fault("no_root")])) == "cycle: a > a; no_root"
