"""One explanation of one sample: the text as it is, the method, and what the method is worth."""

from __future__ import annotations

import re
from collections.abc import Generator
from typing import NamedTuple, TypeAlias

import numpy as np

from harness.core.explained import Explained, Row, Trial, choice_of, scale_of
from harness.core.explainer import Explainer, Subject
from harness.core.response import Failure, FailureKind, Response
from harness.core.sample import Sample
from harness.engine.broken_course import Broken, guarded, total_usage
from harness.engine.explanation_pool import Question, Told
from harness.engine.explanation_trials import (
    hidden_parts,
    infidelity,
    random_rankings,
    ranked,
    trial_masks,
    trial_of,
)
from harness.engine.masked_inquiry import Inquiry
from harness.engine.method_course import attributed
from harness.engine.paraphrase_course import paraphrased, values_of_chosen
from harness.engine.paraphrasing import Paraphrasing

Answer: TypeAlias = Response | Failure
Course: TypeAlias = Generator[Question, Told, Answer]

_WORD = re.compile(r"\w")
"""What a text needs to have to be explained: signs alone are masked with nothing beside them."""


class _Tried(NamedTuple):
    """What a method was worth."""

    trial: Trial
    random: tuple[Trial, ...]
    infidelity: float


def course_of(
    explainer: Explainer, seed: int, sample: Sample, paraphrasing: Paraphrasing | None = None
) -> Course:
    """Return an inquiry that asks what the method needs to know, and returns what it came to.

    Args:
        explainer: the method.
        seed: of the run.
        sample: the explained one; no other has a part in the outcome.
        paraphrasing: how it is put in other words; None not to try the method on these.

    Raises:
        HarnessError: what the method needs cannot be had.
    """
    try:
        inquiry = begun(explainer, sample)
        explained = yield from _explained(inquiry, seed, paraphrasing)
    except Broken as broken:
        return broken.failure
    return Response(output=explained, usage=total_usage(inquiry.usages))


def begun(explainer: Explainer, sample: Sample) -> Inquiry:
    """Cut a text into its parts.

    Raises:
        Broken: there is nothing to explain, or the method has a defect.
    """
    who = f"the method {explainer.label}"
    spans = guarded(who, lambda: explainer.parts(sample.text))
    if not any(_WORD.search(sample.text[slice(*span)]) for span in spans):
        reason = "the text has no words that could be masked"
        raise Broken(Failure(kind=FailureKind.UNDISTURBED, message=reason))
    return Inquiry(explainer=explainer, sample=sample, spans=spans)


def subject_of(inquiry: Inquiry) -> Generator[Question, Told, Subject]:
    """Ask about the text as it is, and without any of its parts.

    Raises:
        Broken: either has no answer, or none that could be explained.
    """
    whole = yield from inquiry.begin()
    nothing = np.zeros((1, len(inquiry.spans)), dtype=bool)
    blank = yield from inquiry.ask(nothing, inquiry.method)
    return Subject(
        text=inquiry.sample.text,
        spans=inquiry.spans,
        outputs=inquiry.outputs,
        chosen=choice_of(whole),
        whole=whole,
        blank=tuple(blank[0].tolist()),
    )


def _explained(
    inquiry: Inquiry, seed: int, paraphrasing: Paraphrasing | None
) -> Generator[Question, Told, Explained]:
    explainer, sample = inquiry.explainer, inquiry.sample
    subject = yield from subject_of(inquiry)
    # Drawn from the sample's own id: neither order, window nor batch has a part in it.
    key = f"{seed}/{explainer.label}/{sample.id}"
    attribution = yield from attributed(inquiry, subject, key, inquiry.method)
    again = None
    if explainer.draws:
        again = yield from attributed(inquiry, subject, f"{key}/again", inquiry.audit)
    values = values_of_chosen(inquiry, attribution, subject.chosen)
    chosen = subject.chosen
    scale = scale_of(attribution, subject.whole[chosen], subject.blank[chosen])
    tried = yield from _tried(inquiry, subject, values, scale, seed)
    paraphrase = None
    if paraphrasing is not None:
        key = f"{key}/paraphrase"
        paraphrase = yield from paraphrased(inquiry, subject, values, scale, key, paraphrasing)
    return Explained(
        outputs=subject.outputs,
        unit="probability" if inquiry.answer is None else "log-probability",
        chosen=subject.chosen,
        whole=subject.whole,
        blank=subject.blank,
        spans=subject.spans,
        attribution=attribution,
        trial=tried.trial,
        random=tried.random,
        infidelity=tried.infidelity if attribution.is_in_output_unit else None,
        again=again,
        paraphrase=paraphrase,
        n_queries=inquiry.method.n_queries,
        n_sent=inquiry.method.n_sent,
        n_gradients=inquiry.method.n_gradients,
        n_points=inquiry.method.n_points,
        n_audit_queries=inquiry.audit.n_queries,
        n_audit_sent=inquiry.audit.n_sent,
        is_read_as_written=inquiry.is_read_as_written,
        n_unreadable=inquiry.n_unreadable,
    )


def _tried(
    inquiry: Inquiry, subject: Subject, values: Row, scale: float | None, seed: int
) -> Generator[Question, Told, _Tried]:
    """Take parts away by the method's ranks, by random ones, and by none."""
    name, chosen, n_parts = inquiry.sample.id, subject.chosen, len(subject.spans)
    drawn = random_rankings(n_parts, seed, name)
    hidden = hidden_parts(n_parts, seed, name)
    sets = [trial_masks(ranking) for ranking in (ranked(values, scale, drawn[0]), *drawn)]
    masks = np.concatenate([*sets, hidden])
    outputs = yield from inquiry.ask(masks, inquiry.audit)
    ends = np.cumsum([len(each) for each in sets])
    *of_sets, of_hidden = np.split(outputs, ends)
    trial, *others = (trial_of(each, chosen) for each in of_sets)
    error = infidelity(values, hidden, of_hidden[:, chosen])
    return _Tried(trial, tuple(others), error)
