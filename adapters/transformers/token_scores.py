"""How likely single tokens are, out of a table of logits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch

_LINES_PER_CHUNK = 256


class TokenScore(NamedTuple):
    """The answer to one query."""

    log_probability: float
    is_first_choice: bool


def token_scores(
    logits: torch.Tensor, lines: Sequence[int], targets: Sequence[int]
) -> list[TokenScore]:
    """Score one token after another.

    Args:
        logits: (lines, vocabulary).
        lines: the line that each token is scored by.
        targets: the tokens.
    """
    # A log-softmax would write a second table as large as the logits, in float32; the normaliser
    # of each line is all that is needed, and chunks bound the float32 copy that it takes.
    normaliser = torch.cat(
        [torch.logsumexp(chunk.float(), dim=-1) for chunk in logits.split(_LINES_PER_CHUNK)]
    )
    line = torch.tensor(lines, device=logits.device)
    target = torch.tensor(targets, device=logits.device)
    values = logits[line, target].float() - normaliser[line]
    is_first = logits.argmax(dim=-1)[line] == target
    return [TokenScore(*pair) for pair in zip(values.tolist(), is_first.tolist(), strict=True)]
