"""What is sent to a model. One kind of payload for each thing that can be asked.

Request ── payload ──┬── Generate              generates
                     ├── LogLikelihood         scores
                     ├── RollingLogLikelihood  scores
                     ├── MaskedLogLikelihood   fills
                     ├── Classify              classifies
                     ├── Embed                 embeds
                     ├── Differentiate         differentiates
                     ├── Attend                attends
                     ├── Decompose             decomposes
                     ├── FitAndClassify        fits
                     ├── LoadTest              whatever its ``capability`` says
                     ├── AttackText            whatever its ``capability`` says
                     ├── ExplainText           whatever its ``capability`` says
                     ├── AskAgain              what its question asks for
                     └── QuestionGroup         what its questions ask for
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from harness.core.capability import Capability
from harness.core.load import Load

Role = Literal["system", "user", "assistant"]


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a chat."""

    role: Role
    content: str


Prompt = str | tuple[Message, ...]
"""Plain text, or chat turns to which the adapter applies the model's own template."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Generate:
    """Continue ``prompt``. Greedy when ``temperature`` is 0."""

    prompt: Prompt
    max_new_tokens: int = 128
    min_new_tokens: int = 0
    """The model may not end before; equal to ``max_new_tokens`` for an answer of a fixed length."""
    stop: tuple[str, ...] = ()
    """Generation ends before the first of these; the stop string is not part of the answer."""
    temperature: float = 0.0
    top_p: float = 1.0
    seed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLikelihood:
    """Give log P(continuation | prompt), summed over tokens, for each continuation."""

    prompt: Prompt
    continuations: tuple[str, ...]
    is_split_before_space: bool = False
    """White space that ends the prompt counts to the continuation, the end of a chat template not
    excepted (the definition of lm-evaluation-harness); otherwise a template's end is a given."""
    is_written: bool = False
    """The continuation stands behind the prompt's own tokens, as what a model writes does: none of
    them is counted to it or melts into it. Otherwise white space that ends the prompt is."""
    prompts: tuple[Prompt, ...] = ()
    """A prompt for each continuation, where they differ; ``prompt`` is then the first of them.
    Adapters never see it: the engine asks about one prompt at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RollingLogLikelihood:
    """Give log P(text), each token conditioned on all before it as far as the window reaches."""

    text: str
    has_special_tokens: bool = False
    """The special tokens that a tokenizer puts around a text are part of it, to be predicted like
    any other (the definition of lm-evaluation-harness); otherwise they are a given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskedLogLikelihood:
    """Give log P(token | all other tokens) for each token of ``text``, masked one at a time.

    The sum is a pseudo-log-likelihood (Salazar et al. 2020), and no probability of the text.
    """

    text: str
    prompt: str = ""
    """In full view before the text, and not asked about."""
    beside: str | None = None
    """Another text after the same prompt: only the tokens in common with it are asked about, as
    ``difflib.SequenceMatcher`` aligns them (Nangia et al. 2020)."""
    is_second: bool = False
    """The other text comes first in the alignment, whose outcome hangs on the order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Classify:
    """Give a score for each label of the model."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Embed:
    """Give one vector for the text."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Differentiate:
    """Give the gradient of a label's score with respect to each token's input embedding."""

    text: str
    label: str | None = None
    """One of the model's labels; None for the one that it chooses for this text."""
    continuations: tuple[str, ...] = ()
    """What stands for labels where the model continues the text: one's score is its share in the
    likelihood of them all, or its likelihood where it is the only one. ``label`` is one of them."""
    within: tuple[int, int] | None = None
    """Characters, beginning and end, that a path's baseline takes the place of; None: all."""
    n_steps: int = 1
    """Points on the straight path from a baseline to the text for integrated gradients; 1: none."""
    n_flips: int = 0
    """Replacements to name for each token, those that should lower the score most."""
    flip_seed: int | None = None
    """Draws the replacements with this seed in place of the best ones: for a search at random over
    the same changes."""
    min_similarity: float = -1.0
    """Least cosine, in [-1, 1], of a token's input embedding and that of a replacement."""
    spans: tuple[tuple[int, int], ...] = ()
    """Stretches of characters, beginning and end, to give one norm each of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attend:
    """Show where each token of the text looks when a model with attention reads it.

    Of a language model the text is a prompt, read up to where a continuation that is scored begins.
    """

    text: str
    n_mapped: int = 0
    """Tokens, the first ones, to map the attention between; 0: no map. A map has a number for each
    two of them, so that this bounds the answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decompose:
    """Give what each feature of the text (a word, a pair of words) adds to each label's score."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingSet:
    """Labelled examples to fit on; equal ``id`` means equal contents, so a fit can be reused."""

    id: str
    texts: tuple[str, ...]
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FitAndClassify:
    """Classify ``text`` with the model fitted afresh on ``training`` and on nothing else."""

    text: str
    training: TrainingSet


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadTest:
    """Answer many made-up requests under these loads, one load after the other, and time them.

    No session is sent one: the suite that made it carries it out, and keeps it on record.
    """

    capability: Capability
    """What the requests ask for."""
    points: tuple[Load, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AttackText:
    """Be wrong about a text close to this one.

    No session is sent one: it asks many questions, and stands for them on record.
    """

    capability: Capability
    """What the questions ask for."""
    text: str
    attack: str
    """Label of the search."""
    version: str
    """Changes with whatever has a part in its outcome: options, word lists, the seed."""
    question: str = ""
    """Hash of what the model is asked about the text as it is, so that another prompt makes another
    order; empty in what older versions have recorded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainText:
    """Tell what each part of a text adds to what the model says of it.

    No session is sent one: it asks many questions, and stands for them on record.
    """

    capability: Capability
    """What the model is asked about the text as it is."""
    text: str
    explainer: str
    """Label of the method."""
    version: str
    """Changes with whatever has a part in its values: options, the seed, paraphrases."""
    attack: str = ""
    """Label of the search by whose text it is explained on both sides; empty for a text alone."""
    found: str = ""
    """Changes with whatever has a part in what the search finds; empty without one."""
    question: str = ""
    """Hash of what the model is asked about the text as it is, so that another prompt makes another
    order; empty in what older versions have recorded."""


