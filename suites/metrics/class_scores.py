"""What the metrics of classification read from a sample and its answer."""

from __future__ import annotations

import math

from harness.core.response import Classification, Output
from harness.core.sample import Sample
from harness.core.score import Unscored


def classification_of(output: Output) -> Classification | Unscored:
    """Return the output as a classification with a number (or -inf) for every label."""
    if not isinstance(output, Classification):
        return Unscored(f"a score per label is needed, not a {type(output).__name__}")
    if not output.scores or len(output.scores) != len(output.labels):
        return Unscored(f"{len(output.scores)} scores came back for {len(output.labels)} labels")
    if any(map(math.isnan, output.scores)):
        return Unscored("a score is not a number")
    if not math.isfinite(max(output.scores)):
        # One label at minus infinity is impossible; all of them, or plus infinity, is an accident.
        return Unscored("no label has a finite highest score")
    return output


def target_index(sample: Sample, labels: tuple[str, ...]) -> int | Unscored:
    """Return the position of the sample's target among the labels."""
    if len(sample.targets) != 1:
        return Unscored(f"the sample has {len(sample.targets)} targets, one label is needed")
    target = sample.targets[0]
    if target not in labels:
        return Unscored(f"target {target!r} is not among the labels {', '.join(labels)}")
    return labels.index(target)


def scores_of(answer: Classification, labels: tuple[str, ...]) -> tuple[float, ...] | Unscored:
    """Return the answer's scores in the order of ``labels``; it may hold more labels."""
    if answer.labels == labels:
        return answer.scores
    by_label = dict(zip(answer.labels, answer.scores, strict=True))
    missing = [label for label in labels if label not in by_label]
    if missing:
        return Unscored(
            f"the model scores {', '.join(answer.labels)}, and has no score for"
            f" {', '.join(missing)}"
        )
    return tuple(by_label[label] for label in labels)
