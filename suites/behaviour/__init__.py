"""Behavioural tests in the three kinds of CheckList, filled from templates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from harness.core.capability import Capability
from harness.core.errors import ConfigError, did_you_mean
from harness.core.request import Payload
from harness.core.response import Output
from harness.core.sample import Sample
from harness.core.score import Unscored
from harness.sources.lexicons.lexicon import Lexicon
from harness.sources.source import Source
from harness.suites.behaviour.cases import cases_of
from harness.suites.behaviour.sheet import Sheet, read_sheet
from harness.suites.label_questions import LabelQuestions, Wording, label_questions
from harness.suites.labels import Labels
from harness.suites.question_groups import asked_together, read_each
from harness.suites.sample_task import SampleTask


@dataclass(frozen=True, slots=True, kw_only=True)
class BehaviourSuite:
    """What a model must do whatever its accuracy: simple texts, harmless changes, clear nudges.

    A TOML file holds templates and words (see docs/robustness_behaviour.md). Each case is a sample:
    a text with its label (``MFT``), or an original with its variants, whose labels stay
    (``INV``) or whose scores move (``DIR``). Models are asked as in a classification.
    """

    needs: ClassVar[tuple[Capability, ...]] = (
        Capability.CLASSIFIES,
        Capability.SCORES,
        Capability.GENERATES,
    )

    data: Source
    """The TOML file of tests, or its path."""
    labels: tuple[str, ...]
    """All labels that an answer may have."""
    label_map: Mapping[str, str] = field(default_factory=dict)
    """A classifier's label to the suite's, such as {LABEL_1 = "positive"}."""
    prompt: str = "{text}\n\nWhich of these labels fits the text: {labels}?\nLabel:"
    """What a language model is asked; ``{text}`` is the text, ``{labels}`` all labels' words."""
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

    def __post_init__(self) -> None:
        """Refuse impossible values."""
        if "{text}" not in self.prompt:
            raise ConfigError("prompt", "has no {text} in it", 'write prompt = "{text}\\nLabel:"')
        if len(set(self.labels)) < max(2, len(self.labels)):
            raise ConfigError("labels", "needs two or more, each once", 'write ["no", "yes"]')
        if self.max_new_tokens < 1:
            raise ConfigError("max_new_tokens", "must be at least 1", "write max_new_tokens = 16")

    @property
    def lexicons(self) -> tuple[Lexicon, ...]:
        """The word lists that the file of tests draws on."""
        return read_sheet(self.data).lexicons

    def prepare(self, *, limit: int | None, seed: int) -> SampleTask:
        """Read the tests and fill their templates."""
        from harness.suites.metrics.behaviour import Behaviour

        sheet = read_sheet(self.data)
        self._check_labels(sheet)
        cases = cases_of(sheet, limit=limit, seed=seed)
        exam = _Exam(self._questions(), {case.id: case.texts for case in cases.cases})
        expectations = {test.name: test.expectation for test in sheet.test}
        return SampleTask(
            sample_set=cases,
            asking=exam.ask,
            reading=exam.read,
            metrics=(Behaviour(expectations=expectations),),
        )

    def _questions(self) -> LabelQuestions:
        wording = Wording(
            prompt=self.prompt,
            delimiter=self.delimiter,
            chat=self.chat,
            system=self.system,
            max_new_tokens=self.max_new_tokens,
        )
        labels = Labels(names=self.labels, positive=None)
        return label_questions(labels, self.verbalisers, self.label_map, wording)

    def _check_labels(self, sheet: Sheet) -> None:
        for test in sheet.test:
            label = test.expectation.label
            if label and label not in self.labels:
                raise ConfigError(
                    f"test {test.name!r}",
                    f"{label!r} is not among the labels",
                    did_you_mean(label, self.labels),
                )


@dataclass(frozen=True, slots=True)
class _Exam:
    """The questions about each case."""

    questions: LabelQuestions
    texts: Mapping[str, tuple[str, ...]]
    """By id of the case."""

    def ask(self, sample: Sample, capability: Capability) -> Payload:
        texts = self.texts[sample.id]
        return asked_together([self.questions.ask(text, capability) for text in texts])

    def read(self, sample: Sample, output: Output) -> Output | Unscored:
        del sample
        return read_each(output, self.questions.read)
