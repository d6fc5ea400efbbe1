"""Two sentences held against each other, asked about in the way that a model can answer."""

from __future__ import annotations

from math import fsum

from harness.core.capability import Capability
from harness.core.request import LogLikelihood, MaskedLogLikelihood, Payload, QuestionGroup
from harness.core.response import AnswerGroup, LogLikelihoods, Output, TokenLogLikelihoods


def pair_question(
    first: str, second: str, capability: Capability, *, is_swapped: bool = False
) -> Payload:
    """Return the question that tells which of two sentences is likelier.

    A model that reads forward gives the log-likelihood of each whole sentence; one that fills gaps
    gives that of the tokens that the two have in common, each masked in turn.

    Args:
        first: the one whose number comes first.
        second: the other.
        capability: ``FILLS`` or ``SCORES``.
        is_swapped: the second comes first where masked sentences are aligned.
    """
    if capability is Capability.FILLS:
        return QuestionGroup(
            (
                MaskedLogLikelihood(text=first, beside=second, is_second=is_swapped),
                MaskedLogLikelihood(text=second, beside=first, is_second=not is_swapped),
            )
        )
    return LogLikelihood(prompt="", continuations=(first, second))


def forward_pair(output: Output, *, is_encoder_decoder: bool = False) -> LogLikelihoods | None:
    """Return the numbers of two continuations; None for another answer.

    Args:
        output: of any model.
        is_encoder_decoder: whether they have to be a decoder's, or those of one that reads forward.
    """
    if not isinstance(output, LogLikelihoods) or len(output.scores) != 2:  # noqa: PLR2004 - a pair
        return None
    return output if output.is_encoder_decoder == is_encoder_decoder else None


def without_count(n_without: int, n: int) -> str:
    """Return a remark on a number per token, some of whose samples have no count of tokens."""
    some = "" if n_without == n else f" for {n_without} of {n}"
    return f"the model tells no count of tokens{some}"


def masked_sums(output: Output) -> tuple[float, ...]:
    """Return the pseudo-log-likelihood of each sentence; none for another answer."""
    if not isinstance(output, AnswerGroup):
        return ()
    sums = [fsum(one.values) for one in output.answers if isinstance(one, TokenLogLikelihoods)]
    return tuple(sums) if len(sums) == len(output.answers) else ()
