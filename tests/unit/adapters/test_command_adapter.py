"""The command adapter against programs with every bad habit."""

import sys
import time
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from harness.adapters.command import CommandAdapter
from harness.adapters.command.session import CommandSession
from harness.conformance import check_adapter
from harness.core.errors import AdapterError, ConfigError
from harness.core.request import (
    Classify,
    Embed,
    FitAndClassify,
    Generate,
    LogLikelihood,
    Message,
    Payload,
    Request,
    RollingLogLikelihood,
    TrainingSet,
)
from harness.core.response import (
    Classification,
    ContinuationScore,
    Embedding,
    Failure,
    FailureKind,
    Generation,
    LogLikelihoods,
    Response,
    TokenLogLikelihoods,
    Usage,
)

START = """
    import json, os, signal, sys, time

    def say(id, **fields):
        print(json.dumps({"id": id, **fields}), flush=True)

    def ask():
        for line in sys.stdin:
            yield json.loads(line)
"""

REVERSES = """
    for q in ask():
        say(q["id"], text=q["prompt"][::-1])
"""

BY_WORD = """
    for q in ask():
        word = q["prompt"]
        if word == "exit":
            print("out of ideas", file=sys.stderr)
            sys.exit(7)
        if word == "die":
            os.kill(os.getpid(), signal.SIGKILL)
        if word == "hang":
            time.sleep(60)
        if word == "garbage":
            print("Loading model...", flush=True)
        if word == "stranger":
            say(10**6, text="x")
        if word == "text id":
            say(str(q["id"]), text="x")
        if word == "huge":
            print("x" * (3 << 20), flush=True)
        if word == "refuse":
            say(q["id"], error="not today")
        elif word == "no error":
            say(q["id"], text="fine", error=None)
        elif word == "null":
            say(q["id"], text=None)
        elif word == "wrong field":
            say(q["id"], output="x")
        elif word == "bad usage":
            say(q["id"], text="x", usage={"n_input_tokens": "many"})
        else:
            say(q["id"], text=word + "!")
"""

ALL_KINDS = """
    for q in ask():
        if q["kind"] == "Generate":
            say(q["id"], text=json.dumps(q), finish_reason="length",
                usage={"n_input_tokens": 5, "n_output_tokens": 2})
        elif q["kind"] == "LogLikelihood":
            say(q["id"], scores=[[-1, -0.5], -3])
        elif q["kind"] == "Classify":
            say(q["id"], scores={"bad": 0.25, "good": 0.75})
        else:
            say(q["id"], values=[-1, -2.5])
"""

EVERYTHING = ("generates", "scores", "classifies", "embeds")


@pytest.fixture
def write(tmp_path: Path) -> Any:
    def write_program(source: str, **options: Any) -> CommandAdapter:
        file = tmp_path / "program.py"
        file.write_text(dedent(START) + dedent(source))
        # -I -S: a start without site packages takes a third of the time
        return CommandAdapter(argv=(sys.executable, "-I", "-S", str(file)), **options)

    return write_program


def answers_of(session: CommandSession, *payloads: Payload) -> list[Response | Failure]:
    requests = [Request(str(index), payload) for index, payload in enumerate(payloads)]
    answers = {e.request.id: e.answer for e in session.respond(requests)}
    return [answers[request.id] for request in requests]


def ask(adapter: CommandAdapter, *payloads: Payload) -> list[Response | Failure]:
    session = adapter.open()
    try:
        return answers_of(session, *payloads)
    finally:
        session.close()


def ask_words(adapter: CommandAdapter, *words: str) -> list[str | Failure]:
    return [_text(answer) for answer in ask(adapter, *(Generate(prompt=word) for word in words))]


def _text(answer: Response | Failure) -> str | Failure:
    if isinstance(answer, Failure):
        return answer
    assert isinstance(answer.output, Generation)
    return answer.output.text


def kinds(answers: list[str | Failure]) -> list[str]:
    return [answer.kind.value if isinstance(answer, Failure) else answer for answer in answers]


@pytest.mark.parametrize(("n_processes", "n_in_flight"), [(1, 1), (2, 3)])
def test_it_keeps_the_promises_of_an_adapter(
    write: Any, n_processes: int, n_in_flight: int
) -> None:
    check_adapter(write(REVERSES, n_processes=n_processes, n_in_flight=n_in_flight))


