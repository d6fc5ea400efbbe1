"""Likelihoods from models that read forward: each token given all before it."""

from __future__ import annotations

from harness.adapters.transformers.answering import RefusedError
from harness.adapters.transformers.encoding import Pair
from harness.adapters.transformers.loaded import LoadedModel
from harness.adapters.transformers.scoring_row import Query, Span
from harness.adapters.transformers.windows import rolling_windows
from harness.core.request import LogLikelihood, RollingLogLikelihood

Tokens = tuple[int, ...]
UNLIMITED_WINDOW = 2048
"""Window for long texts where the architecture has no limit of its own, as in
lm-evaluation-harness."""


class CausalReader:
    """Rows for a decoder-only model."""

    def __init__(self, loaded: LoadedModel) -> None:
        self._loaded = loaded
        self._encoder = loaded.encoder

    def continuations(self, payload: LogLikelihood) -> list[list[Span]]:
        """One span each; continuations of one token end up in one row."""
        pairs = [self._pair(payload, text) for text in payload.continuations]
        return [[self._span(self._context(pair), pair.continuation)] for pair in pairs]

    def text(self, payload: RollingLogLikelihood) -> list[Span]:
        """One span per window."""
        read = self._encoder.wrapped if payload.has_special_tokens else self._encoder.plain
        length = self._loaded.window or UNLIMITED_WINDOW
        windows = rolling_windows(read(payload.text), self._first_token(), length)
        spans = [self._span(window.context, window.targets) for window in windows]
        if not spans:
            raise RefusedError("the text is empty; it has no likelihood")
        return spans

    def _pair(self, payload: LogLikelihood, text: str) -> Pair:
        if payload.is_written:
            return self._encoder.written_pair(payload.prompt, text)
        return self._encoder.pair(payload.prompt, text, before_space=payload.is_split_before_space)

    def _context(self, pair: Pair) -> Tokens:
        context = pair.context if pair.is_chat else self._encoder.opened(pair.context)
        return context or (self._first_token(),)

    def _span(self, context: Tokens, targets: Tokens) -> Span:
        context = self._loaded.fitted(context, len(targets) - 1)
        tokens = (*context, *targets[:-1])
        self._loaded.check_fits(len(tokens))
        before = len(context) - 1
        return Span(tokens, tuple(Query(before + at, token) for at, token in enumerate(targets)))

    def _first_token(self) -> int:
        tokenizer = self._encoder.tokenizer
        for candidate in (tokenizer.bos_token_id, tokenizer.eos_token_id):
            if candidate is not None:
                return int(candidate)
        raise RefusedError(
            "the first token has nothing before it, and the tokenizer has neither BOS nor EOS"
        )
