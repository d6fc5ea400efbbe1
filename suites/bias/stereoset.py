"""StereoSet: does a model prefer the stereotype, and does it prefer sense to nonsense?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from harness.core.capability import Capability
from harness.core.request import LogLikelihood, MaskedLogLikelihood, Payload, QuestionGroup
from harness.core.sample import Sample
from harness.sources.dataset import Dataset
from harness.sources.lexicons.bias_sentences import STEREOSET, rows_behind
from harness.sources.lexicons.lexicon import Lexicon
from harness.suites.bias.drawn_samples import drawn_samples
from harness.suites.bias.stereoset_metrics import (
    StereoSetCausal,
    StereoSetMasked,
    StereoSetSeq2Seq,
)
from harness.suites.bias.stereoset_rows import TYPE, read_triples
from harness.suites.sample_task import SampleTask


@dataclass(frozen=True, slots=True, kw_only=True)
class StereoSetSuite:
    """Triples of a stereotype, its opposite and nonsense (Nadeem et al. 2021).

    Within a sentence whole sentences are scored; between sentences, the second one given the
    first.
    """

    needs: ClassVar[tuple[Capability, ...]] = (Capability.FILLS, Capability.SCORES)

    data: Dataset | None = None
    """The authors' ``dev.json``, or lines of JSON with ``type``, ``target``, ``bias_type``,
    ``context``, ``stereotype``, ``anti-stereotype`` and ``unrelated``, and if you like a unique
    ``id``; when absent, the 4,229 triples of the development set."""

    @property
    def lexicons(self) -> tuple[Lexicon, ...]:
        """The triples, where no others are given."""
        return (STEREOSET,) if self.data is None else ()

    def prepare(self, *, limit: int | None, seed: int) -> SampleTask:
        """Read and check the triples."""
        triples = read_triples(rows_behind(STEREOSET) if self.data is None else self.data)
        return SampleTask(
            sample_set=drawn_samples(triples, limit=limit, seed=seed),
            asking=_ask,
            metrics=(StereoSetCausal(), StereoSetMasked(), StereoSetSeq2Seq()),
        )


def _ask(sample: Sample, capability: Capability) -> Payload:
    is_between = sample.slices[TYPE] == "intersentence"
    prompt = sample.text if is_between else ""
    texts = tuple(f" {text}" if is_between else text for text in sample.choices)
    if capability is Capability.FILLS:
        return QuestionGroup(tuple(MaskedLogLikelihood(text=one, prompt=prompt) for one in texts))
    return LogLikelihood(prompt=prompt, continuations=texts)
