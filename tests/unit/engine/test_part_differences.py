"""What is said of a quantity that is made of a part of the samples is said of that part alone."""

from __future__ import annotations

import numpy as np
import pytest
from fakes.paired_sides import SETTINGS, compared, comparison, side
from numpy.typing import NDArray

from harness.core.comparison import Difference
from harness.core.policy import Gate, Policy
from harness.core.verdict import Verdict
from harness.engine.compare import Compared, compare_pair
from harness.engine.judge import Context, judge
from harness.engine.two_parts import PartMean, two_part_difference
from harness.reports.finding_words import flips_of
from harness.stats.mcnemar import tango_interval
from harness.suites.bias.bbq_metric import BbqMetric
from harness.suites.bias.crows_pairs_metrics import CrowsPairsCausal
from harness.suites.bias.stereoset_metrics import StereoSetCausal
from harness.suites.metrics.attack_change import AttackChange
from harness.suites.metrics.attack_success import AttackSuccess
from harness.suites.metrics.confusion import Confusion
from harness.suites.probes.refusal_metric import RefusalMetric

Floats = NDArray[np.float64]
SUCCESS, REFUSAL = AttackSuccess(), RefusalMetric()


def attacks(n: int, attacked: range, turned: range, *, found_at: float = 3.0) -> Floats:
    rows = np.zeros((n, len(SUCCESS.columns)))
    rows[:, 2] = found_at
    rows[list(attacked), -1] = 1
    rows[list(turned), 0] = 1
    return rows


def refusals(benign: Floats, harmful: Floats, *, empty: int = 0) -> Floats:
    """Return rows of which the benign ones come first; of the first ``empty`` nothing was said."""
    n_benign, n = len(benign), len(benign) + len(harmful)
    refused = np.concatenate([benign, harmful])
    is_benign = (np.arange(n) < n_benign).astype(float)
    is_empty = (np.arange(n) < empty).astype(float)
    return np.column_stack([refused, is_benign, refused, 1 - is_benign, is_empty, np.ones(n)])


def row(found: Compared, quantity: str) -> Difference:
    (one,) = [d for d in found.differences if d.quantity.id == quantity and d.slice is None]
    return one


def verdict(found: Compared, quantity: str, margin: float) -> tuple[Verdict, int | None]:
    gate = Gate(metric=quantity, margin=margin)
    (judged,) = judge([comparison(found)], Context(policy=Policy(gate=(gate,))))
    (held,) = judged.gates
    return held.verdict, held.needed_n


def test_two_models_that_agree_are_judged_by_the_samples_of_the_quantity() -> None:
    rows = attacks(150, range(89), range(10))
    found = compared(SUCCESS, rows, rows)
    one, expected = row(found, "success_rate"), tango_interval(0, 0, 89)
    assert (one.n, one.n_clusters, one.sizes, one.test) == (89, 89, (89,), "identical")
    assert one.interval is not None
    assert expected is not None
    assert (one.interval.low, one.interval.high) == (expected.low, expected.high)
    assert verdict(found, "success_rate", 0.03) == (Verdict.INCONCLUSIVE, 125)
    assert verdict(found, "success_rate", 0.05)[0] is Verdict.EQUIVALENT


@pytest.mark.parametrize(
    ("a", "b"), [(np.zeros(100), np.zeros(100)), (np.ones(100), np.zeros(100))], ids=["0-0", "1-0"]
)
def test_identity_is_decided_quantity_by_quantity(a: Floats, b: Floats) -> None:
    other = np.ones(60)
    found = compared(REFUSAL, refusals(a, other), refusals(b, 1 - other, empty=2))
    one, n_lower = row(found, "over_refusal"), int((a > b).sum())
    expected = tango_interval(0, n_lower, 100)
    assert (one.n, one.n_higher, one.n_lower, one.test) == (100, 0, n_lower, "mcnemar-exact")
    assert one.interval is not None
    assert expected is not None
    assert (one.interval.low, one.interval.high) == (expected.low, expected.high)
    assert verdict(found, "over_refusal", 0.05)[0] is (
        Verdict.IMPROVED if n_lower else Verdict.EQUIVALENT
    )


