"""A question of several contexts, or a group of questions, as one question per context.

Adapters are asked about one context at a time, and need not know that there is more to it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from harness.core.request import LogLikelihood, Payload, QuestionGroup, SingleQuestion
from harness.core.response import (
    AnswerGroup,
    ContinuationScore,
    Failure,
    LogLikelihoods,
    Output,
    Response,
    SingleAnswer,
    Usage,
)


@dataclass(frozen=True, slots=True)
class Part:
    """What is asked about one context."""

    payload: SingleQuestion
    places: tuple[int, ...]
    """Of its continuations in the whole question; its own in a group."""


def parts_of(payload: Payload) -> tuple[Part, ...]:
    """Return one part for each different context; none for a question that has one context.

    Each question of a group is a part, also where two are alike.

    >>> asked = LogLikelihood(prompt="a", prompts=("a", "b", "a"), continuations=("x", "y", "z"))
    >>> [(part.payload.prompt, part.places) for part in parts_of(asked)]
    [('a', (0, 2)), ('b', (1,))]
    """
    if isinstance(payload, QuestionGroup):
        return tuple(Part(each, (place,)) for place, each in enumerate(payload.questions))
    if not isinstance(payload, LogLikelihood) or not payload.prompts:
        return ()
    places: dict[object, list[int]] = {}
    for place, prompt in enumerate(payload.prompts):
        places.setdefault(prompt, []).append(place)
    return tuple(_part(payload, chosen) for chosen in places.values())


def joined(
    whole: Payload, parts: Sequence[Part], answers: Sequence[Response | Failure]
) -> Response | Failure:
    """Return the answer to the whole question; the first failure when a part has failed.

    Args:
        whole: the question.
        parts: of it.
        answers: to the parts, in their order; each has as many scores as were asked for.
    """
    responses = []
    for answer in answers:
        if isinstance(answer, Failure):
            return answer
        responses.append(answer)
    outputs = [response.output for response in responses]
    latencies = [response.latency_s for response in responses]
    return Response(
        output=_group(outputs) if isinstance(whole, QuestionGroup) else _scores(parts, outputs),
        usage=_sum([response.usage for response in responses]),
        latency_s=None if None in latencies else sum(filter(None, latencies)),
    )


def split(parts: Sequence[Part], answer: Response | Failure) -> Iterator[Response | Failure]:
    """Yield the answer to each part out of the answer to the whole: :func:`joined` undone."""
    for part in parts:
        if isinstance(answer, Failure):
            yield answer
        elif isinstance(answer.output, AnswerGroup):
            yield Response(output=answer.output.answers[part.places[0]])
        elif isinstance(answer.output, LogLikelihoods):
            scores = tuple(answer.output.scores[place] for place in part.places)
            yield Response(output=replace(answer.output, scores=scores))
        else:
            yield answer


def _part(payload: LogLikelihood, places: Sequence[int]) -> Part:
    own = LogLikelihood(
        prompt=payload.prompts[places[0]],
        continuations=tuple(payload.continuations[place] for place in places),
        is_split_before_space=payload.is_split_before_space,
        is_written=payload.is_written,
    )
    return Part(own, tuple(places))


def _group(outputs: Sequence[Output]) -> AnswerGroup:
    answers = [output for output in outputs if isinstance(output, SingleAnswer)]
    assert len(answers) == len(outputs)
    return AnswerGroup(tuple(answers))


def _scores(parts: Sequence[Part], outputs: Sequence[Output]) -> LogLikelihoods:
    scores: dict[int, ContinuationScore] = {}
    is_encoder_decoder = False
    for part, output in zip(parts, outputs, strict=True):
        assert isinstance(output, LogLikelihoods)
        scores |= zip(part.places, output.scores, strict=True)
        is_encoder_decoder |= output.is_encoder_decoder
    ordered = tuple(scores[place] for place in sorted(scores))
    return LogLikelihoods(ordered, is_encoder_decoder=is_encoder_decoder)


def _sum(usages: Sequence[Usage | None]) -> Usage | None:
    known = [usage for usage in usages if usage is not None]
    if len(known) < len(usages):
        return None
    return Usage(
        n_input_tokens=_total([usage.n_input_tokens for usage in known]),
        n_output_tokens=_total([usage.n_output_tokens for usage in known]),
    )


def _total(counts: Sequence[int | None]) -> int | None:
    known = [count for count in counts if count is not None]
    return sum(known) if len(known) == len(counts) else None
