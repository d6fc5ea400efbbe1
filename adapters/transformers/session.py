"""The adapter with its model in memory."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import torch

from harness.adapters.transformers import TransformersAdapter
from harness.adapters.transformers.answering import Responder, answer
from harness.adapters.transformers.attending import AttentionResponder
from harness.adapters.transformers.causal import CausalReader
from harness.adapters.transformers.classifying import ClassifyingResponder
from harness.adapters.transformers.continuation_gradients import ContinuationGradientResponder
from harness.adapters.transformers.differentiating import GradientResponder
from harness.adapters.transformers.embedding import EmbeddingResponder
from harness.adapters.transformers.filling import FillingResponder
from harness.adapters.transformers.generation import GenerationResponder
from harness.adapters.transformers.loaded import LoadedModel
from harness.adapters.transformers.masked import MaskedReader
from harness.adapters.transformers.precision import batch_budget
from harness.adapters.transformers.scoring import ScoringReader, ScoringResponder
from harness.adapters.transformers.sequence_to_sequence import SequenceToSequenceReader
from harness.adapters.transformers.sizes import facts_of
from harness.adapters.transformers.timed_generation import time_requests
from harness.core.arrival import Arrival
from harness.core.capability import Capability
from harness.core.errors import AdapterError, ConfigError
from harness.core.identity import Identity
from harness.core.load import Tier
from harness.core.request import Request, capability_of
from harness.core.response import Exchange, Failure, FailureKind, Response
from harness.core.trace import Trace

_READERS: dict[str, Callable[[LoadedModel], ScoringReader]] = {
    "causal": CausalReader,
    "seq2seq": SequenceToSequenceReader,
}


class TransformersSession:
    """Answers requests in batches, each as soon as its batch is done."""

    def __init__(self, loaded: LoadedModel, options: TransformersAdapter) -> None:
        self._identity = loaded.identity
        self._options = options
        self._loaded: LoadedModel | None = loaded
        self._responders: dict[Capability, Responder[Any, Any]] = _responders(loaded, options)

    @property
    def identity(self) -> Identity:
        """Hashes of weights, tokenizer and template, and the settings that change answers."""
        return self._identity

    @property
    def is_pinned(self) -> bool:
        """Whether all code that runs is known: a checkpoint's own may fetch what it likes."""
        return not self._options.trust_remote_code

    def respond(self, requests: Sequence[Request]) -> Iterator[Exchange]:
        """Yield one exchange per request, in the order that costs least.

        Raises:
            AdapterError: the session is closed, or the model or its device broke down.
        """
        start = time.perf_counter()
        for exchange in self._exchanges(requests):
            response = exchange.answer
            if len(requests) == 1 and isinstance(response, Response):
                elapsed = time.perf_counter() - start
                yield Exchange(exchange.request, replace(response, latency_s=elapsed))
            else:
                yield exchange

    def remarks(self, capability: Capability) -> tuple[str, ...]:
        """Tell of questions that are scored row by row where most models share prompts."""
        options = self._options
        if capability is not Capability.SCORES or self._loaded is None:
            return ()
        sharing = self._loaded.sharing
        if sharing.windows is not None or options.task != "causal" or not options.share_prefixes:
            return ()
        return (f"prompts are not shared, since {sharing.reason}; scoring is slower",)

    def close(self) -> None:
        """Let go of the model and of the memory that it held."""
        self._loaded = None
        self._responders = {}
        gc.collect()
        if torch.cuda.is_available():
            torch.cuda.empty_cache()

    @property
    def tier(self) -> Tier:
        """The model runs in this process."""
        return Tier.IN_PROCESS

    def time(
        self, arrivals: Sequence[Arrival], *, concurrency: int | None
    ) -> Iterator[tuple[Request, Trace]]:
        """Carry out one load of ``Generate``, and then tell of each request.

        In a closed loop all requests under way are computed together; in an open loop, those that
        ``max_batch_tokens`` has room for, while the others wait. Tokens are those of the answers
        that ``respond`` gives.

        Raises:
            AdapterError: the session is closed, or the model or its device broke down.
            ConfigError: the model does not generate.
        """
        loaded, responder = self._opened(), self._responders.get(Capability.GENERATES)
        if not isinstance(responder, GenerationResponder):
            raise ConfigError(
                f"task = {self._options.task!r}",
                "the model writes no tokens that could be timed one by one",
                "time its whole answers",
            )
        budget = batch_budget(self._options)
        is_bounded = concurrency is not None and budget > 1
        try:
            for request, trace, _ in time_requests(
                loaded,
                responder,
                arrivals,
                concurrency=concurrency,
                budget=None if is_bounded else budget,
            ):
                yield request, trace
        except (RuntimeError, IndexError, ValueError) as error:
            raise AdapterError(f"transformers: the model broke down ({error})") from error

    def facts(self) -> Mapping[str, float]:
        """Return the sizes that a step's cost follows from; what is not known is absent.

        Raises:
            AdapterError: the session is closed.
        """
        return facts_of(self._opened().model)

    def _opened(self) -> LoadedModel:
        if self._loaded is None:
            raise AdapterError("transformers: the session is closed; open the adapter again")
        return self._loaded

    def _exchanges(self, requests: Sequence[Request]) -> Iterator[Exchange]:
        self._opened()
        by_capability: dict[Capability, list[Request]] = {}
        for request in requests:
            by_capability.setdefault(capability_of(request.payload), []).append(request)
        for capability, group in by_capability.items():
            responder = self._responders.get(capability)
            if responder is None:
                yield from (Exchange(request, self._unable(capability)) for request in group)
                continue
            try:
                yield from answer(responder, group, batch_budget(self._options))
            except (RuntimeError, IndexError, ValueError) as error:
                raise AdapterError(f"transformers: the model broke down ({error})") from error

    def _unable(self, capability: Capability) -> Failure:
        message = f"no {self._options.task} model {capability}; see the option task"
        return Failure(kind=FailureKind.REJECTED, message=message)


def _responders(
    loaded: LoadedModel, options: TransformersAdapter
) -> dict[Capability, Responder[Any, Any]]:
    is_cut = options.too_long == "truncate"
    if options.task == "encoder":
        return {Capability.EMBEDS: EmbeddingResponder(loaded, is_cut=is_cut)}
    if options.task == "masked":
        masked = MaskedReader(loaded)
        return {
            Capability.SCORES: ScoringResponder(loaded, masked),
            Capability.FILLS: FillingResponder(loaded, masked),
        }
    if options.task == "classifier":
        made: dict[Capability, Callable[[], Responder[Any, Any]]] = {
            Capability.CLASSIFIES: lambda: ClassifyingResponder(loaded, is_cut=is_cut),
            Capability.DIFFERENTIATES: lambda: GradientResponder(loaded, is_cut=is_cut),
        }
    else:
        made = {
            Capability.SCORES: lambda: ScoringResponder(loaded, _READERS[options.task](loaded)),
            Capability.GENERATES: lambda: GenerationResponder(loaded),
            Capability.DIFFERENTIATES: lambda: ContinuationGradientResponder(loaded),
        }
    is_continued = options.task != "classifier"
    made[Capability.ATTENDS] = lambda: AttentionResponder(
        loaded, is_cut=is_cut, is_continued=is_continued
    )
    return {can: make() for can, make in made.items() if can in options.capabilities}
