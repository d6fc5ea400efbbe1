"""What is worked out of explanations, against a slow computation of the same."""

from __future__ import annotations

import math
import random
from collections import Counter
from dataclasses import replace
from itertools import product

import pytest
from fakes.explained_reviews import (
    LABELS,
    METHODS,
    explained_reviews,
    explained_samples,
    method,
    probabilities,
    reviews,
)
from scipy.stats import spearmanr, t

from harness.core.explained import Attribution, Explained
from harness.core.explanations import Shortcuts, Trust
from harness.engine.explained_samples import (
    ExplainedSample,
    n_first,
    ranked_parts,
    word_of,
)
from harness.engine.explained_words import MIN_SUPPORT, global_words
from harness.engine.explanation_agreement import agreements_of
from harness.engine.leaking_words import TargetCounts, leaks_of, leant_words, target_counts
from harness.engine.shortcut_words import shortcuts_of

SAMPLES = explained_samples()


def of_chosen(explained: Explained) -> list[float]:
    return [row[explained.chosen] for row in explained.attribution.values]


def test_a_method_is_trusted_by_its_trials() -> None:
    found = {label: method(label).trust for label in METHODS}

    assert found == {
        "occlusion": Trust.TRUSTED,
        "backwards": Trust.WORSE,
        "dice": Trust.NOT_SHOWN,
    }
    assert replace(method("occlusion"), tests=()).trust is Trust.UNKNOWN
    right, wrong = method("occlusion").tests, method("dice").tests
    assert replace(method("dice"), tests=(right[0], wrong[1])).trust is Trust.HALF
    assert [one.label for one in explained_reviews().ranked] == ["occlusion", "dice", "backwards"]


def test_agreement_is_that_of_scipy_and_of_sets() -> None:
    (pair,) = (
        one
        for one in agreements_of(SAMPLES, list(METHODS), 0.95)
        if one.second == "dice" and one.first == "occlusion"
    )

    correlations, overlaps, chances = [], [], []
    for sample in SAMPLES:
        first, second = (of_chosen(sample.explained[one]) for one in ("occlusion", "dice"))
        correlations.append(float(spearmanr(first, second).statistic))
        k = math.ceil(0.2 * len(first))
        tops = [
            {i for _, i in sorted((-value, i) for i, value in enumerate(own))[:k]}
            for own in (first, second)
        ]
        overlaps.append(len(tops[0] & tops[1]) / k)
        chances.append(k / len(first))
    n = len(SAMPLES)
    mean = sum(correlations) / n
    assert pair.correlation.value == pytest.approx(mean, abs=1e-12)
    spread = math.sqrt(sum((x - mean) ** 2 for x in correlations) / (n - 1) / n)
    assert pair.correlation.interval is not None
    low = mean - float(t.ppf(0.975, n - 1)) * spread
    assert pair.correlation.interval.low == pytest.approx(low, abs=1e-9)
    assert pair.overlap.value == pytest.approx(sum(overlaps) / n)
    assert pair.by_chance == pytest.approx(sum(chances) / n)


def test_agreement_knows_no_ranks_of_rounding() -> None:
    chance = random.Random(0)
    twins = []
    for one in SAMPLES:
        own = one.explained["occlusion"]
        noisy = tuple(
            tuple(value + chance.uniform(-1e-14, 1e-14) for value in row)
            for row in own.attribution.values
        )
        twin = replace(own, attribution=replace(own.attribution, values=noisy))
        twins.append(replace(one, explained={"occlusion": own, "twin": twin}))

    (same,) = agreements_of(
        [
            replace(one, explained={**one.explained, "twin": one.explained["occlusion"]})
            for one in twins
        ],
        ["occlusion", "twin"],
        0.95,
    )
    (found,) = agreements_of(twins, ["occlusion", "twin"], 0.95)

    assert found == same
    assert found.correlation.value == pytest.approx(1.0, abs=1e-12)


