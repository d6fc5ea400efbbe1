"""Samples whose score moved, both answers beside each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from harness.core.comparison import Comparison, Flip
from harness.core.judgement import Judgement
from harness.core.verdict import GRAVEST_FIRST
from harness.reports.explanation_examples import ColouredSide, coloured_flip
from harness.reports.number_format import format_count, format_number
from harness.reports.sample_rows import LongText, sample_row
from harness.reports.verdict_badge import gravity
from harness.reports.word_difference import Segment, word_difference

MAX_PER_PAIR = 100
"""Flips shown of one suite on one model."""
_MAX_FLIPS = 400
"""Of the whole page, shared by its suites and models."""
_KEPT_FOR_BETTER = 3
"""One in so many places is kept for samples that got better, where there are any."""
_MAX_CHARACTERS = 800_000
_CUTS = (4000, 2000, 1000, 500, 250)
FLIPS_AT_FIRST = 20
"""In the document from the start; the rest wait outside it until they are asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerSide:
    """One side's answer."""

    segments: tuple[Segment, ...]
    n_cut: int
    remarks: tuple[str, ...]
    value: str
    """Of the sample alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlipRow:
    """One sample."""

    anchor: str
    """Stable between runs: made of suite, model and sample id."""
    id: str
    suite: str
    model: str
    quantity: str
    move: str
    """``worse`` or ``better``."""
    prompt: LongText
    target: LongText
    baseline: AnswerSide
    candidate: AnswerSide
    is_too_long: bool
    """True when the answers were too long, or too repetitive, to mark the words that differ."""
    is_same_text: bool
    """True when both say the same, and differ in what stands behind it."""
    explained: tuple[ColouredSide, ...] = ()
    """What the words of the text speak for on the baseline's side, and on the candidate's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlipsView:
    """The section of the page."""

    rows: tuple[FlipRow, ...]
    """Worse first."""
    counts: tuple[str, ...]
    """One sentence for each suite and model: what is shown of how many."""
    suites: tuple[str, ...]
    models: tuple[str, ...]
    n_at_first: int = FLIPS_AT_FIRST

    @property
    def is_explained(self) -> bool:
        """Whether both explanations are shown of any of them."""
        return any(row.explained for row in self.rows)

    @property
    def first(self) -> tuple[FlipRow, ...]:
        """The rows that are in the document from the start."""
        return self.rows[: self.n_at_first]

    @property
    def rest(self) -> tuple[FlipRow, ...]:
        """The rows that wait."""
        return self.rows[self.n_at_first :]


def flips_view(judgement: Judgement, *, max_characters: int) -> FlipsView:
    """Choose what is shown of a comparison's flips, and put both answers beside each other.

    Those for the worse come first, and among them those of the suites that fared worst.

    Args:
        judgement: whose flips come with the largest moves of each suite and model foremost.
        max_characters: characters shown of each prompt, answer and target, or fewer where there
            are many.
    """
    comparison = judgement.comparison
    pairs = _pairs(judgement)
    limit = min(MAX_PER_PAIR, max(1, _MAX_FLIPS // max(1, len(pairs))))
    shown = {key: _chosen(flips, limit) for key, flips in pairs.items()}
    chosen = [flip for flips in shown.values() for flip in flips]
    cut = _cut(chosen, max_characters)
    ranked = sorted(chosen, key=lambda flip: flip.is_better)
    return FlipsView(
        rows=tuple(flip_row(flip, max_characters=cut) for flip in ranked),
        counts=tuple(_count(comparison, key, pairs[key], flips) for key, flips in shown.items()),
        suites=tuple(dict.fromkeys(suite for suite, _ in pairs)),
        models=tuple(dict.fromkeys(model for _, model in pairs)),
    )


def flip_row(flip: Flip, *, max_characters: int) -> FlipRow:
    """Return a flip as a row, each text cut to ``max_characters``."""
    before = sample_row(flip.baseline, max_characters=max_characters)
    after = sample_row(flip.candidate, max_characters=max_characters)
    marked = word_difference(before.answer.text, after.answer.text)
    digest = sha256(f"flip {after.anchor} {flip.quantity}".encode("utf-8", "surrogatepass"))
    return FlipRow(
        anchor=f"flip-{digest.hexdigest()[:12]}",
        id=after.id,
        suite=flip.suite,
        model=flip.model,
        quantity=flip.quantity,
        move="better" if flip.is_better else "worse",
        prompt=after.prompt,
        target=after.target,
        baseline=AnswerSide(
            segments=marked.before,
            n_cut=before.answer.n_cut,
            remarks=before.remarks,
            value=format_number(flip.baseline_value, digits=3),
        ),
        candidate=AnswerSide(
            segments=marked.after,
            n_cut=after.answer.n_cut,
            remarks=after.remarks,
            value=format_number(flip.candidate_value, digits=3),
        ),
        is_too_long=marked.is_too_long,
        is_same_text=before.answer == after.answer,
        explained=tuple(coloured_flip(flip)),
    )


def _pairs(judgement: Judgement) -> dict[tuple[str, str], list[Flip]]:
    """Return flips by suite and model, those with the gravest verdicts first."""
    graveness: dict[tuple[str, str], int] = {}
    for finding in judgement.gates:
        key = (finding.difference.suite, finding.difference.model)
        graveness[key] = min(gravity(finding.verdict), graveness.get(key, len(GRAVEST_FIRST)))
    pairs: dict[tuple[str, str], list[Flip]] = {}
    for flip in judgement.comparison.flips:
        pairs.setdefault((flip.suite, flip.model), []).append(flip)
    ranked = sorted(pairs, key=lambda key: graveness.get(key, len(GRAVEST_FIRST)))
    return {key: pairs[key] for key in ranked}


def _chosen(flips: Sequence[Flip], limit: int) -> list[Flip]:
    worse = [flip for flip in flips if not flip.is_better]
    better = [flip for flip in flips if flip.is_better]
    n_better = min(len(better), max(limit // _KEPT_FOR_BETTER, limit - len(worse)))
    return [*worse[: limit - n_better], *better[:n_better]]


def _cut(flips: Sequence[Flip], max_characters: int) -> int:
    """Return how many characters of each text the page can carry."""
    lengths = [
        len(text)
        for flip in flips
        for row in (
            sample_row(flip.baseline, max_characters=max_characters),
            sample_row(flip.candidate, max_characters=max_characters),
        )
        for text in (row.answer.text, row.prompt.text, row.target.text)
    ]
    for cut in _CUTS:
        if sum(min(length, cut) for length in lengths) <= _MAX_CHARACTERS:
            return min(cut, max_characters)
    return min(_CUTS[-1], max_characters)


def _count(
    comparison: Comparison, key: tuple[str, str], flips: Sequence[Flip], shown: Sequence[Flip]
) -> str:
    suite, model = key
    quantities = tuple(dict.fromkeys(flip.quantity for flip in flips))
    n_all = sum(
        (d.n_higher or 0) + (d.n_lower or 0)
        for d in comparison.differences
        if (d.suite, d.model) == key and d.slice is None and d.quantity.id in quantities
    )
    n_worse = sum(not flip.is_better for flip in shown)
    total = format_count(max(n_all, len(flips)))
    return (
        f"{suite}, {model}: showing {format_count(len(shown))} of {total} samples that moved on "
        f"{', '.join(quantities)}; {format_count(n_worse)} of those shown got worse."
    )
