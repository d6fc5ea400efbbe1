"""Classification of texts, by a classifier or, zero-shot, by a language model."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from harness.core.capability import Capability
from harness.core.errors import ConfigError, did_you_mean
from harness.core.request import Classify, Generate, LogLikelihood, Payload
from harness.core.response import Classification, Generation, LogLikelihoods, Output
from harness.core.sample import Sample
from harness.core.score import Unscored
from harness.sources.columns import Columns
from harness.sources.dataset import Dataset
from harness.sources.samples import read_samples
from harness.suites.label_reading import LabelReader, from_likelihoods
from harness.suites.labels import ALL_METRICS, Labels, MetricName, aligned, labels_of
from harness.suites.prompting import prompt_of
from harness.suites.sample_task import SampleTask

_PLACEHOLDER = re.compile(r"\{(text|labels)\}")


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

    def __post_init__(self) -> None:
        """Refuse impossible values."""
        if "{text}" not in self.prompt:
            raise ConfigError("prompt", "has no {text} in it", 'write prompt = "{text}\\nLabel:"')
        if self.columns.target is None:
            raise ConfigError("columns", "classification needs target", "add target = …")
        if self.max_new_tokens < 1:
            raise ConfigError("max_new_tokens", "must be at least 1", "write max_new_tokens = 16")

    def prepare(self, *, limit: int | None, seed: int) -> SampleTask:
        """Read and check the texts and their labels."""
        sample_set = read_samples(
            self.data, self.columns, limit=limit, seed=seed, labels=self.labels
        )
        labels = labels_of(sample_set, self.labels, self.positive)
        words = _label_words(labels.names, self.verbalisers)
        exam = _Exam(suite=self, labels=labels, words=words, reader=LabelReader(words))
        _check_known("label_map", self.label_map.values(), labels.names)
        return SampleTask(
            sample_set=sample_set,
            asking=exam.ask,
            reading=exam.read,
            metrics=labels.metrics(self.metrics),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Exam:
    """The questions of a suite once its labels are known, and the way to read the answers."""

    suite: ClassificationSuite
    labels: Labels
    words: Mapping[str, str]
    reader: LabelReader

    def ask(self, sample: Sample, capability: Capability) -> Payload:
        if capability is Capability.CLASSIFIES:
            return Classify(text=sample.text)
        suite = self.suite
        parts = {"text": sample.text, "labels": ", ".join(self.words.values())}
        # In one pass, since a text may well hold the word "{labels}".
        text = _PLACEHOLDER.sub(lambda match: parts[match[1]], suite.prompt)
        prompt = prompt_of(text, chat=suite.chat, system=suite.system)
        if capability is Capability.SCORES:
            default = "" if suite.chat else " "
            delimiter = default if suite.delimiter is None else suite.delimiter
            continuations = tuple(delimiter + words for words in self.words.values())
            return LogLikelihood(prompt=prompt, continuations=continuations)
        # Without a chat template nothing but a line's end tells a model that the label is over.
        stop = () if suite.chat else ("\n",)
        return Generate(prompt=prompt, max_new_tokens=suite.max_new_tokens, stop=stop)

    def read(self, sample: Sample, output: Output) -> Output | Unscored:
        del sample
        if isinstance(output, Classification):
            return aligned(output, self.labels, self.suite.label_map)
        if isinstance(output, LogLikelihoods):
            return from_likelihoods(output, self.labels.names)
        if isinstance(output, Generation):
            return self.reader.classification(output.text)
        return Unscored(f"no label can be read from {type(output).__name__}")


def _label_words(names: tuple[str, ...], verbalisers: Mapping[str, str]) -> dict[str, str]:
    _check_known("verbalisers", verbalisers, names)
    label_words = {name: verbalisers.get(name, name) for name in names}
    spoken = list(label_words.values())
    if not all(word.strip() for word in spoken):
        raise ConfigError("verbalisers", "has an empty text", "give each label words to say")
    twice = sorted({word for word in spoken if spoken.count(word) > 1})
    if twice:
        raise ConfigError(
            "verbalisers", f"{twice[0]!r} stands for two labels", "give each label its own words"
        )
    return label_words


def _check_known(where: str, given: Iterable[str], names: tuple[str, ...]) -> None:
    for name in given:
        if name not in names:
            raise ConfigError(
                where, f"{name!r} is not among the data's labels", did_you_mean(name, names)
            )