def test_samples_without_a_score_count_where_they_would_have_had_a_part() -> None:
    a = refusals(np.zeros(50), np.ones(30))
    b = a.copy()
    b[:7] = np.nan
    b[60:62] = np.nan
    found = compare_pair(side({REFUSAL: a}), side({REFUSAL: b}, run="b"), [REFUSAL], SETTINGS)
    of_benign, of_harmful = row(found, "over_refusal"), row(found, "harmful_refusal")
    assert (of_benign.n, of_benign.n_lost, of_benign.n_unpaired) == (43, 7, 7)
    assert (of_harmful.n, of_harmful.n_lost, of_harmful.n_unpaired) == (28, 2, 2)


def test_each_side_may_have_a_part_of_its_own() -> None:
    """Nothing is turned on either side, and one side was attacked on one more sample."""
    found = compared(
        SUCCESS, attacks(150, range(89), range(0)), attacks(150, range(90), range(0), found_at=2.0)
    )
    one = row(found, "success_rate")
    assert (one.n, one.sizes, one.difference, one.test) == (90, (89, 90), 0.0, "newcombe-parts")
    assert one.interval is not None
    assert one.interval.high == pytest.approx(0.0414, abs=1e-3)
    assert one.p_value == 1.0


def test_what_all_samples_of_two_parts_do_is_proven() -> None:
    found = compared(
        SUCCESS, attacks(150, range(60), range(60)), attacks(150, range(5, 70), range(0))
    )
    one = row(found, "success_rate")
    assert one.difference == -1.0
    assert one.interval is not None
    assert -1 == one.interval.low < one.interval.high < -0.8
    assert one.p_value is not None
    assert one.p_value < 1e-6
    assert (one.n_higher, one.n_lower) == (0, 55)
    assert (one.n_common, one.better_and_worse) == (55, (55, 0))
    assert flips_of(one) == "▲ 55 ▼ 0 of 55"


def test_of_parts_that_have_no_sample_in_common_none_is_said_to_stay() -> None:
    found = compared(
        SUCCESS, attacks(150, range(60), range(60)), attacks(150, range(60, 130), range(0))
    )
    one = row(found, "success_rate")
    assert (one.difference, one.n, one.sizes) == (-1.0, 130, (60, 70))
    assert (one.n_common, one.better_and_worse, flips_of(one)) == (0, None, "\N{EN DASH}")


def test_shares_of_a_metric_that_is_no_mean_of_parts_have_their_own_samples() -> None:
    metric = BbqMetric()
    columns = dict.fromkeys(metric.columns, 0.0)
    ambiguous = {**columns, "ambiguous": 1.0, "ambiguous_right": 1.0, "ambiguous_unknown": 1.0}
    plain = {**columns, "disambiguated": 1.0, "disambiguated_right": 1.0}
    wrong = {**columns, "disambiguated": 1.0}
    a = np.array([list(r.values()) for r in [ambiguous] * 40 + [plain] * 60])
    b = np.array([list(r.values()) for r in [ambiguous] * 40 + [plain] * 57 + [wrong] * 3])
    found = compared(metric, a, b)
    same, moved = row(found, "accuracy_ambiguous"), row(found, "accuracy_disambiguated")
    assert (same.n, same.test) == (40, "identical")
    assert (moved.n, moved.n_lower, moved.test) == (60, 3, "mcnemar-exact")


def test_a_recall_is_judged_on_the_samples_of_its_label() -> None:
    """Both find every positive, as one does that calls all else positive as well."""
    metric = Confusion(labels=("ham", "spam"), positive="spam")
    targets = np.arange(150.0) < 68
    a = np.column_stack([targets, targets]).astype(np.float64)
    b = a.copy()
    b[80:95, 1] = 1
    found = compared(metric, a, b)
    for quantity in ("recall", "recall[spam]"):
        one, expected = row(found, quantity), tango_interval(0, 0, 68)
        assert (one.n, one.difference, one.test) == (68, 0.0, "identical")
        assert one.interval is not None
        assert expected is not None
        assert (one.interval.low, one.interval.high) == (expected.low, expected.high)
    assert verdict(found, "recall", 0.1)[0] is Verdict.EQUIVALENT
    of_ham = row(found, "recall[ham]")
    assert (of_ham.n, of_ham.n_lower, of_ham.test) == (82, 15, "mcnemar-exact")
    assert row(found, "precision").n == row(found, "accuracy").n == 150


