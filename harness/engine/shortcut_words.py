"""Words that alone decide."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from harness.core.explained import SHARES, Explained
from harness.core.explanations import Shortcut, Shortcuts
from harness.core.robustness import Share
from harness.engine.explained_samples import (
    ExplainedSample,
    codes_of,
    n_first,
    ranked_parts,
    values_for,
    word_of,
)
from harness.stats.proportion import proportion_interval

MAX_WORDS = 10
"""That are shown."""
_SMALLEST = SHARES.index(min(SHARES))
"""Of a text that is not long, it is one part."""


def shortcuts_of(samples: Sequence[ExplainedSample], level: float) -> Shortcuts | None:
    """Find the words that alone keep the choice where a blank text is taken for something else.

    That is a fact about the model: it counts whichever method has put the word first.

    Returns:
        None where no sample could show one: no single word was tried alone, or the blank text is
        taken for what the model has chosen anyway.
    """
    tried = [
        (sample, own)
        for sample in samples
        if (own := [one for one in sample.explained.values() if _is_decisive(one)])
    ]
    if not tried:
        return None
    alone = [
        {
            (word, one.outputs[one.chosen])
            for one in own
            if one.trial.is_kept[_SMALLEST]
            and (word := word_of(sample.text, one.spans[_first(one)]))
        }
        for sample, own in tried
    ]
    counts = Counter(pair for pairs in alone for pair in pairs)
    hits = np.array([bool(pairs) for pairs in alone], dtype=np.float64)
    codes = codes_of([sample.cluster for sample, _ in tried])
    interval = proportion_interval(hits, codes, level)
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return Shortcuts(
        found=Share(n_hits=int(hits.sum()), n=len(tried), interval=interval),
        words=tuple(
            Shortcut(word=word, output=output, n=n) for (word, output), n in ranked[:MAX_WORDS]
        ),
    )


def _is_decisive(explained: Explained) -> bool:
    """Tell whether one word was tried alone, a known one, where no word at all leads elsewhere."""
    blank = explained.blank
    values = values_for(explained, explained.chosen)
    return (
        values is not None
        # Of words of equal value the trial has drawn one, and does not say which.
        and bool((values == values.max()).sum() == 1)
        and len(explained.outputs) > 1
        and max(blank) > 0  # else the model has named no label of it
        and blank.index(max(blank)) != explained.chosen
        and n_first(SHARES[_SMALLEST], len(explained.spans)) == 1
        and len(explained.spans) > 1
    )


def _first(explained: Explained) -> int:
    """Return the part of the largest value."""
    return ranked_parts(explained)[0]
