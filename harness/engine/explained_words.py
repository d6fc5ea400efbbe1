"""Which words speak for and against each output, over all explained samples."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from harness.core.explained import Explained
from harness.core.explanations import WordValue
from harness.engine.explained_samples import (
    ExplainedSample,
    codes_of,
    mean_of,
    values_for,
    words_of,
)
from harness.stats.mean import mean_stderr
from harness.stats.multiplicity import holm
from harness.stats.quantiles import t_two_sided_p

MIN_SUPPORT = 3
"""Samples that must have a word: below that, an interval of its mean says nothing."""
MAX_WORDS = 8
"""Shown of each output and sign."""
MAX_OUTPUTS = 6
"""The labels that the model chooses most often, where there are more."""
_TWO = 2


@dataclass(frozen=True, slots=True)
class GlobalWords:
    """The words that are shown, and from how many they were taken."""

    words: tuple[WordValue, ...]
    n_words: int


def global_words(samples: Sequence[ExplainedSample], label: str, level: float) -> GlobalWords:
    """Average what each word adds to each output over the samples that have it.

    Of two labels, what speaks against one speaks for the other, and is told once.

    Args:
        samples: those that the method has not explained are passed over.
        label: of the method.
        level: confidence level of the intervals, in (0, 1).
    """
    own = [sample for sample in samples if label in sample.explained]
    found = _by_output(own, label)
    has_mirror = all(_has_mirror(sample.explained[label]) for sample in own)
    shown: list[WordValue] = []
    kept: set[str] = set()
    for output in _shown_outputs(own, label):
        words = _tested(output, found[output], level)
        kept.update(one.word for one in words)
        ranked = sorted(words, key=lambda one: (-(one.mean.value or 0.0), one.word))
        shown += [one for one in ranked if (one.mean.value or 0.0) > 0][:MAX_WORDS]
        if not has_mirror:
            against = [one for one in reversed(ranked) if (one.mean.value or 0.0) < 0]
            shown += against[:MAX_WORDS]
    return GlobalWords(words=tuple(shown), n_words=len(kept))


def _has_mirror(explained: Explained) -> bool:
    """Tell whether what speaks against one output speaks for the other, and both are known."""
    column = explained.attribution.column
    return len(explained.outputs) == _TWO and None not in {column(0), column(1)}


_Rows = list[tuple[float, str]]
"""Mean value on a sample, and the sample's cluster."""


def _by_output(samples: Sequence[ExplainedSample], label: str) -> Mapping[str, dict[str, _Rows]]:
    found: dict[str, dict[str, _Rows]] = {}
    for sample in samples:
        explained = sample.explained[label]
        places: dict[str, list[int]] = {}
        for place, word in enumerate(words_of(sample, explained)):
            places.setdefault(word, []).append(place)
        places.pop("", None)
        for output, name in enumerate(_names(explained)):
            words = found.setdefault(name, {})
            values = values_for(explained, output)
            if values is None or not np.isfinite(values).all():
                continue
            for word, own in places.items():
                words.setdefault(word, []).append((float(values[own].mean()), sample.cluster))
    return found


def _names(explained: Explained) -> tuple[str, ...]:
    """Return the outputs; an answer of the model's own is another one on each sample."""
    return explained.outputs if len(explained.outputs) > 1 else ("",)


def _shown_outputs(samples: Sequence[ExplainedSample], label: str) -> list[str]:
    chosen = Counter(
        _names(sample.explained[label])[sample.explained[label].chosen] for sample in samples
    )
    order = list(dict.fromkeys(name for s in samples for name in _names(s.explained[label])))
    most = sorted(order, key=lambda name: (-chosen[name], order.index(name)))[:MAX_OUTPUTS]
    return sorted(most, key=order.index)


def _tested(output: str, words: Mapping[str, _Rows], level: float) -> list[WordValue]:
    """Return the words of enough samples, and whether each is other than 0, all taken together."""
    kept = {word: rows for word, rows in words.items() if len(rows) >= MIN_SUPPORT}
    means = {word: mean_of(rows, level) for word, rows in kept.items()}
    p_values = [
        # Values that all agree have no interval, and tell nothing of what another text would say.
        1.0 if means[word].interval is None else _p_value(rows)
        for word, rows in kept.items()
    ]
    adjusted = holm(np.array(p_values, dtype=np.float64))
    return [
        WordValue(word=word, output=output, mean=mean, is_shown=bool(p <= 1 - level))
        for (word, mean), p in zip(means.items(), adjusted, strict=True)
    ]


def _p_value(rows: _Rows) -> float:
    """Return the p-value of a mean of 0, by Student's t."""
    values = np.array([value for value, _ in rows], dtype=np.float64)
    codes = codes_of([cluster for _, cluster in rows])
    stderr = mean_stderr(values, codes)
    if not stderr:
        return 1.0
    n_units = values.size if codes is None else np.unique(codes).size
    return t_two_sided_p(float(values.mean()) / stderr, n_units - 1)