def sides_of(rng: np.random.Generator, right: float, share: float) -> tuple[PartMean, PartMean]:
    """Draw 150 samples: each model is right about a share of its own, and turned on some."""
    common = rng.random((2, 150))
    own = [np.where(rng.random((2, 150)) < 0.3, rng.random((2, 150)), common) for _ in range(2)]
    rates = ((0.6, 0.0), (right, share))
    parts = [(o[0] < r, (o[1] < s).astype(float)) for o, (r, s) in zip(own, rates, strict=True)]
    kept = parts[0][0] | parts[1][0]
    a, b = (PartMean(values=values[kept], is_in=is_in[kept]) for is_in, values in parts)
    return a, b


@pytest.mark.parametrize(("right", "share"), [(0.6, 0.05), (0.45, 0.08)])
def test_a_loss_as_large_as_the_margin_passes_hardly_ever(right: float, share: float) -> None:
    """The interval's upper end lies under the true loss in 2.5 % of draws at most."""
    rng, n_draws, n_missed = np.random.default_rng(4), 250, 0
    for _ in range(n_draws):
        found = two_part_difference(*sides_of(rng, right, share), None, level=0.95).found
        assert found.interval is not None
        n_missed += found.interval.high < share
    assert n_missed <= 0.025 * n_draws + 2.5 * (0.025 * 0.975 * n_draws) ** 0.5


def test_a_mean_of_two_parts_has_students_interval() -> None:
    rng = np.random.default_rng(1)
    values = rng.normal(size=(2, 400)) + 5
    is_in = rng.random((2, 400)) < 0.7
    kept = is_in.any(axis=0)
    a, b = (PartMean(values=v[kept], is_in=i[kept]) for v, i in zip(values, is_in, strict=True))
    found = two_part_difference(a, b, None, level=0.95)
    variances = [v[i].var(ddof=1) / i.sum() for v, i in zip(values, is_in, strict=True)]
    assert not found.is_hybrid
    assert found.found.difference == pytest.approx(b.mean - a.mean)
    # Values of both sides are independent here, as the two-sample formula has them.
    assert found.found.stderr == pytest.approx(np.sqrt(sum(variances)), rel=0.05)


def apart(a: Floats, b: Floats) -> tuple[PartMean, PartMean]:
    """Return two parts that have no sample in common."""
    values, is_first = np.concatenate([a, b]), np.arange(len(a) + len(b)) < len(a)
    return PartMean(values=values, is_in=is_first), PartMean(values=values, is_in=~is_first)


@pytest.mark.parametrize("n_small", [3, 4])
def test_a_few_samples_that_agree_are_not_certain(n_small: int) -> None:
    sides = apart(np.ones(n_small), np.arange(150.0) % 2)
    found = two_part_difference(*sides, None, level=0.95).found
    assert found.difference == -0.5
    assert found.interval is not None
    assert found.interval.low < -0.57
    assert found.interval.high > 0
    assert found.p_value is not None
    assert found.p_value > 0.05


@pytest.mark.parametrize(
    ("n_small", "n_large", "share"), [(3, 147, 0.5), (5, 120, 0.5), (10, 140, 0.2), (20, 380, 0.9)]
)
def test_parts_of_unequal_size_that_are_alike_seldom_look_apart(
    n_small: int, n_large: int, share: float
) -> None:
    rng, n_draws = np.random.default_rng(0), 120
    draws = [
        two_part_difference(
            *apart(*((rng.random(n) < share).astype(float) for n in (n_small, n_large))),
            None,
            level=0.95,
        ).found
        for _ in range(n_draws)
    ]
    for found in draws:
        assert found.interval is not None
        assert found.p_value is not None
        assert (found.p_value < 0.05) is not (found.interval.low <= 0 <= found.interval.high)
    n_apart = sum((found.p_value or 0) < 0.05 for found in draws)
    assert n_apart <= 0.05 * n_draws + 2.5 * (0.05 * 0.95 * n_draws) ** 0.5