InsideQuestion = Differentiate | Attend | Decompose
"""What is asked of a model that can be looked into."""

SingleQuestion = (
    Generate
    | LogLikelihood
    | RollingLogLikelihood
    | MaskedLogLikelihood
    | Classify
    | Embed
    | InsideQuestion
)
"""What one answer is an answer to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskAgain:
    """Answer one question twice, the second time in other circumstances.

    No session is sent one: the suite that made it asks its question, each time among others, and
    keeps both answers on record.
    """

    question: SingleQuestion
    circumstance: str
    """What was another the second time."""


@dataclass(frozen=True, slots=True)
class QuestionGroup:
    """Several questions about one sample, whose answers are held against each other.

    Adapters never see it: the engine asks one question at a time.
    """

    questions: tuple[SingleQuestion, ...]
    """At least one, all asking for the same capability; each has one context."""


Payload = (
    Generate
    | LogLikelihood
    | RollingLogLikelihood
    | MaskedLogLikelihood
    | Classify
    | Embed
    | InsideQuestion
    | FitAndClassify
    | LoadTest
    | AttackText
    | ExplainText
    | AskAgain
    | QuestionGroup
)

_ANSWERED_BY: dict[type, Capability] = {
    Generate: Capability.GENERATES,
    LogLikelihood: Capability.SCORES,
    RollingLogLikelihood: Capability.SCORES,
    MaskedLogLikelihood: Capability.FILLS,
    Classify: Capability.CLASSIFIES,
    Embed: Capability.EMBEDS,
    Differentiate: Capability.DIFFERENTIATES,
    Attend: Capability.ATTENDS,
    Decompose: Capability.DECOMPOSES,
    FitAndClassify: Capability.FITS,
}


@dataclass(frozen=True, slots=True)
class Request:
    """A payload with the id of the sample that it is about."""

    id: str
    payload: Payload


def capability_of(payload: Payload) -> Capability:
    """Return the capability that answers this payload.

    >>> capability_of(Classify(text="x"))
    <Capability.CLASSIFIES: 'classifies'>
    """
    if isinstance(payload, LoadTest | AttackText | ExplainText):
        return payload.capability
    if isinstance(payload, AskAgain):
        return capability_of(payload.question)
    if isinstance(payload, QuestionGroup):
        return capability_of(payload.questions[0])
    return _ANSWERED_BY[type(payload)]


def text_of(payload: Payload) -> str:
    """Return what a payload shows the model, as text; chat turns as ``role: content`` lines.

    >>> text_of(Generate(prompt=(Message("user", "Hi"),)))
    'user: Hi'
    """
    if isinstance(payload, LoadTest):
        return "\n".join(point.key for point in payload.points)
    if isinstance(payload, AskAgain):
        return text_of(payload.question)
    if isinstance(payload, QuestionGroup):
        numbered = enumerate(map(text_of, payload.questions), start=1)
        return "\n".join(f"[{number}] {text}" for number, text in numbered)
    prompt = payload.prompt if isinstance(payload, Generate | LogLikelihood) else payload.text
    if isinstance(prompt, str):
        return prompt
    return "\n".join(f"{turn.role}: {turn.content}" for turn in prompt)
