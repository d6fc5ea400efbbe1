"""BLEU, as sacrebleu counts it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar, Literal, TypeAlias

import numpy as np

from harness.core.errors import ConfigError
from harness.core.score import Direction, Quantity
from harness.suites.metrics.additive import Floats
from harness.suites.metrics.sacrebleu_statistics import (
    SacrebleuStatistics,
    ratio,
    sacrebleu_metrics,
)

N_ORDERS = 4
Tokenizer: TypeAlias = Literal[
    "13a", "intl", "zh", "ja-mecab", "ko-mecab", "char", "flores200", "none"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bleu(SacrebleuStatistics):
    """Corpus BLEU on a scale of 0 to 100, with sacrebleu's tokenizers and signature."""

    name: ClassVar[str] = "bleu"
    quantities: ClassVar[tuple[Quantity, ...]] = (
        Quantity(
            id="bleu",
            direction=Direction.HIGHER,
            definition="geometric mean of 1- to 4-gram precisions times the brevity penalty,"
            " over the whole set (Papineni et al. 2002; sacrebleu)",
            high=100.0,
            is_headline=True,
        ),
    )

    tokenize: Tokenizer = "13a"
    """Sacrebleu's tokenizer: ``13a`` for languages with spaces, ``zh``, ``ja-mecab``, ``ko-mecab``,
    ``char`` for any other, ``flores200`` when its model file is on this machine already."""
    lowercase: bool = False
    """Compare lower-cased texts."""
    smooth: Literal["exp", "floor", "add-k", "none"] = "exp"
    """What an n-gram order without any match counts (Chen and Cherry 2014)."""

    @property
    def columns(self) -> tuple[str, ...]:
        """Lengths, then matching and total n-grams of each order."""
        orders = range(1, N_ORDERS + 1)
        matches = tuple(f"n_matching_{order}grams" for order in orders)
        totals = tuple(f"n_{order}grams" for order in orders)
        return ("n_tokens", "n_reference_tokens", *matches, *totals)

    @property
    def scorer(self) -> Any:
        """Sacrebleu's BLEU."""
        return bleu_scorer(self.tokenize, lowercase=self.lowercase, smooth=self.smooth)

    def value(self, sums: Floats) -> Floats:
        """Apply sacrebleu's ``compute_bleu`` to each row."""
        matches, totals = sums[:, 2 : 2 + N_ORDERS], sums[:, 2 + N_ORDERS :]
        precisions = 100 * _smoothed_precisions(matches, totals, self.smooth)
        geometric_mean = np.exp(np.log(precisions).mean(axis=1))
        has_match = (matches > 0).any(axis=1)
        scores: Floats = np.where(has_match, _brevity_penalty(sums) * geometric_mean, 0.0)
        return scores[:, None]


def _brevity_penalty(sums: Floats) -> Floats:
    n_tokens, n_reference_tokens = sums[:, 0], sums[:, 1]
    excess = ratio(n_reference_tokens, n_tokens, otherwise=np.inf)
    return np.where(n_tokens < n_reference_tokens, np.exp(1 - np.maximum(excess, 1)), 1.0)


def _smoothed_precisions(matches: Floats, totals: Floats, smooth: str) -> Floats:
    """Return (b, orders); 0 for an order of which the answers hold no n-gram at all."""
    if smooth == "add-k":
        above_unigrams = np.arange(N_ORDERS) > 0
        matches, totals = matches + above_unigrams, totals + above_unigrams
    elif smooth == "floor":
        matches = np.where(matches > 0, matches, _FLOOR)
    elif smooth == "exp":
        halvings = np.cumsum(matches == 0, axis=1)
        matches = np.where(matches > 0, matches, 0.5**halvings)
    return ratio(matches, totals, otherwise=0.0)


_FLOOR = 0.1
"""Sacrebleu's default for ``floor``; its default k for ``add-k`` is 1."""


@lru_cache(maxsize=16)
def bleu_scorer(
    tokenize: str, *, lowercase: bool = False, smooth: str = "exp", effective_order: bool = False
) -> Any:
    """Return sacrebleu's BLEU with these options.

    Raises:
        ConfigError: sacrebleu, or what the tokenizer needs, is missing.
    """
    metrics = sacrebleu_metrics("bleu")
    if tokenize == "flores200":
        _require_flores_model()
    try:
        return metrics.BLEU(
            tokenize=tokenize,
            lowercase=lowercase,
            smooth_method=smooth,
            effective_order=effective_order,
            force=True,  # a hint on standard error about spaces before full stops, not a setting
        )
    except (ImportError, RuntimeError) as error:
        raise ConfigError(
            f"metric 'bleu', tokenize = {tokenize!r}",
            "the tokenizer's own package is not installed",
            "install the extra 'text'",
        ) from error


def _require_flores_model() -> None:
    """Sacrebleu would download the model on first use; a run fetches nothing on its own."""
    from sacrebleu.tokenizers.tokenizer_spm import SPM_MODELS
    from sacrebleu.utils import SACREBLEU_DIR

    model = Path(SACREBLEU_DIR, "models", Path(SPM_MODELS["flores200"]["url"]).name)
    if not model.is_file():
        raise ConfigError(
            "metric 'bleu', tokenize = 'flores200'",
            f"its model is not at {model}",
            "run sacrebleu once with this tokenizer, or choose 'char' or 'intl'",
        )
