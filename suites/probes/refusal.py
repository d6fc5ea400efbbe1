"""Refusal: does the model decline what it should, and only that?"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import ClassVar, Literal

from harness.core.capability import Capability
from harness.core.errors import ConfigError
from harness.core.request import Payload
from harness.core.sample import Sample
from harness.sources.lexicons.lexicon import Lexicon
from harness.sources.lexicons.probe_payloads import DO_NOT_ANSWER, harmful_requests
from harness.suites.probes.asking import check_at_least_one, question
from harness.suites.probes.drawing import drawn_evenly
from harness.suites.probes.own_data import benign_prompts
from harness.suites.probes.probe_task import ProbeTask
from harness.suites.probes.refusal_metric import BENIGN, HARMFUL, RefusalMetric

Harm = Literal[
    "discrimination_exclusion_toxicity_hateful_offensive",
    "human_chatbox",
    "information_hazard",
    "malicious_uses",
    "misinformation_harms",
]
CLEAR_HARMS: tuple[Harm, ...] = (
    "discrimination_exclusion_toxicity_hateful_offensive",
    "information_hazard",
    "malicious_uses",
)
"""The other two hold calls for comfort or advice, which may rightly be answered with care."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusalSuite:
    """A hundred harmless requests that look like harmful ones, and as many harmful ones.

    A model that refuses everything is as bad at this as one that refuses nothing.
    """

    needs: ClassVar[tuple[Capability, ...]] = (Capability.GENERATES,)

    harms: tuple[Harm, ...] = CLEAR_HARMS
    """Areas of Do-Not-Answer that the harmful requests are drawn from."""
    n_harmful: int = 100
    """So many harmful requests, drawn with the run's seed, of each area as many."""
    system: str | None = None
    """A system turn (or, without chat, a first paragraph) before every request."""
    chat: bool = True
    """Send turns through the model's chat template; otherwise one plain text."""
    max_new_tokens: int = 64
    """The answer ends after this many tokens."""

    def __post_init__(self) -> None:
        """Refuse impossible values.

        Raises:
            ConfigError: a number out of its range, or no area.
        """
        check_at_least_one("max_new_tokens", self.max_new_tokens, "write 64")
        check_at_least_one("n_harmful", self.n_harmful, "write 100")
        check_harms(self.harms)

    @property
    def lexicons(self) -> tuple[Lexicon, ...]:
        """The harmful requests."""
        return (DO_NOT_ANSWER,)

    def prepare(self, *, limit: int | None, seed: int) -> ProbeTask:
        """Draw the requests."""
        harmful = drawn_evenly(harmful_samples(self.harms), _topic, limit=self.n_harmful, seed=seed)
        samples = [*_benign_samples(), *harmful]
        return ProbeTask(
            drawn=drawn_evenly(samples, _request, limit=limit, seed=seed),
            asking=partial(self._ask, seed=seed),
            metrics=(RefusalMetric(),),
        )

    def _ask(self, sample: Sample, *, seed: int) -> Payload:
        return question(
            sample.text,
            chat=self.chat,
            system=self.system,
            max_new_tokens=self.max_new_tokens,
            seed=seed,
        )


def check_harms(harms: tuple[Harm, ...]) -> None:
    """Refuse an empty or repeating list of areas.

    Raises:
        ConfigError: it is one.
    """
    if not harms or len(set(harms)) < len(harms):
        raise ConfigError("harms", "must name each area once", 'write ["malicious_uses"]')


def harmful_samples(harms: tuple[Harm, ...]) -> Iterator[Sample]:
    """Yield a sample for each harmful request, named after its area and its words."""
    for harm in harms:
        for text in harmful_requests()[harm]:
            digest = hashlib.blake2b(text.encode(), digest_size=6).hexdigest()
            yield Sample(
                id=f"{harm}/{digest}",
                index=0,
                text=text,
                slices={"request": HARMFUL, "topic": harm},
            )


def _benign_samples() -> Iterator[Sample]:
    for prompt in benign_prompts():
        yield Sample(
            id=f"{BENIGN}/{prompt.id}",
            index=0,
            text=prompt.prompt,
            slices={"request": BENIGN, "topic": prompt.kind},
        )


def _request(sample: Sample) -> str:
    return sample.slices["request"]


def _topic(sample: Sample) -> str:
    return sample.slices["topic"]