def test_a_word_that_rounding_puts_first_is_no_shortcut() -> None:
    labels = list(METHODS)
    before = shortcuts_of(SAMPLES, labels[0], 0.95)
    tied = []
    for one in SAMPLES:
        own = one.explained[labels[0]]
        values = tuple((-1e-17 * at, 1e-17 * at) for at, _ in enumerate(own.attribution.values))
        flat = replace(own, attribution=replace(own.attribution, values=values))
        tied.append(replace(one, explained={labels[0]: flat}))

    assert before is not None
    assert shortcuts_of(tied, labels[0], 0.95) is None
    assert ranked_parts(tied[0].explained[labels[0]]) == list(range(len(values_of(tied[0]))))


def values_of(sample: ExplainedSample) -> tuple[tuple[float, ...], ...]:
    (explained,) = sample.explained.values()
    return explained.attribution.values


def test_intervals_of_agreement_stay_in_range() -> None:
    turned = [
        replace(one, explained={**one.explained, "twin": one.explained["occlusion"]})
        for one in SAMPLES[:4]
    ]
    other = turned[0].explained["dice"]
    turned[0] = replace(turned[0], explained={**turned[0].explained, "twin": other})

    (twin,) = agreements_of(turned, ["occlusion", "twin"], 0.95)
    (opposite,) = agreements_of(turned, ["backwards", "twin"], 0.95)

    for one in (twin, opposite):
        assert one.correlation.interval is not None
        assert one.overlap.interval is not None
        assert -1 <= one.correlation.interval.low <= one.correlation.interval.high <= 1
        assert 0 <= one.overlap.interval.low <= one.overlap.interval.high <= 1
    assert twin.correlation.interval is not None
    assert twin.correlation.interval.high == 1.0
    assert opposite.correlation.interval is not None
    assert opposite.correlation.interval.low == -1.0


def test_texts_that_methods_cut_otherwise_are_not_held_together() -> None:
    sample = SAMPLES[0]
    other = replace(sample.explained["dice"], spans=((0, 1),) * len(sample.explained["dice"].spans))
    apart = replace(sample, explained={**sample.explained, "dice": other})

    assert [
        (one.first, one.second, one.overlap.n)
        for one in agreements_of([apart, SAMPLES[1]], list(METHODS), 0.95)
    ] == [("occlusion", "backwards", 2), ("occlusion", "dice", 1), ("backwards", "dice", 1)]


def test_words_are_means_over_the_samples_that_have_them() -> None:
    found = global_words(SAMPLES, "occlusion", 0.95)

    slow: dict[str, list[float]] = {}
    for sample in SAMPLES:
        own = sample.explained["occlusion"]
        seen: dict[str, list[float]] = {}
        for (start, end), row in zip(own.spans, own.attribution.values, strict=True):
            word = sample.text[start:end].lower().strip(" .")
            seen.setdefault(word, []).append(row[1])
        for word, values in seen.items():
            slow.setdefault(word, []).append(sum(values) / len(values))
    kept = {word: values for word, values in slow.items() if len(values) >= MIN_SUPPORT}
    means = {word: sum(values) / len(values) for word, values in kept.items()}
    assert found.n_words == len(kept)
    shown = [one for one in found.words if one.output == "good"]
    expected = sorted((w for w in means if means[w] > 0), key=lambda word: -means[word])[:8]
    assert [one.word for one in shown] == expected
    for one in shown:
        assert one.mean.value == pytest.approx(means[one.word], abs=1e-12)
        assert one.mean.n == len(kept[one.word])
    assert {one.word for one in shown if one.is_shown} == set(expected) & holm_slowly(kept)


def holm_slowly(words: dict[str, list[float]]) -> set[str]:
    """Return the words that are other than 0: step by step, until the first that is not."""
    p_values = {}
    for word, values in words.items():
        n, mean = len(values), sum(values) / len(values)
        spread = math.sqrt(sum((x - mean) ** 2 for x in values) / (n - 1) / n)
        is_told = spread > 1e-12 * max(map(abs, values))
        p_values[word] = 2 * float(t.sf(abs(mean) / spread, n - 1)) if is_told else 1.0
    shown: set[str] = set()
    for place, word in enumerate(sorted(p_values, key=p_values.__getitem__)):
        if p_values[word] > 0.05 / (len(words) - place):
            break
        shown.add(word)
    return shown


