from dataclasses import replace

import pytest
from fakes.synthetic_judgement import compared_run
from fakes.synthetic_run import HOSTILE, MODELS, SUITES

from harness.core.comparison import Flip
from harness.core.judgement import Judgement
from harness.core.response import Failure, FailureKind, Generation, Response
from harness.reports.flip_rows import FLIPS_AT_FIRST, flip_row, flips_view

JUDGEMENT = compared_run().judgement
assert JUDGEMENT is not None
FLIPS = JUDGEMENT.comparison.flips


def of_judgement(flips: tuple[Flip, ...]) -> Judgement:
    assert JUDGEMENT is not None
    return replace(JUDGEMENT, comparison=replace(JUDGEMENT.comparison, flips=flips))


def said(text: str) -> Response:
    return Response(output=Generation(text=text, finish_reason="stop"))


def flip_of(before: str, after: str) -> Flip:
    record = replace(FLIPS[0].candidate, reading=None)
    return replace(
        FLIPS[0],
        baseline=replace(record, answer=said(before)),
        candidate=replace(record, answer=said(after)),
    )


def test_worse_come_first_and_of_them_the_suites_that_fared_worst() -> None:
    view = flips_view(of_judgement(FLIPS), max_characters=500)
    moves = [row.move for row in view.rows]
    assert moves == sorted(moves, reverse=True)
    assert moves[0] == "worse"
    assert (view.rows[0].suite, view.rows[0].model) == (SUITES[0], MODELS[0])
    assert view.suites[0] == SUITES[0]


def test_a_row_has_both_answers_with_their_differences() -> None:
    row = flip_row(flip_of("It is a good film", "It is a bad film"), max_characters=500)
    assert [s.text for s in row.baseline.segments if s.is_changed] == ["good"]
    assert [s.text for s in row.candidate.segments if s.is_changed] == ["bad"]
    assert (row.baseline.value, row.candidate.value) == ("1", "0")
    assert row.prompt.text.startswith("Review:")


def test_answers_that_say_the_same_are_told_apart_from_those_that_do_not() -> None:
    assert flip_row(flip_of("same", "same"), max_characters=500).is_same_text
    assert not flip_row(flip_of("one", "two"), max_characters=500).is_same_text


def test_a_failure_on_one_side_says_why() -> None:
    failure = Failure(kind=FailureKind.TIMEOUT, message="no answer within 30 s")
    flip = flip_of("fine", "fine")
    row = flip_row(
        replace(flip, candidate=replace(flip.candidate, answer=failure)), max_characters=500
    )
    assert row.candidate.segments == ()
    assert row.candidate.remarks == ("timeout: no answer within 30 s",)


def test_texts_are_cut_and_say_by_how_much() -> None:
    row = flip_row(flip_of("a" * 900, "b" * 1000), max_characters=400)
    assert (row.baseline.n_cut, row.candidate.n_cut) == (500, 600)
    assert len(row.candidate.segments[0].text) == 400


def test_an_address_is_the_same_in_every_report() -> None:
    row, again = (flip_row(FLIPS[0], max_characters=n) for n in (100, 500))
    assert row.anchor == again.anchor
    assert row.anchor != flip_row(FLIPS[1], max_characters=500).anchor


def test_counts_say_what_is_shown_of_how_many() -> None:
    view = flips_view(of_judgement(FLIPS), max_characters=500)
    first = view.counts[0]
    n = sum((flip.suite, flip.model) == (SUITES[0], MODELS[0]) for flip in FLIPS)
    assert first.startswith(f"{SUITES[0]}, {MODELS[0]}: showing {n} of ")
    assert "samples that moved on accuracy" in first
    assert len(view.counts) == 4


@pytest.mark.parametrize(
    ("n_worse", "n_better", "shown"),
    [(300, 300, (67, 33)), (300, 5, (95, 5)), (5, 300, (5, 95)), (20, 20, (20, 20))],
)
def test_at_most_a_hundred_of_a_pair_and_a_third_kept_for_better(
    n_worse: int, n_better: int, shown: tuple[int, int]
) -> None:
    flips = tuple(replace(FLIPS[0], is_better=i >= n_worse) for i in range(n_worse + n_better))
    moves = [row.move for row in flips_view(of_judgement(flips), max_characters=100).rows]
    assert (moves.count("worse"), moves.count("better")) == shown


def test_many_pairs_share_what_a_page_can_carry() -> None:
    flips = tuple(
        replace(FLIPS[0], suite=f"suite {i % 50}", is_better=i % 2 == 0) for i in range(2000)
    )
    view = flips_view(of_judgement(flips), max_characters=100)
    assert len(view.rows) == 50 * 8
    assert len(view.first) == FLIPS_AT_FIRST
    assert len(view.first) + len(view.rest) == len(view.rows)


def test_long_answers_are_cut_shorter_where_there_are_many() -> None:
    flips = tuple(flip_of("a " * 3000, "b " * 3000) for _ in range(100))
    view = flips_view(of_judgement(flips), max_characters=4000)
    n_characters = sum(
        len(segment.text)
        for row in view.rows
        for side in (row.baseline, row.candidate)
        for segment in side.segments
    )
    assert 300_000 < n_characters < 800_000
    (short,) = flips_view(of_judgement(flips[:1]), max_characters=4000).rows
    assert short.baseline.n_cut == 2000


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_answers_become_visible_text(text: str) -> None:
    row = flip_row(flip_of(text, f"{text} and more"), max_characters=300)
    told = "".join(segment.text for segment in row.candidate.segments)
    told.encode("utf-8")
    assert "\x00" not in told
    assert "\u202e" not in told


def test_no_flips_are_no_rows() -> None:
    view = flips_view(of_judgement(()), max_characters=500)
    assert (view.rows, view.counts, view.suites) == ((), (), ())
