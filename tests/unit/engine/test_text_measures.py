"""What judges make of pairs of texts, and what that comes to for a suite."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
import pytest

from harness.core.capability import Capability
from harness.core.identity import Identity
from harness.core.judge import Judge
from harness.core.ports import Session
from harness.core.request import Embed, Request, RollingLogLikelihood
from harness.core.response import (
    Embedding,
    Exchange,
    Failure,
    FailureKind,
    Generation,
    Output,
    Response,
    TokenLogLikelihoods,
)
from harness.core.text_measures import PairMeasured, ratio_of
from harness.engine.closeness import Unit, closeness_of
from harness.engine.text_measures import complaints, log_perplexity_ratios, similarities
from harness.stats.mean import mean_interval

Said: TypeAlias = Callable[[str], Output | Failure]
REFUSED = Failure(kind=FailureKind.TOO_LONG, message="512 tokens")


@dataclass
class Saying:
    """Says of a text what a function says."""

    said: Said
    asked: list[str] = field(default_factory=list)
    capabilities = frozenset(Capability)
    identity = Identity({"weights": "w"})

    def open(self) -> Session:
        return self

    def respond(self, requests: Sequence[Request]) -> Iterator[Exchange]:
        for request in requests:
            assert isinstance(request.payload, Embed | RollingLogLikelihood)
            text = request.payload.text
            self.asked.append(text)
            said = self.said(text)
            yield Exchange(request, said if isinstance(said, Failure) else Response(output=said))

    def close(self) -> None:
        """Nothing to give back."""


def judge_of(said: Said) -> tuple[Judge, Saying]:
    adapter = Saying(said)
    return Judge(name="j", adapter_name="saying", adapter=adapter), adapter


def silent(text: str) -> None:
    del text


def test_similarity_is_the_cosine_whatever_the_lengths() -> None:
    vectors = {"a": (3.0, 0.0), "b": (2.0, 2.0), "c": (0.0, 7.0), "d": (-1.0, 0.0)}
    judge, adapter = judge_of(lambda text: Embedding(vectors[text]))
    pairs = [("a", "b"), ("a", "c"), ("a", "d"), ("a", "a")]
    found = similarities(judge, pairs, silent)
    assert found == pytest.approx([math.sqrt(0.5), 0.0, -1.0, 1.0], abs=1e-6)
    assert adapter.asked == ["a", "b", "c", "d"]


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (REFUSED, "too_long: 512 tokens"),
        (Embedding((0.0, 0.0)), "a vector of length 0 points nowhere"),
        (Embedding((math.nan, 1.0)), "a vector of length nan points nowhere"),
        (Embedding((1.0, 2.0, 3.0)), "vectors of 2 and of 3 numbers cannot be compared"),
        (Generation(text="x", finish_reason="stop"), "Generation is no vector"),
    ],
)
def test_what_is_no_vector_leaves_no_value(said: Output | Failure, reason: str) -> None:
    judge, _ = judge_of(lambda text: said if text == "b" else Embedding((1.0, 1.0)))
    assert similarities(judge, [("a", "b"), ("a", "a")], silent) == [reason, pytest.approx(1.0)]


def test_perplexity_is_per_token_whatever_their_number() -> None:
    values = {"a": (-1.0, -3.0), "b": (-5.0, -2.0, -2.0, -3.0)}
    judge, _ = judge_of(lambda text: TokenLogLikelihoods(values=values[text]))
    (found,) = log_perplexity_ratios(judge, [("a", "b")], silent)
    # exp(3) over exp(2)
    assert found == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (REFUSED, "too_long"),
        (TokenLogLikelihoods(values=()), "without a token"),
        (TokenLogLikelihoods(values=(-7.0,), is_total=True), "not its number of tokens"),
        (TokenLogLikelihoods(values=(-math.inf,)), "impossible"),
        (Embedding((1.0,)), "Embedding tells nothing of tokens"),
    ],
)
def test_what_has_no_perplexity_leaves_no_value(said: Output | Failure, reason: str) -> None:
    known = TokenLogLikelihoods(values=(-1.0,))
    judge, _ = judge_of(lambda text: said if text == "b" else known)
    first, second = log_perplexity_ratios(judge, [("a", "b"), ("a", "a")], silent)
    assert reason in str(first)
    assert second == 0.0


def test_missing_values_are_told_with_the_first_reason() -> None:
    (told,) = complaints("meaning", "j", ["too_long: x", 0.5, "timeout: y"])
    assert told == (
        "meaning: judge 'j' gave no value on 2 of 3 changed texts, which are counted as missing;"
        " the first so: too_long: x"
    )
    assert list(complaints("meaning", "j", [0.5])) == []


def units(*values: tuple[float | None, float | None], clusters: str = "") -> list[Unit]:
    return [
        Unit(
            clusters[place] if clusters else str(place),
            PairMeasured(similarity=similarity, log_perplexity_ratio=logarithm),
        )
        for place, (similarity, logarithm) in enumerate(values)
    ]


def test_closeness_of_a_suite() -> None:
    known = units((0.9, 0.0), (0.7, math.log(2)), (0.95, math.log(8)), (None, None), (0.8, None))
    meaning, fluency = closeness_of(known, {"meaning": "m", "fluency": "f"}, 0.95)
    assert (meaning.n, meaning.n_missing, meaning.n_far, meaning.judge) == (4, 1, 1, "m")
    assert meaning.value == pytest.approx((0.9 + 0.7 + 0.95 + 0.8) / 4)
    assert meaning.interval is not None
    assert meaning.interval.low < 0.8375 < meaning.interval.high <= 1.0
    assert (fluency.n, fluency.n_missing, fluency.n_far) == (3, 2, None)
    assert fluency.value == pytest.approx(16 ** (1 / 3))
    assert fluency.interval is not None
    assert 0 < fluency.interval.low < 16 ** (1 / 3) < fluency.interval.high


def test_samples_of_one_cluster_tell_less() -> None:
    values = [(0.5 + 0.02 * (i // 4), None) for i in range(16)]
    (alone,) = closeness_of(units(*values), {"meaning": "m"}, 0.95)
    (clustered,) = closeness_of(units(*values, clusters="aaaabbbbccccdddd"), {"meaning": "m"}, 0.95)
    assert alone.interval is not None
    assert clustered.interval is not None
    plain = mean_interval(np.array([value for value, _ in values]))
    assert plain is not None
    assert alone.interval.low == pytest.approx(plain.low)  # nothing is skewed
    assert clustered.interval.high - clustered.interval.low > 1.5 * (plain.high - plain.low)


def test_nothing_known_is_no_number() -> None:
    meaning, fluency = closeness_of(units((None, None)), {"meaning": "m", "fluency": "f"}, 0.95)
    assert (meaning.value, meaning.interval, meaning.n, meaning.n_missing) == (None, None, 0, 1)
    assert (fluency.value, fluency.interval) == (None, None)
    assert list(closeness_of(units((0.5, 0.5)), {}, 0.95)) == []


def test_a_ratio_is_always_a_number_of_json() -> None:
    assert math.isfinite(ratio_of(1e9))
    assert PairMeasured(log_perplexity_ratio=math.log(3)).perplexity_ratio == pytest.approx(3)
    assert PairMeasured().perplexity_ratio is None