def test_each_kind_of_question_has_its_fields(write: Any) -> None:
    adapter = write(ALL_KINDS, offers=EVERYTHING)
    generated, scored, rolled, classified, embedded, chat = ask(
        adapter,
        Generate(prompt="Hi", max_new_tokens=7, seed=3),
        LogLikelihood(prompt="x", continuations=("a", "b")),
        RollingLogLikelihood(text="x"),
        Classify(text="x"),
        Embed(text="x"),
        Generate(prompt=(Message("user", "Hi"),)),
    )
    question = (
        '{"id": 1, "kind": "Generate", "prompt": "Hi", "max_new_tokens": 7, "stop": [], '
        '"temperature": 0.0, "top_p": 1.0, "seed": 3}'
    )
    assert isinstance(generated, Response)
    assert generated.output == Generation(text=question, finish_reason="length")
    assert generated.usage == Usage(n_input_tokens=5, n_output_tokens=2)
    assert generated.latency_s is not None
    assert 0 < generated.latency_s < 10
    expected = LogLikelihoods(
        (ContinuationScore(-1.5, 2, is_greedy=None), ContinuationScore(-3.0, 0, is_greedy=None))
    )
    assert isinstance(scored, Response)
    assert scored.output == expected
    assert isinstance(rolled, Response)
    assert rolled.output == TokenLogLikelihoods(values=(-1.0, -2.5))
    assert isinstance(classified, Response)
    assert classified.output == Classification(
        labels=("bad", "good"), scores=(0.25, 0.75), is_probability=True
    )
    assert isinstance(embedded, Response)
    assert embedded.output == Embedding((-1.0, -2.5))
    assert '"prompt": [{"role": "user", "content": "Hi"}]' in str(_text(chat))


def test_one_process_answers_many_questions(write: Any) -> None:
    source = """
        for q in ask():
            say(q["id"], text=str(os.getpid()))
    """
    answers = ask_words(write(source), *("x" for _ in range(50)))
    assert len(set(answers)) == 1
    answers = ask_words(write(source, n_processes=3), *("x" for _ in range(50)))
    assert len(set(answers)) == 3


def test_answers_are_matched_by_id_in_any_order(write: Any) -> None:
    source = """
        questions = ask()
        while True:
            batch = [next(questions) for _ in range(4)]
            for q in reversed(batch):
                say(q["id"], text=q["prompt"] + "!")
    """
    words = [str(number) for number in range(12)]
    answers = ask_words(write(source, n_in_flight=4), *words)
    assert answers == [word + "!" for word in words]


def test_an_end_costs_its_question_and_the_process_starts_again(write: Any) -> None:
    first, crashed, killed, last = ask_words(write(BY_WORD), "a", "exit", "die", "b")
    assert (first, last) == ("a!", "b!")
    assert isinstance(crashed, Failure)
    assert crashed.kind is FailureKind.CRASHED
    assert crashed.message.endswith("it ended with exit code 7; its last words: out of ideas")
    assert isinstance(killed, Failure)
    assert "exit code -9; its last words: none" in killed.message


def test_a_hang_is_a_timeout_and_the_group_is_killed(write: Any, tmp_path: Path) -> None:
    source = """
        import subprocess
        for q in ask():
            if q["prompt"] == "hang":
                child = subprocess.Popen(["sleep", "60"])
                open(os.path.join(os.path.dirname(__file__), "pids"), "w").write(
                    f"{os.getpid()} {child.pid}")
                time.sleep(60)
            say(q["id"], text="fine")
    """
    started = time.monotonic()
    answers = ask_words(write(source, timeout_s=0.7), "a", "hang", "b")
    assert kinds(answers) == ["fine", "timeout", "fine"]
    assert isinstance(answers[1], Failure)
    assert answers[1].message.endswith("no answer within 0.7 s")
    assert time.monotonic() - started < 10
    for pid in (tmp_path / "pids").read_text().split():
        assert not is_alive(int(pid))


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"  # a grandchild's body waits for init, not for us


def test_questions_beside_a_hang_are_asked_again(write: Any) -> None:
    answers = ask_words(write(BY_WORD, timeout_s=0.7, n_in_flight=3), "a", "hang", "b", "c")
    # The hang holds up b and c as well: they are overdue with it, or asked again.
    assert kinds(answers)[:2] == ["a!", "timeout"]
    assert set(kinds(answers)[2:]) <= {"b!", "c!", "timeout"}
    assert kinds(answers)[3] == "c!"


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("garbage", "it wrote 'Loading model...', which is not JSON"),
        ("stranger", "it answered question 1000000, which is not open"),
        ("text id", "which has no id of a question"),
        ("huge", "it wrote a line of 1 MiB or more"),
    ],
)
def test_a_line_that_answers_nothing_fails_what_is_open(write: Any, word: str, reason: str) -> None:
    before, failed, after = ask_words(write(BY_WORD, max_line_mib=1), "a", word, "b")
    assert (before, after) == ("a!", "b!")
    assert isinstance(failed, Failure)
    assert failed.kind is FailureKind.PROTOCOL
    assert reason in failed.message


