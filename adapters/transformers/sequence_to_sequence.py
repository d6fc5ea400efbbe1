"""Likelihoods from encoder-decoder models: the prompt is encoded, the answer decoded."""

from __future__ import annotations

from harness.adapters.transformers.answering import RefusedError
from harness.adapters.transformers.causal import UNLIMITED_WINDOW
from harness.adapters.transformers.loaded import LoadedModel
from harness.adapters.transformers.scoring_row import Query, Span
from harness.adapters.transformers.windows import rolling_windows
from harness.core.request import LogLikelihood, RollingLogLikelihood

Tokens = tuple[int, ...]


class SequenceToSequenceReader:
    """Rows for an encoder-decoder model."""

    def __init__(self, loaded: LoadedModel) -> None:
        self._loaded = loaded
        self._encoder = loaded.encoder
        self._start = decoder_start(loaded)

    def continuations(self, payload: LogLikelihood) -> list[list[Span]]:
        """One span each: the continuation alone, tokenised by itself, is decoded."""
        return [[self._one(payload, text)] for text in payload.continuations]

    def text(self, payload: RollingLogLikelihood) -> list[Span]:
        """One span per window, decoded from an empty prompt."""
        source = self._encoder.wrap(()) or (self._start,)
        length = self._loaded.window or UNLIMITED_WINDOW
        windows = rolling_windows(self._encoder.plain(payload.text), self._start, length)
        spans = [self._span(source, window.context, window.targets) for window in windows]
        if not spans:
            raise RefusedError("the text is empty; it has no likelihood")
        return spans

    def _one(self, payload: LogLikelihood, continuation: str) -> Span:
        read = self._encoder.prompt_text(payload.prompt)
        is_whole = read.is_chat or payload.is_written
        prompt = read.text if is_whole else read.text.rstrip()
        tokens = self._encoder.plain(prompt)
        source = tokens if read.is_chat else self._encoder.wrap(tokens)
        targets = self._encoder.plain(read.text[len(prompt) :] + continuation)
        if not targets:
            raise RefusedError("a continuation is empty; it has no likelihood")
        return self._span(source or (self._start,), (self._start,), targets)

    def _span(self, source: Tokens, context: Tokens, targets: Tokens) -> Span:
        tokens = (*context, *targets[:-1])
        self._loaded.check_fits(max(len(source), len(tokens)))
        before = len(context) - 1
        queries = tuple(Query(before + at, token) for at, token in enumerate(targets))
        return Span(tokens, queries, source)


def decoder_start(loaded: LoadedModel) -> int:
    """Return the id that every decoder input starts with."""
    settings, config = loaded.model.generation_config, loaded.model.config
    own = getattr(config, "decoder_start_token_id", None)
    for candidate in (settings.decoder_start_token_id, own, settings.bos_token_id):
        if candidate is not None:
            return int(candidate)
    return loaded.pad_id
