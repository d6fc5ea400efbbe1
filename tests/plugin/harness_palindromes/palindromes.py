"""Can the model keep a palindrome?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from harness.core.capability import Capability
from harness.core.estimate import Estimate
from harness.core.figure import Figure
from harness.core.identity import hash_json
from harness.core.ports import CorpusMetric, Metric
from harness.core.request import Generate, Payload
from harness.core.response import Output
from harness.core.sample import Sample
from harness.core.score import Unscored
from harness_palindromes.symmetry import Symmetry

_WORDS = ("level", "rotor", "Anna", "noon", "almost")


@dataclass(frozen=True, slots=True, kw_only=True)
class PalindromeSuite:
    """Five words, of which four are palindromes."""

    needs: ClassVar[tuple[Capability, ...]] = (Capability.GENERATES,)

    ignore_case: bool = False
    """Take ``A`` for ``a``."""

    def prepare(self, *, limit: int | None, seed: int) -> PalindromeTask:
        """Return the first words under the limit."""
        del seed
        return PalindromeTask(_WORDS[:limit], Symmetry(ignore_case=self.ignore_case))


@dataclass(frozen=True, slots=True)
class PalindromeTask:
    """The words at hand."""

    words: tuple[str, ...]
    metric: Symmetry
    corpus_metrics: ClassVar[tuple[CorpusMetric, ...]] = ()

    @property
    def n_samples(self) -> int:
        """How many words."""
        return len(self.words)

    @property
    def data_hash(self) -> str:
        """Hash of the words."""
        return hash_json(list(self.words))

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """Symmetry alone."""
        return (self.metric,)

    def samples(self) -> Iterator[Sample]:
        """Yield a sample per word."""
        for index, word in enumerate(self.words):
            yield Sample(id=word, index=index, text=word)

    def ask(self, sample: Sample, capability: Capability) -> Payload:
        """Send the word."""
        del capability
        return Generate(prompt=sample.text)

    def read(self, sample: Sample, output: Output) -> Output | Unscored:
        """Take the output as it is."""
        del sample
        return output

    def figures(self, estimates: Sequence[Estimate]) -> tuple[Figure, ...]:
        """Return no chart."""
        del estimates
        return ()
