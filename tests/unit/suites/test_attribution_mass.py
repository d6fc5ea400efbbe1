"""How much of an explanation falls on identity terms, numbers, addresses and signs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from fakes.explained_reviews import explained, spans_of

from harness.core.explained import Attribution, Explained
from harness.core.response import Generation
from harness.core.sample import Sample
from harness.core.score import Scored, Unscored
from harness.suites.bias.identity_terms import identity_spans
from harness.suites.explanations.attribution_mass import (
    MASS_METRICS,
    AttributionMass,
    MassOnAddresses,
    MassOnIdentity,
    MassOnNumbers,
    MassOnPunctuation,
)
from harness.suites.explanations.parts import parts_of

PLAIN = explained("a film", "occlusion")


def of(text: str, values: list[float]) -> tuple[Sample, Explained]:
    """Return a text and an explanation that gives these values to its parts."""
    spans = parts_of(text)
    assert len(spans) == len(values)
    rows = tuple((-value, value) for value in values)
    found = replace(PLAIN, spans=spans, chosen=1, attribution=Attribution(values=rows))
    return Sample(id="x", index=0, text=text), found


@pytest.mark.parametrize(
    ("metric", "text", "values", "mass", "share"),
    [
        (MassOnIdentity(), "an old man speaks", [1, 2, -3, 4], 0.5, 0.5),
        (MassOnIdentity(), "She met MUSLIMS, they spoke", [1, 0, 2, 1, 0], 0.75, 0.4),
        (MassOnNumbers(), "born 1984, the 3rd", [0, 1, 1, 2], 0.75, 0.5),
        (MassOnNumbers(), "at http://a.b/2019 in 2020", [1, 5, 5, 5, 5, 0, 4], 0.16, 1 / 7),
        (MassOnNumbers(), "买了3部", [1, 0, 2, 1], 0.5, 0.25),
        (MassOnAddresses(), "看www.a.org谢谢。", [1, 1, 1, 1, 1], 0.6, 0.6),
        (MassOnPunctuation(), "…好片", [1, 1, 2], 0.25, 1 / 3),
        (MassOnAddresses(), "see www.a.org now", [1, 1, 1, 1, 0], 0.75, 0.6),
        (MassOnPunctuation(), "... a film", [1, 2, 1], 0.25, 1 / 3),
    ],
)
def test_mass_is_a_share_of_sizes_beside_a_share_of_parts(
    metric: AttributionMass, text: str, values: list[float], mass: float, share: float
) -> None:
    found = metric.measure(*of(text, values))

    assert isinstance(found, Scored)
    assert found.statistics == pytest.approx((mass, share, mass - share))


def test_a_text_without_such_words_has_no_number_and_is_no_failure() -> None:
    for metric in MASS_METRICS:
        found = metric.measure(*of("nothing here", [1, 2]))
        assert isinstance(found, Unscored)
        assert found.is_moot


def test_values_of_nothing_are_unscored() -> None:
    sample, flat = of("a man", [0, 0])
    assert not_moot(MassOnIdentity().measure(sample, flat))
    assert not_moot(MassOnIdentity().measure(sample, of("a man", [1, float("inf")])[1]))
    assert not_moot(MassOnIdentity().measure(sample, Generation(text="x", finish_reason="stop")))


@pytest.mark.parametrize("size", [1.0, 300.0])
def test_values_of_rounding_alone_have_no_mass_and_small_ones_have(size: float) -> None:
    """Outputs of ``size`` leave noise of 1e-28 to 1e-16 times that where nothing moves them."""

    def found(first: float, second: float, *, is_in_unit: bool = True) -> object:
        sample, one = of("a man", [first, second])
        rows = one.attribution.values
        known = Attribution(values=rows, is_in_output_unit=is_in_unit)
        scaled = replace(one, whole=(-size, -size), blank=(-size, -size), attribution=known)
        return MassOnIdentity().measure(sample, scaled)

    assert not_moot(found(2e-28 * size, -1e-16 * size))
    small = found(3e-12 * size, 1e-12 * size)
    assert isinstance(small, Scored)
    assert small.statistics == pytest.approx((0.25, 0.5, -0.25))
    # Gradients have a unit of their own, in which nothing says that they are noise.
    assert isinstance(found(3e-20, 1e-20, is_in_unit=False), Scored)


@pytest.mark.parametrize("value", [0.0, 1.0])
@pytest.mark.parametrize("n", [1, 5])
def test_masses_that_happen_to_be_0_or_1_are_no_shares_of_texts(value: float, n: int) -> None:
    statistics = np.full((n, 3), value)
    assert MassOnIdentity().intervals(statistics, None, 0.95) == {}
    statistics[0] = 0.5
    found = MassOnIdentity().intervals(statistics, None, 0.95)
    assert {one.method for one in found.values()} == ({"hall-t"} if n > 1 else set())


def not_moot(score: object) -> bool:
    return isinstance(score, Unscored) and not score.is_moot


def test_metrics_average_over_the_texts_that_have_such_words() -> None:
    rows = np.array([[0.5, 0.25, 0.25], [0.1, 0.05, 0.05]])
    assert MassOnIdentity().reduce(rows, np.ones((1, 2))).tolist() == [
        pytest.approx([0.3, 0.15, 0.15])
    ]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("The young woman and her priest", {"young woman", "woman", "her", "priest"}),
        ("a polish for a Polish shoe", {"Polish"}),
        ("manual, womanly, Indiana", set()),
        ("", set()),
    ],
)
def test_identity_terms_are_whole_words_in_their_case(text: str, named: set[str]) -> None:
    assert {text[slice(*span)] for span in identity_spans(text)} == named


def test_parts_of_the_fake_are_those_of_the_methods() -> None:
    text = "A good, long film."
    assert spans_of(text) == parts_of(text)
