"""Text that a model writes: prompts into rows, one decoding loop per batch, texts out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from transformers import (
    GenerationConfig,
    LogitsProcessor,
    LogitsProcessorList,
    StoppingCriteria,
    StoppingCriteriaList,
)

from harness.adapters.stop_strings import first_stop
from harness.adapters.transformers.answering import RefusedError
from harness.adapters.transformers.batching import run_in_batches
from harness.adapters.transformers.continuous_batching import generate
from harness.adapters.transformers.encoding import TextEncoder
from harness.adapters.transformers.forward import pad
from harness.adapters.transformers.generation_row import GenerationRow
from harness.adapters.transformers.loaded import LoadedModel
from harness.adapters.transformers.quiet import quiet
from harness.adapters.transformers.sampling import RowSampler
from harness.adapters.transformers.stopping import (
    RowEnd,
    RowStops,
    n_held,
    special_stop_ids,
)
from harness.core.request import Generate, Request
from harness.core.response import Failure, FailureKind, Generation, Response, Usage

Tokens = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Written:
    """What the model wrote for a row."""

    text: str
    finish_reason: str
    n_tokens: int


@dataclass(frozen=True, slots=True)
class GenerationQuestion:
    """A request's one row."""

    rows: tuple[GenerationRow]

    def gather(self, results: Sequence[Written]) -> Response:
        """Wrap up the text."""
        written = results[0]
        return Response(
            output=Generation(text=written.text, finish_reason=written.finish_reason),
            usage=Usage(n_input_tokens=len(self.rows[0].tokens), n_output_tokens=written.n_tokens),
        )


class GenerationResponder:
    """Answers ``Generate``."""

    def __init__(self, loaded: LoadedModel) -> None:
        self._loaded = loaded
        self._is_pair = bool(loaded.model.config.is_encoder_decoder)

    def read(self, request: Request) -> GenerationQuestion:
        """Tokenise the prompt and see that the window has room for at least one new token."""
        asked = request.payload
        assert isinstance(asked, Generate)
        tokens = _prompt_tokens(self._loaded.encoder, asked, is_pair=self._is_pair)
        if asked.max_new_tokens < max(1, asked.min_new_tokens) or not tokens:
            least = "min_new_tokens" if asked.min_new_tokens > 1 else "1"
            reason = f"max_new_tokens is below {least}" if tokens else "the prompt is empty"
            raise RefusedError(reason)
        tokens = self._loaded.fitted(tokens, asked.max_new_tokens)
        is_greedy = asked.temperature <= 0
        row = GenerationRow(
            tokens=tokens,
            max_new_tokens=min(asked.max_new_tokens, self._room(len(tokens), asked)),
            stop=asked.stop,
            temperature=0.0 if is_greedy else asked.temperature,
            top_p=1.0 if is_greedy else asked.top_p,
            random_key="" if is_greedy else f"{asked.seed} {request.id}",
            min_new_tokens=asked.min_new_tokens,
        )
        return GenerationQuestion((row,))

    def compute(
        self, rows: Sequence[GenerationRow], max_batch_tokens: int
    ) -> Iterator[tuple[GenerationRow, Written | Failure]]:
        """Yield each row with its text."""
        loaded, windows = self._loaded, self._loaded.sharing.continuing
        if windows is None:
            yield from run_in_batches(rows, self.forward, max_batch_tokens)
            return
        for row, ids in generate(loaded, windows, rows, max_batch_tokens, end_ids(loaded)):
            yield row, ids if isinstance(ids, Failure) else self._written(row, ids)

    def forward(self, rows: Sequence[GenerationRow]) -> list[Written]:
        """Decode all rows until the last one is done; each row ends by its own rules."""
        return [self._written(row, ids) for row, ids in zip(rows, self.decode(rows), strict=True)]

    def decode(
        self,
        rows: Sequence[GenerationRow],
        processors: Sequence[LogitsProcessor] = (),
        criteria: Sequence[StoppingCriteria] = (),
    ) -> list[list[int]]:
        """Return the ids that are written for each row.

        Args:
            rows: one batch.
            processors: called for each new token when its logits are there.
            criteria: called for each new token when it is chosen.
        """
        loaded = self._loaded
        # An encoder looks both ways and reads from the left; a decoder is continued at its right.
        prompts = [row.tokens for row in rows]
        batch = pad(prompts, loaded.pad_id, loaded.device, left=not self._is_pair)
        ends = [RowEnd(row, loaded.encoder.tokenizer, end_ids(loaded)) for row in rows]
        stops = RowStops(ends)
        with torch.inference_mode(), quiet():
            ids = loaded.model.generate(
                input_ids=batch.input_ids,
                attention_mask=batch.attention_mask,
                generation_config=GenerationConfig(
                    do_sample=False,
                    max_new_tokens=max(row.max_new_tokens for row in rows),
                    pad_token_id=loaded.pad_id,
                ),
                logits_processor=LogitsProcessorList([*processors, RowSampler(rows, ends)]),
                stopping_criteria=StoppingCriteriaList([*criteria, stops]),
            )
        return [stops.kept(at, ids) for at in range(len(rows))]

    def _room(self, n_prompt_tokens: int, asked: Generate) -> int:
        window = self._loaded.window
        if window is None:
            return asked.max_new_tokens
        if self._is_pair:
            self._loaded.check_fits(n_prompt_tokens)
            return window
        if n_prompt_tokens >= window:
            raise RefusedError(
                f"a prompt of {n_prompt_tokens} tokens leaves no room in the window of {window}",
                FailureKind.TOO_LONG,
            )
        return window - n_prompt_tokens

    def _written(self, row: GenerationRow, ids: list[int]) -> Written:
        tokenizer = self._loaded.encoder.tokenizer
        text = tokenizer.decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=False)
        cut = first_stop(text, row.stop, held=n_held(row, tokenizer, ids))
        ends = end_ids(self._loaded) | special_stop_ids(row.stop, tokenizer)
        is_stopped = cut is not None or bool(ids and ids[-1] in ends)
        return Written(
            text=text[:cut],
            finish_reason="stop" if is_stopped else "length",
            n_tokens=len(ids),
        )


def end_ids(loaded: LoadedModel) -> frozenset[int]:
    """Return the ids with which the model ends a text."""
    given = loaded.model.generation_config.eos_token_id
    ids = given if isinstance(given, list) else [given]
    return frozenset(int(each) for each in ids if each is not None)


def _prompt_tokens(encoder: TextEncoder, asked: Generate, *, is_pair: bool) -> Tokens:
    tokens = encoder.prompt_tokens(asked.prompt)
    if is_pair and isinstance(asked.prompt, str):
        return encoder.wrap(encoder.plain(asked.prompt))
    return tokens
