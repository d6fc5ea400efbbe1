"""Numbers that a model does not have are left out; those that it lacks are shown as missing."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fakes.timed_model import ONE, profile_of, streamed, whole

from harness.core.estimate import Estimate
from harness.core.load import Tier
from harness.core.profile import LoadProfile, Profile
from harness.core.response import Failure, FailureKind
from harness.core.sample import Sample
from harness.core.score import Unscored
from harness.core.trace import Trace
from harness.engine.estimate import ONE_ROUND, Context, metric_estimates
from harness.engine.score import Scoreboard
from harness.suites.latency.breaches import NOT_SURVIVED
from harness.suites.latency.metric import Latency

CONTEXT = Context(model="m", suite="s", seed=0, confidence_level=0.95, signature={})


def board_of(quantity: str, *rounds: Profile | Unscored) -> Scoreboard:
    board = Scoreboard([Latency(quantity=quantity, load=ONE.key)], keep_outputs=False)
    for index, output in enumerate(rounds):
        name = f"round {index + 1}"
        board.add(Sample(id=name, index=index, text=name), output)
    return board


def estimate(board: Scoreboard) -> Estimate:
    (found,) = metric_estimates(board, board.columns[0], CONTEXT)
    return found


def test_what_no_round_has_is_moot() -> None:
    (column,) = board_of("ttft_p50", profile_of(whole()), profile_of(whole())).columns

    assert column.is_moot


def test_what_one_round_has_is_not() -> None:
    board = board_of("ttft_p50", profile_of(whole()), profile_of(streamed()))

    assert not board.columns[0].is_moot
    assert (estimate(board).value, estimate(board).n, estimate(board).n_unscored) == (0.5, 1, 1)


LOST = Failure(kind=FailureKind.TIMEOUT, message="gone")


def lost(*points: LoadProfile) -> Profile:
    return Profile(tier=Tier.LOOPBACK, points=points, lost=LOST)


def gone_during(*traces: Trace) -> Profile:
    (point,) = profile_of(*traces).points
    return lost(replace(point, breaches=(NOT_SURVIVED,)))


@pytest.mark.parametrize("cut", [lost(), gone_during(streamed())], ids=["before", "during"])
def test_a_round_that_was_cut_short_leaves_moot_what_the_others_call_so(cut: Profile) -> None:
    for rounds in ([cut, profile_of(whole())], [profile_of(whole()), cut]):
        assert board_of("ttft_p50", *rounds).columns[0].is_moot

    known = board_of("ttft_p50", profile_of(streamed()), cut)
    assert not known.columns[0].is_moot
    assert (estimate(known).n, estimate(known).n_unscored) == (1, 1)
    assert not board_of("ttft_p99", profile_of(streamed()), cut).columns[0].is_moot
    alone = board_of("ttft_p50", cut)
    assert not alone.columns[0].is_moot
    assert estimate(alone).note in {
        "the round ended before this load",
        "the model was gone during this load",
    }


def test_what_is_missing_says_why() -> None:
    board = board_of("ttft_p99", profile_of(streamed()))

    assert not board.columns[0].is_moot
    assert estimate(board).note == "n too small: p99 needs 300 requests, there are 1"


@pytest.mark.parametrize(
    ("rounds", "note"),
    [
        ([profile_of(streamed())], ONE_ROUND),
        ([profile_of(streamed()), profile_of(whole())], "only one round has a value"),
        ([profile_of(streamed())] * 3, "the same in all 3 rounds"),
    ],
)
def test_a_number_of_rounds_says_why_it_has_no_interval(rounds: list[Profile], note: str) -> None:
    found = estimate(board_of("ttft_p50", *rounds))

    assert (found.value, found.interval, found.note) == (0.5, None, note)


def test_a_model_that_failed_in_every_round_is_not_excused() -> None:
    board = board_of("ttft_p50", Unscored("failure: timeout"))

    assert not board.columns[0].is_moot
    assert estimate(board).note == "nothing was scored"
