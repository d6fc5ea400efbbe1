"""SmolLM2 from its GGUF file, and MiniLM: numbers that a right reading of them must give."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
import transformers
from fakes.pinned_models import MINI, SMOL

from harness.adapters.transformers.answering import answer
from harness.adapters.transformers.gguf_cache import converted, load_gguf
from harness.adapters.transformers.prefix_sharing import Sharing
from harness.adapters.transformers.quiet import quiet
from harness.adapters.transformers.scoring import ScoringResponder
from harness.adapters.transformers.timed_generation import time_requests
from harness.core.arrival import Arrival
from harness.core.capability import Capability
from harness.core.identity import hash_file
from harness.core.request import (
    Differentiate,
    Embed,
    Generate,
    LogLikelihood,
    Message,
    Payload,
    Request,
    RollingLogLikelihood,
)
from harness.core.response import LogLikelihoods, Response

pytestmark = pytest.mark.model

PARAGRAPH = (
    "The sun rose slowly over the quiet village, and the farmers walked to their fields. "
    "Children played beside the river while their mothers washed clothes and talked about the "
    "weather. In the evening everyone gathered around the fire to listen to old stories."
)


@pytest.fixture(scope="module")
def smol() -> Iterator[Any]:
    session = SMOL.open()
    yield session
    session.close()


def ask(session: Any, *payloads: Payload) -> list[Any]:
    requests = [Request(str(at), payload) for at, payload in enumerate(payloads)]
    answers = {each.request.id: each.answer for each in session.respond(requests)}
    return [answers[request.id].output for request in requests]


def test_english_is_likelier_than_its_words_shuffled(smol: Any) -> None:
    words = PARAGRAPH.split()
    random.Random(0).shuffle(words)
    real, shuffled = ask(
        smol, RollingLogLikelihood(text=PARAGRAPH), RollingLogLikelihood(text=" ".join(words))
    )
    perplexities = [math.exp(-sum(o.values) / len(o.values)) for o in (real, shuffled)]
    assert perplexities[0] < 40
    assert perplexities[1] > 10 * perplexities[0]


def test_a_tree_of_questions_gives_the_numbers_of_single_rows(smol: Any) -> None:
    shots = "Question: Which animal barks?\nAnswer: a dog\n\n" * 3
    questions = ("Which animal meows?", "What do cows eat?", "Where do fish live?")
    choices = (" a cat", " grass on a wide meadow", " in the water of a river", " dog", " cats")
    asked = [
        LogLikelihood(prompt=f"{shots}Question: {question}\nAnswer:", continuations=choices)
        for question in questions
    ]
    responder = smol._responders[Capability.SCORES]
    alone = ScoringResponder(replace(responder._loaded, sharing=Sharing(None)), responder._reader)
    requests = [Request(str(at), payload) for at, payload in enumerate(asked)]
    expected = {each.request.id: each.answer for each in answer(alone, requests, 1)}
    n_together = 0
    for at, output in enumerate(ask(smol, *asked)):
        twin = expected[str(at)]
        assert isinstance(twin, Response)
        assert isinstance(twin.output, LogLikelihoods)
        for one, other in zip(output.scores, twin.output.scores, strict=True):
            assert one.log_likelihood == pytest.approx(other.log_likelihood, abs=1e-4)
            assert one.is_greedy == other.is_greedy
            n_together += one.is_greedy
    assert n_together > 0
    assert "|likelihoods:prefix tree|" in smol.identity.parts["settings"]


def test_paris_is_the_likeliest_capital_of_france(smol: Any) -> None:
    cities = (" London", " Berlin", " Paris", " Rome", " Madrid", " Vienna")
    (output,) = ask(smol, LogLikelihood(prompt="The capital of France is", continuations=cities))
    scores = [score.log_likelihood for score in output.scores]
    assert cities[scores.index(max(scores))] == " Paris"
    assert output.scores[2].is_greedy


def test_the_gradient_of_a_choice_is_what_its_likelihoods_say_of_a_longer_vector(smol: Any) -> None:
    """The black box itself is asked: each token's vector a little longer, and a little shorter."""
    prompt = "Question: Which large animal lives in the sea?\nAnswer:"
    choices = (" a blue whale", " a tiger", " an old house")
    (found,) = ask(smol, Differentiate(text=prompt, continuations=choices))
    (whole,) = ask(smol, LogLikelihood(prompt=prompt, continuations=choices))
    assert found.label == choices[0]
    assert found.score == pytest.approx(_share(whole), abs=1e-4)

    loaded = smol._responders[Capability.SCORES]._loaded
    layer = loaded.model.get_input_embeddings()
    ids = loaded.encoder.plain(prompt)
    step = 0.02
    for place in (2, 3, 4, 7, 8):  # words of the question
        assert ids.count(ids[place]) == 1

        def slope(token: int = ids[place]) -> float:
            scores = []
            for sign in (1, -1):

                def stretched(_: Any, read: Any, vectors: Any, by: float = sign * step) -> Any:
                    return vectors * (1 + by * (read[0] == token))[..., None]

                with layer.register_forward_hook(stretched):
                    (output,) = ask(smol, LogLikelihood(prompt=prompt, continuations=choices))
                scores.append(_share(output))
            return (scores[0] - scores[1]) / (2 * step)

        assert found.tokens[place].times_input == pytest.approx(slope(), rel=0.05, abs=0.003)


