"""The labels of a classification data set, and a model's labels mapped to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from harness.core.errors import ConfigError, DataError, did_you_mean
from harness.core.response import Classification
from harness.core.score import Unscored

if TYPE_CHECKING:
    from harness.core.ports import Metric
    from harness.sources.samples import SampleSet

MetricName = Literal["confusion", "ranking", "calibration"]
ALL_METRICS: tuple[MetricName, ...] = ("confusion", "ranking", "calibration")


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """What the answers may be."""

    names: tuple[str, ...]
    """At least two, in the order of tables and charts."""
    positive: str | None
    """The label that precision, recall and ROC of two labels are about; None for more."""

    def metrics(self, names: tuple[MetricName, ...]) -> tuple[Metric, ...]:
        """Return the metrics of these labels, in the order of their names."""
        from harness.suites.metrics.calibration import Calibration
        from harness.suites.metrics.confusion import Confusion
        from harness.suites.metrics.ranking import Ranking

        made: dict[MetricName, Metric] = {
            "confusion": Confusion(labels=self.names, positive=self.positive),
            "ranking": Ranking(labels=self.names, positive=self.positive),
            "calibration": Calibration(labels=self.names),
        }
        return tuple(made[name] for name in names)


def labels_of(sample_set: SampleSet, names: tuple[str, ...] | None, positive: str | None) -> Labels:
    """Return the labels that a suite names, or else the data's own targets, sorted.

    Of two labels the second is the positive one unless another is named, so that the sorted
    pairs negative and positive, no and yes, 0 and 1 come out as meant.

    Raises:
        ConfigError: a label is named twice, or ``positive`` is none of two labels.
        DataError: a row has several targets, or the data hold one label alone.
    """
    sample_set.check_one_label_each()
    if names is not None and len(set(names)) < len(names):
        raise ConfigError("labels", f"names a label twice: {', '.join(names)}", "name each once")
    found = names or tuple(sample_set.label_counts)
    if len(found) < 2:  # noqa: PLR2004 - with one label there is nothing to tell apart
        raise DataError(
            sample_set.dataset.name,
            f"has the label {', '.join(found) or 'none'} alone",
            "classification needs two: check columns.target",
        )
    if positive is not None and positive not in found:
        raise ConfigError(
            "positive", f"{positive!r} is not among the labels", did_you_mean(positive, found)
        )
    is_binary = len(found) == 2  # noqa: PLR2004 - as above
    if positive is not None and not is_binary:
        raise ConfigError(
            "positive", f"is for two labels, and there are {len(found)}", "leave it out"
        )
    return Labels(names=found, positive=positive or (found[1] if is_binary else None))


def aligned(
    output: Classification, labels: Labels, label_map: Mapping[str, str] | None = None
) -> Classification | Unscored:
    """Return the output with the data's labels, in their order.

    Labels of the model that are mapped to one label of the data are added up (probabilities) or
    the highest one counts (other scores). A label that the model does not know has probability 0;
    among other scores it has none, so that ranking by it is not measured. A label that the data
    do not know makes the answer unreadable: it is more likely to be misspelt than meant.
    """
    if output.labels == labels.names and not label_map:
        return output
    renamed = [(label_map or {}).get(label, label) for label in output.labels]
    if not set(renamed) <= set(labels.names):
        return Unscored(
            f"the model's labels are {', '.join(output.labels)}, the data's are"
            f" {', '.join(labels.names)}: write a label_map from those to these"
        )
    scores: dict[str, float] = dict.fromkeys(labels.names, 0.0) if output.is_probability else {}
    for name, score in zip(renamed, output.scores, strict=True):
        if output.is_probability:
            scores[name] += score
        else:
            scores[name] = max(score, scores.get(name, score))
    known = tuple(name for name in labels.names if name in scores)
    return Classification(
        labels=known,
        scores=tuple(scores[name] for name in known),
        is_probability=output.is_probability,
    )
