"""What came back: an output, or a failure. A failure is a type of its own, never an empty answer.

Exchange ── request
         └─ answer ──┬── Response ── output ──┬── Generation
                     │                        ├── LogLikelihoods
                     │                        ├── TokenLogLikelihoods
                     │                        ├── Classification
                     │                        ├── Embedding
                     │                        ├── TokenGradients
                     │                        ├── AttentionMaps
                     │                        ├── Decomposition
                     │                        ├── Profile
                     │                        ├── Attacked
                     │                        ├── Explained
                     │                        ├── ExplainedPair
                     │                        └── AnswerGroup
                     └── Failure
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import exp

from harness.core.attacked import Attacked
from harness.core.attention import AttentionMaps
from harness.core.decomposition import Decomposition
from harness.core.explained import Explained
from harness.core.explained_pair import ExplainedPair
from harness.core.profile import Profile
from harness.core.request import Request
from harness.core.token_gradients import TokenGradients

_ROUNDING = 1e-6
"""Scores that sum to 1 as nearly as this are shares (the bound of TextAttack 0.3.11)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Generation:
    """Text that a model wrote."""

    text: str
    finish_reason: str
    """``stop`` (end token or stop string), ``length`` (budget used up), or a server's own word."""


@dataclass(frozen=True, slots=True)
class ContinuationScore:
    """How likely one continuation is."""

    log_likelihood: float
    """Natural logarithm, summed over the continuation's tokens; at most 0."""
    n_tokens: int
    is_greedy: bool | None
    """True when every token of the continuation is the model's own first choice; None where the
    model does not tell."""


@dataclass(frozen=True, slots=True)
class LogLikelihoods:
    """One score per continuation, in the order asked."""

    scores: tuple[ContinuationScore, ...]
    is_encoder_decoder: bool = False
    """True where an encoder read the prompt and a decoder gave the scores. What a continuation
    alone is to such a model is another thing than to one that reads both in one go."""

    def likeliest(self, n_choices: int) -> int | None:
        """Return the place of the likeliest choice, the first of equal ones; None without any.

        Args:
            n_choices: how many of the scores, from the first, are of choices: a task may ask for
                more after them (the choices without their question, say). All where it is 0.
        """
        totals = [score.log_likelihood for score in self.scores[: n_choices or None]]
        return max(range(len(totals)), key=totals.__getitem__, default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenLogLikelihoods:
    """Natural log-probability of each token of a text; the sum is the text's log-likelihood."""

    values: tuple[float, ...]
    is_total: bool = False
    """True where only the sum is known: it is then the one value, and tells no number of tokens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Classification:
    """A score per label; the highest is the prediction (the first one on a tie)."""

    labels: tuple[str, ...]
    scores: tuple[float, ...]
    is_probability: bool
    """True when the scores are in [0, 1] and sum to 1; calibration is measured only then."""

    @property
    def label(self) -> str:
        """The predicted label."""
        return self.labels[max(range(len(self.scores)), key=self.scores.__getitem__)]

    @property
    def shares(self) -> tuple[float, ...]:
        """A share in [0, 1] for each label, which sum to 1.

        Scores that are neither probabilities nor shares become such by softmax, as in TextAttack.
        """
        scores = self.scores
        if self.is_probability or (abs(sum(scores) - 1) < _ROUNDING and min(scores) >= 0):
            return scores
        highest = max(scores)
        weights = [exp(score - highest) for score in scores]
        whole = sum(weights)
        return tuple(weight / whole for weight in weights)


@dataclass(frozen=True, slots=True)
class Embedding:
    """A vector."""

    values: tuple[float, ...]


InsideAnswer = TokenGradients | AttentionMaps | Decomposition
"""What comes back to an ``InsideQuestion``."""

SingleAnswer = (
    Generation | LogLikelihoods | TokenLogLikelihoods | Classification | Embedding | InsideAnswer
)
"""What comes back to one question."""


@dataclass(frozen=True, slots=True)
class AnswerGroup:
    """One answer to each question of a group, in the order asked."""

    answers: tuple[SingleAnswer, ...]


Output = (
    Generation
    | LogLikelihoods
    | TokenLogLikelihoods
    | Classification
    | Embedding
    | InsideAnswer
    | Profile
    | Attacked
    | Explained
    | ExplainedPair
    | AnswerGroup
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Tokens really processed for one request, padding not counted; None where unknown."""

    n_input_tokens: int | None = None
    n_output_tokens: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """An answer."""

    output: Output
    usage: Usage | None = None
    latency_s: float | None = None
    """Seconds from sending to the full answer; None where requests shared a batch."""


class FailureKind(StrEnum):
    """Why no answer came. The report counts failures by this word."""

    TIMEOUT = "timeout"
    RATE_LIMITED = "rate_limited"
    SERVER_ERROR = "server_error"
    REJECTED = "rejected"
    """The server or model refused: malformed (HTTP 4xx), filtered, or against its rules."""
    UNREACHABLE = "unreachable"
    CRASHED = "crashed"
    """The program or function that should have answered raised or died."""
    PROTOCOL = "protocol"
    """Something came back, but not an answer in the agreed form."""
    TOO_LONG = "too_long"
    OUT_OF_MEMORY = "out_of_memory"
    MISSING = "missing"
    """A replayed run holds no answer for this request."""
    UNDISTURBED = "undisturbed"
    """The text could not be disturbed as it was to be, and so nothing was asked about it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A request that was not answered: counted in the report, never scored as wrong."""

    kind: FailureKind
    message: str
    n_attempts: int = 1


def failure_of(answer: Response | Failure) -> Failure | None:
    """Return why a sample has to be asked again; None where it was answered in full.

    A round that the model did not live to the end of has loads that count, and is not answered.
    """
    if isinstance(answer, Failure):
        return answer
    return answer.output.lost if isinstance(answer.output, Profile) else None


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request with what became of it."""

    request: Request
    answer: Response | Failure
