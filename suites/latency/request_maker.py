"""From a load point to the requests that are sent for it."""

from __future__ import annotations

from dataclasses import dataclass

from harness.core.capability import Capability
from harness.core.load import Load
from harness.core.request import Classify, Embed, Generate, Message, Payload, Request
from harness.suites.latency.prompts import PromptMaker


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestMaker:
    """Makes the requests of one round."""

    prompts: PromptMaker
    capability: Capability
    fixed_length: bool
    chat: bool
    seed: int

    def requests(self, load: Load, phase: str, n: int, n_words: int) -> list[Request]:
        """Return ``n`` requests, of a batched load as many times the batch size.

        Args:
            load: what is put on the model.
            phase: such as ``warm-up 1``; requests of two phases share no prompt.
            n: requests.
            n_words: length of each prompt.
        """
        place = f"{load.key}/{phase}"
        return [
            Request(f"{place}/{number}", self._payload(load, place, number, n_words))
            for number in range(n * (load.batch_size or 1))
        ]

    def _payload(self, load: Load, place: str, number: int, n_words: int) -> Payload:
        text = self.prompts.prompt(place, number, n_words)
        if self.capability is Capability.CLASSIFIES:
            return Classify(text=text)
        if self.capability is Capability.EMBEDS:
            return Embed(text=text)
        return Generate(
            prompt=(Message("user", text),) if self.chat else text,
            max_new_tokens=load.n_output_tokens,
            min_new_tokens=load.n_output_tokens if self.fixed_length else 0,
            seed=self.seed,
        )
