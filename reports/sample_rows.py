"""Samples as rows to read: what was asked, what came back, what was right, what it scored."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

from harness.core.attacked import Attacked
from harness.core.attacked import Outcome as AttackOutcome
from harness.core.attention import AttentionMaps
from harness.core.decomposition import Decomposition
from harness.core.explained import Explained
from harness.core.explained_pair import ExplainedPair
from harness.core.profile import Profile
from harness.core.response import (
    AnswerGroup,
    Classification,
    Embedding,
    Failure,
    Generation,
    LogLikelihoods,
    Output,
    TokenLogLikelihoods,
)
from harness.core.run import Record
from harness.core.sample import Sample
from harness.core.token_gradients import TokenGradients
from harness.reports.number_format import format_count, format_number
from harness.reports.repeated_answers import RepeatedAnswer, repeated_answer
from harness.reports.visible_text import visible_text

_PREVIEW = 180
_PREVIEW_LINES = 3
_MAX_MESSAGE = 1000


class Outcome(StrEnum):
    """What became of a sample; the words of the filter."""

    FAILED = "failed"
    UNSCORED = "unscored"
    WRONG = "wrong"
    RIGHT = "right"
    ANSWERED = "answered"
    """Scored on a scale, so that it is neither right nor wrong."""


@dataclass(frozen=True, slots=True)
class LongText:
    """A text, cut where it would be too long for a page."""

    text: str
    n_cut: int
    """Characters left out at the end."""

    @property
    def preview(self) -> str:
        """The beginning, when the text is too long to be shown unfolded; else empty."""
        lines = self.text.split("\n", _PREVIEW_LINES)
        if len(self.text) <= _PREVIEW and len(lines) <= _PREVIEW_LINES and not self.n_cut:
            return ""
        return " ".join(lines[:_PREVIEW_LINES])[:_PREVIEW].rstrip() + " …"


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleRow:
    """One row of the table of samples."""

    anchor: str
    """Stable between runs: made of suite, model and sample id."""
    id: str
    model: str
    suite: str
    outcome: Outcome
    prompt: LongText
    answer: LongText
    remarks: tuple[str, ...]
    """What else there is to say about the answer: why it failed, how it was read."""
    target: LongText
    scores: tuple[tuple[str, str], ...]
    repeated: RepeatedAnswer | None = None
    """Two answers that differ, to one prompt that was sent twice; they take the answer's place."""


def sample_row(record: Record, *, max_characters: int) -> SampleRow:
    """Return a record as a row, each text cut to ``max_characters``."""
    sample = record.sample
    key = f"{record.suite}\n{record.model}\n{sample.id}"
    digest = sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
    return SampleRow(
        anchor=f"sample-{digest[:12]}",
        id=sample.id,
        model=record.model,
        suite=record.suite,
        outcome=outcome_of(record),
        prompt=long_text(record.prompt or sample.text, max_characters),
        answer=long_text(_answer_text(record), max_characters),
        remarks=_remarks(record),
        target=long_text(" | ".join(sample.targets), max_characters),
        scores=()
        if _is_round(record)
        else tuple((name, format_number(value, digits=3)) for name, value in record.scores.items()),
        repeated=repeated_answer(record, max_characters=max_characters),
    )


def long_text(text: str, limit: int) -> LongText:
    """Make a text visible and cut it."""
    return LongText(visible_text(text[:limit]), max(0, len(text) - limit))


def outcome_of(record: Record) -> Outcome:
    """Tell what became of a sample.

    Right and wrong are said only of answers that pick one label or choice.
    """
    if isinstance(record.answer, Failure):
        return Outcome.FAILED
    if record.unscored and not record.scores:
        return Outcome.UNSCORED
    picked = _picked(record.reading or record.answer.output, record.sample)
    if picked is None or not record.sample.targets:
        return Outcome.ANSWERED
    return Outcome.RIGHT if picked in record.sample.targets else Outcome.WRONG


