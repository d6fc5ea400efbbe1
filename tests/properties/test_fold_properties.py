"""What holds for every deal into folds and every order of a training set."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from harness.core.sample import Sample
from harness.suites.folds import fold_of_each, nested_order

LABEL = st.sampled_from("abc")
SEED = st.integers(0, 1000)


def samples_of(labels: list[str], clusters: list[int] | None = None) -> list[Sample]:
    return [
        Sample(
            id=str(i),
            index=i,
            text=f"text {i}",
            targets=(label,),
            cluster=None if clusters is None else str(clusters[i]),
        )
        for i, label in enumerate(labels)
    ]


@given(st.lists(LABEL, min_size=10, max_size=60), st.integers(2, 10), SEED)
def test_single_rows_are_stratified_to_within_one(
    labels: list[str], n_folds: int, seed: int
) -> None:
    folds = fold_of_each(samples_of(labels), n_folds, seed)
    assert set(folds) <= set(range(n_folds))
    for chosen in (set(labels), *map(set, labels)):
        counts = Counter(fold for fold, label in zip(folds, labels, strict=True) if label in chosen)
        sizes = [counts[fold] for fold in range(n_folds)]
        assert max(sizes) - min(sizes) <= 1


@given(st.lists(st.tuples(LABEL, st.integers(0, 19)), min_size=40, max_size=80), SEED)
def test_a_cluster_lies_in_one_fold(rows: list[tuple[str, int]], seed: int) -> None:
    clusters = [cluster % 10 for _, cluster in rows] + list(range(10))
    labels = [label for label, _ in rows] + ["a"] * 10
    folds = fold_of_each(samples_of(labels, clusters), 3, seed)
    assert len(set(zip(clusters, folds, strict=True))) == len(set(clusters))
    assert set(folds) == {0, 1, 2}


@given(st.lists(LABEL, min_size=10, max_size=60), SEED)
def test_equal_texts_lie_in_one_fold(labels: list[str], seed: int) -> None:
    samples = samples_of(labels)
    twins = [Sample(id=s.id + "'", index=s.index, text=s.text, targets=("b",)) for s in samples]
    folds = fold_of_each([*samples, *twins], 5, seed)
    assert folds[: len(samples)] == folds[len(samples) :]


@given(st.lists(LABEL, min_size=1, max_size=80), SEED)
def test_every_beginning_of_the_order_is_stratified(labels: list[str], seed: int) -> None:
    samples = samples_of(labels)
    order = nested_order(samples, range(len(samples)), seed)
    assert sorted(order) == list(range(len(samples)))
    totals = Counter(labels)
    seen: Counter[str] = Counter()
    for n, place in enumerate(order, start=1):
        seen[labels[place]] += 1
        for label, total in totals.items():
            assert abs(seen[label] - total * n / len(labels)) <= len(totals) / 2 + 0.5


@given(st.lists(LABEL, min_size=10, max_size=30))
def test_the_seed_decides_alone(labels: list[str]) -> None:
    samples = samples_of(labels)
    assert fold_of_each(samples, 3, 7) == fold_of_each(samples, 3, 7)
    assert nested_order(samples, range(10), 7) == nested_order(samples, range(10), 7)
