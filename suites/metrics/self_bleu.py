"""Self-BLEU: how much the answers repeat one another."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from typing import Any, ClassVar, TypeAlias

import numpy as np

from harness.core.response import Generation, Output
from harness.core.sample import Sample
from harness.core.score import Direction, Quantity
from harness.suites.metrics.bleu import Bleu, Tokenizer, bleu_scorer
from harness.suites.metrics.tokenization import replace_lone_surrogates

_FEWEST = 2
Ngram: TypeAlias = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfBleu:
    """Mean sentence BLEU of each answer with all the others as its references."""

    name: ClassVar[str] = "self_bleu"
    quantities: ClassVar[tuple[Quantity, ...]] = (
        Quantity(
            id="self_bleu",
            direction=Direction.LOWER,
            definition="mean sentence BLEU of an answer against all other answers drawn (Zhu et"
            " al. 2018; sacrebleu, effective order); it grows with their number",
            high=100.0,
        ),
    )

    tokenize: Tokenizer = "13a"
    """Sacrebleu's tokenizer, as for BLEU."""
    max_answers: int = 500
    """At most this many answers are drawn and compared with each other."""
    seed: int = 0
    """Of the draw."""

    @property
    def signature(self) -> Mapping[str, str]:
        """Sacrebleu's tokenizer and version, and the draw."""
        bleu = Bleu(tokenize=self.tokenize).signature
        return {
            "tok": bleu["tok"],
            "eff": "yes",
            "max_answers": str(self.max_answers),
            "seed": str(self.seed),
            "version": bleu["version"],
        }

    def compute(self, samples: Sequence[Sample], outputs: Sequence[Output]) -> Mapping[str, float]:
        """Return the mean; nothing when there are fewer than two answers."""
        answers = self._draw(samples, outputs)
        if len(answers) < _FEWEST:
            return {}
        scorer = bleu_scorer(self.tokenize, effective_order=True)
        return {"self_bleu": float(np.mean(_scores(scorer, answers)))}

    def _draw(self, samples: Sequence[Sample], outputs: Sequence[Output]) -> list[str]:
        """Draw by a hash of the sample's id, so that leaving some out leaves the others drawn."""
        texts = [
            (_place(self.seed, sample.id), replace_lone_surrogates(output.text))
            for sample, output in zip(samples, outputs, strict=True)
            if isinstance(output, Generation)
        ]
        return [text for _, text in nsmallest(self.max_answers, texts)]


def _place(seed: int, sample_id: str) -> bytes:
    raw = f"{seed}:{sample_id}".encode("utf-8", "surrogatepass")
    return hashlib.blake2b(raw, digest_size=8).digest()


def _scores(scorer: Any, answers: Sequence[str]) -> list[float]:
    """Score each answer against the rest; every answer is split into n-grams once."""
    texts = [scorer._preprocess_segment(answer) for answer in answers]  # noqa: SLF001 - counts
    split = [scorer._extract_reference_info([text]) for text in texts]  # noqa: SLF001 - counts
    ngrams = [info["ref_ngrams"] for info in split]
    lengths = [info["ref_lens"][0] for info in split]
    most = _MostElsewhere(ngrams)
    scores = []
    for place, text in enumerate(texts):
        rest = {
            "ref_ngrams": most.elsewhere(place, ngrams[place]),
            "ref_lens": lengths[:place] + lengths[place + 1 :],
        }
        counts = scorer._compute_segment_statistics(text, rest)  # noqa: SLF001 - counts
        scores.append(scorer._compute_score_from_stats(counts).score)  # noqa: SLF001 - counts
    return scores


class _MostElsewhere:
    """For each n-gram, how often it stands in that other answer which has the most of it.

    BLEU clips by the maximum over references; here the references are all answers but one, so
    the two highest counts of each n-gram are enough to know it for every answer.
    """

    def __init__(self, ngrams: Sequence[Counter[Ngram]]) -> None:
        self._first: dict[Ngram, tuple[int, int]] = {}
        self._second: dict[Ngram, int] = {}
        for place, counts in enumerate(ngrams):
            for ngram, count in counts.items():
                self._add(ngram, count, place)

    def _add(self, ngram: Ngram, count: int, place: int) -> None:
        highest, _ = self._first.get(ngram, (0, -1))
        if count > highest:
            self._first[ngram] = (count, place)
            self._second[ngram] = highest
        elif count > self._second[ngram]:
            self._second[ngram] = count

    def elsewhere(self, place: int, ngrams: Counter[Ngram]) -> dict[Ngram, int]:
        """Return the highest count of each n-gram outside answer ``place``."""
        found = {}
        for ngram in ngrams:
            highest, owner = self._first[ngram]
            found[ngram] = self._second[ngram] if owner == place else highest
        return found
