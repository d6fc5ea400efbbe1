"""Generated text, against a plain unbatched loop that takes the likeliest token each time."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import torch
import transformers

from harness.adapters.transformers.sampling import draw
from harness.core.request import Generate, LogLikelihood, Message, Request
from harness.core.response import Failure, FailureKind, Response

KINDS = ("llama", "gpt2", "gemma")
PROMPTS = ("Paris is the capital of", "It was", "The quick brown fox jumps over the lazy dog", "A")


@cache
def load(folder: Path, *, is_pair: bool = False) -> tuple[Any, Any]:
    auto = transformers.AutoModelForSeq2SeqLM if is_pair else transformers.AutoModelForCausalLM
    model = auto.from_pretrained(folder, dtype=torch.float32)
    return model.eval(), transformers.AutoTokenizer.from_pretrained(folder)


def greedy(folder: Path, prompt: str, n_new: int) -> tuple[str, list[int]]:
    """Text and ids by argmax over a full pass per token, no cache and no batch."""
    model, tokenizer = load(folder)
    ids = tokenizer(prompt)["input_ids"]
    written: list[int] = []
    while len(written) < n_new:
        with torch.inference_mode():
            written.append(int(model(torch.tensor([ids + written])).logits[0, -1].argmax()))
        if written[-1] == tokenizer.eos_token_id:
            break
    return str(tokenizer.decode(written, skip_special_tokens=True)), written


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("budget", [1, 4096])
def test_greedy_text_is_that_of_an_unbatched_loop(
    kind: str, budget: int, opened: Callable[..., Any], model_folder: Callable[[str], Path]
) -> None:
    model = opened(kind, max_batch_tokens=budget)
    asked = [Generate(prompt=prompt, max_new_tokens=12) for prompt in PROMPTS]
    for prompt, answer in zip(PROMPTS, model.answers(*asked), strict=True):
        text, written = greedy(model_folder(kind), prompt, 12)
        assert isinstance(answer, Response)
        assert answer.output.text == text  # type: ignore[union-attr]
        assert answer.usage is not None
        assert answer.usage.n_output_tokens == len(written)


def test_each_row_keeps_its_own_budget(
    opened: Callable[..., Any], model_folder: Callable[[str], Path]
) -> None:
    lengths = (1, 9, 4, 6)
    asked = [
        Generate(prompt=prompt, max_new_tokens=n)
        for prompt, n in zip(PROMPTS, lengths, strict=True)
    ]
    for prompt, n, output in zip(PROMPTS, lengths, opened("llama").outputs(*asked), strict=True):
        text, written = greedy(model_folder("llama"), prompt, n)
        assert output.text == text
        assert output.finish_reason == ("length" if len(written) == n else "stop")


def test_text_ends_before_the_first_stop_string(
    opened: Callable[..., Any], model_folder: Callable[[str], Path]
) -> None:
    whole, _ = greedy(model_folder("gpt2"), PROMPTS[0], 16)
    late, early = whole[9:11], whole[5:8]
    asked = Generate(prompt=PROMPTS[0], max_new_tokens=16, stop=(late, early))
    other = Generate(prompt=PROMPTS[1], max_new_tokens=16)
    first, second = opened("gpt2").answers(asked, other)
    assert isinstance(first, Response)
    assert first.output.text == whole[: min(whole.find(late), whole.find(early))]  # type: ignore[union-attr]
    assert first.output.finish_reason == "stop"  # type: ignore[union-attr]
    assert first.usage is not None
    assert first.usage.n_output_tokens is not None
    assert first.usage.n_output_tokens < 16
    assert isinstance(second, Response)
    assert second.output.text == greedy(model_folder("gpt2"), PROMPTS[1], 16)[0]  # type: ignore[union-attr]


def test_the_end_token_ends_a_row(opened: Callable[..., Any]) -> None:
    model = opened("llama")
    second = _second_token(model, PROMPTS[1])
    model.model.generation_config.eos_token_id = [second]
    (answer,) = model.answers(Generate(prompt=PROMPTS[1], max_new_tokens=12))
    assert isinstance(answer, Response)
    assert answer.output.finish_reason == "stop"  # type: ignore[union-attr]
    assert answer.usage is not None
    assert answer.usage.n_output_tokens is not None
    assert answer.usage.n_output_tokens <= 2


def _second_token(model: Any, prompt: str) -> int:
    tokenizer = model.session._responders["generates"]._loaded.encoder.tokenizer
    ids = tokenizer(prompt)["input_ids"]
    for _ in range(2):
        with torch.inference_mode():
            ids = [*ids, int(model.model(torch.tensor([ids])).logits[0, -1].argmax())]
    return int(ids[-1])


def test_chat_turns_go_through_the_template(
    opened: Callable[..., Any], model_folder: Callable[[str], Path]
) -> None:
    _, tokenizer = load(model_folder("llama"))
    turns = (Message("user", "Where is Rome?"),)
    output = opened("llama").output(Generate(prompt=turns, max_new_tokens=8))
    # The tokenizer puts one <s> before the text; the template has written it already.
    text, _ = greedy(model_folder("llama"), "user: Where is Rome?\n<s>assistant:\n", 8)
    assert tokenizer("user: Where")["input_ids"][0] == 0
    assert output.text == text


def test_an_open_turn_of_the_assistant_is_continued(
    opened: Callable[..., Any], model_folder: Callable[[str], Path]
) -> None:
    turns = (Message("user", "Where is Rome?"), Message("assistant", "It is in"))
    output = opened("llama").output(Generate(prompt=turns, max_new_tokens=8))
    text, _ = greedy(model_folder("llama"), "user: Where is Rome?\n</s><s>assistant: It is in", 8)
    assert output.text == text


def test_sampling_depends_on_seed_and_id_and_on_no_batch_mate(opened: Callable[..., Any]) -> None:
    def ask(seed: int, ids: tuple[str, ...], budget: int) -> dict[str, str]:
        payload = Generate(prompt="It was", max_new_tokens=12, temperature=1.0, seed=seed)
        session = opened("llama", max_batch_tokens=budget).session
        requests = [Request(each, payload) for each in ids]
        return {each.request.id: each.answer.output.text for each in session.respond(requests)}

    together = ask(0, ("a", "b", "c"), 4096)
    assert len(set(together.values())) == 3
    assert ask(0, ("c", "a"), 1) == {key: together[key] for key in ("a", "c")}
    assert ask(1, ("a",), 4096) != {"a": together["a"]}


def test_greedy_rows_are_untouched_by_sampled_ones(
    opened: Callable[..., Any], model_folder: Callable[[str], Path]
) -> None:
    asked = [
        Generate(prompt=PROMPTS[0], max_new_tokens=8, temperature=2.0),
        Generate(prompt=PROMPTS[1], max_new_tokens=8),
    ]
    assert (
        opened("llama").outputs(*asked)[1].text == greedy(model_folder("llama"), PROMPTS[1], 8)[0]
    )


def test_draws_follow_the_distribution() -> None:
    probabilities = torch.tensor([0.5, 0.3, 0.15, 0.05])
    random = torch.Generator().manual_seed(0)
    n = 20_000
    counts = [0] * 4
    for _ in range(n):
        counts[draw(probabilities.log(), 1.0, 1.0, random)] += 1
    for count, probability in zip(counts, probabilities.tolist(), strict=True):
        # Five standard errors: a right sampler fails once in a million seeds.
        assert abs(count / n - probability) < 5 * (probability * (1 - probability) / n) ** 0.5


@pytest.mark.parametrize(("top_p", "kept"), [(0.4, {0}), (0.6, {0, 1}), (0.9, {0, 1, 2})])
def test_top_p_keeps_the_fewest_tokens_that_reach_it(top_p: float, kept: set[int]) -> None:
    logits = torch.tensor([0.5, 0.3, 0.15, 0.05]).log()
    random = torch.Generator().manual_seed(0)
    assert {draw(logits, 1.0, top_p, random) for _ in range(300)} == kept


def test_a_low_temperature_is_nearly_greedy() -> None:
    random = torch.Generator().manual_seed(0)
    assert {draw(torch.tensor([1.0, 1.5, 0.0]), 0.01, 1.0, random) for _ in range(200)} == {1}


def test_a_prompt_that_leaves_no_room_fails_and_a_tight_one_ends_by_length(
    opened: Callable[..., Any],
) -> None:
    model = opened("llama", max_length=10)
    tight = Generate(prompt="A", max_new_tokens=50)
    full = Generate(prompt="It was the best of times " * 5, max_new_tokens=1)
    short, failure = model.answers(tight, full)
    assert isinstance(short, Response)
    assert short.usage is not None
    assert short.usage.n_input_tokens is not None
    assert short.usage.n_output_tokens is not None
    assert short.usage.n_input_tokens + short.usage.n_output_tokens <= 10
    assert isinstance(failure, Failure)
    assert failure.kind is FailureKind.TOO_LONG


def test_running_out_of_memory_halves_the_batch(opened: Callable[..., Any]) -> None:
    asked = [Generate(prompt=prompt, max_new_tokens=5) for prompt in PROMPTS]
    expected = opened("llama").outputs(*asked)
    model = opened("llama")
    model.limit_batch(1)
    assert model.outputs(*asked) == expected


def test_equal_greedy_prompts_are_computed_once(opened: Callable[..., Any]) -> None:
    model = opened("llama")
    sizes = model.limit_batch(99)
    asked = Generate(prompt="It was", max_new_tokens=3)
    outputs = model.outputs(asked, asked, asked)
    assert set(sizes) == {1}
    assert outputs[0] == outputs[1] == outputs[2]


def test_a_budget_below_one_is_refused(opened: Callable[..., Any]) -> None:
    (answer,) = opened("llama").answers(Generate(prompt="x", max_new_tokens=0))
    assert isinstance(answer, Failure)
    assert answer.kind is FailureKind.REJECTED


def test_seq2seq_text_is_that_of_an_unbatched_loop(
    opened: Callable[..., Any], model_folder: Callable[[str], Path]
) -> None:
    model, tokenizer = load(model_folder("t5"), is_pair=True)
    asked = [Generate(prompt=prompt, max_new_tokens=10) for prompt in PROMPTS]
    texts = []
    for prompt, output in zip(PROMPTS, opened("t5").outputs(*asked), strict=True):
        ids = torch.tensor([tokenizer(prompt)["input_ids"]])
        written = [0]
        while len(written) <= 10 and (len(written) == 1 or written[-1] != 1):
            with torch.inference_mode():
                logits = model(input_ids=ids, decoder_input_ids=torch.tensor([written])).logits
            written.append(int(logits[0, -1].argmax()))
        assert output.text == tokenizer.decode(written[1:], skip_special_tokens=True)
        texts.append(output.text)
    assert len(set(texts)) > 1


def test_one_call_may_mix_questions(opened: Callable[..., Any]) -> None:
    generated, scored = opened("llama").answers(
        Generate(prompt="It was", max_new_tokens=2),
        LogLikelihood(prompt="It was", continuations=(" the",)),
    )
    assert isinstance(generated, Response)
    assert isinstance(scored, Response)
