"""One adversarial pair: the text as it was and the one that turned the answer, both explained."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from typing import TypeAlias

from harness.core.attacked import Attacked
from harness.core.explained_pair import ExplainedPair, ExplainedSide, Fate
from harness.core.explainer import Explainer
from harness.core.response import Failure, FailureKind, Response, Usage
from harness.core.sample import Sample
from harness.core.word_changes import changed_words, word_changes
from harness.engine.broken_course import Broken, guarded, total_usage
from harness.engine.explanation_course import begun, subject_of
from harness.engine.explanation_pool import Question, Told
from harness.engine.method_course import attributed

Answer: TypeAlias = Response | Failure


def pair_course(
    explainer: Explainer, seed: int, sample: Sample, attacked: Attacked
) -> Generator[Question, Told, Answer]:
    """Return an inquiry that explains both texts; the method is not tried on them.

    Args:
        explainer: the method.
        seed: of the run.
        sample: as it was before the attack.
        attacked: what turned the answer.

    Raises:
        HarnessError: what the method needs cannot be had.
    """
    # The key of the clean text is that of its own explanation, which it is the same as.
    key = f"{seed}/{explainer.label}/{sample.id}"
    other = sample.with_text(attacked.text)
    usages: list[Usage] = []
    what = "the text as it was"
    try:
        before = yield from _side(explainer, key, sample, usages)
        what = "the attacked text"
        after = yield from _side(explainer, f"{key}/attacked", other, usages)
        what = "the text of the random search"
        control_changed = _control_changed(explainer, attacked, before)
    except Broken as broken:
        return replace(broken.failure, message=f"{what}: {broken.failure.message}")
    if after.label == before.label:
        reason = f"asked again, the model takes the attacked text for {after.label} as well"
        return Failure(kind=FailureKind.PROTOCOL, message=reason)
    pair = ExplainedPair(
        fate=Fate.EXPLAINED,
        before=before,
        after=after,
        control_changed=control_changed,
    )
    return Response(output=pair, usage=total_usage(usages))


def _control_changed(
    explainer: Explainer, attacked: Attacked, before: ExplainedSide
) -> tuple[int, ...] | None:
    """Return which words the random search beside the attack has changed."""
    text = attacked.control_text
    if attacked.control is None:
        return None
    spans = guarded(f"the method {explainer.label}", lambda: explainer.parts(text))
    changes = word_changes(before.words, [text[slice(*span)] for span in spans])
    return None if changes is None else tuple(changed_words(changes))


def _side(
    explainer: Explainer, key: str, sample: Sample, usages: list[Usage]
) -> Generator[Question, Told, ExplainedSide]:
    inquiry = begun(explainer, sample)
    subject = yield from subject_of(inquiry)
    attribution = yield from attributed(inquiry, subject, key, inquiry.method)
    usages.extend(inquiry.usages)
    return ExplainedSide(
        text=subject.text,
        outputs=subject.outputs,
        unit="probability" if inquiry.answer is None else "log-probability",
        chosen=subject.chosen,
        whole=subject.whole,
        blank=subject.blank,
        spans=subject.spans,
        attribution=replace(attribution, attention=None),
        n_queries=inquiry.method.n_queries,
        n_sent=inquiry.method.n_sent,
        n_gradients=inquiry.method.n_gradients,
        n_unreadable=inquiry.n_unreadable,
    )
