"""A task that asks about each sample in several forms, and reads the answers form by form."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from harness.core.capability import Capability
from harness.core.errors import ConfigError
from harness.core.estimate import Estimate
from harness.core.figure import Figure
from harness.core.identity import hash_json
from harness.core.ports import CorpusMetric, Metric, Task
from harness.core.request import Payload, QuestionGroup, SingleQuestion
from harness.core.response import AnswerGroup, Generation, LogLikelihoods, Output, SingleAnswer
from harness.core.sample import Sample
from harness.core.score import Unscored
from harness.suites.label_reading import from_likelihoods

MIN_FORMS = 2
"""One form has no other to differ from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One way to put a question."""

    name: str
    """Tells it from the others, in a few words."""
    shown: str = ""
    """What it looks like, fields in braces; empty where its name says all."""
    put: Callable[[Sample, Capability], Payload]
    """Makes the question about a sample."""
    arrange: Callable[[Sample, Output], Output] = lambda _, output: output
    """Puts what was read of a sample in the order in which this form shows it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormsTask:
    """The samples by their ids, each asked in every form; the first is the clean one."""

    clean: Task
    forms: tuple[Form, ...]
    label: str
    signature: Mapping[str, object]
    """What tells these forms from others of the same label."""
    metrics: tuple[Metric, ...]
    left_out: frozenset[str] = frozenset()
    """Ids of samples whose options speak of each other: these forms would change the question."""

    @property
    def n_samples(self) -> int:
        """As many as the clean task has, but for those left out."""
        return self.clean.n_samples - len(self.left_out)

    @property
    def data_hash(self) -> str:
        """SHA-256 (hex) of the clean task's data and of the forms that they are put in."""
        return hash_json(
            {
                "clean": self.clean.data_hash,
                "forms": self.label,
                "signature": dict(self.signature),
                "shown": [[form.name, form.shown] for form in self.forms],
                "left_out": sorted(self.left_out),
            }
        )

    @property
    def corpus_metrics(self) -> tuple[CorpusMetric, ...]:
        """None: they would take the forms of a sample for as many samples."""
        return ()

    def samples(self) -> Iterator[Sample]:
        """Yield the samples as they are."""
        return (one for one in self.clean.samples() if one.id not in self.left_out)

    def advice(self, capability: Capability) -> tuple[str, ...]:
        """Tell how many questions are left out."""
        del capability
        if not self.left_out:
            return ()
        told = f"{self.label} leaves out {len(self.left_out)} of {self.clean.n_samples} questions"
        why = "an option speaks of the others (none of the above, both A and B)"
        return (f"{told}, in which {why}: another form would ask something else",)

    def ask(self, sample: Sample, capability: Capability) -> Payload:
        """Return the question in every form."""
        asked = [form.put(sample, capability) for form in self.forms]
        questions = tuple(each for each in asked if isinstance(each, SingleQuestion))
        assert len(questions) == len(asked)
        return QuestionGroup(questions)

    def read(self, sample: Sample, output: Output) -> Output | Unscored:
        """Return what the clean task reads of each answer.

        A text of which the task reads nothing (it names no label) stays as it was written: to
        lose its way in one form is an answer to that form. Where anything else cannot be read,
        the sample is unscored: answers are held against each other.
        """
        if not isinstance(output, AnswerGroup) or len(output.answers) != len(self.forms):
            return Unscored(f"{len(self.forms)} answers are needed, one to each form")
        found: list[SingleAnswer] = []
        for form, answer in zip(self.forms, output.answers, strict=True):
            read = read_label(self.clean, sample, answer)
            if isinstance(read, Unscored) and isinstance(answer, Generation):
                found.append(answer)
                continue
            if isinstance(read, Unscored):
                return Unscored(f"form {len(found) + 1} ({form.name}): {read.reason}")
            arranged = form.arrange(sample, read)
            assert isinstance(arranged, SingleAnswer)
            found.append(arranged)
        return AnswerGroup(tuple(found))

    def figures(self, estimates: Sequence[Estimate]) -> tuple[Figure, ...]:
        """Return no chart: the metrics have their own."""
        del estimates
        return ()


def read_label(clean: Task, sample: Sample, output: Output) -> Output | Unscored:
    """Return what a task reads, the likelihoods of a sample's choices as scores of labels."""
    read = clean.read(sample, output)
    if isinstance(read, LogLikelihoods) and sample.choices:
        return from_likelihoods(read, sample.choices)
    return read


def check_number(n: int) -> None:
    """Refuse a number of forms among which nothing could differ.

    Raises:
        ConfigError: fewer than two.
    """
    if n < MIN_FORMS:
        raise ConfigError("n", f"must be at least {MIN_FORMS}, not {n}", f"write n = {MIN_FORMS}")
