"""Explanations of a small model of known weights, each worked out by asking the model itself."""

from __future__ import annotations

import math
import random
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache

from fakes.synthetic_run import synthetic_run
from harness.core.estimate import Estimate
from harness.core.explained import SHARES, Attribution, Explained, Trial
from harness.core.explanations import Explanations, Kind, Mean, ShownSample
from harness.core.explanations import Method as Tried
from harness.core.run import Evaluation, Run
from harness.core.score import Direction, Quantity
from harness.engine.explained_samples import ExplainedSample, mean_of
from harness.engine.explained_words import global_words
from harness.engine.explanation_agreement import agreements_of
from harness.engine.explanation_verdicts import with_verdicts
from harness.engine.leaking_words import leaks_of, leant_words, target_counts
from harness.engine.shortcut_words import shortcuts_of

LABELS = ("bad", "good")
MODEL, SUITE = "reviews-lr", "movie sentiment"
WEIGHTS = {
    "wonderful": 3.2, "honest": 1.1, "warm": 0.9, "funny": 0.7, "film": 0.2, "but": -0.2,
    "slow": -0.8, "dull": -1.3, "loud": -0.6, "awful": -3.0, "rated": -0.1,
}  # fmt: skip
BIAS = -0.4
_PRAISE = ("wonderful", "honest", "warm", "funny")
_BLAME = ("slow", "dull", "loud", "awful")
_FILLERS = ("the", "film", "is", "a", "long", "story", "about", "people", "who", "never", "speak")
Mask = Sequence[bool]


def probabilities(words: Sequence[str]) -> tuple[float, float]:
    """Return what the model says of the words that are left."""
    score = BIAS + sum(WEIGHTS.get(re.sub(r"\W", "", word).lower(), 0.0) for word in words)
    good = 1 / (1 + math.exp(-score))
    return 1 - good, good


def reviews(n: int = 24, seed: int = 3) -> list[tuple[str, str]]:
    """Return texts with their targets; the words of one in five say the opposite of its target."""
    rng = random.Random(seed)
    found = []
    for number in range(n):
        target = LABELS[number % 2]
        says = LABELS[1 - number % 2] if number % 5 == 4 else target
        loaded = rng.sample(_PRAISE if says == "good" else _BLAME, 2)
        words = [*rng.sample(_FILLERS, 7), *loaded, *(["rated"] if target == "bad" else [])]
        rng.shuffle(words)
        found.append((" ".join(words).capitalize() + ".", target))
    return found


def spans_of(text: str) -> tuple[tuple[int, int], ...]:
    """Return where each word begins, and where the white space and signs behind it end."""
    return tuple(match.span() for match in re.finditer(r"\w+\W*", text))


Method = Callable[[Sequence[str], random.Random], list[float]]


def occlusion(words: Sequence[str], rng: random.Random) -> list[float]:
    """Return what the model loses of "good" with each word."""
    del rng
    whole = probabilities(words)[1]
    return [whole - probabilities([*words[:i], *words[i + 1 :]])[1] for i in range(len(words))]


def backwards(words: Sequence[str], rng: random.Random) -> list[float]:
    """Return the opposite of what is right."""
    return [-value for value in occlusion(words, rng)]


def dice(words: Sequence[str], rng: random.Random) -> list[float]:
    """Return values that know nothing of the model."""
    return [rng.gauss(0.0, 0.1) for _ in words]


METHODS: dict[str, Method] = {"occlusion": occlusion, "backwards": backwards, "dice": dice}


def explained(text: str, label: str) -> Explained:
    """Explain one text by one method, and try it."""
    spans = spans_of(text)
    words = [text[slice(*span)] for span in spans]
    rng = random.Random(f"{label}/{text}".encode("utf-8", "surrogatepass"))
    values = METHODS[label](words, rng)
    whole = probabilities(words)
    chosen = int(whole[1] > whole[0])
    of_chosen = [value if chosen else -value for value in values]
    ranks = sorted(range(len(words)), key=lambda part: (-of_chosen[part], part))
    draws = [rng.sample(range(len(words)), len(words)) for _ in range(5)]
    return Explained(
        outputs=LABELS,
        unit="probability",
        chosen=chosen,
        whole=whole,
        blank=probabilities(()),
        spans=spans,
        attribution=Attribution(values=tuple((-value, value) for value in values)),
        trial=_trial(words, ranks, chosen),
        random=tuple(_trial(words, order, chosen) for order in draws),
        infidelity=0.01,
        n_queries=len(words) + 2,
        n_sent=len(words),
    )


def _trial(words: Sequence[str], ranks: Sequence[int], chosen: int) -> Trial:
    without, alone = [], []
    for share in SHARES:
        first = set(ranks[: math.ceil(share * len(words))])
        without.append(probabilities([w for i, w in enumerate(words) if i not in first]))
        alone.append(probabilities([w for i, w in enumerate(words) if i in first]))
    return Trial(
        without=tuple(one[chosen] for one in without),
        alone=tuple(one[chosen] for one in alone),
        is_turned=tuple(one.index(max(one)) != chosen for one in without),
        is_kept=tuple(one.index(max(one)) == chosen for one in alone),
    )


