"""Folds for cross-validation, and nested training sets for learning curves."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Sequence

from harness.core.errors import ConfigError
from harness.core.sample import Sample


def fold_of_each(samples: Sequence[Sample], n_folds: int, seed: int) -> list[int]:
    """Return a fold in [0, n_folds) for each sample: drawn at random, stratified and grouped.

    Samples of one cluster, or else of equal text, stay in one fold: a text met in training says
    nothing about texts to come. Groups are dealt out, the largest first, each to the fold that
    so far holds the smallest share of its labels; where every group is one sample, the folds' sizes
    and their counts of any label differ by at most 1.

    Raises:
        ConfigError: there are fewer groups than folds.
    """
    groups: defaultdict[str, list[int]] = defaultdict(list)
    for place, sample in enumerate(samples):
        groups[sample.text if sample.cluster is None else sample.cluster].append(place)
    if not 1 < n_folds <= len(groups):
        raise ConfigError(
            "n_folds",
            f"must be between 2 and the {len(groups)} groups of rows, not {n_folds}",
            "write n_folds = 5, or give more data",
        )
    shuffled = list(groups.values())
    random.Random(seed).shuffle(shuffled)  # noqa: S311 - no secret
    # Label by label, so that the one label's remainder evens out the other's.
    shuffled.sort(key=lambda group: (-len(group), samples[group[0]].targets[0]))
    return _deal(samples, shuffled, n_folds)


def nested_order(samples: Sequence[Sample], places: Sequence[int], seed: int) -> list[int]:
    """Return the places in an order of which every beginning is a stratified sample.

    The j-th of a label's m samples stands at (j + 1/2) / m of the way, so that the first tenth
    holds a tenth of each label as nearly as whole samples can.
    """
    shuffled = list(places)
    random.Random(seed).shuffle(shuffled)  # noqa: S311 - no secret
    totals = Counter(samples[place].targets[0] for place in shuffled)
    seen: Counter[str] = Counter()
    positions = {}
    for place in shuffled:
        label = samples[place].targets[0]
        positions[place] = (seen[label] + 0.5) / totals[label]
        seen[label] += 1
    return sorted(shuffled, key=positions.__getitem__)


def _deal(samples: Sequence[Sample], groups: Sequence[Sequence[int]], n_folds: int) -> list[int]:
    totals = Counter(sample.targets[0] for sample in samples)
    held = [Counter[str]() for _ in range(n_folds)]
    sizes = [0] * n_folds
    folds = [0] * len(samples)
    for group in groups:
        counts = Counter(samples[place].targets[0] for place in group)

        def share(fold: int, counts: Counter[str] = counts) -> tuple[float, int]:
            return sum(n * held[fold][k] / totals[k] for k, n in counts.items()), sizes[fold]

        chosen = min(range(n_folds), key=share)
        held[chosen] += counts
        sizes[chosen] += len(group)
        for place in group:
            folds[place] = chosen
    return folds
