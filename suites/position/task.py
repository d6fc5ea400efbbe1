"""The task of asking about evidence at every depth, and its chart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from harness.core.capability import Capability
from harness.core.estimate import Estimate
from harness.core.figure import Figure, FigureKind
from harness.core.ports import CorpusMetric, Metric
from harness.core.request import Generate, LogLikelihood, Payload
from harness.core.response import Output
from harness.core.sample import Sample
from harness.core.score import Unscored
from harness.suites.position.context_samples import BOTH, SIZE, ContextSamples
from harness.suites.position.metric import DEPTH, PositionMetric
from harness.suites.prompting import prompt_of

_HEADLINE = PositionMetric.quantities[0].id


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionTask:
    """Contexts at hand, with the way to ask about them."""

    contexts: ContextSamples
    chat: bool
    system: str | None
    max_new_tokens: int
    seed: int

    @property
    def n_samples(self) -> int:
        """Contexts of all sizes, times depths."""
        return self.contexts.n_samples

    @property
    def data_hash(self) -> str:
        """SHA-256 (hex) over all prompts."""
        return self.contexts.data_hash

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """Accuracy by depth."""
        return (PositionMetric(),)

    @property
    def corpus_metrics(self) -> tuple[CorpusMetric, ...]:
        """None."""
        return ()

    @property
    def part_slices(self) -> tuple[str, ...]:
        """Depths, sizes and both: the chart is made of their numbers."""
        return (DEPTH, SIZE, BOTH)

    def samples(self) -> Iterator[Sample]:
        """Yield each context at each depth."""
        return iter(self.contexts)

    def ask(self, sample: Sample, capability: Capability) -> Payload:
        """Return the prompt, or the alternatives after it where the model can only score."""
        prompt = prompt_of(sample.text, chat=self.chat, system=self.system)
        if capability is Capability.SCORES:
            delimiter = "" if self.chat else " "
            alternatives = sample.choices or sample.targets[:1]
            return LogLikelihood(
                prompt=prompt, continuations=tuple(delimiter + text for text in alternatives)
            )
        return Generate(prompt=prompt, max_new_tokens=self.max_new_tokens, seed=self.seed)

    def read(self, sample: Sample, output: Output) -> Output | Unscored:
        """Return the answer as it is."""
        del sample
        return output

    def figures(self, estimates: Sequence[Estimate]) -> tuple[Figure, ...]:
        """Return accuracy over depth, one line for each size."""
        cells = {
            one.slice[1]: one
            for one in estimates
            if one.slice and one.slice[0] == BOTH and one.quantity.id == _HEADLINE
        }
        if not cells:
            return ()
        noun, depths = self.contexts.form.noun, self.contexts.depths
        series = [
            {
                "label": f"{size} {noun}",
                "points": [
                    _point(depth, one)
                    for depth in depths
                    if (one := cells.get(f"{size} at {depth:g}")) is not None
                ],
            }
            for size in self.contexts.sizes
        ]
        return (
            Figure(
                kind=FigureKind.ACCURACY_BY_DEPTH,
                title="Accuracy by the place of the evidence",
                data={"series": series},
            ),
        )


def _point(depth: float, one: Estimate) -> dict[str, object]:
    return {
        "depth": depth,
        "value": one.value,
        "low": None if one.interval is None else one.interval.low,
        "high": None if one.interval is None else one.interval.high,
        "n": one.n,
        "n_unscored": one.n_unscored,
    }
