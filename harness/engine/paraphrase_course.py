"""An explanation tried on the same text in other words (Alvarez-Melis and Jaakkola 2018).

Words that both texts have should matter alike, as long as the model says the same of both.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace

import numpy as np

from harness.core.explained import MIN_COMMON, Attribution, LeftOut, Paraphrase, Row, choice_of
from harness.core.explainer import Subject
from harness.engine.broken_course import Broken, guarded
from harness.engine.common_words import Pairs, common_words
from harness.engine.explained_samples import word_of
from harness.engine.explanation_pool import Question, Told
from harness.engine.masked_inquiry import Inquiry
from harness.engine.method_course import attributed
from harness.engine.paraphrasing import Paraphrasing
from harness.stats.rank_correlation import spearman
from harness.stats.value_levels import value_levels


def paraphrased(
    inquiry: Inquiry,
    subject: Subject,
    values: Row,
    scale: float | None,
    key: str,
    paraphrasing: Paraphrasing,
) -> Generator[Question, Told, Paraphrase]:
    """Put a text in other words and let the method explain these, at the cost of its audit.

    Whatever comes between is told, and costs the explanation of the text itself nothing.

    Args:
        inquiry: that of the text itself.
        subject: the text.
        values: (T,) what the method makes of it, for the chosen output.
        scale: what their rounding is held against; see ``value_levels``.
        key: what the method draws by; other than that of the text, whose draws would be alike.
        paraphrasing: how to put it in other words.

    Raises:
        HarnessError: what the method or a perturbation needs cannot be had.
    """
    by = paraphrasing.label
    try:
        text = paraphrasing.paraphrase(inquiry.sample)
    except Broken as broken:
        return Paraphrase(by=by, left_out=LeftOut.FAILED, reason=broken.failure.message)
    found = Paraphrase(by=by, text=text)
    if text.split() == subject.text.split():  # masked texts have single spaces
        return replace(found, left_out=LeftOut.UNCHANGED)
    try:
        told = yield from _explained(inquiry, subject, key, found)
    except Broken as broken:
        return replace(found, left_out=LeftOut.UNEXPLAINED, reason=broken.failure.message)
    is_flat = told.left_out is None and _is_flat(values, told, scale)
    return replace(told, left_out=LeftOut.FLAT) if is_flat else told


def _explained(
    inquiry: Inquiry, subject: Subject, key: str, found: Paraphrase
) -> Generator[Question, Told, Paraphrase]:
    explainer = inquiry.explainer
    spans = guarded(inquiry.who, lambda: explainer.parts(found.text))
    found = replace(found, spans=spans, pairs=_pairs(subject, found.text, spans))
    if len(found.pairs) < MIN_COMMON:
        return replace(found, left_out=LeftOut.TOO_FEW)
    other = Inquiry(
        explainer=explainer,
        sample=inquiry.sample.with_text(found.text),
        spans=spans,
        # Of what the model wrote there is one output: the same words, however they are asked for.
        answer=inquiry.answer,
        method=inquiry.audit,
        audit=inquiry.audit,
        usages=inquiry.usages,
    )
    whole = yield from other.begin()
    chosen = choice_of(whole)
    if other.outputs[chosen] != subject.outputs[subject.chosen]:
        return replace(found, left_out=LeftOut.TURNED)
    blank = yield from other.ask(np.zeros((1, len(spans)), dtype=bool), inquiry.audit)
    there = Subject(
        text=found.text,
        spans=spans,
        outputs=other.outputs,
        chosen=chosen,
        whole=whole,
        blank=tuple(blank[0].tolist()),
    )
    attribution = yield from attributed(other, there, key, inquiry.audit)
    return replace(found, values=values_of_chosen(other, attribution, chosen))


def values_of_chosen(inquiry: Inquiry, attribution: Attribution, chosen: int) -> Row:
    """Return (T,) what each part adds to the chosen output.

    Raises:
        Broken: the method has explained another.
    """
    column = attribution.column(chosen)
    if column is None:
        raise Broken.by_defect(inquiry.who, "does not explain the output that the model chose")
    return tuple(row[column] for row in attribution.values)


def _pairs(subject: Subject, text: str, spans: tuple[tuple[int, int], ...]) -> Pairs:
    return common_words(
        [word_of(subject.text, span) for span in subject.spans],
        [word_of(text, span) for span in spans],
    )


def _is_flat(values: Row, told: Paraphrase, scale: float | None) -> bool:
    first, second = (
        value_levels(np.array([side[pair[place]] for pair in told.pairs]), scale)
        for place, side in enumerate((values, told.values))
    )
    return spearman(first, second) is None
