"""How long two texts that a model writes for one prompt stay the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from harness.core.estimate import Interval
from harness.core.response import Generation, Output
from harness.core.sample import Sample
from harness.core.score import Direction, Quantity, Score, Scored, Unscored
from harness.stats.mean import skewed_mean_interval
from harness.suites.determinism.pair import pair_of, shared_prefix
from harness.suites.metrics.additive import Floats, Integers
from harness.suites.metrics.mean_of_parts import MeanOfParts


@dataclass(frozen=True, slots=True, kw_only=True)
class TextMetric(MeanOfParts):
    """How much of a text is the same from its beginning when its prompt is sent again."""

    name: ClassVar[str] = "determinism_text"
    quantities: ClassVar[tuple[Quantity, ...]] = (
        Quantity(
            id="shared_prefix",
            direction=Direction.HIGHER,
            definition="characters that both texts begin with / characters of the longer one: mean"
            " over prompts answered both times; 1 for two equal texts",
            is_headline=True,
        ),
        Quantity(
            id="characters_before_parting",
            direction=Direction.NEITHER,
            definition="characters that both texts begin with: mean over pairs of texts that"
            " differ",
            high=None,
        ),
    )

    @property
    def signature(self) -> Mapping[str, str]:
        """The unit."""
        return {"in": "characters"}

    def measure(self, sample: Sample, output: Output) -> Score:
        """Return how long the two texts stay the same."""
        del sample
        pair = pair_of(output)
        if isinstance(pair, Unscored):
            return pair
        first, other = pair
        if not isinstance(first, Generation) or not isinstance(other, Generation):
            return Unscored(f"written texts are needed, not a {type(first).__name__}")
        n_shared = shared_prefix(first.text, other.text)
        n_longer = max(len(first.text), len(other.text))
        share = n_shared / n_longer if n_longer else 1.0
        return Scored((share, 1.0, float(n_shared), float(first.text != other.text)))

    def intervals(
        self, statistics: Floats, clusters: Integers | None, level: float
    ) -> Mapping[str, Interval]:
        """Return Wilson's interval of shares that are all 0 or 1, and Hall's t otherwise."""
        share, characters = (quantity.id for quantity in self.quantities)
        found = dict(MeanOfParts.intervals(self, statistics, clusters, level))
        part = statistics[:, 3] > 0
        own = None if clusters is None else clusters[part]
        # Numbers of characters that happen to be 0 and 1 are no shares.
        interval = skewed_mean_interval(statistics[part, 2], own, level) if part.any() else None
        return {
            **({share: found[share]} if share in found else {}),
            **({} if interval is None else {characters: interval}),
        }