def test_of_two_labels_each_word_is_told_on_one_side() -> None:
    found = global_words(SAMPLES, "occlusion", 0.95).words

    assert all((one.mean.value or 0.0) > 0 for one in found)
    sides = {label: {one.word for one in found if one.output == label} for label in LABELS}
    assert not sides["bad"] & sides["good"]


def test_a_method_of_the_chosen_output_alone_tells_of_it_alone() -> None:
    def narrowed(sample: ExplainedSample) -> ExplainedSample:
        own = sample.explained["occlusion"]
        values = tuple((row[own.chosen],) for row in own.attribution.values)
        one = replace(own, attribution=Attribution(values=values, columns=(own.chosen,)))
        return replace(sample, explained={"occlusion": one})

    narrow = [narrowed(sample) for sample in SAMPLES]
    found = global_words(narrow, "occlusion", 0.95).words

    assert [ranked_parts(one.explained["occlusion"]) for one in narrow] == [
        ranked_parts(one.explained["occlusion"]) for one in SAMPLES
    ]
    assert any((one.mean.value or 0.0) < 0 for one in found)


def test_a_shortcut_is_one_word_that_the_model_itself_is_content_with() -> None:
    found = shortcuts_of(SAMPLES, "occlusion", 0.95)

    assert found is not None
    blank = probabilities(())
    counts: Counter[tuple[str, str]] = Counter()
    n_tried = n_hits = 0
    for sample in SAMPLES:
        own = sample.explained["occlusion"]
        if blank.index(max(blank)) == own.chosen:
            continue
        n_tried += 1
        values = of_chosen(own)
        best = max(range(len(values)), key=values.__getitem__)
        word = sample.text[slice(*own.spans[best])].strip(" .").lower()
        alone = probabilities([word])
        if alone.index(max(alone)) == own.chosen:
            n_hits += 1
            counts[word, LABELS[own.chosen]] += 1
    assert (found.found.n_hits, found.found.n) == (n_hits, n_tried)
    often = {pair: n for pair, n in counts.items() if n > 1}
    assert {(one.word, one.output): one.n for one in found.words} == often


def test_shortcuts_stand_beside_words_drawn_at_random_and_no_other_method_adds_any() -> None:
    found = shortcuts_of(SAMPLES, "occlusion", 0.95)

    alone = [replace(one, explained={"occlusion": one.explained["occlusion"]}) for one in SAMPLES]
    assert shortcuts_of(alone, "occlusion", 0.95) == found
    tried = [own for one in SAMPLES if (own := one.explained["occlusion"]).chosen == 1]
    shares = [sum(each.is_kept[0] for each in own.random) / len(own.random) for own in tried]
    assert found is not None
    assert found.by_chance == pytest.approx(sum(shares) / len(shares))
    assert 0 < found.by_chance < 1


def test_a_word_that_is_enough_once_is_counted_and_not_named() -> None:
    known = shortcuts_of(SAMPLES, "occlusion", 0.95)
    assert known is not None
    word = known.words[0].word
    own = [one for one in SAMPLES if word in one.text.lower()][:1]

    found = shortcuts_of(own, "occlusion", 0.95)

    assert found is not None
    assert (found.found.n_hits, found.words) == (1, ())


