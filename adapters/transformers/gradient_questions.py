"""From a text and what is wanted of it to the rows to differentiate at."""

from __future__ import annotations

from collections.abc import Sequence

from harness.adapters.transformers.answering import RefusedError
from harness.adapters.transformers.gradient_pass import Point
from harness.adapters.transformers.gradient_rows import GradientQuestion, GradientRow, path_of
from harness.adapters.transformers.loaded import LoadedModel
from harness.adapters.transformers.placed_text import PlacedText
from harness.adapters.transformers.token_flips import Wanted
from harness.adapters.transformers.token_places import Place
from harness.core.request import Differentiate

Tokens = tuple[int, ...]
_BASELINES = ("pad_token", "mask_token", "unk_token")
"""In the order of preference."""
_BASELINES_BEFORE_CONTINUATIONS = ("pad_token", "unk_token", "eos_token", "bos_token")


def gradient_question(
    loaded: LoadedModel,
    asked: Differentiate,
    read: PlacedText,
    labels: tuple[str, ...],
    continuations: tuple[Tokens, ...] = (),
) -> GradientQuestion:
    """Return the rows of a question: the text, and the points of its path.

    Args:
        loaded: the model.
        asked: what is wanted.
        read: the text as the model reads it.
        labels: what may be scored.
        continuations: of a model that continues the text, a label's tokens each; none otherwise.

    Raises:
        RefusedError: no such label, nothing to differentiate by, or no baseline to start from.
    """
    _check_sizes(asked, len(read.tokens))
    baseline, stand_in = ("", 0)
    if asked.n_steps > 1:
        baseline, stand_in = _baseline(loaded, may_be_zero=not continuations)
    away = tuple(
        stand_in if baseline and _is_replaced(place, asked.within) else token
        for token, place in zip(read.tokens, read.places, strict=True)
    )
    at_text = GradientRow(
        Point(read.tokens, away, 1.0, _label(asked.label, labels), continuations),
        Wanted(asked.n_flips, asked.min_similarity, asked.flip_seed) if asked.n_flips else None,
        tuple(_inside(read.places, span) for span in asked.spans),
    )
    rows = (at_text, *path_of(at_text.point, asked.n_steps))
    return GradientQuestion(rows, read.pieces(loaded), read.places, labels, baseline)


def _label(label: str | None, labels: tuple[str, ...]) -> int | None:
    if label is None:
        return None
    if label not in labels:
        raise RefusedError(f"the model has no label {label!r}; it has {', '.join(labels)}")
    return labels.index(label)


def _baseline(loaded: LoadedModel, *, may_be_zero: bool) -> tuple[str, int]:
    """Return the token that stands for those of the text, and its id.

    Language models begin by scaling each vector to one length. On a path from a vector of zeros
    that makes all of the way in no time, and no quadrature follows it.
    """
    tokenizer, layer = loaded.encoder.tokenizer, loaded.model.get_input_embeddings()
    for name in _BASELINES if may_be_zero else _BASELINES_BEFORE_CONTINUATIONS:
        token = getattr(tokenizer, name)
        if token is None:
            continue
        number = int(tokenizer.convert_tokens_to_ids(token))
        if may_be_zero or bool(layer.weight[number].any()):
            return str(token), number
    raise RefusedError("the tokenizer has no token of padding, mask or unknown to start from")


def _check_sizes(asked: Differentiate, n_tokens: int) -> None:
    if not n_tokens:
        raise RefusedError("the text is empty; there is nothing to differentiate by")
    if asked.n_steps < 1 or asked.n_flips < 0:
        raise RefusedError(f"{asked.n_steps} steps and {asked.n_flips} flips cannot be taken")


def _is_replaced(place: Place | None, within: Place | None) -> bool:
    if place is None or within is None:
        return place is not None
    return place[0] < within[1] and within[0] < place[1]


def _inside(places: Sequence[Place | None], span: Place) -> tuple[int, ...]:
    """Return the tokens that have a character in common with a span."""
    return tuple(
        at
        for at, place in enumerate(places)
        if place is not None and place[0] < span[1] and span[0] < place[1]
    )
