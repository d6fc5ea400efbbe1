"""Methods that look into a model: what they ask, and what they make of the answers."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from harness.core.attention import AttentionMap, AttentionMaps, AttentionToken, MappedTokens
from harness.core.decomposition import Decomposition, Feature
from harness.core.errors import ConfigError
from harness.core.explained import Attribution
from harness.core.explainer import Explainer, Subject, UnexplainableError
from harness.core.request import Attend, Decompose, Differentiate, InsideQuestion
from harness.core.response import InsideAnswer
from harness.core.token_gradients import TokenGradient, TokenGradients
from harness.suites.explanations.attention import Attention
from harness.suites.explanations.attention_rollout import AttentionRollout
from harness.suites.explanations.feature_shap import FeatureShap
from harness.suites.explanations.gradient_x_input import GradientXInput
from harness.suites.explanations.integrated_gradients import IntegratedGradients
from harness.suites.explanations.parts import parts_of
from harness.suites.explanations.token_parts import part_values

TEXT = "So, unlikely films"
SPANS = ((0, 4), (4, 13), (13, 18))
SUBJECT = Subject(
    text=TEXT,
    spans=SPANS,
    outputs=("bad", "good"),
    chosen=1,
    whole=(0.3, 0.7),
    blank=(0.5, 0.5),
)
PLACES = (None, (0, 2), (2, 3), (4, 6), (6, 12), (13, 18), None)
Answering = Callable[[Any], InsideAnswer]


def run(
    explainer: Explainer, answering: Answering, subject: Subject = SUBJECT
) -> tuple[Attribution, list[InsideQuestion]]:
    """Answer a method until it is done; return what it makes of it, and what it has asked."""
    asked: list[InsideQuestion] = []
    running: Any = explainer.explain(subject, random.Random(0))
    wanted: Sequence[InsideQuestion] = next(running)
    while True:
        asked += wanted
        try:
            wanted = running.send([answering(each) for each in wanted])
        except StopIteration as end:
            return end.value, asked


def gradients(label: str = "good", error: float = 0.0) -> TokenGradients:
    """Return token n with gradient n, and integrals whose sum misses 4 by this share of it."""
    integrals = (0.0, 1.0, 1.0, 0.5, 0.5, 1.0 - 4 * error, 0.0)
    tokens = tuple(
        TokenGradient(
            text="t",
            start=None if place is None else place[0],
            end=None if place is None else place[1],
            norm=1.0,
            times_input=float(at),
            integrated=integrals[at],
        )
        for at, place in enumerate(PLACES)
    )
    return TokenGradients(label=label, score=-1.0, tokens=tokens, baseline_score=-5.0)


@pytest.mark.parametrize(
    ("made", "version"),
    [
        (GradientXInput, "1"),
        (IntegratedGradients, "1"),
        (Attention, "2"),
        (AttentionRollout, "2"),
        (FeatureShap, "1"),
    ],
)
def test_each_is_an_explainer_that_draws_nothing(made: Any, version: str) -> None:
    explainer = made()
    assert explainer.label == made.name
    assert explainer.signature["version"] == version
    assert explainer.needs is not None
    assert not explainer.draws
    assert explainer.parts(TEXT) == SPANS


def test_gradients_of_tokens_are_summed_over_parts() -> None:
    found, asked = run(GradientXInput(), lambda _: gradients())
    assert asked == [Differentiate(text=TEXT)]
    assert found.values == ((3.0,), (7.0,), (5.0,))
    assert (found.columns, found.base, found.total) == ((1,), None, None)
    assert (found.column(1), found.column(0)) == (0, None)
    assert not found.is_in_output_unit


def test_a_suites_own_name_for_the_label_is_accepted() -> None:
    found, _ = run(GradientXInput(), lambda _: gradients("LABEL_1"))
    assert found.columns == (1,)


def test_another_label_than_the_chosen_one_is_refused() -> None:
    with pytest.raises(UnexplainableError, match="the model chooses 'bad', and the suite reads"):
        run(GradientXInput(), lambda _: gradients("bad"))


@pytest.mark.parametrize(
    ("errors", "steps", "kept", "is_capped"),
    [
        ({16: 0.0}, [16], 0.0, False),
        ({16: 0.5, 32: 0.02, 64: 0.009}, [16, 32, 64], 0.009, False),
        ({16: 0.5, 32: 0.02, 64: 0.03, 100: 0.04}, [16, 32, 64, 100], 0.02, True),
    ],
)
def test_the_path_is_refined_until_the_values_add_up(
    errors: dict[int, float],
    steps: list[int],
    kept: float,
    is_capped: bool,  # noqa: FBT001 - a case
) -> None:
    found, asked = run(
        IntegratedGradients(max_steps=100), lambda each: gradients(error=errors[each.n_steps])
    )
    assert asked == [Differentiate(text=TEXT, n_steps=n) for n in steps]
    assert [value for (value,) in found.values] == pytest.approx([2.0, 1.0, 1.0 - 4 * kept])
    assert (found.base, found.total, found.is_capped) == ((-5.0,), (-1.0,), is_capped)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"tolerance": 0.0}, "between 0 and 1, not 0.0"),
        ({"n_steps": 1}, "at least 2, not 1"),
        ({"n_steps": 64, "max_steps": 32}, "below n_steps = 64"),
    ],
)
def test_impossible_paths_are_refused(options: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        IntegratedGradients(**options)


def attention(n_layers: int) -> AttentionMaps:
    """Return token n with attention n in the last layer, and 2n rolled out."""
    tokens = tuple(
        AttentionToken(
            text="t",
            start=None if place is None else place[0],
            end=None if place is None else place[1],
            last=float(at),
            rollout=2.0 * at,
        )
        for at, place in enumerate(PLACES)
    )
    maps = [
        AttentionMap(layer=layer, rows=((float(layer or 0),),))
        for layer in (*range(1, n_layers + 1), None)
    ]
    mapped = MappedTokens(tokens=("t",), n_left_out=6, maps=tuple(maps))
    return AttentionMaps(tokens=tokens, reader="first", n_layers=n_layers, mapped=mapped)


@pytest.mark.parametrize(
    ("n_layers", "kept"),
    [(3, [1, 2, 3]), (12, [*range(1, 13)]), (25, [1, 4, 7, 10, 13, 16, 19, 22, 25])],
)
def test_attention_ranks_parts_and_keeps_maps_of_some_layers(
    n_layers: int, kept: list[int]
) -> None:
    found, asked = run(Attention(), lambda _: attention(n_layers))
    assert asked == [Attend(text=TEXT, n_mapped=32)]
    assert found.values == ((3.0,), (7.0,), (5.0,))
    assert found.attention is not None
    assert [each.layer for each in found.attention.maps] == kept
    assert not found.is_in_output_unit


def test_rollout_keeps_its_one_map() -> None:
    found, asked = run(AttentionRollout(n_mapped=8), lambda _: attention(3))
    assert asked == [Attend(text=TEXT, n_mapped=8)]
    assert found.values == ((6.0,), (14.0,), (10.0,))
    assert found.attention is not None
    assert [each.layer for each in found.attention.maps] == [None]
    assert found.attention.n_left_out == 6


DECOMPOSITION = Decomposition(
    method="linear",
    labels=("good", "bad"),
    unit="score",
    background="b",
    base=(0.5, -0.5),
    absent=(0.25, -0.25),
    total=(4.75, -4.75),
    features=(
        Feature(name="unlikely films", places=((4, 12), (13, 18)), values=(3.0, -3.0)),
        Feature(name="films", places=((13, 18),), values=(1.0, -1.0)),
    ),
)


def test_features_are_divided_among_their_words_in_the_order_of_the_outputs() -> None:
    found, asked = run(FeatureShap(), lambda _: DECOMPOSITION)
    assert asked == [Decompose(text=TEXT)]
    assert found.values == ((0.0, 0.0), (-1.5, 1.5), (-2.5, 2.5))
    assert (found.columns, found.base, found.total) == (None, (-0.75, 0.75), (-4.75, 4.75))
    assert not found.is_in_output_unit
    of_trees, _ = run(FeatureShap(), lambda _: replace(DECOMPOSITION, unit="probability"))
    assert of_trees.is_in_output_unit


def test_labels_that_a_suite_renames_keep_their_order() -> None:
    renamed = replace(DECOMPOSITION, labels=("0", "1"))
    found, _ = run(FeatureShap(), lambda _: renamed, replace(SUBJECT, chosen=0))
    assert found.total == (4.75, -4.75)
    with pytest.raises(UnexplainableError, match="labels 0, 1 are not those"):
        run(FeatureShap(), lambda _: renamed)


def test_a_text_without_a_known_feature_has_zeros_that_are_known() -> None:
    found, _ = run(FeatureShap(), lambda _: replace(DECOMPOSITION, features=()))
    assert found.values == ((0.0, 0.0),) * 3


def test_pieces_are_divided_by_characters_and_none_is_lost_between_parts() -> None:
    pieces = [((2, 6), (4.0,)), ((13, 13), (1.0,)), ((17, 18), (8.0,))]
    assert part_values(SPANS, pieces) == ((2.0,), (2.0,), (9.0,))
    assert part_values(SPANS[:2], pieces) == ((2.0,), (2.0,))


def test_tokens_of_a_script_without_spaces_come_to_the_words_that_they_stand_in() -> None:
    spans = parts_of("剧情非常无聊。")
    pieces = [((at, at + 1), (float(at),)) for at in range(7)] + [((1, 3), (10.0,))]
    assert part_values(spans, pieces) == ((6.0,), (10.0,), (15.0,))
