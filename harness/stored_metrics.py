"""Makes the metrics of a stored run again from what its manifest keeps of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from harness import registry
from harness.core.build import Problems, build
from harness.core.errors import ConfigError
from harness.core.ports import CorpusMetric, Metric
from harness.core.run import Evaluation


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredMetrics:
    """The metrics of one evaluation."""

    metrics: tuple[Metric, ...]
    """With statistics of each sample."""
    corpus_metrics: tuple[CorpusMetric, ...]
    """On the whole set of answers."""
    missing: tuple[str, ...]
    """One sentence for each that cannot be made."""


def stored_metrics(evaluation: Evaluation, order: Iterable[str]) -> StoredMetrics:
    """Make the metrics that an evaluation was measured with; neither its suite nor data is needed.

    Args:
        evaluation: of a manifest.
        order: names of its metrics, as they are to come.
    """
    metrics: list[Metric] = []
    corpus: list[CorpusMetric] = []
    missing: list[str] = []
    for name in order:
        try:
            metric = _made(name, evaluation)
        except ConfigError as error:
            missing.append(f"{evaluation.suite} on {evaluation.model}: {error}")
            continue
        if hasattr(metric, "measure"):
            metrics.append(metric)
        else:
            corpus.append(metric)
    return StoredMetrics(
        metrics=tuple(metrics), corpus_metrics=tuple(corpus), missing=tuple(missing)
    )


def _made(name: str, evaluation: Evaluation) -> Any:
    where = f"metric {name!r}"
    if name not in evaluation.metric_options:
        raise ConfigError(
            where,
            "was kept without its options, as runs before schema version 2 were",
            "measure the stored answers again with harness rescore RUN",
        )
    factory = registry.find("metrics", name.partition(":")[0], where)
    problems = Problems()
    metric = build(factory, evaluation.metric_options[name], where, problems)
    problems.raise_any()
    return metric
