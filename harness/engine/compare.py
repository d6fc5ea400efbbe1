"""Compares one suite on one model of each side, on the samples that both have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from harness.core.comparison import Difference, Pair
from harness.core.ports import CorpusMetric, Metric
from harness.core.run import Evaluation, Manifest
from harness.core.sample_scores import SampleScores
from harness.engine.align import align, scores_of
from harness.engine.comparable import mismatches
from harness.engine.difference import Settings, differences_of
from harness.engine.flips import Moved, moved_samples
from harness.engine.paired_rounds import is_in_rounds, round_differences


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One suite on one model of one run."""

    manifest: Manifest
    evaluation: Evaluation
    scores: SampleScores


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What a pair came to."""

    pair: Pair
    differences: tuple[Difference, ...] = ()
    moved: tuple[Moved, ...] = ()


def compare_pair(
    baseline: Side,
    candidate: Side,
    metrics: Sequence[Metric],
    settings: Settings,
    *,
    is_forced: bool = False,
) -> Compared:
    """Compare two sides sample by sample.

    Args:
        baseline: the side to compare with.
        candidate: the side in question.
        metrics: those that both sides were measured with.
        settings: confidence level and seed.
        is_forced: compare what is not comparable; the pair keeps what differs.

    Returns:
        The pair, without any difference where the sides are not comparable.
    """
    timed = [metric for metric in metrics if is_in_rounds(metric)]
    found = mismatches(
        baseline.manifest,
        baseline.evaluation,
        candidate.manifest,
        candidate.evaluation,
        is_timed=bool(timed),
    )
    aligned = align(baseline.scores, candidate.scores)
    pair = Pair(
        suite=candidate.evaluation.suite,
        baseline_model=baseline.evaluation.model,
        candidate_model=candidate.evaluation.model,
        n_baseline=len(baseline.scores),
        n_candidate=len(candidate.scores),
        n_common=len(aligned.places),
        baseline_coverage=baseline.evaluation.coverage,
        candidate_coverage=candidate.evaluation.coverage,
        mismatches=found,
    )
    if found and not is_forced:
        return Compared(pair=pair)
    kept = [metric for metric in metrics if _is_set_alike(metric, baseline, candidate)]
    took_turns = baseline.manifest.run_id == candidate.manifest.run_id
    differences: list[Difference] = []
    for metric in kept:
        scores, common = scores_of(aligned, metric), blank(pair, metric)
        if metric in timed:
            differences += round_differences(
                scores, metric, common, settings, took_turns=took_turns
            )
        else:
            differences += differences_of(aligned, scores, metric, common, settings)
    # A round that was slow is no sample that anybody would want to read.
    moved = moved_samples(aligned, [metric for metric in kept if metric not in timed])
    return Compared(pair=pair, differences=tuple(differences), moved=moved)


def _is_set_alike(metric: Metric, baseline: Side, candidate: Side) -> bool:
    """Tell whether a metric's statistics mean the same on each side; no force can make them."""
    before, after = baseline.evaluation.metric_signatures, candidate.evaluation.metric_signatures
    return before.get(metric.name) == after.get(metric.name)


def blank(pair: Pair, metric: Metric | CorpusMetric) -> Difference:
    """Return what all differences of one metric share, with nothing found yet."""
    return Difference(
        suite=pair.suite,
        model=pair.candidate_model,
        metric=metric.name,
        quantity=metric.quantities[0],
        baseline=None,
        candidate=None,
        difference=None,
        interval=None,
        stderr=None,
        p_value=None,
        test="",
        detectable=None,
        n=0,
        n_clusters=0,
        n_unpaired=0,
    )
