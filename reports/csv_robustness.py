"""What disturbed suites add to a CSV: each number beside the clean suite's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from harness.core.estimate import Estimate
from harness.core.robustness import Disturbed, Drop, Overall, Robustness
from harness.core.run import Evaluation, Run
from harness.core.text_measures import Closeness
from harness.reports.robustness_words import effect_of

COLUMNS = (
    "disturbed_by",
    "clean_suite",
    "clean_value",
    "change",
    "change_low",
    "change_high",
    "change_p_adjusted",
    "n_pairs",
    "flip_rate",
    "texts_changed",
    "finding",
    "similarity",
    "similarity_low",
    "similarity_high",
    "similarity_n",
    "similarity_below",
    "perplexity_ratio",
    "perplexity_ratio_low",
    "perplexity_ratio_high",
    "perplexity_ratio_n",
)
_MEASURED = {"meaning": "similarity", "fluency": "perplexity_ratio"}
_OVERALL = {"worst": "(worst of each sample)", "mean": "(mean of all)"}

Cells = Mapping[str, str | float | None]


def disturbed_cells(run: Run) -> dict[tuple[str, str, str], Cells]:
    """Return cells by model, disturbed suite and quantity."""
    return {
        (one.model, row.suite, drop.difference.quantity.id): _of_drop(one, row, drop)
        for one in run.robustness
        for row in one.disturbed
        for drop in row.drops
    }


def cells_of(estimate: Estimate, run: Run, known: Mapping[tuple[str, str, str], Cells]) -> Cells:
    """Return the cells of an estimate; of slices and other numbers, what disturbed their texts.

    Args:
        estimate: of the run.
        run: with its disturbed suites held against their clean ones.
        known: from :func:`disturbed_cells`.
    """
    found = known.get((estimate.model, estimate.suite, estimate.quantity.id))
    if found is not None and estimate.slice is None:
        return found
    for done in run.manifest.evaluations:
        if (done.suite, done.model) == (estimate.suite, estimate.model) and done.is_disturbed:
            by = {"disturbed_by": done.perturbation or done.attack, "clean_suite": done.clean}
            return by if estimate.slice is not None else {**by, **_of_attack(run, done)}
    return {}


def _of_attack(run: Run, done: Evaluation) -> Cells:
    """Return how near an attack's texts are to what they were."""
    for one in run.robustness:
        for attack in one.attacks:
            if (one.model, attack.suite) == (done.model, done.suite):
                return _of_closeness(attack.closeness)
    return {}


def _of_closeness(found: Sequence[Closeness]) -> Cells:
    cells: dict[str, str | float | None] = {}
    for one in found:
        name = _MEASURED[one.measure]
        cells |= {
            name: one.value,
            f"{name}_low": one.interval.low if one.interval else None,
            f"{name}_high": one.interval.high if one.interval else None,
            f"{name}_n": one.n,
            f"{name}_below": one.n_far,
        }
    return cells


def overall_cells(run: Run) -> Iterator[Cells]:
    """Yield worst case and mean, which are no estimates, by the names of all columns."""
    for one in run.robustness:
        for overall in one.overall:
            yield _of_overall(one, overall)


def _of_overall(one: Robustness, overall: Overall) -> Cells:
    d, interval = overall.difference, overall.interval
    return {
        "suite": one.suite,
        "model": one.model,
        "metric": d.metric,
        "quantity": d.quantity.id,
        "direction": d.quantity.direction.value,
        "value": d.candidate,
        "low": interval.low if interval else None,
        "high": interval.high if interval else None,
        "level": one.level,
        "n": d.n,
        "n_unscored": overall.n_left_out,
        "n_clusters": d.n_clusters,
        "interval_method": interval.method if interval else "",
        "disturbed_by": _OVERALL[overall.kind],
        "clean_suite": one.suite,
        "clean_value": d.baseline,
        "change": d.difference,
        "change_low": d.interval.low if d.interval else None,
        "change_high": d.interval.high if d.interval else None,
        "n_pairs": d.n,
    }


def _of_drop(one: Robustness, row: Disturbed, drop: Drop) -> Cells:
    d = drop.difference
    return {
        "disturbed_by": row.perturbation,
        "clean_suite": one.suite,
        "clean_value": d.baseline,
        "change": d.difference,
        "change_low": d.interval.low if d.interval else None,
        "change_high": d.interval.high if d.interval else None,
        "change_p_adjusted": drop.p_adjusted,
        "n_pairs": d.n,
        "flip_rate": row.flipped.value if row.flipped else None,
        "texts_changed": row.changed.n_hits,
        "finding": effect_of(row, drop, one.level).value,
        **_of_closeness(row.closeness),
    }
