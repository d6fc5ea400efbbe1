"""Classification of texts, by a classifier or, zero-shot, by a language model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from harness.core.capability import Capability
from harness.core.errors import ConfigError
from harness.core.ports import Task
from harness.sources.columns import Columns
from harness.sources.dataset import Dataset
from harness.sources.samples import SampleSet, read_samples
from harness.suites.fairness import Fairness
from harness.suites.frame import Frame
from harness.suites.label_questions import LabelQuestions, Wording, label_questions
from harness.suites.labels import ALL_METRICS, Labels, MetricName, labels_of
from harness.suites.sample_task import SampleTask


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassificationSuite:
    """One labelled data set for every kind of model.

    - A classifier is asked for its scores.
    - A language model that gives log-likelihoods is asked how likely each label's words are after
      the prompt; the probabilities are normalised over the labels.
    - A language model that only writes is asked for a label in words, and the answer is read
      strictly: the label is the whole answer, its last words or its first clause, with no negation
      before it and no other label beside it. Anything else is left unscored.
    """

    needs: ClassVar[tuple[Capability, ...]] = (
        Capability.CLASSIFIES,
        Capability.SCORES,
        Capability.GENERATES,
    )
    asks_about_text: ClassVar[bool] = True
    reads_a_label: ClassVar[bool] = True
    has_forms: ClassVar[bool] = True
    is_explainable: ClassVar[bool] = True

    data: Dataset
    """Where the texts are."""
    columns: Columns
    """Which column is what; ``target`` is required."""
    labels: tuple[str, ...] | None = None
    """All labels, in the order of tables; the data's own, sorted, when absent. A target that is
    not among them is an error."""
    positive: str | None = None
    """The positive one of two labels; the second when absent."""
    label_map: Mapping[str, str] = field(default_factory=dict)
    """A classifier's label to the data's, such as {LABEL_1 = "positive"}."""
    prompt: str = "{text}\n\nWhich of these labels fits the text: {labels}?\nLabel:"
    """What a language model is asked; ``{text}`` is the sample, ``{labels}`` all labels' words."""
    verbalisers: Mapping[str, str] = field(default_factory=dict)
    """The words that stand for a label, such as {"1" = "positive"}; by default the label itself."""
    delimiter: str | None = None
    """Between prompt and label: a space by default, nothing after a chat template."""
    chat: bool = False
    """Send the prompt as a user turn through the model's chat template."""
    system: str | None = None
    """A system turn (or, without chat, a first paragraph) before every prompt."""
    max_new_tokens: int = 16
    """Room for the label of a language model that only writes."""
    metrics: tuple[MetricName, ...] = ALL_METRICS
    """What to measure."""
    fairness: Fairness | None = None
    """Compare groups, such as { by = ["gender", "gender+age"] }: columns among
    ``columns.slices``."""

    def __post_init__(self) -> None:
        """Refuse impossible values."""
        if "{text}" not in self.prompt:
            raise ConfigError("prompt", "has no {text} in it", 'write prompt = "{text}\\nLabel:"')
        if self.columns.target is None:
            raise ConfigError("columns", "classification needs target", "add target = …")
        if self.max_new_tokens < 1:
            raise ConfigError("max_new_tokens", "must be at least 1", "write max_new_tokens = 16")
        if self.fairness is not None:
            self.fairness.check_columns(self.columns.slices)

    def prepare(self, *, limit: int | None, seed: int) -> SampleTask:
        """Read and check the texts and their labels."""
        sample_set = read_samples(
            self.data, self.columns, limit=limit, seed=seed, labels=self.labels
        )
        labels = labels_of(sample_set, self.labels, self.positive)
        questions = self._questions(labels)
        of_groups = () if self.fairness is None else self.fairness.metrics(sample_set, labels)
        return SampleTask(
            sample_set=sample_set,
            asking=lambda sample, capability: questions.ask(sample.text, capability),
            reading=lambda _, output: questions.read(output),
            metrics=(*labels.metrics(self.metrics), *of_groups),
        )

    def frame(self, clean: Task) -> Frame:
        """Return the words of ``prompt``; see ``FramingSuite.frame``."""
        assert isinstance(clean, SampleTask)
        assert isinstance(clean.sample_set, SampleSet)
        labels = labels_of(clean.sample_set, self.labels, self.positive)
        questions = self._questions(labels)
        return Frame(
            option="prompt",
            parts=questions.parts,
            values=lambda sample: questions.values(sample.text),
            put=lambda _, prompt, capability: questions.put(prompt, capability),
            labels=labels.names,
            label_words=tuple(questions.words.values()),
        )

    def _questions(self, labels: Labels) -> LabelQuestions:
        wording = Wording(
            prompt=self.prompt,
            delimiter=self.delimiter,
            chat=self.chat,
            system=self.system,
            max_new_tokens=self.max_new_tokens,
        )
        return label_questions(labels, self.verbalisers, self.label_map, wording)
