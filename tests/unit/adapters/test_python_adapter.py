import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from textwrap import dedent

import pytest

from harness.adapters.python import PythonAdapter
from harness.conformance import check_adapter
from harness.core.errors import AdapterError, ConfigError
from harness.core.request import (
    Classify,
    Embed,
    Generate,
    LogLikelihood,
    Message,
    Payload,
    Request,
    RollingLogLikelihood,
)
from harness.core.response import (
    Classification,
    ContinuationScore,
    Embedding,
    Failure,
    FailureKind,
    Generation,
    LogLikelihoods,
    Output,
    Response,
    TokenLogLikelihoods,
)

SOURCE = """
    import numpy as np

    NOT_A_FUNCTION = 3
    calls = []

    class Model:
        @staticmethod
        def reverse(prompt):
            return prompt[::-1]

    def reverse(prompt):
        return prompt[::-1]

    def reverse_all(prompts):
        calls.append(len(prompts))
        if "bad" in prompts:
            raise ValueError("bad prompt")
        return [prompt[::-1] for prompt in prompts]

    def settings(prompt, *, seed, min_new_tokens, max_new_tokens=1):
        return f"{seed} {min_new_tokens} {max_new_tokens}"

    def settings_all(prompts, seed):
        return [str(number) for number in seed]

    def chat(prompt):
        return prompt[-1]["role"] + ": " + prompt[-1]["content"]

    def picky(prompt):
        if "exit" in prompt:
            raise SystemExit(3)
        if "bad" in prompt:
            raise ValueError("no bad words")
        return None if "none" in prompt else prompt

    def too_few(prompts):
        return ["only one"]

    def totals(prompt, continuations):
        return np.array([-len(text) for text in continuations], dtype=np.float32)

    def tokens(prompt, continuations):
        return [[-1.0, -0.5] for _ in continuations]

    def positive(prompt, continuations):
        return [1.0 for _ in continuations]

    def probabilities(text):
        return {"bad": 0.25, "good": 0.75}

    def margins(text):
        return {"good": 3, "bad": -1.5}

    def vector(text):
        return np.ones(2)

    def nan_vector(text):
        return [float("nan")]
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    (tmp_path / "toy_model.py").write_text(dedent(SOURCE))
    (tmp_path / "broken_model.py").write_text("import no_such_package_anywhere\n")
    (tmp_path / "raising_model.py").write_text("1 / 0\n")
    monkeypatch.setattr(sys, "path", list(sys.path))
    yield str(tmp_path)
    sys.modules.pop("toy_model", None)


def ask(adapter: PythonAdapter, *payloads: Payload) -> list[Response | Failure]:
    requests = [Request(str(index), payload) for index, payload in enumerate(payloads)]
    exchanges = {e.request.id: e.answer for e in adapter.open().respond(requests)}
    return [exchanges[request.id] for request in requests]


def output(adapter: PythonAdapter, payload: Payload) -> Output:
    (answer,) = ask(adapter, payload)
    assert isinstance(answer, Response), answer
    return answer.output


def failure(adapter: PythonAdapter, payload: Payload) -> Failure:
    (answer,) = ask(adapter, payload)
    assert isinstance(answer, Failure), answer
    return answer


def test_it_keeps_the_promises_of_an_adapter(folder: str) -> None:
    check_adapter(PythonAdapter(target="toy_model:reverse", path=folder))
    check_adapter(PythonAdapter(target="toy_model:reverse_all", path=folder, batch=True))
    check_adapter(PythonAdapter(target="toy_model:tokens", path=folder, capability="scores"))
    check_adapter(
        PythonAdapter(target="toy_model:probabilities", path=folder, capability="classifies")
    )
    check_adapter(PythonAdapter(target="toy_model:vector", path=folder, capability="embeds"))


def test_it_generates_and_times_each_call(folder: str) -> None:
    (answer,) = ask(PythonAdapter(target="toy_model:reverse", path=folder), Generate(prompt="abc"))
    assert isinstance(answer, Response)
    assert answer.output == Generation(text="cba", finish_reason="stop")
    assert answer.latency_s is not None
    assert 0 <= answer.latency_s < 1


def test_it_cuts_at_stop_strings(folder: str) -> None:
    adapter = PythonAdapter(target="toy_model:reverse", path=folder)
    assert output(adapter, Generate(prompt="321x", stop=("2",))) == Generation(
        text="x1", finish_reason="stop"
    )


def test_it_reaches_into_classes(folder: str) -> None:
    adapter = PythonAdapter(target="toy_model:Model.reverse", path=folder)
    assert output(adapter, Generate(prompt="ab")) == Generation(text="ba", finish_reason="stop")


def test_settings_go_to_the_parameters_that_name_them(folder: str) -> None:
    payload = Generate(prompt="x", seed=7, min_new_tokens=4, max_new_tokens=9)
    adapter = PythonAdapter(target="toy_model:settings", path=folder)
    assert output(adapter, payload) == Generation(text="7 4 9", finish_reason="stop")
    adapter = PythonAdapter(target="toy_model:settings_all", path=folder, batch=True)
    assert output(adapter, payload) == Generation(text="7", finish_reason="stop")


def test_a_chat_arrives_as_plain_objects(folder: str) -> None:
    adapter = PythonAdapter(target="toy_model:chat", path=folder)
    payload = Generate(prompt=(Message("system", "x"), Message("user", "Hi")))
    assert output(adapter, payload) == Generation(text="user: Hi", finish_reason="stop")


def test_an_exception_costs_its_own_request_alone(folder: str) -> None:
    adapter = PythonAdapter(target="toy_model:picky", path=folder)
    prompts = ("fine", "bad", "exit", "none", "good")
    first, bad, left, none, last = ask(adapter, *(Generate(prompt=p) for p in prompts))
    assert isinstance(first, Response)
    assert isinstance(last, Response)
    assert bad == Failure(
        kind=FailureKind.CRASHED, message="toy_model:picky: raised ValueError: no bad words"
    )
    assert isinstance(left, Failure)
    assert left.kind is FailureKind.CRASHED
    assert none == Failure(
        kind=FailureKind.PROTOCOL,
        message="toy_model:picky: the answer must be a string, not NoneType None",
    )


def test_a_batch_that_raises_is_halved_until_the_guilty_is_alone(folder: str) -> None:
    adapter = PythonAdapter(target="toy_model:reverse_all", path=folder, batch=True, batch_size=8)
    prompts = [str(number) for number in range(20)]
    prompts[5] = "bad"
    answers = ask(adapter, *(Generate(prompt=prompt) for prompt in prompts))
    assert [index for index, a in enumerate(answers) if isinstance(a, Failure)] == [5]
    assert sys.modules["toy_model"].calls == [8, 4, 4, 2, 1, 1, 2, 8, 4]
    assert all(a.latency_s is None for a in answers if isinstance(a, Response))


def test_a_batch_answered_in_part_is_answered_not_at_all(folder: str) -> None:
    adapter = PythonAdapter(target="toy_model:too_few", path=folder, batch=True)
    answers = ask(adapter, Generate(prompt="a"), Generate(prompt="b"))
    assert [a.kind for a in answers if isinstance(a, Failure)] == [FailureKind.PROTOCOL] * 2


def test_totals_tell_no_token_count_and_token_lists_do(folder: str) -> None:
    payload = LogLikelihood(prompt="x", continuations=("ab", "c"))
    totals = PythonAdapter(target="toy_model:totals", path=folder, capability="scores")
    assert output(totals, payload) == LogLikelihoods(
        (
            ContinuationScore(-2.0, 0, is_greedy=None),
            ContinuationScore(-1.0, 0, is_greedy=None),
        )
    )
    tokens = PythonAdapter(target="toy_model:tokens", path=folder, capability="scores")
    assert output(tokens, payload) == LogLikelihoods(
        (ContinuationScore(-1.5, 2, is_greedy=None),) * 2
    )


def test_whole_texts_need_a_number_per_token(folder: str) -> None:
    payload = RollingLogLikelihood(text="ab c")
    tokens = PythonAdapter(target="toy_model:tokens", path=folder, capability="scores")
    assert output(tokens, payload) == TokenLogLikelihoods(values=(-1.0, -0.5))
    totals = PythonAdapter(target="toy_model:totals", path=folder, capability="scores")
    assert failure(totals, payload).kind is FailureKind.PROTOCOL


def test_a_log_likelihood_above_zero_is_no_answer(folder: str) -> None:
    adapter = PythonAdapter(target="toy_model:positive", path=folder, capability="scores")
    found = failure(adapter, LogLikelihood(prompt="x", continuations=("a",)))
    assert found.kind is FailureKind.PROTOCOL
    assert found.message == "toy_model:positive: a log-likelihood is at most 0, not 1.0"


def test_probabilities_are_recognised_and_margins_are_not(folder: str) -> None:
    payload = Classify(text="x")
    chances = PythonAdapter(target="toy_model:probabilities", path=folder, capability="classifies")
    assert output(chances, payload) == Classification(
        labels=("bad", "good"), scores=(0.25, 0.75), is_probability=True
    )
    margins = PythonAdapter(
        target="toy_model:margins", path=folder, capability="classifies", labels=("bad", "good")
    )
    assert output(margins, payload) == Classification(
        labels=("bad", "good"), scores=(-1.5, 3.0), is_probability=False
    )


def test_other_labels_than_the_agreed_ones_are_no_answer(folder: str) -> None:
    adapter = PythonAdapter(
        target="toy_model:margins", path=folder, capability="classifies", labels=("no", "yes")
    )
    found = failure(adapter, Classify(text="x"))
    assert found.message == "toy_model:margins: the labels are no, yes; the answer has bad, good"


def test_a_vector_must_be_finite(folder: str) -> None:
    adapter = PythonAdapter(target="toy_model:vector", path=folder, capability="embeds")
    assert output(adapter, Embed(text="x")) == Embedding((1.0, 1.0))
    adapter = PythonAdapter(target="toy_model:nan_vector", path=folder, capability="embeds")
    assert failure(adapter, Embed(text="x")).kind is FailureKind.PROTOCOL


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("toy_modle:reverse", "there is no module 'toy_modle'; did you mean 'toy_model'?"),
        ("toy_model:revers", "toy_model has no function 'revers'; did you mean 'reverse'?"),
        ("toy_model:NOT_A_FUNCTION", "toy_model:NOT_A_FUNCTION is a int; name a function"),
        ("json:dumps", "json comes from"),
    ],
)
def test_a_wrong_target_is_one_sentence_with_the_nearest_name(
    folder: str, target: str, message: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        PythonAdapter(target=target, path=folder).open()
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_target_without_a_function_is_refused_at_once() -> None:
    with pytest.raises(ConfigError, match="'toy_model' names no function"):
        PythonAdapter(target="toy_model")


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("broken_model:f", "No module named 'no_such_package_anywhere'"),
        ("raising_model:f", "ZeroDivisionError"),
    ],
)
def test_a_module_that_cannot_be_imported_is_a_lost_model(
    folder: str, target: str, reason: str
) -> None:
    with pytest.raises(AdapterError, match=reason):
        PythonAdapter(target=target, path=folder).open()


def test_the_identity_follows_the_source_and_not_the_folder(folder: str, tmp_path: Path) -> None:
    before = PythonAdapter(target="toy_model:reverse", path=folder).open().identity
    other = PythonAdapter(target="toy_model:tokens", path=folder, capability="scores").open()
    assert before.fingerprint != other.identity.fingerprint
    (tmp_path / "toy_model.py").write_text("def reverse(prompt): return prompt\n")
    after = PythonAdapter(target="toy_model:reverse", path=folder).open().identity
    assert before.parts["weights"] != after.parts["weights"]
    assert str(tmp_path) not in str(before.parts)


def identity_of(target: str, folder: Path) -> str:
    for name in [name for name in sys.modules if name.startswith("many_")]:
        del sys.modules[name]  # as a new process would have it
    return PythonAdapter(target=target, path=str(folder)).open().identity.fingerprint


def test_the_identity_follows_every_module_below_the_folder_that_is_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "path", [*sys.path])
    package = tmp_path / "many_parts"
    package.mkdir()
    texts = {
        "__init__.py": "",
        "model.py": "import json\nfrom . import near\n\ndef f(prompt):\n"
        "    from many_parts.late import x\n    return prompt\n",
        "near.py": "from .nearer import N\n",
        "nearer.py": "N = 1\n",
        "late.py": "x = 1\n",
        "other.py": "y = 1\n",
    }
    for name, text in texts.items():
        (package / name).write_text(text)
    seen = [identity_of("many_parts.model:f", tmp_path)]
    for name in ("__init__.py", "model.py", "near.py", "nearer.py", "late.py"):
        (package / name).write_text(texts[name] + "# changed\n")
        seen.append(identity_of("many_parts.model:f", tmp_path))
    assert len(set(seen)) == 6
    (package / "other.py").write_text("y = 2\n")
    import_module("many_parts.other")
    assert identity_of("many_parts.model:f", tmp_path) == seen[-1]


def test_a_function_of_an_installed_package_is_known_by_its_own_modules() -> None:
    parts = PythonAdapter(target="numpy.linalg:norm").open().identity.parts
    assert len(parts["weights"]) == 64
    parts = PythonAdapter(target="math:sqrt").open().identity.parts
    assert parts["weights"] == "unknown (no source file)"
