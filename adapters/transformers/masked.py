"""Pseudo-log-likelihoods from models that fill gaps (Salazar et al. 2020, ACL).

Each token is masked in turn and predicted from all others, to the left and to the right; a text of
n tokens takes n rows. The sum is no probability of the text, and not to be compared with that of a
model that reads forward.
"""

from __future__ import annotations

from collections.abc import Iterable

from harness.adapters.transformers.answering import RefusedError
from harness.adapters.transformers.causal import UNLIMITED_WINDOW
from harness.adapters.transformers.loaded import LoadedModel
from harness.adapters.transformers.scoring_row import Query, Span
from harness.adapters.transformers.windows import chunks
from harness.core.request import LogLikelihood, RollingLogLikelihood

Tokens = tuple[int, ...]


class MaskedReader:
    """Rows for a masked language model."""

    def __init__(self, loaded: LoadedModel) -> None:
        self._loaded = loaded
        self._encoder = loaded.encoder
        self._mask = int(loaded.encoder.tokenizer.mask_token_id)

    def continuations(self, payload: LogLikelihood) -> list[list[Span]]:
        """One span per token of a continuation; the prompt is in full view."""
        pairs = [self._encoder.pair(payload.prompt, text) for text in payload.continuations]
        return [
            self._spans((*pair.context, *pair.continuation), len(pair.context)) for pair in pairs
        ]

    def text(self, payload: RollingLogLikelihood) -> list[Span]:
        """One span per token; a text longer than the window is cut into disjoint pieces."""
        n_special = len(self._encoder.prefix) + len(self._encoder.suffix)
        length = max(1, (self._loaded.window or UNLIMITED_WINDOW) - n_special)
        pieces = chunks(self._encoder.plain(payload.text), length)
        spans = [span for piece in pieces for span in self._spans(piece, 0)]
        if not spans:
            raise RefusedError("the text is empty; it has no likelihood")
        return spans

    def _spans(self, tokens: Tokens, first: int) -> list[Span]:
        whole = self._encoder.wrap(tokens)
        self._loaded.check_fits(len(whole))
        before = len(self._encoder.prefix)
        return list(self._each_masked(whole, range(before + first, before + len(tokens))))

    def _each_masked(self, whole: Tokens, positions: Iterable[int]) -> Iterable[Span]:
        for at in positions:
            yield Span((*whole[:at], self._mask, *whole[at + 1 :]), (Query(at, whole[at]),))
