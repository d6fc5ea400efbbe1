"""What is asked again: questions about the user's own texts, or about the project's."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace

from harness.core.capability import Capability
from harness.core.request import (
    Classify,
    Embed,
    Generate,
    LogLikelihood,
    RollingLogLikelihood,
    SingleQuestion,
)
from harness.core.sample import Sample
from harness.sources.samples import content
from harness.suites.probes.own_data import benign_prompts, reading_tasks
from harness.suites.prompting import prompt_of


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnQuestions:
    """Questions about short texts, and everyday requests: all in English, of many lengths."""

    chosen: tuple[Sample, ...]

    @property
    def n_samples(self) -> int:
        """How many there are."""
        return len(self.chosen)

    @property
    def data_hash(self) -> str:
        """SHA-256 (hex) over all of them."""
        digest = hashlib.sha256()
        for sample in self.chosen:
            digest.update(content(sample))
        return digest.hexdigest()

    def __iter__(self) -> Iterator[Sample]:
        """Yield them in order."""
        return iter(self.chosen)


def own_questions(*, limit: int | None, seed: int) -> OwnQuestions:
    """Return the questions that come with the project.

    Args:
        limit: so many of them, drawn; all when None.
        seed: of the draw.
    """
    found = [*_reading(), *_requests()]
    if limit is not None and limit < len(found):
        rng = random.Random(seed)  # noqa: S311 - no secret
        found = [found[place] for place in sorted(rng.sample(range(len(found)), limit))]
    return OwnQuestions(
        chosen=tuple(replace(sample, index=index) for index, sample in enumerate(found))
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """How a question is put; see the options of the same names of the suite."""

    chat: bool
    system: str | None
    max_new_tokens: int
    stop: tuple[str, ...]
    temperature: float
    seed: int

    def ask(self, sample: Sample, capability: Capability) -> SingleQuestion:
        """Return the question about a sample, in the form the chosen capability answers."""
        if capability is Capability.CLASSIFIES:
            return Classify(text=sample.text)
        if capability is Capability.EMBEDS:
            return Embed(text=sample.text)
        alternatives = alternatives_of(sample)
        if capability is Capability.SCORES and not alternatives:
            return RollingLogLikelihood(text=sample.text)
        prompt = prompt_of(sample.text, chat=self.chat, system=self.system)
        if capability is Capability.SCORES:
            delimiter = "" if self.chat else " "
            return LogLikelihood(
                prompt=prompt, continuations=tuple(delimiter + text for text in alternatives)
            )
        return Generate(
            prompt=prompt,
            max_new_tokens=self.max_new_tokens,
            stop=self.stop,
            temperature=self.temperature,
            seed=self.seed,
        )


def alternatives_of(sample: Sample) -> tuple[str, ...]:
    """Return the continuations whose likelihoods are asked for; none where it is the text's own."""
    return sample.choices or sample.targets


def _reading() -> Iterator[Sample]:
    for task in reading_tasks():
        text = f"{task.document}\n\n{task.question}"
        yield Sample(id=f"reading/{task.id}", index=0, text=text, targets=task.answers)


def _requests() -> Iterator[Sample]:
    for request in benign_prompts():
        yield Sample(id=f"request/{request.id}", index=0, text=request.prompt)
