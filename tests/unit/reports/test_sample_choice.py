from collections import Counter

import pytest
from fakes.synthetic_run import synthetic_run

from harness.core.response import Failure
from harness.reports.sample_choice import choose_samples

RUN = synthetic_run(n=300)
RECORDS = tuple(RUN.records)


def test_every_failure_is_shown_first_and_the_rest_up_to_the_limit() -> None:
    (part,) = [p for p in choose_samples(RECORDS, limit=50, seed=0) if p.n_failed]
    failed = [isinstance(record.answer, Failure) for record in part.records]
    assert (part.n_total, part.n_failed, part.n_failed_shown) == (300, 6, 6)
    assert failed == [True] * 6 + [False] * 44


def test_failures_above_the_limit_are_drawn_too() -> None:
    (part,) = [p for p in choose_samples(RECORDS, limit=4, seed=0) if p.n_failed]
    assert (len(part.records), part.n_failed_shown, part.n_failed) == (4, 4, 6)


def test_the_draw_depends_on_the_seed_alone() -> None:
    first, again, other = (
        [[r.sample.id for r in p.records] for p in choose_samples(RECORDS, limit=20, seed=seed)]
        for seed in (1, 1, 2)
    )
    assert first == again
    assert first != other


def test_everything_is_shown_in_order_when_it_fits() -> None:
    for part in choose_samples(RECORDS, limit=300, seed=0):
        answered = [r.sample.index for r in part.records if not isinstance(r.answer, Failure)]
        assert len(part.records) == 300
        assert answered == sorted(answered)


def test_nothing_is_shown_at_limit_zero() -> None:
    assert all(part.records == () for part in choose_samples(RECORDS, limit=0, seed=0))


def test_every_sample_has_the_same_chance() -> None:
    records = [r for r in RECORDS if (r.model, r.suite) == (RECORDS[0].model, RECORDS[0].suite)]
    counts: Counter[int] = Counter()
    for seed in range(600):
        (part,) = choose_samples(records, limit=30, seed=seed)
        counts.update(r.sample.index for r in part.records)
    expected = 600 * 30 / 300
    chi_squared = sum((counts[i] - expected) ** 2 / expected for i in range(300))
    assert chi_squared == pytest.approx(299 * 0.9, abs=70)  # three standard deviations
