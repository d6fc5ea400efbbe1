"""ROUGE, as rouge-score computes it, in any script."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar

from harness.core.score import Direction, Quantity
from harness.suites.metrics.against_references import AgainstReferences
from harness.suites.metrics.longest_common_subsequence import lcs_length
from harness.suites.metrics.mean_of_values import MeanOfValues
from harness.suites.metrics.required_package import required_version
from harness.suites.metrics.tokenization import Tokenize, TokenizerName, tokenizer_for


def _quantity(name: str, what: str, *, is_headline: bool = False) -> Quantity:
    return Quantity(
        id=name,
        direction=Direction.HIGHER,
        definition=f"F1 of {what}, best reference, mean over samples (Lin 2004; rouge-score)",
        is_headline=is_headline,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Rouge(AgainstReferences, MeanOfValues):
    """F-measures of shared n-grams and longest common subsequences, in [0, 1]."""

    name: ClassVar[str] = "rouge"
    quantities: ClassVar[tuple[Quantity, ...]] = (
        _quantity("rouge1", "shared words"),
        _quantity("rouge2", "shared pairs of words"),
        _quantity("rougeL", "the longest common subsequence", is_headline=True),
        _quantity("rougeLsum", "the union of each line's common subsequences"),
    )

    tokenizer: TokenizerName = "auto"
    """``default``: rouge-score's, a to z and 0 to 9 only. ``character``: letters and digits one by
    one. ``auto``: rouge-score's, but a reference with letters beyond ASCII is split into the words
    of its script, or into characters where the script writes no spaces."""
    stem: bool = False
    """Compare words of four letters and more by their Porter stem (English only)."""

    @property
    def signature(self) -> Mapping[str, str]:
        """The tokenizer, stemming, and rouge-score's version."""
        version = required_version("rouge-score", metric=self.name, extra="text")
        stem = "porter" if self.stem else "no"
        return {
            "tok": self.tokenizer,
            "stem": stem,
            "unicode": self.unicode,
            "rouge-score": version,
        }

    def compare(self, answer: str, references: tuple[str, ...]) -> tuple[float, ...]:
        """Return the best F-measure of each kind over the references."""
        tokenize = tokenizer_for(self.tokenizer, references)
        scorers = _scorers(tokenize, stem=self.stem)
        rows = [scorers.f_measures(reference, answer) for reference in references]
        return tuple(max(column) for column in zip(*rows, strict=True))


class _Scorers:
    """Rouge-score's scorers around one tokenizer."""

    def __init__(self, tokenize: Tokenize) -> None:
        from rouge_score.rouge_scorer import RougeScorer

        self.tokenize = tokenize
        self._ngrams = RougeScorer(["rouge1", "rouge2"], tokenizer=self)
        self._lines = RougeScorer(["rougeLsum"], tokenizer=self)

    def f_measures(self, reference: str, answer: str) -> tuple[float, float, float, float]:
        ngrams = self._ngrams.score(reference, answer)
        subsequence = self._subsequence(reference, answer)
        if "\n" in reference or "\n" in answer:
            lines = self._lines.score(reference, answer)["rougeLsum"].fmeasure
        else:
            lines = subsequence  # of single lines, the union is the subsequence itself
        return ngrams["rouge1"].fmeasure, ngrams["rouge2"].fmeasure, subsequence, lines

    def _subsequence(self, reference: str, answer: str) -> float:
        wanted, found = self.tokenize(reference), self.tokenize(answer)
        if not wanted or not found:
            return 0.0
        return 2 * lcs_length(wanted, found) / (len(wanted) + len(found))


@lru_cache(maxsize=8)
def _scorers(tokenize: Tokenize, *, stem: bool) -> Any:
    return _Scorers(_stemming(tokenize) if stem else tokenize)


def _stemming(tokenize: Tokenize) -> Tokenize:
    from nltk.stem.porter import PorterStemmer

    stemmer = PorterStemmer()
    shortest = 4

    def stems(text: str) -> list[str]:
        return [stemmer.stem(t) if len(t) >= shortest else t for t in tokenize(text)]

    return stems
