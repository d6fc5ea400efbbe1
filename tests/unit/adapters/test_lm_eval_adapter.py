"""``adapter = "lm_eval:NAME"``: what is asked of lm-eval's classes, and what becomes of it."""

from __future__ import annotations

import json
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from harness.adapters.lm_eval import LmEvalAdapter
from harness.adapters.lm_eval.session import LmEvalSession
from harness.conformance import check_adapter
from harness.core.capability import Capability
from harness.core.errors import AdapterError, ConfigError
from harness.core.request import (
    Classify,
    Generate,
    LogLikelihood,
    Message,
    Payload,
    Request,
    RollingLogLikelihood,
)
from harness.core.response import (
    ContinuationScore,
    Failure,
    FailureKind,
    Generation,
    LogLikelihoods,
    Response,
)

pytest.importorskip("lm_eval")


@pytest.fixture(autouse=True)
def _toys(monkeypatch: pytest.MonkeyPatch) -> None:
    from lm_eval import models
    from lm_eval.api.registry import model_registry

    for name, place in {
        "toy": "fakes.lm_eval_classes:ToyLM",
        "templateless": "fakes.lm_eval_classes:TemplatelessLM",
        "anthropic-chat": "fakes.lm_eval_classes:ToyLM",
    }.items():
        monkeypatch.setitem(models.MODEL_MAPPING, name, place)
        monkeypatch.setitem(model_registry._objs, name, place)


def opened(name: str = "toy", **arguments: Any) -> LmEvalSession:
    return LmEvalAdapter(model_class=name, model_args=arguments).open()


def ask(session: LmEvalSession, *payloads: Payload) -> list[Response | Failure]:
    requests = [Request(str(number), payload) for number, payload in enumerate(payloads)]
    answers = {exchange.request.id: exchange.answer for exchange in session.respond(requests)}
    return [answers[request.id] for request in requests]


def failures(answers: list[Response | Failure]) -> list[tuple[FailureKind, str]]:
    return [(each.kind, each.message) for each in answers if isinstance(each, Failure)]


def text_of(answer: Response | Failure) -> str:
    assert isinstance(answer, Response)
    assert isinstance(answer.output, Generation)
    return answer.output.text


def test_it_keeps_the_promises_of_an_adapter() -> None:
    check_adapter(LmEvalAdapter(model_class="toy"))


def test_continuations_are_scored_with_one_call() -> None:
    session = opened()

    first, second = ask(
        session,
        LogLikelihood(prompt="x", continuations=("a", "bcd")),
        LogLikelihood(prompt="y", continuations=("ef",)),
    )

    scores = (
        ContinuationScore(-1.0, 0, is_greedy=True),
        ContinuationScore(-3.0, 0, is_greedy=False),
    )
    assert first == Response(output=LogLikelihoods(scores))
    assert second == Response(output=LogLikelihoods((ContinuationScore(-2.0, 0, is_greedy=False),)))
    assert session._model.calls == [[("x", "a"), ("x", "bcd"), ("y", "ef")]]


def test_settings_of_generation_reach_the_class() -> None:
    session = opened()

    texts = ask(
        session,
        Generate(prompt="Hi there", max_new_tokens=7, stop=("there", "zz")),
        Generate(prompt="Hi", temperature=0.5, top_p=0.9),
    )

    assert [text_of(each) for each in texts] == ["Hi ", "Hi 128 True"]
    (_, first), (_, second) = session._model.calls[0]
    assert first == {
        "until": ["there", "zz"],
        "max_gen_toks": 7,
        "do_sample": False,
        "temperature": 0.0,
    }
    assert second["top_p"] == 0.9


def test_turns_go_through_the_class_own_template() -> None:
    turns = (Message("user", "Hi"), Message("assistant", "Well,"))
    session = opened()

    answers = ask(
        session,
        Generate(prompt=turns[:1]),
        Generate(prompt=turns),
        Generate(prompt=(Message("system", "Be brief"), *turns)),
    )

    assert text_of(answers[0]).startswith("<user>Hi<assistant> ")
    assert text_of(answers[1]).startswith("<user>Hi<assistant>Well, ")
    ((kind, message),) = failures(answers)
    assert kind is FailureKind.REJECTED
    assert "no system turns" in message


def test_a_class_without_template_refuses_turns_and_takes_text() -> None:
    answers = ask(
        opened("templateless"),
        Generate(prompt=(Message("user", "Hi"),)),
        Generate(prompt="Hi"),
    )

    ((kind, message),) = failures(answers)
    assert kind is FailureKind.REJECTED
    assert message.startswith("the model class 'templateless' has no chat template")
    assert text_of(answers[1]).startswith("Hi")


def test_a_plain_prompt_is_one_turn_for_a_class_that_knows_only_turns() -> None:
    adapter = LmEvalAdapter(model_class="anthropic-chat")

    assert adapter.capabilities == {Capability.GENERATES}
    assert text_of(*ask(adapter.open(), Generate(prompt="Hi"))).startswith("<user>Hi<assistant>")


def test_one_bad_request_costs_no_other() -> None:
    payloads = [Generate(prompt=f"{number}") for number in range(20)]
    payloads[13] = Generate(prompt="POISON")

    answers = ask(opened(api_key="sk-canary-12345"), *payloads)

    assert [place for place, each in enumerate(answers) if isinstance(each, Failure)] == [13]
    ((kind, message),) = failures(answers)
    assert kind is FailureKind.CRASHED
    assert message == "RuntimeError: one of them is poison, says [redacted]"