@pytest.mark.parametrize("size", [4, 30])
def test_samples_that_say_the_same_as_their_cluster_prove_no_more(size: int) -> None:
    rng = np.random.default_rng(5)
    once = apart((rng.random(size) < 0.8).astype(float), (rng.random(80) < 0.4).astype(float))
    a, b = (PartMean(values=s.values.repeat(3), is_in=s.is_in.repeat(3)) for s in once)
    alone = two_part_difference(*once, None, level=0.95)
    grouped = two_part_difference(a, b, np.arange(size + 80).repeat(3), level=0.95)
    assert grouped.fewest == size
    assert alone.found.interval is not None
    assert grouped.found.interval is not None
    widths = [i.high - i.low for i in (alone.found.interval, grouped.found.interval)]
    assert widths[0] * 0.999 < widths[1] < widths[0] * 1.1


def test_a_small_part_has_few_degrees_of_freedom() -> None:
    from scipy.stats import ttest_ind

    rng = np.random.default_rng(2)
    a, b = rng.gamma(2, 0.1, 12), rng.gamma(2, 0.1, 300)
    found = two_part_difference(*apart(a, b), None, level=0.95)
    expected = ttest_ind(b, a, equal_var=False)
    assert found.fewest == 12
    assert found.freedom == pytest.approx(expected.df, rel=1e-9)
    assert found.found.p_value == pytest.approx(expected.pvalue, rel=0.01)


def test_a_mean_of_fewer_than_ten_samples_on_one_side_has_no_interval() -> None:
    metric = AttackChange()
    rows = np.full((2, 150, len(metric.columns)), 0.1)
    rows[:, ::2, 0] = 0.2
    rows[:, :, -1] = 0
    rows[0, :120, -1] = rows[1, 118:123, -1] = 1
    one = row(compared(metric, *rows), "perturbed_word_rate")
    assert one.sizes == (120, 5)
    assert (one.interval, one.p_value, one.test) == (None, None, "")
    assert one.note == "fewer than 10 independent samples on one side"


@pytest.mark.parametrize(
    ("metric", "per_token", "summed"),
    [
        (StereoSetCausal(), "stereoset_lms", "stereoset_lms_sum"),
        (CrowsPairsCausal(), "crows_pairs_causal_per_token", "crows_pairs_causal"),
    ],
)
def test_what_one_side_lacks_is_compared_on_neither(
    metric: StereoSetCausal | CrowsPairsCausal, per_token: str, summed: str
) -> None:
    """The second model tells no count of tokens where the first has its best values."""
    n, n_told = 60, 36
    a = np.ones((n, len(metric.columns)))
    if isinstance(metric, StereoSetCausal):
        a[:, 0] = np.arange(n)
        a[:n_told, 1:3] = np.arange(n_told)[:, None] % 2
        b = a.copy()
        b[n_told:, 1:3] = -1
    else:
        a[:n_told, 2] = np.arange(n_told) % 2
        b = a.copy()
        b[n_told:, 2:4] = 0
    for before, after, n_lost in ((a, b, n - n_told), (b, a, 0)):
        found = compared(metric, before, after)
        told, whole = row(found, per_token), row(found, summed)
        assert (told.baseline, told.candidate, told.difference) == (0.5, 0.5, 0.0)
        assert (told.n, told.n_unpaired, told.n_lost) == (n_told, n - n_told, n_lost)
        assert (whole.n, whole.n_unpaired, whole.n_lost) == (n, 0, 0)
    both = row(compared(metric, b, b), per_token)
    assert (both.n, both.n_unpaired) == (n_told, 0)
