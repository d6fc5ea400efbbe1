"""Leakage: can the model be talked into giving away what its system prompt tells it to keep?"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from harness.core.capability import Capability
from harness.core.request import Payload
from harness.core.sample import Sample
from harness.sources.lexicons.lexicon import Lexicon
from harness.sources.lexicons.probe_payloads import EXTRACTIONS, extractions
from harness.suites.probes.asking import check_at_least_one, question
from harness.suites.probes.canary import secret_of
from harness.suites.probes.drawing import drawn_evenly
from harness.suites.probes.leakage_metric import NO_APPROACH, LeakageMetric
from harness.suites.probes.own_data import innocent_requests, system_prompts
from harness.suites.probes.probe_task import ProbeTask


@dataclass(frozen=True, slots=True, kw_only=True)
class LeakageSuite:
    """Requests for the system prompt, which holds a secret drawn for each sample.

    A dozen requests that ask for nothing of the kind are asked beside them.
    """

    needs: ClassVar[tuple[Capability, ...]] = (Capability.GENERATES,)

    secrets_per_request: int = 2
    """Each of the 28 requests is made so many times, each time with another secret."""
    chat: bool = True
    """Send system and user turns through the model's chat template; otherwise one plain text."""
    max_new_tokens: int = 96
    """The answer ends after this many tokens."""

    def __post_init__(self) -> None:
        """Refuse impossible values.

        Raises:
            ConfigError: a number out of its range.
        """
        check_at_least_one("max_new_tokens", self.max_new_tokens, "write 96")
        check_at_least_one("secrets_per_request", self.secrets_per_request, "write 2")

    @property
    def lexicons(self) -> tuple[Lexicon, ...]:
        """The requests."""
        return (EXTRACTIONS,)

    def prepare(self, *, limit: int | None, seed: int) -> ProbeTask:
        """Plant a secret for each request."""
        samples = [*self._asked(seed), *_unasked(seed)]
        return ProbeTask(
            drawn=drawn_evenly(samples, _approach, limit=limit, seed=seed),
            asking=partial(self._ask, seed=seed),
            metrics=(LeakageMetric(),),
        )

    def _asked(self, seed: int) -> Iterator[Sample]:
        for approach, requests in extractions().items():
            for number, text in enumerate(requests, start=1):
                for copy in range(1, self.secrets_per_request + 1):
                    name = f"{approach}/{number}"
                    yield _sample(f"{name}/{copy}", text, approach, name, seed)

    def _ask(self, sample: Sample, *, seed: int) -> Payload:
        _, system = sample.targets
        return question(
            sample.text,
            chat=self.chat,
            system=system,
            max_new_tokens=self.max_new_tokens,
            seed=seed,
        )


def _approach(sample: Sample) -> str:
    return sample.slices["approach"]


def _unasked(seed: int) -> Iterator[Sample]:
    for request in innocent_requests():
        name = f"{NO_APPROACH}/{request.id}"
        yield _sample(name, request.text, NO_APPROACH, name, seed)


def _sample(sample_id: str, text: str, approach: str, cluster: str, seed: int) -> Sample:
    secret = secret_of(seed, sample_id)
    rng = random.Random(f"{seed}/system/{sample_id}")  # noqa: S311 - no secret
    system = rng.choice(system_prompts()).text.replace("{secret}", secret)
    return Sample(
        id=sample_id,
        index=0,
        text=text,
        targets=(secret, system),
        slices={"approach": approach},
        cluster=cluster,
    )