@cache
def explained_samples() -> tuple[ExplainedSample, ...]:
    """Return all texts, each explained by all methods."""
    return tuple(
        ExplainedSample(
            id=f"r{number}",
            text=text,
            targets=(target,),
            cluster=f"sample r{number}",
            explained={label: explained(text, label) for label in METHODS},
        )
        for number, (text, target) in enumerate(reviews())
    )


@cache
def gain(label: str, name: str, direction: Direction) -> list[Estimate]:
    """Return what a trial of a method comes to, and by how much it differs from random ranks."""
    samples = explained_samples()
    rows = [_aopc(sample.explained[label], name) for sample in samples]
    columns = {
        name: [(own, s.cluster) for (own, _), s in zip(rows, samples, strict=True)],
        f"{name}_gain": [(own - by, s.cluster) for (own, by), s in zip(rows, samples, strict=True)],
    }
    return [
        _estimate(label, id_, mean_of(values, 0.95), direction) for id_, values in columns.items()
    ]


def _aopc(found: Explained, name: str) -> tuple[float, float]:
    def of(trial: Trial) -> float:
        left = trial.without if name == "comprehensiveness" else trial.alone
        return sum(found.whole[found.chosen] - value for value in left) / len(SHARES)

    return of(found.trial), sum(map(of, found.random)) / len(found.random)


def _estimate(label: str, id_: str, mean: Mean, direction: Direction) -> Estimate:
    return Estimate(
        model=MODEL, suite=f"{SUITE} ? {label}", metric="faithfulness",
        quantity=Quantity(id=id_, direction=direction, definition="mean over shares", low=-1.0),
        value=mean.value, interval=mean.interval, stderr=None, n=mean.n, n_unscored=0,
        n_clusters=mean.n,
    )  # fmt: skip


def method(label: str, /, **more: object) -> Tried:
    """Return a method as it was tried."""
    return replace(_tried()[label], **more)  # type: ignore[arg-type]


@cache
def _tried() -> dict[str, Tried]:
    """Return all methods, tested together."""
    tried = {
        f"{SUITE} ? {label}": [(one.cluster, one.explained[label]) for one in explained_samples()]
        for label in METHODS
    }
    tested = with_verdicts(list(map(_untested, METHODS)), tried, level=0.95, seed=0)
    return {one.label: one for one in tested}


def _untested(label: str) -> Tried:
    return Tried(
        suite=f"{SUITE} ? {label}",
        label=label,
        estimates=(
            *gain(label, "comprehensiveness", Direction.HIGHER),
            *gain(label, "sufficiency", Direction.LOWER),
        ),
        unit="probability",
        is_in_unit=True,
        version="1",
        n_explained=24,
    )


def explained_reviews(extra: Sequence[ShownSample] = ()) -> Explanations:
    """Return what the methods come to together."""
    samples = explained_samples()
    wrong = [one for one in samples if _choice(one) not in one.targets]
    right = [one for one in samples if _choice(one) in one.targets]
    words = global_words(samples, "occlusion", 0.95)
    leant = leant_words(samples, "occlusion")
    counts = target_counts(reviews(), leant)
    return Explanations(
        model=MODEL,
        suite=SUITE,
        level=0.95,
        methods=tuple(map(method, METHODS)),
        n_samples=len(samples),
        agreements=tuple(agreements_of(samples, list(METHODS), 0.95)),
        words=words.words,
        n_words=words.n_words,
        shortcuts=shortcuts_of(samples, "occlusion", 0.95),
        leaks=tuple(leaks_of(leant, counts, 0.95)),
        examples=(
            *(shown(one, Kind.SURE_AND_WRONG) for one in wrong[:2]),
            *(shown(one, Kind.RIGHT) for one in right[:3]),
            *extra,
        ),
    )


def shown(sample: ExplainedSample, kind: Kind) -> ShownSample:
    """Return a sample as an example."""
    return ShownSample(
        kind=kind,
        id=sample.id,
        text=sample.text,
        targets=sample.targets,
        explained=sample.explained,
    )


def _choice(sample: ExplainedSample) -> str:
    found = sample.explained["occlusion"]
    return found.outputs[found.chosen]


def explained_run() -> Run:
    """Return a run whose first suite is explained by all methods."""
    run = synthetic_run(n=30)
    twins = tuple(
        Evaluation(
            model=MODEL, suite=f"{SUITE} ? {label}", capability="classifies", n_samples=24,
            n_answered=24, clean=SUITE, explainer=label,
        )
        for label in METHODS
    )  # fmt: skip
    found = explained_reviews()
    estimates = (*run.estimates, *(each for one in found.methods for each in one.estimates))
    manifest = replace(run.manifest, evaluations=(*run.manifest.evaluations, *twins))
    return replace(run, manifest=manifest, estimates=estimates, explanations=(found,))
