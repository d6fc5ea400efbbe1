"""Two sides paired by sample: what is counted, tested, left out and refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import sacrebleu
from fakes.paired_sides import SETTINGS, compared, side
from fakes.toy_suite import ToyCorpusMetric
from numpy.typing import NDArray
from scipy import stats
from statsmodels.stats.contingency_tables import mcnemar

from harness.core.comparison import Difference
from harness.core.response import Generation
from harness.core.sample import Sample
from harness.core.score import Scored
from harness.engine import resampled_difference
from harness.engine.compare import Compared, Side, blank, compare_pair
from harness.engine.corpus_difference import ReadAnswer, corpus_differences
from harness.engine.flips import MAX_FLIPS, MAX_MOVES
from harness.suites.metrics.bleu import Bleu
from harness.suites.metrics.confusion import Confusion
from harness.suites.metrics.exact_match import ExactMatch
from harness.suites.metrics.perplexity import Perplexity
from harness.suites.metrics.ranking import Ranking
from harness.suites.metrics.token_f1 import TokenF1

Floats = NDArray[np.float64]

MATCH, F1, BLEU = ExactMatch(), TokenF1(), Bleu()
LABELS = ("no", "yes")
CONFUSION = Confusion(labels=LABELS, positive="yes")


def right(n: int, seed: int, share: float = 0.6) -> Floats:
    return (np.random.default_rng(seed).random((n, 1)) < share).astype(float)


def row(found: Compared, quantity: str, part: tuple[str, str] | None = None) -> Difference:
    (one,) = [d for d in found.differences if (d.quantity.id, d.slice) == (quantity, part)]
    return one


def test_binary_scores_get_mcnemars_exact_test_with_few_that_disagree() -> None:
    a, b = np.ones((40, 1)), np.ones((40, 1))
    a[:2], b[3:12] = 0, 0
    found = row(compared(MATCH, a, b), "exact_match")
    table = [[0, 2], [9, 0]]
    assert found.p_value == pytest.approx(float(mcnemar(table, exact=True).pvalue))
    assert (found.n_higher, found.n_lower, found.n) == (2, 9, 40)
    assert found.difference == pytest.approx(-7 / 40)
    assert (found.baseline, found.candidate) == (38 / 40, 31 / 40)
    assert found.test == "mcnemar-exact"


def test_scores_on_a_scale_get_the_paired_t_test() -> None:
    rng = np.random.default_rng(0)
    a = rng.random((200, 3))
    b = np.clip(a + rng.normal(0.02, 0.1, size=a.shape), 0, 1)
    found = row(compared(F1, a, b), "token_f1")
    column = [quantity.id for quantity in F1.quantities].index("token_f1")
    expected = stats.ttest_rel(b[:, column], a[:, column])
    assert found.p_value == pytest.approx(float(expected.pvalue))
    assert found.test == "paired-t"
    assert found.detectable == pytest.approx(2.8 * (found.stderr or 0), rel=0.02)
    assert found.interval is not None
    assert found.interval.low < (found.difference or 0) < found.interval.high


def texts(n: int, seed: int, p_wrong: float) -> tuple[list[str], list[str]]:
    rng = np.random.default_rng(seed)
    words = np.array([*"abcdefghijklmnop"])
    references, answers = [], []
    for i in range(n):
        reference = words[np.random.default_rng(1000 + i).integers(len(words), size=14)]
        answer = reference.copy()
        wrong = rng.random(14) < p_wrong
        answer[wrong] = rng.choice(words, size=int(wrong.sum()))
        references.append(" ".join(reference))
        answers.append(" ".join(answer))
    return references, answers


def bleu_rows(references: list[str], answers: list[str]) -> Floats:
    rows = []
    for i, (reference, answer) in enumerate(zip(references, answers, strict=True)):
        sample = Sample(id=str(i), index=i, text="", targets=(reference,))
        score = BLEU.measure(sample, Generation(text=answer, finish_reason="stop"))
        assert isinstance(score, Scored)
        rows.append(score.statistics)
    return np.array(rows)


def test_bleu_is_tested_as_sacrebleus_paired_bootstrap_does() -> None:
    references, one = texts(150, 1, 0.3)
    _, other = texts(150, 2, 0.33)
    found = row(compared(BLEU, bleu_rows(references, one), bleu_rows(references, other)), "bleu")
    systems = [("a", one), ("b", other)]
    metrics = {"BLEU": sacrebleu.BLEU()}
    from sacrebleu.significance import PairedTest

    _, scores = PairedTest(systems, metrics, [references], test_type="bs", n_samples=2000)()
    theirs = scores["BLEU"][1]
    assert found.candidate == pytest.approx(theirs.score)
    assert found.test == "paired-bootstrap"
    assert found.p_value == pytest.approx(theirs.p_value, abs=0.03)


def test_samples_are_paired_by_id_whatever_their_order() -> None:
    a, b = right(50, 0), right(50, 1)
    ids = [f"q{i}" for i in range(50)]
    order = np.random.default_rng(2).permutation(50)
    straight = compare_pair(side({MATCH: a}), side({MATCH: b}, run="b"), [MATCH], SETTINGS)
    shuffled = compare_pair(
        side({MATCH: a}, ids=ids),
        side({MATCH: b[order]}, run="b", ids=[ids[i] for i in order]),
        [MATCH],
        SETTINGS,
    )
    assert shuffled.differences == straight.differences
    assert shuffled.moved == straight.moved


def test_what_one_side_has_not_scored_has_no_part_in_the_difference() -> None:
    a, b = right(60, 3), right(60, 4)
    b[5:9] = np.nan
    a[7] = np.nan
    found = compared(MATCH, a, b)
    one = row(found, "exact_match")
    both = np.isfinite(a[:, 0]) & np.isfinite(b[:, 0])
    assert (one.n, one.n_unpaired) == (int(both.sum()), 3)
    assert one.difference == pytest.approx(float(b[both].mean() - a[both].mean()))
    assert found.pair.candidate_coverage == pytest.approx(56 / 60)


def test_samples_of_one_side_alone_are_counted() -> None:
    a, b = right(30, 5), right(30, 6)
    found = compare_pair(
        side({MATCH: a}, ids=[f"q{i}" for i in range(30)]),
        side({MATCH: b}, run="b", ids=[f"q{i}" for i in range(10, 40)]),
        [MATCH],
        SETTINGS,
    )
    assert found.pair.n_common == 20
    assert found.pair.share_common == pytest.approx(0.5)
    assert row(found, "exact_match").n == 20
    assert row(found, "exact_match").n_unpaired == 20


def test_clustered_samples_count_as_their_clusters() -> None:
    rng = np.random.default_rng(7)
    hard = rng.normal(size=40).repeat(5)
    a = (hard + rng.normal(size=200) > 0).astype(float)[:, None]
    b = (hard + rng.normal(size=200) > 0.3).astype(float)[:, None]
    clusters = [f"document {i // 5}" for i in range(200)]
    found = compare_pair(
        side({MATCH: a}, clusters=clusters),
        side({MATCH: b}, run="b", clusters=clusters),
        [MATCH],
        SETTINGS,
    )
    one = row(found, "exact_match")
    assert (one.n, one.n_clusters, one.test) == (200, 40, "sign-flips-clustered")


def test_each_slice_is_compared_on_its_own() -> None:
    a, b = right(80, 8), right(80, 9)
    slices = {"language": ["de", "fr"] * 40}
    found = compare_pair(
        side({MATCH: a}, slices=slices), side({MATCH: b}, run="b"), [MATCH], SETTINGS
    )
    german = row(found, "exact_match", ("language", "de"))
    assert german.n == 40
    assert german.difference == pytest.approx(float(b[::2].mean() - a[::2].mean()))


@pytest.mark.parametrize("n", [5, 400])
def test_sides_that_agree_throughout_leave_an_interval_that_shrinks_with_n(n: int) -> None:
    a = right(n, 10)
    one = row(compared(MATCH, a, a.copy()), "exact_match")
    assert (one.test, one.p_value, one.difference) == ("identical", 1.0, 0.0)
    assert one.interval is not None
    assert one.interval.high == pytest.approx(3.84 / (n + 3.84), rel=0.01)
    assert (one.n_higher, one.n_lower) == (0, 0)


def test_of_a_number_without_bounds_the_interval_is_in_its_own_size() -> None:
    rows = np.random.default_rng(11).uniform(1, 9, size=(30, 4)) * (-1, 1, 1, 1)
    one = row(compared(Perplexity(), rows, rows.copy()), "token_perplexity")
    assert one.test == "identical"
    assert one.interval is not None
    assert one.baseline is not None
    assert one.interval.high == pytest.approx(one.baseline * 3.84 / (30 + 3.84), rel=0.01)


@pytest.mark.parametrize("n_moved", [2, 5, 12])
def test_few_samples_that_moved_are_tested_by_their_signs(n_moved: int) -> None:
    a = np.full((1000, 3), 0.5)
    b = a.copy()
    b[:n_moved] -= np.linspace(0.1, 0.2, n_moved)[:, None]
    one = row(compared(F1, a, b), "token_f1")
    assert one.test == "sign-flips"
    assert one.p_value == pytest.approx(2 / 2**n_moved)


@pytest.mark.parametrize("loss", [0.2, 4.0])
def test_what_all_samples_lose_alike_is_proven_though_it_has_no_spread(loss: float) -> None:
    a = np.full((40, 3), 5.0)
    one = row(compared(F1, a, a - loss), "token_f1")
    assert one.p_value is not None
    assert one.p_value < 1e-9
    assert one.interval is not None
    assert one.interval.low == pytest.approx(-loss)
    assert one.interval.high < 0


def test_two_samples_prove_nothing() -> None:
    a, b = np.full((2, 3), 0.9), np.array([[0.4] * 3, [0.4001] * 3])
    one = row(compared(F1, a, b), "token_f1")
    assert one.interval is None
    assert one.p_value == 0.5


def test_what_the_candidate_left_without_a_score_is_counted() -> None:
    a, b = np.ones((100, 1)), np.ones((100, 1))
    b[:7] = np.nan
    slices = {"part": ["x"] * 10 + ["y"] * 90}
    found = compare_pair(
        side({MATCH: a}, slices=slices), side({MATCH: b}, run="b"), [MATCH], SETTINGS
    )
    assert row(found, "exact_match").n_lost == 7
    assert row(found, "exact_match", ("part", "x")).n_lost == 7
    assert row(found, "exact_match", ("part", "y")).n_lost == 0


def test_a_value_that_is_infinite_alone_is_no_mean() -> None:
    rows = np.random.default_rng(0).uniform(5, 9, size=(40, 4)) * (-1, 1, 1, 1)
    rows[3, 2] = 0.0  # no word: the perplexity per word of this text alone is infinite
    worse = rows * (1.1, 1, 1, 1)
    one = row(compared(Perplexity(), rows, worse), "word_perplexity")
    assert one.test == "paired-bootstrap"
    assert one.interval is not None
    assert np.isfinite((one.interval.low, one.interval.high, one.p_value or 0.0)).all()


def test_too_few_samples_have_no_interval_of_a_resampled_number() -> None:
    references, one_side = texts(6, 1, 0.3)
    _, other_side = texts(6, 2, 0.3)
    a, b = bleu_rows(references, one_side), bleu_rows(references, other_side)
    one = row(compared(BLEU, a, b), "bleu")
    assert one.interval is None
    assert one.p_value is None
    assert "fewer than 10" in one.note


def classified(n: int, seed: int, share: float) -> Floats:
    rng = np.random.default_rng(seed)
    target = (np.arange(n) % 2).astype(float)
    is_right = rng.random(n) < share
    return np.stack([target, np.where(is_right, target, 1 - target)], axis=1)


def test_accuracy_is_a_mean_and_f1_is_not() -> None:
    found = compared(CONFUSION, classified(300, 0, 0.8), classified(300, 1, 0.75))
    accuracy, f1 = row(found, "accuracy"), row(found, "f1")
    assert accuracy.test.startswith(("paired-t", "mcnemar"))
    assert f1.test == "paired-bootstrap"
    assert f1.n_higher is None
    assert accuracy.n_higher is not None


def ranked(n: int, seed: int, skill: float) -> Floats:
    rng = np.random.default_rng(seed)
    hard = np.random.default_rng(99).normal(size=n)
    target = (np.arange(n) % 2).astype(float)
    score = 1 / (1 + np.exp(-(skill * (2 * target - 1) + hard + rng.normal(size=n))))
    return np.stack([target, score], axis=1)


def test_of_very_many_samples_groups_are_left_out_with_the_same_result(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    metric = Ranking(labels=LABELS, positive="yes")
    a, b = ranked(900, 0, 1.0), ranked(900, 1, 0.9)
    resampled = row(compared(metric, a, b), "roc_auc")
    monkeypatch.setattr(resampled_difference, "MANY", 500)
    grouped = row(compared(metric, a, b), "roc_auc")
    assert (resampled.test, grouped.test) == ("paired-bootstrap", "paired-jackknife")
    assert grouped.difference == resampled.difference
    assert grouped.stderr == pytest.approx(resampled.stderr, rel=0.25)


def test_the_samples_that_moved_most_come_first_and_the_losses_before_the_gains() -> None:
    a, b = right(500, 12), right(500, 13)
    moved = compared(MATCH, a, b).moved
    assert [item.is_better for item in moved] == [False] * MAX_FLIPS + [True] * MAX_FLIPS
    assert {(m.baseline_value, m.candidate_value) for m in moved} == {(1.0, 0.0), (0.0, 1.0)}
    scaled = compared(F1, np.random.default_rng(0).random((90, 3)), np.full((90, 3), 0.5)).moved
    assert len(scaled) == 2 * MAX_MOVES
    losses = [m.candidate_value - m.baseline_value for m in scaled[:MAX_MOVES]]
    assert losses == sorted(losses)


def test_where_lower_is_better_a_rise_is_a_loss() -> None:
    low = np.tile([-10.0, 10, 10, 40], (30, 1))
    high = low.copy()
    high[3, 0] = -20.0
    (moved,) = compared(Perplexity(), low, high).moved
    assert not moved.is_better
    assert moved.candidate_value > moved.baseline_value


def other(one: Side, **fields: Any) -> Side:
    return replace(one, evaluation=replace(one.evaluation, **fields))


@pytest.mark.parametrize(
    ("fields", "what", "words"),
    [
        ({"data_hash": "another"}, "data", "asked other data"),
        ({"suite_hash": "another"}, "code", "has other code"),
        ({"capability": "scores"}, "capability", "generates"),
        ({"metric_signatures": {"exact_match": "case:ignored"}}, "metric", "set otherwise"),
    ],
)
def test_what_is_not_the_same_question_is_named_and_not_compared(
    fields: dict[str, Any], what: str, words: str
) -> None:
    a, b = side({MATCH: right(20, 0)}), side({MATCH: right(20, 1)}, run="b")
    found = compare_pair(a, other(b, **fields), [MATCH], SETTINGS)
    (mismatch,) = found.pair.mismatches
    assert mismatch.what == what
    assert words in mismatch.sentence
    assert found.differences == ()
    forced = compare_pair(a, other(b, **fields), [MATCH], SETTINGS, is_forced=True)
    assert forced.pair.mismatches == found.pair.mismatches
    # Statistics of another metric mean another thing: no force can compare them.
    assert bool(forced.differences) is (what != "metric")


def test_a_changed_option_is_named_with_both_its_values() -> None:
    def with_prompt(one: Side, prompt: str) -> Side:
        spec = {"suite": [{"name": "questions", "suite": "generation", "system": prompt}]}
        return replace(one, manifest=replace(one.manifest, spec=spec))

    a = with_prompt(side({MATCH: right(20, 0)}), "Be brief.")
    b = with_prompt(other(side({MATCH: right(20, 1)}, run="b"), suite_hash="new"), "Be kind.")
    (mismatch,) = compare_pair(a, b, [MATCH], SETTINGS).pair.mismatches
    assert mismatch.what == "options"
    assert "'system'" in mismatch.sentence
    assert (mismatch.baseline, mismatch.candidate) == ("'Be brief.'", "'Be kind.'")


def test_parts_of_a_suite_have_differences_of_their_own_on_whole_sets() -> None:
    def answers(seed: int) -> dict[str, ReadAnswer]:
        rng = np.random.default_rng(seed)
        return {
            str(i): ReadAnswer(
                Sample(id=str(i), index=i, text="", targets=(), slices={"task": "ab"[i % 2]}),
                Generation(text=f"text {rng.integers(30) if i % 2 else 0}", finish_reason="stop"),
            )
            for i in range(120)
        }

    metric = ToyCorpusMetric()
    pair = compared(MATCH, right(4, 0), right(4, 1)).pair
    parts = replace(SETTINGS, part_slices=("task",))
    found = list(corpus_differences(answers(0), answers(1), metric, blank(pair, metric), parts))
    assert [(row.slice, row.n, row.test) for row in found] == [
        (None, 120, "paired-jackknife"),
        (("task", "a"), 60, "identical"),
        (("task", "b"), 60, "paired-jackknife"),
    ]