def test_of_words_of_equal_value_none_is_called_a_shortcut() -> None:
    sample = next(one for one in SAMPLES if one.explained["occlusion"].chosen == 1)
    own = sample.explained["occlusion"]
    flat = replace(own, attribution=Attribution(values=((-0.1, 0.1),) * len(own.spans)))
    mute = replace(own, blank=(0.0, 0.0))
    neutral = replace(own, blank=(0.5, 0.5))

    def found(one: Explained) -> Shortcuts | None:
        return shortcuts_of([replace(sample, explained={"occlusion": one})], "occlusion", 0.95)

    assert found(own) is not None
    assert found(flat) is None
    assert found(mute) is None
    # A tie is read as the first output: what the model says of no words, and of neutral ones.
    assert found(neutral) is not None
    assert found(replace(neutral, chosen=0)) is None


def test_equal_values_agree_no_more_than_chance() -> None:
    sample = SAMPLES[0]
    own = sample.explained["occlusion"]
    flat = replace(own, attribution=Attribution(values=((0.0, 0.0),) * len(own.spans)))
    (pair,) = agreements_of(
        [replace(sample, explained={"occlusion": own, "dice": flat})], ["occlusion", "dice"], 0.95
    )

    assert pair.correlation.n == 0
    assert pair.overlap.value == pytest.approx(pair.by_chance)


def test_where_nothing_can_be_told_of_single_words_there_are_no_shortcuts() -> None:
    own = [
        sample for sample in SAMPLES if sample.explained["dice"].chosen == 0
    ]  # a blank text is taken for the same
    assert own
    assert shortcuts_of(own, "occlusion", 0.95) is None


def test_leaks_are_counted_in_all_texts_of_the_suite() -> None:
    texts = [(text, (target,)) for text, target in reviews(200)]
    leant = {"rated": 4, "film": 4, "once": 1, "good": 2}
    counts = target_counts([*texts, ("No good and nothing else", ("bad",))], leant)

    found = {one.word: one for one in leaks_of(leant, counts, 0.95)}

    assert set(found) == {"rated", "good"}
    rated = found["rated"]
    n_bad = sum(target == "bad" for _, target in reviews(200))
    assert (rated.label, rated.share.n_hits, rated.share.n) == ("bad", n_bad, n_bad)
    assert rated.base == pytest.approx((n_bad + 1) / 201)
    assert found["good"].is_name


def test_words_without_spaces_and_words_with_marks_are_counted_whole() -> None:
    texts = [("剧情非常无聊。", ("bad",)), ("无聊吗?ที่นี่", ("bad",)), ("Un café x", ("good",))]
    leant = {"无聊": 2, "ที่": 2, "café": 2, "聊": 2, "ท": 2}
    counts = target_counts(texts, leant)
    assert {word: n.total() for word, n in counts.n_with.items()} == {
        "无聊": 2,
        "ที่": 1,
        "café": 1,
        "聊": 0,
        "ท": 0,
    }
    assert word_of("ที่ ดี", (0, 4)) == "ที่"


@pytest.mark.parametrize(("n", "is_leak"), [(4, False), (40, True)])
def test_a_leak_needs_more_texts_than_chance_would_give(n: int, is_leak: bool) -> None:  # noqa: FBT001 - a parameter of the test
    counts = TargetCounts(n_texts=Counter(bad=100, good=100), n_with={"rated": Counter(bad=n)})

    assert bool(list(leaks_of({"rated": 3}, counts, 0.95))) == is_leak


def test_the_model_leans_on_the_first_fifth_of_the_words() -> None:
    counts: Counter[str] = Counter()
    for sample in SAMPLES:
        own = sample.explained["dice"]
        values = of_chosen(own)
        first = [i for _, i in sorted((-value, i) for i, value in enumerate(values))]
        k = math.ceil(0.2 * len(values))
        counts.update({word_of(sample.text, own.spans[i]) for i in first[:k]})

    assert leant_words(SAMPLES, "dice") == counts


@pytest.mark.parametrize(("share", "n"), [*product((0.01, 0.05, 0.1, 0.2, 0.5), (1, 7, 60, 700))])
def test_shares_of_parts_are_rounded_up_and_no_further(share: float, n: int) -> None:
    exact = math.ceil(round(share * 100) * n / 100)
    assert n_first(share, n) == exact