def test_what_is_no_answer_is_a_failure() -> None:
    session = opened()

    answers = ask(
        session,
        Generate(prompt="NONE"),
        LogLikelihood(prompt="NAN", continuations=("a",)),
        LogLikelihood(prompt="POSITIVE", continuations=("a",)),
        LogLikelihood(prompt="x", continuations=("a", "")),
        RollingLogLikelihood(text="x"),
        RollingLogLikelihood(text=""),
        Classify(text="x"),
    )

    kinds = [kind for kind, _ in failures(answers)]
    assert kinds == [FailureKind.PROTOCOL] * 3 + [FailureKind.REJECTED] * 4


def test_a_text_that_an_api_class_has_lost_is_no_empty_answer() -> None:
    session = opened()

    lost, written = ask(session, Generate(prompt="NULL"), Generate(prompt="Hi"))
    (empty,) = ask(session, Generate(prompt="EMPTY"))

    assert isinstance(lost, Failure)
    assert "API returned null content" in lost.message
    assert text_of(written).startswith("Hi")
    assert text_of(empty) == ""


def test_a_dead_model_is_given_up() -> None:
    session = opened(words="dead", api_key="sk-canary-12345")

    with pytest.raises(AdapterError, match=r"answers nothing \(ConnectionError: .*redacted"):
        ask(session, *(Generate(prompt=str(number)) for number in range(50)))
    assert len(session._model.calls) < 12


def test_a_closed_session_says_so() -> None:
    session = opened()
    session.close()
    session.close()

    with pytest.raises(AdapterError, match="closed"):
        ask(session, Generate(prompt="x"))


@pytest.mark.parametrize(
    ("name", "arguments", "error", "message"),
    [
        ("toy", {"words": "unloadable", "api_key": "sk-canary-12345"}, AdapterError, "redacted"),
        ("toy", {"wrods": "x"}, ConfigError, "does not take these model_args"),
        ("toi", {}, ConfigError, "did you mean 'toy'"),
    ],
)
def test_what_cannot_be_loaded_is_told(
    name: str, arguments: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message) as caught:
        opened(name, **arguments)
    assert "canary" not in str(caught.value)


def test_a_package_that_is_missing_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    from lm_eval.api.registry import model_registry

    monkeypatch.setitem(model_registry._objs, "toy", "no_such_package:Model")

    with pytest.raises(ConfigError, match=r"a package that it needs .*no_such_package"):
        opened()


def test_identity_has_hashes_of_local_files_and_no_secrets(tmp_path: Path) -> None:
    from harness.adapters.lm_eval.fingerprint import identify

    (tmp_path / "weights").write_text("1")
    parts = identify("hf", {"pretrained": str(tmp_path), "revision": "main"}, None).parts
    assert len(parts["weights"]) == 64
    assert (tmp_path / "weights").write_text("2") == 1
    assert identify("hf", {"pretrained": str(tmp_path)}, None).parts["weights"] != parts["weights"]

    far = {"model": "org/name", "api_key": "sk-canary-12345"}
    remote = identify("local-completions", far, None)
    assert remote.parts["weights"] == "unknown (org/name)"
    other_key = identify("local-completions", {**far, "api_key": "sk-other-12345"}, None)
    assert other_key.fingerprint == remote.fingerprint
    elsewhere = identify("local-completions", {**far, "base_url": "http://b"}, None)
    assert elsewhere.fingerprint != remote.fingerprint


def test_classes_are_listed() -> None:
    assert dict(LmEvalAdapter.listed("local-*")) == {
        "local-chat-completions": "lm_eval.models.openai_completions:LocalChatCompletion",
        "local-completions": "lm_eval.models.openai_completions:LocalCompletionsAPI",
    }


class _ChatServer(BaseHTTPRequestHandler):
    """Answers by what the last turn says."""

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        said = body["messages"][-1]["content"]
        content = None if said == "null" else f"you said {said}"
        answer: Any = {"choices": [{"index": 0, "message": {"content": content}}]}
        self.send_response(400 if said == "refused" else 200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        with suppress(OSError):  # lm-eval hangs up on the rest of a batch when one fails
            self.wfile.write(json.dumps({} if said == "broken" else answer).encode())

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the parent's name
        """Say nothing."""


@pytest.mark.filterwarnings("ignore::ResourceWarning")  # lm-eval leaves its loop to be collected
def test_lm_evals_own_class_for_chat_servers(capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("aiohttp")
    pytest.importorskip("tenacity")
    server = ThreadingHTTPServer(("127.0.0.1", 0), _ChatServer)
    Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/v1/chat/completions"
    session = opened("local-chat-completions", model="m", base_url=url, max_retries=1)
    try:
        prompts = ("hi", "null", "broken", "refused", "bye")
        answers = ask(session, *(Generate(prompt=prompt) for prompt in prompts))
    finally:
        session.close()
        server.shutdown()
        server.server_close()

    assert [text_of(answers[place]) for place in (0, 4)] == ["you said hi", "you said bye"]
    kinds = [kind for kind, _ in failures(answers)]
    assert kinds == [FailureKind.PROTOCOL, FailureKind.PROTOCOL, FailureKind.REJECTED]
    assert capsys.readouterr() == ("", "")
