"""Pseudo-log-likelihoods from models that fill gaps (Salazar et al. 2020, ACL).

Each token is masked in turn and predicted from all others, to the left and to the right; a text of
n tokens takes n rows. The sum is no probability of the text, and not to be compared with that of a
model that reads forward.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher

from harness.adapters.transformers.answering import RefusedError
from harness.adapters.transformers.causal import UNLIMITED_WINDOW
from harness.adapters.transformers.loaded import LoadedModel
from harness.adapters.transformers.scoring_row import Query, Span
from harness.adapters.transformers.windows import chunks
from harness.core.request import LogLikelihood, MaskedLogLikelihood, RollingLogLikelihood

Tokens = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Read:
    """A text with its special tokens, and where what is asked about begins and ends in it."""

    tokens: Tokens
    first: int
    stop: int


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

    def gaps(self, payload: MaskedLogLikelihood) -> list[Span]:
        """One span per token that is asked about.

        Raises:
            RefusedError: the text has no token, or none in common with the one beside it.
        """
        own = self._read(payload.prompt, payload.text)
        chosen = range(own.first, own.stop)
        if payload.beside is not None:
            other = self._read(payload.prompt, payload.beside)
            shared = _in_common(own.tokens, other.tokens, is_second=payload.is_second)
            chosen_here = [at for at in chosen if at in shared]
            if not chosen_here:
                raise RefusedError("the two texts have no token in common")
            return list(self._each_masked(own.tokens, chosen_here))
        return list(self._each_masked(own.tokens, chosen))

    def _read(self, prompt: str, text: str) -> _Read:
        pair = self._encoder.pair(prompt, text)
        whole = self._encoder.wrap((*pair.context, *pair.continuation))
        self._loaded.check_fits(len(whole))
        first = len(self._encoder.prefix) + len(pair.context)
        return _Read(whole, first, first + len(pair.continuation))

    def _spans(self, tokens: Tokens, first: int) -> list[Span]:
        whole = self._encoder.wrap(tokens)
        self._loaded.check_fits(len(whole))
        before = len(self._encoder.prefix)
        return list(self._each_masked(whole, range(before + first, before + len(tokens))))

    def _each_masked(self, whole: Tokens, positions: Iterable[int]) -> Iterable[Span]:
        for at in positions:
            yield Span((*whole[:at], self._mask, *whole[at + 1 :]), (Query(at, whole[at]),))


def _in_common(own: Tokens, other: Tokens, *, is_second: bool) -> frozenset[int]:
    """Return the places of tokens that the two have in common, in order."""
    pair = (other, own) if is_second else (own, other)
    matcher = SequenceMatcher(None, *pair)
    return frozenset(
        (block.b if is_second else block.a) + step
        for block in matcher.get_matching_blocks()
        for step in range(block.size)
    )
