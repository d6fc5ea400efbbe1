"""Likelihoods of single tokens given all others, from models that fill gaps."""

from __future__ import annotations

from harness.adapters.transformers.loaded import LoadedModel
from harness.adapters.transformers.masked import MaskedReader
from harness.adapters.transformers.scoring import ScoringQuestion, ScoringResponder, question
from harness.core.request import MaskedLogLikelihood, Request


class FillingResponder(ScoringResponder):
    """Answers ``MaskedLogLikelihood``, one row for each token that is asked about."""

    def __init__(self, loaded: LoadedModel, reader: MaskedReader) -> None:
        super().__init__(loaded, reader)
        self._masked = reader

    def read(self, request: Request) -> ScoringQuestion:
        """Return the rows, each with one token masked."""
        payload = request.payload
        assert isinstance(payload, MaskedLogLikelihood)
        return question([self._masked.gaps(payload)], is_rolling=True, is_shared=False)
