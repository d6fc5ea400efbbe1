"""Which model is the base, and what the rounds of others are worth beside it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from harness.core.comparison import Difference
from harness.core.estimate import Interval
from harness.core.run import Evaluation, Manifest, Status
from harness.core.score import Direction, Quantity
from harness.core.tradeoff import Gain
from harness.engine.tradeoff import base_of, gained, has_one_source, lost, most_telling_first


def manifest(**models: dict[str, str]) -> Manifest:
    return Manifest(
        schema_version=1,
        run_id="r",
        name="n",
        status=Status.COMPLETE,
        started_at="",
        models=models,
        evaluations=tuple(
            Evaluation(model=name, suite="s", capability="generates", n_samples=1)
            for name in models
        ),
    )


def difference(quantity: Quantity, base: float, value: float, interval: Any = None) -> Difference:
    return Difference(
        suite="speed", model="m", metric="latency", quantity=quantity, baseline=base,
        candidate=value, difference=value - base, interval=interval, stderr=None, p_value=None,
        test="paired-runs-t", detectable=None, n=8, n_clusters=8, n_unpaired=0,
    )  # fmt: skip


def quantity(id_: str, direction: Direction = Direction.LOWER, **more: Any) -> Quantity:
    return Quantity(
        id=id_, direction=direction, definition="", high=None, **{"unit": "round", **more}
    )


def interval(low: float, high: float) -> Interval:
    return Interval(low=low, high=high, level=0.95, method="paired-runs-t")


def test_the_base_is_what_others_are_variants_of() -> None:
    found = manifest(
        other={"variant": "none", "weights": "x"},
        small={"variant": "bf16", "weights": "w"},
        whole={"variant": "none", "weights": "w"},
    )

    assert base_of(found) == "whole"
    assert not has_one_source(found)


def test_models_of_no_kin_are_held_against_the_first() -> None:
    assert base_of(manifest(a={"weights": "x"}, b={"weights": "y"})) == "a"
    assert base_of(manifest(a={"weights": "x"})) is None


def gains_of(
    differences: list[Difference], base: Evaluation, model: Evaluation
) -> tuple[Gain, ...]:
    return most_telling_first(gained(differences, base, model)[0])


def timed(model: str, **told: Any) -> Evaluation:
    return Evaluation(model=model, suite="speed", capability="generates", n_samples=8, **told)


STEADY = timed("base"), timed("m")


def test_variants_of_one_checkpoint_have_one_source() -> None:
    both = {"small": {"variant": "bf16", "weights": "w"}, "whole": {"weights": "w"}}
    assert has_one_source(manifest(**both))


def test_weights_that_nobody_can_see_are_never_the_same() -> None:
    remote = {"variant": "none", "weights": "unknown (remote)"}
    found = manifest(one=remote, other={**remote, "variant": "bf16"})
    assert not has_one_source(found)
    assert not has_one_source(manifest(one={}, other={}))
    reverse = manifest(other={**remote, "variant": "bf16"}, one=remote)
    assert base_of(reverse) == "other"  # the first of the run: none is known to be of another


def test_programs_have_no_weights_to_share() -> None:
    function = {"weights": "hash of a file", "function": "words:answer"}
    assert not has_one_source(manifest(one=function, other=function))
    stored = {**function, "parameter_bytes": "80"}
    assert has_one_source(manifest(one=stored, other=stored))


def test_a_void_load_gains_nothing_and_says_why() -> None:
    fast, slow = quantity("tpot_p50@c=1"), quantity("tpot_p50@c=8")
    found = [difference(fast, 2.0, 1.0), difference(quantity("e2e_p50@c=1"), 9.0, 3.0)]
    found.append(difference(slow, 4.0, 1.0))
    void = timed("m", breaches={"c=1": ("round 1: 1 of 5 requests failed", "another")})

    gains, notes = gained(found, timed("base"), void)

    assert [(gain.quantity.id, gain.unsteady) for gain in gains] == [("tpot_p50@c=8", "")]
    (note,) = notes
    assert note == (
        "speed at c=1: the model's figures are not valid: round 1: 1 of 5 requests failed"
        " (and 1 more)"
    )
    assert gained(found[2:], void, timed("m"))[1] == []
    assert "the base's figures" in gained(found[:1], void, timed("m"))[1][0]


def test_a_gain_on_an_unsteady_machine_says_so() -> None:
    shaky = timed("base", unstable={"c=1": ("the clock fell",)})
    found = [difference(quantity(f"tpot_p50@c={n}"), 2.0, 1.0) for n in (1, 8)]

    doubtful, sound = gains_of(found, shaky, timed("m"))

    assert doubtful.unsteady == "the machine was not steady under the base: the clock fell"
    assert sound.unsteady == ""


def test_a_ratio_above_1_is_better_whichever_way_a_quantity_runs() -> None:
    slower = difference(quantity("tpot_p50@c=1"), 2.0, 4.0, interval(1.0, 3.0))
    more = difference(quantity("out_tps@c=1", Direction.HIGHER), 10.0, 30.0, interval(10, 30))

    speed, rate = gains_of([more, slower], *STEADY)

    # 4 s in place of 2 s, between 3 s and 5 s; 30 per second in place of 10, between 20 and 40.
    assert (speed.quantity.id, speed.ratio, rate.ratio) == ("tpot_p50@c=1", 0.5, 3.0)
    assert speed.interval is not None
    assert [speed.interval.low, speed.interval.high] == pytest.approx([2 / 5, 2 / 3])
    assert rate.interval is not None
    assert (rate.interval.low, rate.interval.high) == (2.0, 4.0)


def test_only_what_a_choice_hangs_on_is_a_gain() -> None:
    found = gains_of(
        [
            difference(quantity("mem_rss_peak@c=1"), 8.0, 2.0),
            difference(quantity("j_per_tok@c=1"), 3.0, 1.5),
            difference(quantity("tpot_p99@c=1"), 3.0, 1.0),
            difference(quantity("tpot_p50@c=1"), 0.0, 1.0),
            difference(quantity("tpot_p50", unit="sample"), 2.0, 1.0),
        ],
        *STEADY,
    )

    assert [(gain.kind, gain.ratio, gain.interval) for gain in found] == [
        ("memory", 4.0, None),
        ("energy", 2.0, None),
    ]


def test_quality_is_told_by_headlines_of_whole_suites() -> None:
    headline = difference(quantity("accuracy", unit="sample", is_headline=True), 0.5, 0.4)
    others = [
        replace(headline, slice=("subject", "law")),
        difference(quantity("accuracy_norm", unit="sample"), 0.5, 0.4),
        difference(quantity("tpot_p50", is_headline=True), 0.5, 0.4),
    ]

    assert lost([headline, *others]) == (headline,)
