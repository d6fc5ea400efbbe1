"""Questions about a text, put about the prompt that holds it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from harness.core.attention import AttentionMaps, AttentionToken
from harness.core.capability import Capability
from harness.core.request import (
    Attend,
    Classify,
    Decompose,
    Differentiate,
    LogLikelihood,
    Message,
    Payload,
)
from harness.core.response import Failure
from harness.core.sample import Sample
from harness.core.token_gradients import TokenGradient, TokenGradients
from harness.engine.seen_questions import Seen, seen_question

SAMPLE = Sample(id="1", index=0, text="fine film")
LABELS = (" bad", " good")


@dataclass(frozen=True)
class Wording:
    """A task that asks with these words."""

    prompt: Any

    def ask(self, sample: Sample, capability: Capability) -> Payload:
        if capability is Capability.CLASSIFIES:
            return Classify(text=sample.text)
        prompt = self.prompt.format(sample.text) if isinstance(self.prompt, str) else self.prompt
        return LogLikelihood(prompt=prompt, continuations=LABELS)


def seen(asked: Any, prompt: Any, capability: Capability = Capability.SCORES) -> Seen | Failure:
    task: Any = Wording(prompt)
    return seen_question(task, SAMPLE, asked, capability)


def test_a_classifier_is_asked_about_the_text_itself() -> None:
    asked = Decompose(text="fine film")
    found = seen(asked, "", Capability.CLASSIFIES)
    assert found == Seen(asked)


def test_a_language_model_is_asked_about_its_prompt_and_the_labels_words() -> None:
    found = seen(Differentiate(text="fine film", n_steps=8), "Review: {}\nLabel:")
    assert isinstance(found, Seen)
    assert found.question == Differentiate(
        text="Review: fine film\nLabel:", continuations=LABELS, within=(8, 17), n_steps=8
    )
    places = [(None, None), (0, 7), (7, 8), (8, 12), (12, 17), (16, 19), (17, 18)]
    expected = [*[(None, None)] * 3, (0, 4), (4, 9), (8, 9), (None, None)]
    tokens = tuple(
        TokenGradient(text="t", start=a, end=b, norm=1.0, times_input=1.0) for a, b in places
    )
    back = found.put_back(TokenGradients(label=" good", score=-1.0, tokens=tokens))
    assert isinstance(back, TokenGradients)
    assert [(token.start, token.end) for token in back.tokens] == expected


def test_attention_to_the_prompt_keeps_the_places_in_the_text_only() -> None:
    found = seen(Attend(text="fine film", n_mapped=4), ">{}<")
    assert isinstance(found, Seen)
    assert found.question == Attend(text=">fine film<", n_mapped=4)
    tokens = tuple(
        AttentionToken(text="t", start=a, end=a + 1, last=0.5, rollout=0.5) for a in (0, 1)
    )
    back = found.put_back(AttentionMaps(tokens=tokens, reader="last", n_layers=1))
    assert isinstance(back, AttentionMaps)
    assert [token.start for token in back.tokens] == [None, 0]


@pytest.mark.parametrize(
    ("asked", "prompt", "reason"),
    [
        (Differentiate(text="fine film"), "{0} {0}", "cannot be told from the rest"),
        (Differentiate(text="fine film"), "nothing", "cannot be told from the rest"),
        (Attend(text="fine film"), (Message("user", "fine film"),), "asks in a chat"),
        (Decompose(text="fine film"), "{}:", "features beside those of the text"),
    ],
)
def test_what_the_model_reads_in_another_way_is_refused(
    asked: Any, prompt: Any, reason: str
) -> None:
    found = seen(asked, prompt)
    assert isinstance(found, Failure)
    assert reason in found.message