def test_a_second_answer_is_not_booked_on_the_next_question(write: Any) -> None:
    source = """
        last = None
        for q in ask():
            if last:
                say(last, text="second")
            last = q["id"]
            say(last, text="first")
    """
    session = write(source, max_restarts=0).open()
    payloads = [Generate(prompt="a"), Generate(prompt="b")]
    answers = answers_of(session, *payloads) + answers_of(session, *payloads)
    session.close()
    assert [_text(answer) for answer in answers] == ["first"] * 4


def test_an_answer_to_a_question_of_another_process_is_garbage(write: Any) -> None:
    source = """
        for q in ask():
            if q["prompt"] == "steal":
                say(q["id"] - 1, text="stolen")
            else:
                time.sleep(0.5)
            say(q["id"], text="own")
    """
    answers = ask_words(write(source, n_processes=2), "slow", "steal")
    assert kinds(answers) == ["own", "protocol"]


@pytest.mark.parametrize(
    ("word", "kind", "reason"),
    [
        ("refuse", FailureKind.REJECTED, "it refused the question: not today"),
        ("null", FailureKind.PROTOCOL, "the answer must be a string, not NoneType None"),
        ("wrong field", FailureKind.PROTOCOL, "lacks 'text' (has id, output)"),
        ("bad usage", FailureKind.PROTOCOL, "usage must have whole numbers"),
    ],
)
def test_a_wrong_answer_costs_its_question_and_no_restart(
    write: Any, word: str, kind: FailureKind, reason: str
) -> None:
    failed, after = ask_words(write(BY_WORD, max_restarts=0), word, "b")
    assert after == "b!"
    assert isinstance(failed, Failure)
    assert failed.kind is kind
    assert reason in failed.message


