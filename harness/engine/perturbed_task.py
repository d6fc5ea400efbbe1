"""A task whose texts are disturbed on their way to the model; everything else is its own."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from harness.core.abilities import PerturbationOfAll
from harness.core.capability import Capability
from harness.core.errors import ConfigError, HarnessError
from harness.core.estimate import Estimate
from harness.core.figure import Figure
from harness.core.identity import hash_json
from harness.core.ports import CorpusMetric, Metric, Perturbation, Task
from harness.core.request import Payload
from harness.core.response import Failure, FailureKind, Output
from harness.core.sample import Sample
from harness.core.score import Unscored


@dataclass(frozen=True, slots=True, kw_only=True)
class PerturbedTask:
    """The same samples by the same ids, so that each is the twin of a clean one."""

    task: Task
    perturbation: Perturbation
    seed: int
    _rewritten: dict[str, str | Failure] = field(default_factory=dict, repr=False, compare=False)
    """By sample id, what a perturbation that takes all texts at once has made of them."""
    _is_changed: dict[str, bool] = field(default_factory=dict, repr=False, compare=False)
    """Whether its text came out otherwise, by id of the samples drawn since the last remarks."""

    @property
    def n_samples(self) -> int:
        """As many as the task has; one that cannot be disturbed is asked as it is."""
        return self.task.n_samples

    @property
    def data_hash(self) -> str:
        """SHA-256 (hex) of the task's data and of what is done to them."""
        return hash_json(
            {
                "clean": self.task.data_hash,
                "perturbation": self.perturbation.label,
                "signature": dict(self.perturbation.signature),
                "seed": self.seed,
            }
        )

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """The task's."""
        return self.task.metrics

    @property
    def corpus_metrics(self) -> tuple[CorpusMetric, ...]:
        """The task's."""
        return self.task.corpus_metrics

    def samples(self) -> Iterator[Sample]:
        """Yield the samples with their texts disturbed; as it was, where that could not be."""
        for sample in self.task.samples():
            text = self._disturbed(sample)
            if self.unaskable(sample) is None:
                self._is_changed[sample.id] = text != sample.text
            yield replace(sample, text=text)

    def rewrite(self, known: Mapping[str, str | Failure], note: Callable[[str], None]) -> None:
        """Let a perturbation that takes all texts at once have them; for any other do nothing.

        It loads models of its own, and so is to be called before one is loaded that is asked.

        Args:
            known: what has come of texts before, by sample id; those are not disturbed again.
            note: is told what takes time.

        Raises:
            ConfigError: its models are set up wrongly.
        """
        if not isinstance(self.perturbation, PerturbationOfAll):
            return
        self._rewritten.update(known)
        rest = [one for one in self.task.samples() if one.id not in self._rewritten]
        texts = list(dict.fromkeys(sample.text for sample in rest))
        if not texts:
            return
        try:
            found = self.perturbation.perturb_all(texts, note)
        except ConfigError:
            raise
        except HarnessError as error:
            lost = Failure(kind=FailureKind.UNDISTURBED, message=str(error))
            found = [lost] * len(texts)
        by_text = dict(zip(texts, found, strict=True))
        self._rewritten.update((sample.id, by_text[sample.text]) for sample in rest)

    def unaskable(self, sample: Sample) -> Failure | None:
        """Return why the text of a sample could not be disturbed."""
        found = self._rewritten.get(sample.id)
        return found if isinstance(found, Failure) else None

    def ask(self, sample: Sample, capability: Capability) -> Payload:
        """Return the task's question about the disturbed text."""
        return self.task.ask(sample, capability)

    def read(self, sample: Sample, output: Output) -> Output | Unscored:
        """Return what the task reads."""
        return self.task.read(sample, output)

    def figures(self, estimates: Sequence[Estimate]) -> tuple[Figure, ...]:
        """Return the task's own charts."""
        return self.task.figures(estimates)

    def remarks(self) -> tuple[str, ...]:
        """Tell when most texts came out as they went in, and when the targets no longer hold."""
        n, n_changed = len(self._is_changed), sum(self._is_changed.values())
        self._is_changed.clear()
        found = []
        if 2 * n_changed < n:
            found.append(
                f"{self.perturbation.label} changed {n_changed} of the {n} texts asked; the others"
                " were asked as they are, and keep the drop small"
            )
        if n_changed and getattr(self.perturbation, "changes_target", False):
            found.append(
                f"{self.perturbation.label} changes what a text says; against the targets of the"
                " clean texts a drop is what a good model shows"
            )
        return tuple(found)

    def _disturbed(self, sample: Sample) -> str:
        if sample.id in self._rewritten:
            found = self._rewritten[sample.id]
            return sample.text if isinstance(found, Failure) else found
        # Drawn from the sample's own id: neither order, limit nor batch has a part in it.
        key = f"{self.seed}/{self.perturbation.label}/{sample.id}"
        return self.perturbation.perturb(sample.text, random.Random(key))  # noqa: S311 - no secret