def _share(output: LogLikelihoods) -> float:
    """Return the logarithm of the first continuation's share in the likelihood of all."""
    totals = torch.tensor([score.log_likelihood for score in output.scores], dtype=torch.float64)
    return float(totals.log_softmax(-1)[0])


def test_chat_answers_end_by_themselves_and_agree_with_the_library(smol: Any) -> None:
    turns = (Message("user", "Say hello in one short sentence."),)
    (output,) = ask(smol, Generate(prompt=turns, max_new_tokens=40))
    assert output.finish_reason == "stop"
    assert output.text.strip()
    loaded = smol._responders["generates"]._loaded
    tokenizer = loaded.encoder.tokenizer
    ids = tokenizer.apply_chat_template(
        [{"role": "user", "content": turns[0].content}],
        add_generation_prompt=True,
        return_tensors="pt",
        return_dict=True,
    )
    with quiet():
        whole = loaded.model.generate(**ids, max_new_tokens=40, do_sample=False)
    written = whole[0, ids["input_ids"].shape[1] :]
    assert output.text == tokenizer.decode(written, skip_special_tokens=True)


def test_each_token_of_a_plain_answer_has_its_time(smol: Any) -> None:
    asked = [
        Request(
            f"r{at}", Generate(prompt=f"{at}. The sun rose", max_new_tokens=12, min_new_tokens=12)
        )
        for at in range(3)
    ]
    plain = {each.request.id: each.answer for each in smol.respond(asked)}
    loaded, responder = smol._loaded, smol._responders[Capability.GENERATES]
    arrivals = [Arrival(request) for request in asked]
    for one in time_requests(loaded, responder, arrivals, concurrency=2, budget=None):
        written = responder._written(responder.read(one.request).rows[0], one.written)
        assert written.text == plain[one.request.id].output.text
        moments = one.trace.chunk_ns
        assert len(moments) == 12
        assert list(moments) == sorted(set(moments))
        assert one.trace.prefill_ns is not None
        assert one.trace.prefill_ns <= moments[0] - one.trace.sent_ns
    facts = smol.facts()
    # 134.5 million, its embedding tied; 30 layers of 3 heads of 64 numbers, keys and values.
    assert 134e6 < facts["n_parameters"] == facts["n_active_parameters"] < 135e6
    assert facts["kv_bytes_per_token"] == 30 * 3 * 64 * 2 * 4


def test_the_identity_is_that_of_the_gguf_and_the_embedding_stays_one(smol: Any) -> None:
    model = smol._loaded.model
    assert model.get_input_embeddings().weight is model.get_output_embeddings().weight
    assert smol.identity.parts["weights"] == hash_file(SMOL.fetch())


@pytest.mark.slow  # test_transformers_gguf.py holds a tiny model against what it was written from
def test_the_converted_file_has_the_logits_of_the_gguf() -> None:
    file = SMOL.fetch()
    folder = converted(file, hash_file(file))
    with quiet():
        original = load_gguf(file).eval()
        copy = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    ids = torch.arange(100, 400, 3).unsqueeze(0)
    with torch.inference_mode():
        expected, found = original(ids).logits, copy.eval()(ids).logits
    assert torch.allclose(expected, found, atol=1e-5, rtol=0)
    assert copy.get_input_embeddings().weight is copy.get_output_embeddings().weight
    assert not list(Path(folder).glob("*.bin"))


def test_vectors_of_alike_sentences_are_near_and_of_others_far() -> None:
    session = MINI.open()
    texts = ("A man is eating food.", "A man is eating a piece of bread.", "The stock market fell.")
    vectors = [torch.tensor(output.values) for output in ask(session, *map(_embed, texts))]
    session.close()
    assert all(float(vector.norm()) == pytest.approx(1.0, abs=1e-5) for vector in vectors)
    # sentence-transformers' own figure for the first pair is 0.7553.
    assert float(vectors[0] @ vectors[1]) == pytest.approx(0.7553, abs=0.002)
    assert abs(float(vectors[0] @ vectors[2])) < 0.15


def _embed(text: str) -> Embed:
    return Embed(text=text)