@pytest.mark.parametrize("env", [(), ("TOY_KEY",)])
def test_a_line_that_is_not_utf_8_is_no_answer(
    write: Any, env: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOY_KEY", "sk-canary-77")
    source = """
        for q in ask():
            answer = json.dumps({"id": q["id"], "text": "caf"}).replace("caf", "caf\u00e9")
            sys.stdout.buffer.write(answer.encode("latin-1") + b"\\n")
            sys.stdout.flush()
    """
    assert kinds(ask_words(write(source, env=env, max_restarts=0), "a")) == ["protocol"]


def test_blank_lines_are_skipped(write: Any) -> None:
    source = """
        for q in ask():
            print("\\n \\t")
            say(q["id"], text=q["prompt"] + "!")
            print(flush=True)
    """
    assert ask_words(write(source, max_restarts=0), "a", "b", "c") == ["a!", "b!", "c!"]


def test_a_flood_of_blank_lines_is_a_timeout(write: Any) -> None:
    source = """
        while True:
            print()
    """
    assert kinds(ask_words(write(source, timeout_s=0.5, max_restarts=0), "a")) == ["timeout"]


def test_an_error_of_null_is_none(write: Any) -> None:
    assert ask_words(write(BY_WORD), "no error") == ["fine"]


def test_after_too_many_restarts_the_rest_fails_at_once(write: Any, tmp_path: Path) -> None:
    source = """
        with open(os.path.join(os.path.dirname(__file__), "starts"), "a") as file:
            file.write("x")
        sys.exit("no memory")
    """
    answers = ask_words(write(source, max_restarts=2), *("x" for _ in range(6)))
    assert (tmp_path / "starts").read_text() == "xxx"
    assert kinds(answers) == ["crashed"] * 6
    messages = [answer.message for answer in answers if isinstance(answer, Failure)]
    assert all("its last words: no memory" in message for message in messages[:3])
    assert all("given up after 2 restarts without an answer" in m for m in messages[3:])


def test_an_answer_in_between_renews_the_restarts(write: Any) -> None:
    answers = ask_words(write(BY_WORD, max_restarts=1), *("exit", "a") * 4)
    assert kinds(answers) == ["crashed", "a!"] * 4


def test_much_on_standard_error_blocks_nothing(write: Any) -> None:
    source = """
        for q in ask():
            sys.stderr.write("x" * 1_000_000)
            say(q["id"], text="fine")
    """
    assert ask_words(write(source), "a", "b") == ["fine", "fine"]


def test_large_questions_and_answers_deadlock_nothing(write: Any) -> None:
    source = """
        for q in ask():
            say(q["id"], text=q["prompt"])
    """
    words = [letter * 1_000_000 for letter in "abcd"]
    assert ask_words(write(source, n_in_flight=4), *words) == words


def test_a_program_that_never_reads_is_a_timeout(write: Any) -> None:
    answers = ask_words(write("time.sleep(60)", timeout_s=0.3, max_restarts=0), "x" * 1_000_000)
    assert kinds(answers) == ["timeout"]


def test_a_flood_of_lines_does_not_fill_the_memory(write: Any) -> None:
    source = """
        while True:
            print("{}" * 1000)
    """
    session = write(source, max_restarts=0).open()
    answers = answers_of(session, Generate(prompt="x"))
    assert [answer.kind for answer in answers if isinstance(answer, Failure)] == ["protocol"]
    assert session._said.qsize() <= 256
    session.close()


def test_stopping_early_kills_and_the_session_goes_on(write: Any) -> None:
    session = write(BY_WORD).open()
    prompts = [Request("1", Generate(prompt="a")), Request("2", Generate(prompt="hang"))]
    answers = session.respond([*prompts, Request("3", Generate(prompt="b"))])
    assert next(answers).request.id == "1"
    answers.close()
    assert [_text(answer) for answer in answers_of(session, Generate(prompt="c"))] == ["c!"]
    session.close()


def test_close_reaps_and_ends_the_session(write: Any) -> None:
    session = write("for q in ask(): say(q['id'], text=str(os.getpid()))").open()
    (pid,) = (_text(answer) for answer in answers_of(session, Generate(prompt="x")))
    assert Path(f"/proc/{pid}").exists()
    session.close()
    session.close()
    assert not Path(f"/proc/{pid}").exists()
    with pytest.raises(AdapterError, match="the session is closed"):
        answers_of(session, Generate(prompt="x"))


def test_a_forgotten_session_leaves_no_process(write: Any) -> None:
    session = write("for q in ask(): say(q['id'], text=str(os.getpid()))").open()
    (pid,) = (_text(answer) for answer in answers_of(session, Generate(prompt="x")))
    del session
    assert not Path(f"/proc/{pid}").exists()


def test_only_named_variables_are_passed_and_never_repeated(
    write: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOY_KEY", "sk-canary-77")
    source = """
        for q in ask():
            print(os.environ.get("TOY_KEY"), file=sys.stderr, flush=True)
            if q["prompt"] == "exit":
                sys.exit(1)
            say(q["id"], text=str(os.environ.get("TOY_KEY")))
    """
    assert ask_words(write(source), "a") == ["None"]
    told, crashed = ask_words(write(source, env=("TOY_KEY",)), "a", "exit")
    assert told == "[redacted]"
    assert isinstance(crashed, Failure)
    assert "last words: [redacted]" in crashed.message
    assert "canary" not in crashed.message
    with pytest.raises(ConfigError, match="TOY_KEI is not set"):
        write(source, env=("TOY_KEI",)).open()


def test_no_shell_sees_the_arguments() -> None:
    source = (
        "import json, sys\n"
        "for line in sys.stdin:\n"
        "    print(json.dumps({'id': json.loads(line)['id'], 'text': sys.argv[1]}), flush=True)"
    )
    adapter = CommandAdapter(argv=(sys.executable, "-I", "-c", source, "$HOME; echo *"))
    assert ask_words(adapter, "x") == ["$HOME; echo *"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"argv": ()}, "argv: names no program"),
        ({"offers": ()}, "offers: is empty"),
        ({"n_processes": 0}, "n_processes: must be at least 1"),
        ({"max_restarts": -1}, "max_restarts: must be at least 0"),
        ({"timeout_s": 0.0}, "timeout_s: must be positive"),
    ],
)
def test_impossible_options_are_refused_at_once(options: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        CommandAdapter(**{"argv": ("cat",), **options})


def test_a_program_that_is_not_there_is_found_out_before_any_question() -> None:
    with pytest.raises(ConfigError, match="argv: there is no program 'no-such-program'"):
        CommandAdapter(argv=("no-such-program",)).open()


def test_fitting_is_refused(write: Any) -> None:
    training = TrainingSet(id="t", texts=("a",), labels=("x",))
    (answer,) = ask(
        write(ALL_KINDS, offers=EVERYTHING), FitAndClassify(text="x", training=training)
    )
    assert isinstance(answer, Failure)
    assert answer.kind is FailureKind.REJECTED


def test_the_identity_follows_the_files_and_not_their_place(write: Any, tmp_path: Path) -> None:
    first = write(REVERSES).open().identity
    assert first.fingerprint == write(REVERSES, timeout_s=5.0).open().identity.fingerprint
    assert first.fingerprint != write(BY_WORD).open().identity.fingerprint
    assert str(tmp_path) not in str(first.parts)
