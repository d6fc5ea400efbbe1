"""The prefix tree of any rows: each shared beginning once, every row along its own way."""

from __future__ import annotations

from itertools import groupby

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("torch")

from harness.adapters.transformers.prefix_tree import (
    PrefixTree,
    Tokens,
    count_nodes,
    grow,
    grow_in_order,
    longest_first,
)

# Few tokens, so that beginnings are shared; one beyond 2**16, where byte orders differ.
ROWS = st.lists(
    st.lists(st.sampled_from([0, 1, 255, 256, 70_000]), min_size=1, max_size=9).map(tuple),
    min_size=1,
    max_size=12,
    unique=True,
)


def grown(rows: list[Tokens]) -> PrefixTree:
    return grow(rows, [range(len(row)) for row in rows])


def beginnings(rows: list[Tokens]) -> set[Tokens]:
    return {row[: n + 1] for row in rows for n in range(len(row))}


@given(rows=ROWS)
def test_there_is_one_node_for_each_distinct_beginning(rows: list[Tokens]) -> None:
    tree = grown(rows)
    assert tree.n_nodes == len(beginnings(rows)) == count_nodes(rows)


@given(rows=ROWS)
def test_a_row_is_found_along_its_way(rows: list[Tokens]) -> None:
    tree = grown(rows)
    for row, way in zip(rows, tree.places, strict=True):
        assert tuple(tree.tokens[way].tolist()) == row
        assert tree.depths[way].tolist() == list(range(len(row)))


@given(rows=ROWS)
def test_two_comparisons_tell_what_lies_on_the_way_to_a_node(rows: list[Tokens]) -> None:
    tree = grown(rows)
    for way in tree.places:
        for depth, node in enumerate(way.tolist()):
            told = [each for each in range(tree.n_nodes) if each <= node < tree.ends[each]]
            assert told == way[: depth + 1].tolist()


@given(rows=ROWS, random=st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(rows: list[Tokens], random: object) -> None:
    shuffled = list(rows)
    random.shuffle(shuffled)  # type: ignore[attr-defined] # hypothesis does not export its type
    one, other = grown(rows), grown(shuffled)
    assert one.tokens.tolist() == other.tokens.tolist()
    assert one.ends.tolist() == other.ends.tolist()


@given(rows=ROWS)
def test_only_what_is_asked_for_is_told(rows: list[Tokens]) -> None:
    whole, last = grown(rows), grow(rows, [[len(row) - 1] for row in rows])
    assert [place.tolist() for place in last.places] == [
        place[-1:].tolist() for place in whole.places
    ]


# Rows may repeat here, and one may be the beginning of another.
ANY_ROWS = st.lists(
    st.tuples(st.sampled_from([0, 33, 70]), st.lists(st.sampled_from([1, 2]), max_size=4)).map(
        lambda parts: (*range(9, 9 + parts[0]), 5, *parts[1])
    ),
    max_size=9,
)


@given(rows=ANY_ROWS.filter(bool))
def test_in_any_order_each_row_ends_with_a_node_of_its_own(rows: list[Tokens]) -> None:
    tree = grow_in_order(rows)
    lasts = [int(place[0]) for place in tree.places]
    assert lasts == sorted(set(lasts))
    assert lasts[-1] == tree.n_nodes - 1
    for row, last in zip(rows, lasts, strict=True):
        way = [each for each in range(last + 1) if last < tree.ends[each]]
        assert tuple(tree.tokens[way].tolist()) == row
        assert tree.depths[way].tolist() == list(range(len(row)))


@given(rows=ANY_ROWS)
def test_rows_that_share_much_stand_together_the_longest_first(rows: list[Tokens]) -> None:
    order = longest_first(rows, [len(row) for row in rows])
    assert sorted(order) == list(range(len(rows)))
    if not rows:
        return
    ordered = [rows[at] for at in order]
    # Each long beginning is read once, but for the last token that each row has to itself.
    assert grow_in_order(ordered).n_nodes <= sum(common_parts(rows).values()) + 6 * len(rows)
    groups = [len(list(group)) for _, group in groupby(n_common(row) for row in ordered)]
    assert len(groups) == len(common_parts(rows))
    longest = [max(len(row) for row in rows if n_common(row) == n) for n in common_parts(rows)]
    firsts = dict.fromkeys(n_common(row) for row in ordered)
    assert [max(len(row) for row in rows if n_common(row) == n) for n in firsts] == sorted(
        longest, reverse=True
    )


def n_common(row: Tokens) -> int:
    return row.index(5)


def common_parts(rows: list[Tokens]) -> dict[int, int]:
    """By group of rows, the length of the beginning that all of its rows share."""
    return {n: n + 1 for n in map(n_common, rows)}
