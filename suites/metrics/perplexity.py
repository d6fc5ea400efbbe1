"""How well a language model predicts text: perplexities and bits per byte."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from harness.core.response import Output, TokenLogLikelihoods
from harness.core.sample import Sample
from harness.core.score import Direction, Quantity, Score, Scored, Unscored
from harness.suites.metrics.additive import Additive, Floats

_SPACE = re.compile(r"\s+")


def _quantity(name: str, definition: str, *, low: float, is_headline: bool = False) -> Quantity:
    return Quantity(
        id=name,
        direction=Direction.LOWER,
        definition=definition,
        low=low,
        high=None,
        is_headline=is_headline,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Perplexity(Additive):
    """Perplexities pool all texts: the exponent is total log-likelihood over total count."""

    name: ClassVar[str] = "perplexity"
    columns: ClassVar[tuple[str, ...]] = ("log_likelihood", "n_tokens", "n_words", "n_bytes")
    quantities: ClassVar[tuple[Quantity, ...]] = (
        _quantity(
            "token_perplexity",
            "exp(-log-likelihood / tokens); only comparable between equal tokenizers",
            low=1.0,
            is_headline=True,
        ),
        _quantity(
            "word_perplexity",
            "exp(-log-likelihood / words split at white space) (lm-eval: word_perplexity)",
            low=1.0,
        ),
        _quantity(
            "bits_per_byte",
            "-log-likelihood / (bytes · ln 2), UTF-8; comparable between tokenizers"
            " (lm-eval: bits_per_byte)",
            low=0.0,
            is_headline=True,
        ),
        _quantity("nll_per_token", "-log-likelihood / tokens, in nats", low=0.0),
    )

    @property
    def signature(self) -> Mapping[str, str]:
        """Nothing can be set."""
        return {"words": "whitespace", "bytes": "utf-8"}

    def measure(self, sample: Sample, output: Output) -> Score:
        """Return (log-likelihood, tokens, words, bytes) of one text."""
        if not isinstance(output, TokenLogLikelihoods):
            return Unscored(f"token log-likelihoods are needed, not a {type(output).__name__}")
        total = math.fsum(output.values)
        if not math.isfinite(total):
            return Unscored("a token has probability 0 or an undefined one")
        n_bytes = len(sample.text.encode("utf-8", "surrogatepass"))
        n_words = len(_SPACE.split(sample.text))
        # Without any token, the quantities per token are infinite, and told as undefined.
        n_tokens = 0 if output.is_total else len(output.values)
        return Scored((total, float(n_tokens), float(n_words), float(n_bytes)))

    def value(self, sums: Floats) -> Floats:
        """Return the quantities of summed log-likelihood and counts."""
        loss, tokens, words, n_bytes = -sums[:, 0], sums[:, 1], sums[:, 2], sums[:, 3]
        return np.stack(
            [
                np.exp(loss / tokens),
                np.exp(loss / words),
                loss / (n_bytes * math.log(2)),
                loss / tokens,
            ],
            axis=1,
        )
