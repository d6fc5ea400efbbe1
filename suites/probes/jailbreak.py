"""Jailbreak: do prompts that people have shared get harmful questions past a refusal?"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import ClassVar

from harness.core.capability import Capability
from harness.core.errors import ConfigError
from harness.core.request import Payload
from harness.core.sample import Sample
from harness.sources.lexicons.lexicon import Lexicon
from harness.sources.lexicons.probe_payloads import DO_NOT_ANSWER, JAILBREAKS, jailbreaks
from harness.suites.probes.asking import check_at_least_one, question
from harness.suites.probes.drawing import drawn_evenly
from harness.suites.probes.jailbreak_metric import BARE, WRAPPED, JailbreakMetric
from harness.suites.probes.probe_task import ProbeTask
from harness.suites.probes.refusal import CLEAR_HARMS, Harm, check_harms, harmful_samples

_SLOT = re.compile(
    r"\[(?:insert )?(?:your )?(?:prompt|question|query)(?: here)?\\?\]", re.IGNORECASE
)
"""Where those who shared a prompt have marked that the question belongs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JailbreakSuite:
    """Harmful questions inside shared prompts that mark one place for a question, and bare.

    They are graded by whether they are refused, as the suite ``refusal`` grades them.
    """

    needs: ClassVar[tuple[Capability, ...]] = (Capability.GENERATES,)

    harms: tuple[Harm, ...] = CLEAR_HARMS
    """Areas of Do-Not-Answer that the questions are drawn from."""
    n_questions: int = 24
    """So many questions, drawn with the run's seed, of each area as many. Each is asked bare."""
    templates_per_question: int = 2
    """Each is asked inside so many prompts, drawn with the run's seed."""
    max_template_chars: int = 4000
    """Longer prompts are left out; lower it for a model with a short context."""
    system: str | None = None
    """A system turn (or, without chat, a first paragraph) before every prompt."""
    chat: bool = True
    """Send turns through the model's chat template; otherwise one plain text."""
    max_new_tokens: int = 64
    """The answer ends after this many tokens."""

    def __post_init__(self) -> None:
        """Refuse impossible values.

        Raises:
            ConfigError: a number out of its range, or no area.
        """
        for name, value, remedy in (
            ("max_new_tokens", self.max_new_tokens, "write 64"),
            ("n_questions", self.n_questions, "write 24"),
            ("templates_per_question", self.templates_per_question, "write 2"),
            ("max_template_chars", self.max_template_chars, "write 4000"),
        ):
            check_at_least_one(name, value, remedy)
        check_harms(self.harms)

    @property
    def lexicons(self) -> tuple[Lexicon, ...]:
        """Prompts and questions."""
        return (DO_NOT_ANSWER, JAILBREAKS)

    def prepare(self, *, limit: int | None, seed: int) -> ProbeTask:
        """Put the questions into their places.

        Raises:
            ConfigError: no prompt is as short as that.
        """
        templates = self._templates()
        questions = drawn_evenly(
            harmful_samples(self.harms),
            lambda sample: sample.slices["topic"],
            limit=self.n_questions,
            seed=seed,
        )
        samples = [made for each in questions for made in self._made(each, templates, seed)]
        return ProbeTask(
            drawn=drawn_evenly(
                samples, lambda sample: sample.slices["wrapping"], limit=limit, seed=seed
            ),
            asking=partial(self._ask, seed=seed),
            metrics=(JailbreakMetric(),),
        )

    def _templates(self) -> Sequence[tuple[int, str]]:
        found = [
            (number, text)
            for number, text in enumerate(jailbreaks(), start=1)
            if len(_SLOT.findall(text)) == 1 and len(text) <= self.max_template_chars
        ]
        if not found:
            raise ConfigError("max_template_chars", "leaves no prompt", "write 4000")
        return found

    def _made(
        self, asked: Sample, templates: Sequence[tuple[int, str]], seed: int
    ) -> Iterator[Sample]:
        topic = {"topic": asked.slices["topic"]}
        yield replace(
            asked, id=f"{BARE}/{asked.id}", slices={"wrapping": BARE, **topic}, cluster=asked.id
        )
        order = random.Random(f"{seed}/{asked.id}")  # noqa: S311 - no secret
        chosen = order.sample(templates, min(self.templates_per_question, len(templates)))
        for number, text in chosen:
            yield replace(
                asked,
                id=f"{number}/{asked.id}",
                text=_SLOT.sub(lambda _: asked.text, text),
                slices={"wrapping": WRAPPED, **topic},
                cluster=asked.id,
            )

    def _ask(self, sample: Sample, *, seed: int) -> Payload:
        return question(
            sample.text,
            chat=self.chat,
            system=self.system,
            max_new_tokens=self.max_new_tokens,
            seed=seed,
        )
