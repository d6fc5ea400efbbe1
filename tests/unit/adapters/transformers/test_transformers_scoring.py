"""Log-likelihoods of decoder-only models, against one plain forward pass per continuation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import torch
import transformers

from harness.core.request import LogLikelihood, Message, RollingLogLikelihood
from harness.core.response import Failure, FailureKind, Response

KINDS = ("llama", "gpt2", "gemma")
PROMPTS = ("Paris is the capital of", "It was", "The quick brown fox jumps over the lazy", "A")
CONTINUATIONS = (
    " France",
    " Italy, was it not?",
    " the worst of times",
    "s",
    " \u00e9t\u00e9 \u65e5\u672c",
)


@cache
def load(folder: Path) -> tuple[Any, Any]:
    model = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    return model.eval(), transformers.AutoTokenizer.from_pretrained(folder)


def reference(folder: Path, context: list[int], targets: list[int]) -> tuple[list[float], bool]:
    """Log-probability of each target by a whole log-softmax in one unbatched pass."""
    model, _ = load(folder)
    with torch.inference_mode():
        logits = model(torch.tensor([context + targets])).logits[0]
    table = torch.log_softmax(logits.double(), dim=-1)
    lines = table[len(context) - 1 : -1]
    values = [float(lines[at, token]) for at, token in enumerate(targets)]
    return values, lines.argmax(-1).tolist() == targets


def encode(folder: Path, text: str) -> list[int]:
    _, tokenizer = load(folder)
    return list(tokenizer(text, add_special_tokens=False)["input_ids"])


def start(kind: str) -> list[int]:
    """What the tokenizer itself puts before a text: BOS (id 0) for all but GPT-2."""
    return [] if kind == "gpt2" else [0]


@pytest.mark.parametrize("kind", KINDS)
def test_a_batch_gives_what_single_passes_give(
    kind: str, opened: Callable[..., Any], model_folder: Callable[[str], Path]
) -> None:
    folder = model_folder(kind)
    asked = [LogLikelihood(prompt=prompt, continuations=CONTINUATIONS) for prompt in PROMPTS]
    for prompt, output in zip(PROMPTS, opened(kind).outputs(*asked), strict=True):
        for text, score in zip(CONTINUATIONS, output.scores, strict=True):
            context = encode(folder, prompt)
            targets = encode(folder, prompt + text)[len(context) :]
            values, is_greedy = reference(folder, start(kind) + context, targets)
            assert score.log_likelihood == pytest.approx(sum(values), abs=1e-4)
            assert score.n_tokens == len(targets)
            assert score.is_greedy is is_greedy


@pytest.mark.parametrize("kind", KINDS)
def test_the_context_matters(kind: str, opened: Callable[..., Any]) -> None:
    # Guards the comparisons above: with weights too small, wrong contexts would go unnoticed.
    asked = [LogLikelihood(prompt=prompt, continuations=(" France",)) for prompt in PROMPTS]
    values = [output.scores[0].log_likelihood for output in opened(kind).outputs(*asked)]
    assert max(values) - min(values) > 0.1


def test_the_greedy_continuation_is_told_as_such(
    opened: Callable[..., Any], model_folder: Callable[[str], Path]
) -> None:
    folder = model_folder("llama")
    texts = [" France", " Italy", " was", " it", " the", " times", *map(chr, range(33, 127))]
    prompts = [f"It was {word}" for word in texts]
    outputs = opened("llama").outputs(
        *(LogLikelihood(prompt=prompt, continuations=tuple(texts)) for prompt in prompts)
    )
    n_greedy = 0
    for prompt, output in zip(prompts, outputs, strict=True):
        for text, score in zip(texts, output.scores, strict=True):
            if score.is_greedy:
                context = encode(folder, prompt)
                targets = encode(folder, prompt + text)[len(context) :]
                assert reference(folder, [0, *context], targets)[1]
                n_greedy += 1
    assert n_greedy > len(prompts) // 10


def test_spaces_that_end_the_prompt_are_scored_with_the_continuation(
    opened: Callable[..., Any],
) -> None:
    model = opened("llama")
    before, after = model.outputs(
        LogLikelihood(prompt="Paris is the capital of", continuations=(" France",)),
        LogLikelihood(prompt="Paris is the capital of ", continuations=("France",)),
    )
    assert before.scores[0] == after.scores[0]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("prompt", "text", "melts"),
    [
        ("It was\n", "the best", False),
        ("It was ", "9 times", False),
        ("It was the b", "est of times", True),
        ("It was ", "the best", True),
        ("It was", " the best", False),
    ],
)
def test_what_was_written_stands_behind_the_prompts_own_tokens(
    kind: str,
    prompt: str,
    text: str,
    *,
    melts: bool,
    opened: Callable[..., Any],
    model_folder: Callable[[str], Path],
) -> None:
    folder = model_folder(kind)
    context, targets = encode(folder, prompt), encode(folder, text)
    assert (encode(folder, prompt + text) != context + targets) is melts
    values, is_greedy = reference(folder, start(kind) + context, targets)
    asked = LogLikelihood(prompt=prompt, continuations=(text,), is_written=True)
    (score,) = opened(kind).output(asked).scores
    assert score.log_likelihood == pytest.approx(sum(values), abs=1e-4)
    assert (score.n_tokens, score.is_greedy) == (len(targets), is_greedy)


def test_what_was_written_for_a_chat_stands_behind_its_template(opened: Callable[..., Any]) -> None:
    turns = (Message("user", "Where is Rome?"),)
    asked = LogLikelihood(prompt=turns, continuations=("Italy",))
    as_cut, as_written = opened("llama").outputs(asked, replace(asked, is_written=True))
    assert as_written == as_cut


def test_what_was_written_has_a_token(opened: Callable[..., Any]) -> None:
    asked = LogLikelihood(prompt="It was ", continuations=("",), is_written=True)
    (refused,) = opened("llama").answers(asked)
    assert isinstance(refused, Failure)
    assert refused.message.endswith("a continuation is empty; it has no likelihood")


@pytest.mark.parametrize("kind", KINDS)
def test_an_empty_prompt_is_the_start_token(
    kind: str, opened: Callable[..., Any], model_folder: Callable[[str], Path]
) -> None:
    targets = encode(model_folder(kind), "The quick")
    values, _ = reference(model_folder(kind), [0], targets)
    output = opened(kind).output(LogLikelihood(prompt="", continuations=("The quick",)))
    assert output.scores[0].log_likelihood == pytest.approx(sum(values), abs=1e-4)


def test_a_start_token_in_the_text_is_not_doubled(opened: Callable[..., Any]) -> None:
    plain, marked = opened("llama").outputs(
        LogLikelihood(prompt="It was", continuations=(" the",)),
        LogLikelihood(prompt="<s>It was", continuations=(" the",)),
    )
    assert plain == marked


def test_chat_turns_go_through_the_template(
    opened: Callable[..., Any], model_folder: Callable[[str], Path]
) -> None:
    folder = model_folder("llama")
    context = encode(folder, "<s>user: Where is Rome?\n<s>assistant:\n")
    targets = encode(folder, "Italy")
    values, _ = reference(folder, context, targets)
    output = opened("llama").output(
        LogLikelihood(prompt=(Message("user", "Where is Rome?"),), continuations=("Italy",))
    )
    assert output.scores[0].log_likelihood == pytest.approx(sum(values), abs=1e-4)
    assert output.scores[0].n_tokens == len(targets)


def test_another_template_takes_the_place_of_the_models_own(
    opened: Callable[..., Any], tmp_path: Path
) -> None:
    text = "{% for message in messages %}{{ message.content }}{% endfor %}"
    file = tmp_path / "bare.jinja"
    file.write_text(text)
    asked = LogLikelihood(prompt=(Message("user", "It was"),), continuations=(" the",))
    inline, from_file = (opened("gemma", chat_template=each) for each in (text, str(file)))
    assert inline.output(asked) == from_file.output(asked)
    assert inline.session.identity == from_file.session.identity
    (refused,) = opened("gemma").answers(asked)
    assert isinstance(refused, Failure)
    assert "chat_template" in refused.message


def test_turns_that_the_template_refuses_fail_alone(opened: Callable[..., Any]) -> None:
    good = LogLikelihood(prompt=(Message("user", "x"),), continuations=("y",))
    bad = LogLikelihood(prompt=(Message("system", "x"),), continuations=("y",))
    answers = opened("llama").answers(good, bad)
    assert isinstance(answers[0], Response)
    assert isinstance(answers[1], Failure)
    assert answers[1].kind is FailureKind.REJECTED
    assert "no system turns" in answers[1].message


@pytest.mark.parametrize("budget", [1, 30, 100, 100_000])
def test_batch_size_and_order_change_nothing(budget: int, opened: Callable[..., Any]) -> None:
    asked = [LogLikelihood(prompt=prompt, continuations=CONTINUATIONS) for prompt in PROMPTS]
    expected = opened("gpt2").outputs(*asked)
    found = opened("gpt2", max_batch_tokens=budget).outputs(*reversed(asked))
    for one, other in zip(expected, reversed(found), strict=True):
        for score, twin in zip(one.scores, other.scores, strict=True):
            assert score.log_likelihood == pytest.approx(twin.log_likelihood, abs=1e-4)
            assert score.is_greedy == twin.is_greedy


def test_one_token_continuations_share_a_row_and_equal_requests_are_computed_once(
    opened: Callable[..., Any],
) -> None:
    model = opened("llama", max_batch_tokens=1)
    sizes = model.limit_batch(99)
    letters = LogLikelihood(prompt="It was", continuations=("A", "B", "C", "D"))
    outputs = model.outputs(letters, letters, letters)
    assert sizes == [1]
    assert outputs[0] == outputs[1] == outputs[2]


@pytest.mark.parametrize("share_prefixes", [True, False])
def test_usage_counts_what_a_request_costs_by_itself(
    share_prefixes: bool,  # noqa: FBT001 - a parameter of the test
    opened: Callable[..., Any],
    model_folder: Callable[[str], Path],
) -> None:
    n_context = 1 + len(encode(model_folder("llama"), "It was"))
    n_long = len(encode(model_folder("llama"), "It was the best of times")) + 1 - n_context
    short = LogLikelihood(prompt="It was", continuations=("A", "B", " the best of times"))
    long = LogLikelihood(prompt=PROMPTS[2], continuations=(" dog",))
    answer = opened("llama", share_prefixes=share_prefixes).answers(short, long, short)[0]
    assert isinstance(answer, Response)
    assert answer.usage is not None
    # Row by row, the context is read for the letters and again for the long continuation.
    expected = n_context + n_long - 1 if share_prefixes else n_context + (n_context + n_long - 1)
    assert answer.usage.n_input_tokens == expected
    assert answer.latency_s is None


def test_a_lone_request_tells_its_latency(opened: Callable[..., Any]) -> None:
    (answer,) = opened("llama").answers(LogLikelihood(prompt="It", continuations=(" was",)))
    assert isinstance(answer, Response)
    assert answer.latency_s is not None
    assert 0 < answer.latency_s < 60


@pytest.mark.parametrize("kind", KINDS)
def test_rolling_scores_each_token_once_in_windows(
    kind: str, opened: Callable[..., Any], model_folder: Callable[[str], Path]
) -> None:
    folder, length = model_folder(kind), 10
    tokens = encode(folder, "The quick brown fox jumps over the lazy dog. " * 2)
    expected: list[float] = []
    for begin in range(0, len(tokens), length):
        stop = min(begin + length, len(tokens))
        inputs = [0, *tokens][max(0, stop - length) if begin else 0 : stop]
        values, _ = reference(
            folder, inputs[: len(inputs) - (stop - begin) + 1], tokens[begin:stop]
        )
        expected += values
    text = "The quick brown fox jumps over the lazy dog. " * 2
    output = opened(kind, max_length=length).output(RollingLogLikelihood(text=text))
    assert len(output.values) == len(tokens)
    assert output.values == pytest.approx(expected, abs=1e-4)


def test_too_long_is_a_failure_and_never_a_cut(opened: Callable[..., Any]) -> None:
    model = opened("llama", max_length=20)
    long = LogLikelihood(prompt="word " * 50, continuations=(" a", " b"))
    short = LogLikelihood(prompt="It was", continuations=(" a",))
    failure, response = model.answers(long, short)
    assert isinstance(failure, Failure)
    assert failure.kind is FailureKind.TOO_LONG
    assert "window of 20" in failure.message
    assert isinstance(response, Response)


def test_what_fits_is_not_cut_and_a_long_continuation_fails_all_the_same(
    opened: Callable[..., Any],
) -> None:
    short = LogLikelihood(prompt="It was", continuations=(" a",))
    long = LogLikelihood(prompt="It was", continuations=(" a" * 50,))
    model = opened("llama", max_length=20, too_long="truncate_left")

    kept, failure = model.answers(short, long)

    assert kept.output == opened("llama").output(short)
    assert isinstance(failure, Failure)
    assert failure.kind is FailureKind.TOO_LONG
    assert "leave no room for a prompt in the window of 20" in failure.message


@pytest.mark.parametrize(
    "payload",
    [
        LogLikelihood(prompt="It was", continuations=("",)),
        LogLikelihood(prompt="It was", continuations=()),
        LogLikelihood(prompt="half a pair \ud800", continuations=(" a",)),
        RollingLogLikelihood(text=""),
    ],
)
def test_what_has_no_likelihood_is_refused(payload: Any, opened: Callable[..., Any]) -> None:
    (answer,) = opened("llama").answers(payload)
    assert isinstance(answer, Failure)
    assert answer.kind is FailureKind.REJECTED


def test_running_out_of_memory_halves_the_batch(opened: Callable[..., Any]) -> None:
    asked = [
        LogLikelihood(prompt=f"It was {word}", continuations=(" the best", " the worst of times"))
        for word in ("Paris", "Rome", "the model", "quick", "brown")
    ]
    expected = opened("llama").outputs(*asked)
    model = opened("llama", share_prefixes=False)
    sizes = model.limit_batch(3)
    found = model.outputs(*asked)
    assert sizes[0] == 10
    assert sizes[-1] <= 3
    for one, other in zip(expected, found, strict=True):
        assert [s.log_likelihood for s in one.scores] == pytest.approx(
            [s.log_likelihood for s in other.scores], abs=1e-4
        )


def test_a_row_that_does_not_fit_alone_fails_alone(opened: Callable[..., Any]) -> None:
    model = opened("llama", share_prefixes=False)

    def check(_model: Any, _args: Any, kwargs: dict[str, Any]) -> None:
        if kwargs["input_ids"].shape[1] > 10:
            raise torch.OutOfMemoryError("CUDA out of memory")

    model.model.register_forward_pre_hook(check, with_kwargs=True)
    failure, response = model.answers(
        LogLikelihood(prompt="word " * 12, continuations=(" a",)),
        LogLikelihood(prompt="It was", continuations=(" a",)),
    )
    assert isinstance(failure, Failure)
    assert failure.kind is FailureKind.OUT_OF_MEMORY
    assert isinstance(response, Response)


def test_a_number_that_is_none_is_a_failure(opened: Callable[..., Any]) -> None:
    model = opened("llama")
    with torch.no_grad():
        model.model.get_output_embeddings().weight.fill_(torch.nan)
    (answer,) = model.answers(LogLikelihood(prompt="It was", continuations=(" a",)))
    assert isinstance(answer, Failure)
    assert answer.kind is FailureKind.PROTOCOL


def test_the_vocabulary_is_computed_at_the_wanted_positions_only(
    opened: Callable[..., Any],
) -> None:
    model = opened("llama")
    shapes: list[tuple[int, ...]] = []
    model.model.get_output_embeddings().register_forward_hook(
        lambda _layer, _inputs, output: shapes.append(tuple(output.shape[:-1]))
    )
    model.output(LogLikelihood(prompt=PROMPTS[2], continuations=("A", "B", "C")))
    assert shapes == [(1, 1)]
