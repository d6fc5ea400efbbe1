"""Where attacks strike beside where explanations point, worked out by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from fakes.adversarial_pairs import pair, side

from harness.core.explained import Attribution
from harness.core.explained_pair import ExplainedPair, Fate
from harness.core.ports import Metric
from harness.core.response import Generation
from harness.core.sample import Sample
from harness.core.score import Scored, Unscored
from harness.stats.mean import skewed_mean_interval
from harness.suites.metrics.attack_mass import AttackMass
from harness.suites.metrics.attack_mass_control import AttackMassControl
from harness.suites.metrics.attack_pairs import AttackPairs
from harness.suites.metrics.attack_worth import AttackWorth

SAMPLE = Sample(id="a", index=0, text="any")
OF_PAIRS: tuple[Metric, ...] = (AttackMass(), AttackMassControl(), AttackWorth())


def measured(metric: Metric, found: ExplainedPair) -> dict[str, float]:
    score = metric.measure(SAMPLE, found)
    assert isinstance(score, Scored), score
    values = metric.reduce(np.array([score.statistics]), np.ones((1, 1)))[0]
    return {q.id: float(v) for q, v in zip(metric.quantities, values, strict=True)}


def unscored(metric: Metric, found: ExplainedPair) -> Unscored:
    score = metric.measure(SAMPLE, found)
    assert isinstance(score, Unscored)
    return score


def test_mass_on_changed_words_is_held_against_their_share() -> None:
    # Words two and four of four, of 0.5 and 0.1; the sizes of all are 0 + 0.5 + 0.2 + 0.1.
    assert measured(AttackMass(), pair()) == pytest.approx(
        {"attacked_mass": 0.75, "attacked_share": 0.5, "attacked_excess": 0.25}
    )


def test_the_random_search_is_held_against_the_share_of_its_own_words() -> None:
    found = measured(AttackMassControl(), pair(control_changed=(2,)))
    assert found["control_excess"] == pytest.approx(0.2 / 0.8 - 0.25)
    assert found["excess_over_control"] == pytest.approx(0.25 - 0.0)
    assert unscored(AttackMassControl(), pair(control_changed=None)).is_moot
    assert unscored(AttackMassControl(), pair(control_changed=())).is_moot


def test_worth_is_that_for_the_first_choice_on_both_sides() -> None:
    # Two parts stand where one stood: 0.0 and 0.1, and 0.0 at the end.
    assert measured(AttackWorth(), pair()) == pytest.approx(
        {"worth_before": 0.6, "worth_after": 0.1, "worth_lost": 0.5}
    )


def test_a_method_that_tells_of_the_choice_alone_has_no_worth_after() -> None:
    found = pair()
    assert found.after is not None
    of_choice = Attribution(values=tuple((v,) for v in (0.0, 0.1, 0.2, 0.3, 0.4)), columns=(0,))
    found = replace(found, after=replace(found.after, attribution=of_choice))
    assert unscored(AttackWorth(), found).is_moot
    assert measured(AttackMass(), found)["attacked_mass"] == pytest.approx(0.75)


@pytest.mark.parametrize("fate", [Fate.NOT_TURNED, Fate.NOT_DRAWN])
def test_without_a_pair_there_is_no_number_but_the_count(fate: Fate) -> None:
    found = ExplainedPair(fate=fate)
    assert all(unscored(metric, found).is_moot for metric in OF_PAIRS)
    assert measured(AttackPairs(), found) == {
        "turned_share": float(fate is Fate.NOT_DRAWN),
        "explained_share": 0.0,
    }
    assert measured(AttackPairs(), pair()) == {"turned_share": 1.0, "explained_share": 1.0}


def test_values_of_nothing_and_texts_alike_are_no_zero() -> None:
    found = pair()
    assert found.before is not None
    empty = replace(found, before=side(found.before.text, (0.0,) * 4, 0.9))
    assert "add up to nothing" in unscored(AttackMass(), empty).reason
    noise = side(found.before.text, (0.0, 2e-17, -3e-28, 1e-28), 0.9)
    assert "but rounding" in unscored(AttackMass(), replace(found, before=noise)).reason
    assert "but rounding" in unscored(AttackMassControl(), replace(found, before=noise)).reason
    alike = replace(found, after=replace(found.before, chosen=0))
    assert all(unscored(metric, alike).is_moot for metric in OF_PAIRS)


def test_other_answers_are_no_pairs() -> None:
    for metric in (*OF_PAIRS, AttackPairs()):
        score = metric.measure(SAMPLE, Generation(text="", finish_reason="stop"))
        assert isinstance(score, Unscored)
        assert not score.is_moot


def test_values_that_happen_to_be_0_are_no_shares() -> None:
    statistics = np.array([[1.0, 0.0, 1.0], [1.0, 0.0, 1.0], [0.0, 0.0, 0.0]])
    found = AttackWorth().intervals(statistics, None, 0.95)
    expected = skewed_mean_interval(statistics[:, 0], None, 0.95)
    assert found["worth_before"] == expected
