"""What is told beside the figures of a load point, and of those that hang on several."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TypeAlias

import numpy as np
import pytest
from fakes.paired_sides import SETTINGS, comparison, side
from fakes.toy_rounds import ToyTiming

from harness.core.comparison import Comparison
from harness.core.policy import Gate, Policy
from harness.core.score import Direction, Quantity
from harness.core.verdict import Verdict
from harness.engine.compare import compare_pair
from harness.engine.judge import Context, judge
from harness.engine.load_points import breach_at, remarks_on

Told: TypeAlias = Mapping[str, tuple[str, ...]]

FAST = "constant=200,in=8,out=8"
LONG = "constant=200,in=8,out=18"
CLOSED = "c=64,in=8,out=8"
SHAPE = "in=8,out=8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Knee(ToyTiming):
    """Told by several rates together."""

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        return (
            Quantity(
                id=f"knee@{SHAPE}",
                direction=Direction.HIGHER,
                definition="rate",
                high=None,
                unit="round",
            ),
        )


def compared(
    *, breaches: Told = MappingProxyType({}), unstable: Told = MappingProxyType({})
) -> Comparison:
    """Return a comparison of knees whose candidate has something told of it."""
    values = np.full((4, 1), 10.0)
    sides = [side({Knee(): values}, run=run) for run in ("a", "b")]
    made = comparison(compare_pair(sides[0], sides[1], (Knee(),), SETTINGS))
    evaluations = tuple(
        replace(done, breaches=breaches, unstable=unstable) for done in made.candidate.evaluations
    )
    return replace(made, candidate=replace(made.candidate, evaluations=evaluations))


@pytest.mark.parametrize(
    ("load", "told", "said"),
    [
        (FAST, {FAST: ("x",)}, "the candidate's figures are not valid: x"),
        (FAST, {FAST: ("x", "y")}, "the candidate's figures are not valid: x (and 1 more)"),
        (SHAPE, {FAST: ("x",), CLOSED: ("y",)}, ""),
        (FAST, {LONG: ("x",)}, ""),
        ("", {FAST: ("x",)}, ""),
    ],
)
def test_no_verdict_rests_on_a_void_load(
    load: str, told: dict[str, tuple[str, ...]], said: str
) -> None:
    made = compared(breaches=told)

    assert breach_at(load, made, made.pairs[0]) == said


def test_a_void_rate_is_remarked_beside_the_knee() -> None:
    ((remark,),) = remarks_on(compared(breaches={FAST: ("x",)}))

    assert remark == f"a rate was not valid under the candidate: {FAST}, x"


def test_what_was_not_steady_at_one_rate_is_told_of_the_knee() -> None:
    ((remark,),) = remarks_on(compared(unstable={FAST: ("the clock fell",), LONG: ("no",)}))

    assert remark == f"the machine was not steady under the candidate: {FAST}, the clock fell"


@pytest.mark.parametrize(
    ("n_void", "verdict", "said"),
    [
        (0, Verdict.INCONCLUSIVE, "measured in different runs"),
        (1, Verdict.INVALID, "7 of 8 rounds have this score on both sides"),
        (8, Verdict.INVALID, "no round has a value on both sides"),
    ],
)
def test_no_verdict_on_a_knee_rests_on_rounds_in_which_it_is_unknown(
    n_void: int, verdict: Verdict, said: str
) -> None:
    before, after = np.full((8, 1), 10.0), np.full((8, 1), 5.0)
    after[:n_void] = np.nan
    sides = [side({Knee(): before}), side({Knee(): after}, run="b")]
    pair = compare_pair(sides[0], sides[1], (Knee(),), SETTINGS)
    pair = replace(pair, pair=replace(pair.pair, candidate_coverage=1.0))  # other numbers are whole

    gates = (Gate(metric=f"knee@{SHAPE}", margin=0.1, kind="relative"),)
    (judgement,) = judge([comparison(pair)], Context(policy=Policy(gate=gates)))

    (found,) = judgement.findings
    assert found.verdict is verdict
    assert said in found.reason