def output_text(output: Output, sample: Sample) -> str:  # noqa: C901, PLR0911, PLR0912 - one for each kind
    """Return an output as text."""
    match output:
        case Generation(text=text):
            return text
        case Classification():
            top = max(output.scores, default=None)
            return f"{output.label} ({format_number(top, digits=3)})"
        case LogLikelihoods():
            return _picked(output, sample) or "no continuation"
        case TokenLogLikelihoods(values=values, is_total=is_total):
            tokens = "" if is_total else f"{format_count(len(values))} tokens, "
            return f"{tokens}log-likelihood {format_number(sum(values))}"
        case Embedding(values=values):
            return f"a vector of {format_count(len(values))} numbers"
        case TokenGradients(label=label, score=score, tokens=tokens):
            size = f"{format_count(len(tokens))} tokens"
            return f"gradients of {label} at {size}, log-probability {format_number(score)}"
        case AttentionMaps(tokens=tokens, n_layers=n_layers):
            return f"attention of {n_layers} layers to {format_count(len(tokens))} tokens"
        case Decomposition(labels=labels, features=features):
            return f"{format_count(len(features))} features that speak of {', '.join(labels)}"
        case Profile(points=points):
            n_timed = sum(len(point.traces) for point in points)
            return f"{format_count(n_timed)} timed requests, {output.tier}"
        case Attacked():
            return f"{output.label} (attack {output.outcome}): {output.text}"
        case Explained():
            chosen = output.chosen
            return f"{output.outputs[chosen]} ({explained_value(output, chosen)}), explained"
        case ExplainedPair():
            return _pair_text(output)
        case AnswerGroup(answers=answers):
            numbered = enumerate((output_text(each, sample) for each in answers), start=1)
            return "\n".join(f"[{number}] {text}" for number, text in numbered)


def explained_value(explained: Explained, output: int) -> str:
    """Write what an output of an explained text is.

    Args:
        explained: by any method.
        output: its place among the C.
    """
    value = f"{explained.unit} {format_number(explained.whole[output], digits=3)}"
    if explained.is_read_as_written is False:
        return f"{value}, read in other tokens than it was written in"
    return value


def _pair_text(pair: ExplainedPair) -> str:
    if pair.before is None or pair.after is None:
        return f"no pair: {pair.fate.value}"
    labels = f"{pair.before.label}, and {pair.after.label} of the attacked text"
    return f"{labels}, explained: {pair.after.text}"


def _picked(output: Output, sample: Sample) -> str | None:
    if isinstance(output, Classification):
        return output.label
    if isinstance(output, Attacked):
        return None if output.outcome is AttackOutcome.UNDECIDED else output.label
    if not isinstance(output, LogLikelihoods) or not sample.choices:
        return None
    best = output.likeliest(len(sample.choices))
    return None if best is None else sample.choices[best]


def _answer_text(record: Record) -> str:
    if isinstance(record.answer, Failure):
        return ""
    return output_text(record.answer.output, record.sample)


def _remarks(record: Record) -> tuple[str, ...]:
    answer = record.answer
    if isinstance(answer, Failure):
        attempts = f" after {answer.n_attempts} attempts" if answer.n_attempts > 1 else ""
        return (f"{answer.kind.value}{attempts}: {answer.message[:_MAX_MESSAGE]}",)
    remarks = []
    if isinstance(answer.output, Generation) and answer.output.finish_reason != "stop":
        remarks.append(f"ended by: {answer.output.finish_reason}")
    if record.reading is not None and record.reading != answer.output:
        read = output_text(record.reading, record.sample)
        remarks.append(f"read as: {read[:_PREVIEW]}")
    if isinstance(answer.output, Profile) and answer.output.lost is not None:
        remarks.append(f"ended early: {answer.output.lost.message[:_MAX_MESSAGE]}")
    if not _is_round(record):
        remarks += [f"{metric} unscored: {reason}" for metric, reason in record.unscored.items()]
    return tuple(remarks)


def _is_round(record: Record) -> bool:
    """Tell whether the answer is a whole load test: its hundreds of numbers stand in tables."""
    return not isinstance(record.answer, Failure) and isinstance(record.answer.output, Profile)
