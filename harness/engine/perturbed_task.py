"""A task whose texts are disturbed on their way to the model; everything else is its own."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

from harness.core.abilities import (
    PerturbationOfAll,
    RemarkingTask,
    RewordableTask,
    Reworded,
    TaskOfParts,
)
from harness.core.capability import Capability
from harness.core.errors import ConfigError, HarnessError
from harness.core.estimate import Estimate
from harness.core.figure import Figure
from harness.core.identity import hash_json
from harness.core.open_text import OpenText, draw_keys, version_of_open_texts
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
    """By text's key, what a perturbation that takes all texts at once has made of them."""
    _reworded: dict[str, Reworded | Failure] = field(
        default_factory=dict, repr=False, compare=False
    )
    """By sample id, the questions of a task that makes them of fields of documents."""
    _is_changed: dict[str, bool] = field(default_factory=dict, repr=False, compare=False)
    """Whether its text came out otherwise, by id of the samples drawn since the last remarks."""

    @property
    def n_samples(self) -> int:
        """As many as the task has; one that cannot be disturbed is asked as it is."""
        return self.task.n_samples

    @property
    def data_hash(self) -> str:
        """SHA-256 (hex) of the task's data and of what is done to them."""
        if isinstance(self.task, RewordableTask):
            changed: dict[str, object] = {"fields": dict(self.task.asked_fields())}
        else:
            changed = {**version_of_open_texts(self.task)}
        return hash_json(
            {
                "clean": self.task.data_hash,
                "perturbation": self.perturbation.label,
                "signature": dict(self.perturbation.signature),
                "seed": self.seed,
                **changed,
            }
        )

    @property
    def part_slices(self) -> tuple[str, ...]:
        """The task's, where it is one of parts."""
        return self.task.part_slices if isinstance(self.task, TaskOfParts) else ()

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
        for clean in self.task.samples():
            sample = self._disturbed(clean)
            if self.unaskable(clean) is None:
                self._is_changed[sample.id] = sample.text != clean.text
            yield sample

    def reword(self) -> None:
        """Have questions made anew whose texts are in documents; of any other task do nothing.

        To be called once, before samples are drawn. A perturbation that takes all texts at once
        does it when it has them, and here only learns that they can be had.

        Raises:
            ConfigError: it is not known which texts of a document are to be disturbed.
        """
        if not isinstance(self.task, RewordableTask):
            return
        if isinstance(self.perturbation, PerturbationOfAll):
            self.task.asked_fields()
        else:
            self._reword(self.task)

    def rewrite(self, known: Mapping[str, str | Failure], note: Callable[[str], None]) -> None:
        """Let a perturbation that takes all texts at once have them; for any other do nothing.

        It loads models of its own, and so is to be called before one is loaded that is asked.

        Args:
            known: what has come of texts before, by sample id; those are not disturbed again. Of
                no account where texts are in documents, since samples do not hold them.
            note: is told what takes time.

        Raises:
            ConfigError: its models are set up wrongly.
        """
        if not isinstance(self.perturbation, PerturbationOfAll):
            return
        is_rewordable = isinstance(self.task, RewordableTask)
        self._rewritten.update({} if is_rewordable else known)
        rest = {key: text for key, text in self._texts() if key not in self._rewritten}
        texts = list(dict.fromkeys(chain.from_iterable(text.stretches for text in rest.values())))
        found = self._all_disturbed(self.perturbation, texts, note) if texts else ()
        by_text = dict(zip(texts, found, strict=True))
        self._rewritten.update((key, _put_together(text, by_text)) for key, text in rest.items())
        if isinstance(self.task, RewordableTask):
            self._reword(self.task)

    def unaskable(self, sample: Sample) -> Failure | None:
        """Return why the text of a sample could not be disturbed."""
        found = self._reworded.get(sample.id) or self._rewritten.get(sample.id)
        return found if isinstance(found, Failure) else None

    def ask(self, sample: Sample, capability: Capability) -> Payload:
        """Return the task's question about the disturbed text."""
        found = self._reworded.get(sample.id)
        if isinstance(found, Reworded):
            return found.payload
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
        if isinstance(self.task, RemarkingTask):
            found += self.task.remarks()
        return tuple(found)

    def _disturbed(self, sample: Sample) -> Sample:
        if isinstance(self.task, RewordableTask):
            found = self._reworded[sample.id]
            return found.sample if isinstance(found, Reworded) else sample
        if sample.id in self._rewritten:
            text = self._rewritten[sample.id]
            return sample if isinstance(text, Failure) else sample.with_text(text)
        open_text = OpenText.of(sample)
        pairs = zip(draw_keys(sample), open_text.stretches, strict=True)
        return sample.with_text(open_text.filled([self._drawn(key, text) for key, text in pairs]))

    def _text_of(self, key: str, text: str) -> str | Failure:
        return self._rewritten[key] if key in self._rewritten else self._drawn(key, text)

    def _drawn(self, key: str, text: str) -> str:
        # Drawn from the sample's own id: neither order, limit nor batch has a part in it.
        seed = f"{self.seed}/{self.perturbation.label}/{key}"
        return self.perturbation.perturb(text, random.Random(seed))  # noqa: S311 - no secret

    def _texts(self) -> Iterator[tuple[str, OpenText]]:
        """Yield each text that is to be disturbed with a key of its own."""
        if not isinstance(self.task, RewordableTask):
            yield from ((sample.id, OpenText.of(sample)) for sample in self.task.samples())
            return
        for name, texts in self.task.wording().items():
            for field_name, text in texts.items():
                yield _key(name, field_name), OpenText(text, ((0, len(text)),))

    def _reword(self, task: RewordableTask) -> None:
        wording: dict[str, dict[str, str]] = {}
        lost: dict[str, Failure] = {}
        for name, texts in task.wording().items():
            wording[name] = {}
            for field_name, text in texts.items():
                found = self._text_of(_key(name, field_name), text)
                if isinstance(found, Failure):
                    lost[name] = found
                else:
                    wording[name][field_name] = found
        self._reworded.update({**task.reworded(wording), **lost})

    @staticmethod
    def _all_disturbed(
        perturbation: PerturbationOfAll, texts: Sequence[str], note: Callable[[str], None]
    ) -> Sequence[str | Failure]:
        try:
            return perturbation.perturb_all(texts, note)
        except ConfigError:
            raise
        except HarnessError as error:
            lost = Failure(kind=FailureKind.UNDISTURBED, message=str(error))
            return [lost] * len(texts)


def _put_together(text: OpenText, by_text: Mapping[str, str | Failure]) -> str | Failure:
    """Return the text with what has come of its stretches, or why one has come to nothing."""
    found: list[str] = []
    for stretch in text.stretches:
        new = by_text[stretch]
        if isinstance(new, Failure):
            return new
        found.append(new)
    return text.filled(found)


def _key(sample_id: str, field_name: str) -> str:
    return f"{sample_id}/{field_name}"
