"""Words that alone decide."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from harness.core.explained import SHARES, Explained, choice_of
from harness.core.explanations import Shortcut, Shortcuts
from harness.core.robustness import Share
from harness.engine.explained_samples import (
    ExplainedSample,
    codes_of,
    levels_of,
    n_first,
    ranked_parts,
    word_of,
)
from harness.stats.proportion import proportion_interval

MAX_WORDS = 10
"""That are shown."""
MIN_SAMPLES = 2
"""Of a word that is named: on one sample any word may do."""
_SMALLEST = SHARES.index(min(SHARES))
"""Of a text that is not long, it is one part."""


def shortcuts_of(samples: Sequence[ExplainedSample], label: str, level: float) -> Shortcuts | None:
    """Find the words that alone keep the choice where a blank text is taken for something else.

    Args:
        samples: explained ones.
        label: of the method whose first word of each sample is looked at.
        level: confidence level of the interval, in (0, 1).

    Returns:
        None where no sample could show one: no single word was tried alone, or the blank text is
        taken for what the model has chosen anyway.
    """
    tried = [
        (sample, own)
        for sample in samples
        if (own := sample.explained.get(label)) is not None and _is_decisive(own)
    ]
    if not tried:
        return None
    counts = Counter(
        (word_of(sample.text, own.spans[_first(own)]), own.outputs[own.chosen])
        for sample, own in tried
        if own.trial.is_kept[_SMALLEST]
    )
    hits = np.array([own.trial.is_kept[_SMALLEST] for _, own in tried], dtype=np.float64)
    drawn = [[one.is_kept[_SMALLEST] for one in own.random] for _, own in tried]
    codes = codes_of([sample.cluster for sample, _ in tried])
    interval = proportion_interval(hits, codes, level)
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return Shortcuts(
        found=Share(n_hits=int(hits.sum()), n=len(tried), interval=interval),
        by_chance=float(np.mean(drawn)),
        words=tuple(
            Shortcut(word=word, output=output, n=n)
            for (word, output), n in ranked[:MAX_WORDS]
            if n >= MIN_SAMPLES and word
        ),
    )


def _is_decisive(explained: Explained) -> bool:
    """Tell whether one word was tried alone, a known one, where no word at all leads elsewhere."""
    blank = explained.blank
    levels = levels_of(explained)
    return (
        levels is not None
        # Of words of equal value the trial has drawn one, and does not say which.
        and bool((levels == levels.max()).sum() == 1)
        and len(explained.outputs) > 1
        and max(blank) > 0  # else the model has named no label of it
        and choice_of(blank) != explained.chosen
        and n_first(SHARES[_SMALLEST], len(explained.spans)) == 1
        and len(explained.spans) > 1
    )


def _first(explained: Explained) -> int:
    """Return the part of the largest value."""
    return ranked_parts(explained)[0]
