"""The adapter with its model in memory."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import torch

from harness.adapters.transformers import TransformersAdapter
from harness.adapters.transformers.answering import Responder, answer
from harness.adapters.transformers.causal import CausalReader
from harness.adapters.transformers.classifying import ClassifyingResponder
from harness.adapters.transformers.embedding import EmbeddingResponder
from harness.adapters.transformers.generation import GenerationResponder
from harness.adapters.transformers.loaded import LoadedModel
from harness.adapters.transformers.masked import MaskedReader
from harness.adapters.transformers.precision import batch_budget
from harness.adapters.transformers.scoring import ScoringReader, ScoringResponder
from harness.adapters.transformers.sequence_to_sequence import SequenceToSequenceReader
from harness.core.capability import Capability
from harness.core.errors import AdapterError
from harness.core.identity import Identity
from harness.core.request import Request, capability_of
from harness.core.response import Exchange, Failure, FailureKind, Response

_READERS: dict[str, Callable[[LoadedModel], ScoringReader]] = {
    "causal": CausalReader,
    "seq2seq": SequenceToSequenceReader,
    "masked": MaskedReader,
}


class TransformersSession:
    """Answers requests in batches, each as soon as its batch is done."""

    def __init__(self, loaded: LoadedModel, options: TransformersAdapter) -> None:
        self._identity = loaded.identity
        self._options = options
        self._responders: dict[Capability, Responder[Any, Any]] = _responders(loaded, options)
        self._is_closed = False

    @property
    def identity(self) -> Identity:
        """Hashes of weights, tokenizer and template, and the settings that change answers."""
        return self._identity

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

    def close(self) -> None:
        """Let go of the model and of the memory that it held."""
        self._is_closed = True
        self._responders = {}
        gc.collect()
        if torch.cuda.is_available():
            torch.cuda.empty_cache()

    def _exchanges(self, requests: Sequence[Request]) -> Iterator[Exchange]:
        if self._is_closed:
            raise AdapterError("transformers: the session is closed; open the adapter again")
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
    if options.task == "classifier":
        return {Capability.CLASSIFIES: ClassifyingResponder(loaded, options.too_long)}
    if options.task == "encoder":
        return {Capability.EMBEDS: EmbeddingResponder(loaded, options.too_long)}
    reader = _READERS[options.task](loaded)
    responders: dict[Capability, Responder[Any, Any]] = {
        Capability.SCORES: ScoringResponder(loaded, reader)
    }
    if Capability.GENERATES in options.capabilities:
        responders[Capability.GENERATES] = GenerationResponder(loaded)
    return responders
