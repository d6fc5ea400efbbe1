"""Asks any kind of model for the label of a text, and reads its answer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from harness.core.capability import Capability
from harness.core.errors import ConfigError, did_you_mean
from harness.core.request import Classify, Generate, LogLikelihood, SingleQuestion
from harness.core.response import Classification, Generation, LogLikelihoods, Output
from harness.core.score import Unscored
from harness.sources.template import Part, parted
from harness.suites.label_reading import LabelReader, from_likelihoods
from harness.suites.labels import Labels, aligned
from harness.suites.prompting import prompt_of

_PLACEHOLDER = re.compile(r"\{(text|labels)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """How a language model is asked; see the options of the same names of a suite."""

    prompt: str
    delimiter: str | None
    chat: bool
    system: str | None
    max_new_tokens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelQuestions:
    """The questions of a suite once its labels are known, and the way to read the answers."""

    labels: Labels
    label_map: Mapping[str, str]
    words: Mapping[str, str]
    """What stands for each label, in the labels' order."""
    reader: LabelReader
    wording: Wording

    def ask(self, text: str, capability: Capability) -> SingleQuestion:
        """Return the question about a text, in the form the chosen capability answers."""
        if capability is Capability.CLASSIFIES:
            return Classify(text=text)
        values = self.values(text)
        return self.put("".join(part.filled(values) for part in self.parts), capability)

    @property
    def parts(self) -> tuple[Part, ...]:
        """What the prompt is made of; parted before it is filled, as a text may hold "{labels}"."""
        return parted(self.wording.prompt, _PLACEHOLDER)

    def values(self, text: str) -> dict[str, str]:
        """Return what stands in the prompt's fields."""
        return {"text": text, "labels": ", ".join(self.words.values())}

    def put(self, asked: str, capability: Capability) -> SingleQuestion:
        """Return the question that a language model is asked with these words."""
        wording = self.wording
        prompt = prompt_of(asked, chat=wording.chat, system=wording.system)
        if capability is Capability.SCORES:
            default = "" if wording.chat else " "
            delimiter = default if wording.delimiter is None else wording.delimiter
            continuations = tuple(delimiter + words for words in self.words.values())
            return LogLikelihood(prompt=prompt, continuations=continuations)
        # Without a chat template nothing but a line's end tells a model that the label is over.
        stop = () if wording.chat else ("\n",)
        return Generate(prompt=prompt, max_new_tokens=wording.max_new_tokens, stop=stop)

    def read(self, output: Output) -> Classification | Unscored:
        """Return the labels' scores that an answer comes to."""
        if isinstance(output, Classification):
            return aligned(output, self.labels, self.label_map)
        if isinstance(output, LogLikelihoods):
            return from_likelihoods(output, self.labels.names)
        if isinstance(output, Generation):
            return self.reader.classification(output.text)
        return Unscored(f"no label can be read from {type(output).__name__}")


def label_questions(
    labels: Labels,
    verbalisers: Mapping[str, str],
    label_map: Mapping[str, str],
    wording: Wording,
) -> LabelQuestions:
    """Return the questions for these labels.

    Args:
        labels: what the answers may be.
        verbalisers: the words for a label, where they are not the label itself.
        label_map: a classifier's label to the data's.
        wording: how a language model is asked.

    Raises:
        ConfigError: a table names a label that there is not, or words that cannot be told apart.
    """
    words = _label_words(labels.names, verbalisers)
    _check_known("label_map", label_map.values(), labels.names)
    return LabelQuestions(
        labels=labels,
        label_map=label_map,
        words=words,
        reader=LabelReader(words),
        wording=wording,
    )


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
