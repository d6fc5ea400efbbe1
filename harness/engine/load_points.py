"""What is told beside a figure of one load point: whether it may be judged by, and what it means.

Answers that got shorter look faster, so that how long they are stands beside every speed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from harness.core.comparison import Comparison, Difference, Pair
from harness.core.run import Evaluation
from harness.core.swept_rates import texts_of_rates
from harness.engine.validity import evaluation_of

LENGTH = "n_out"
"""Stem of the quantity that counts the tokens of an answer."""
_SAME = 5e-4


def breach_at(load: str, comparison: Comparison, pair: Pair) -> str:
    """Return why no verdict may rest on figures of a load point, empty where one may.

    A knee is not among them: a rate whose requests fail is not sustained, which is what the top
    rates of a sweep are for, and a round has no knee where one is void otherwise. It is remarked.

    Args:
        load: key of the load point; empty for figures of none.
        comparison: with both manifests.
        pair: which suite and models.
    """
    return breach_of(load, _sides(comparison, pair))


def breach_of(load: str, sides: Iterable[tuple[str, Evaluation]]) -> str:
    """Return the same of two evaluations, each with the name of its side."""
    for side, done in sides:
        texts = done.breaches.get(load, ())
        if texts:
            return f"the {side}'s figures are not valid: {_first(texts)}"
    return ""


def unsteady_under(load: str, sides: Iterable[tuple[str, Evaluation]]) -> Iterator[str]:
    """Yield for each side why its figures of a load point are not to be relied on."""
    for side, done in sides:
        texts = _texts_on(load, done.unstable)
        if texts:
            yield f"the machine was not steady under the {side}: {_first(texts)}"


def remarks_on(comparison: Comparison) -> Iterator[tuple[str, ...]]:
    """Yield for each difference what a reader has to know beside its verdict."""
    pairs = {(pair.suite, pair.candidate_model): pair for pair in comparison.pairs}
    lengths = {
        (difference.suite, difference.model, difference.quantity.load): difference
        for difference in comparison.differences
        if difference.quantity.stem == LENGTH and difference.slice is None
    }
    for difference in comparison.differences:
        if difference.quantity.unit != "round" or not difference.quantity.load:
            yield ()
            continue
        key = (difference.suite, difference.model)
        length = lengths.get((*key, difference.quantity.load))
        yield (
            *(() if length in {None, difference} else _drift(length)),
            *_unsteady(difference.quantity.load, comparison, pairs[key]),
        )


def _drift(length: Difference | None) -> Iterator[str]:
    if length is None or not length.baseline or length.candidate is None:
        return
    drift = length.candidate / length.baseline - 1
    tokens = f"{length.candidate:.3g} tokens"
    if abs(drift) < _SAME:
        yield f"answers are as long as they were ({tokens})"
    else:
        yield f"answers are {abs(drift):.1%} {'longer' if drift > 0 else 'shorter'} ({tokens})"


def _unsteady(load: str, comparison: Comparison, pair: Pair) -> Iterator[str]:
    for side, done in _sides(comparison, pair):
        yield from unsteady_under(load, [(side, done)])
        if load not in done.breaches and (voids := _texts_on(load, done.breaches)):
            yield f"a rate was not valid under the {side}: {_first(voids)}"


def _first(texts: tuple[str, ...]) -> str:
    return f"{texts[0]} (and {len(texts) - 1} more)" if len(texts) > 1 else texts[0]


def _texts_on(load: str, told: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Return what is told of a load point; of a shape, what is told of any of its rates.

    A knee hangs on every rate of its sweep, and on no closed loop.
    """
    if load in told:
        return told[load]
    of_rates = texts_of_rates(load, told)
    return tuple(f"{key}, {text}" for key, texts in of_rates.items() for text in texts)


def _sides(comparison: Comparison, pair: Pair) -> Iterator[tuple[str, Evaluation]]:
    for side, manifest, model in (
        ("baseline", comparison.baseline, pair.baseline_model),
        ("candidate", comparison.candidate, pair.candidate_model),
    ):
        done = evaluation_of(manifest, pair.suite, model)
        if done is not None:
            yield side, done
