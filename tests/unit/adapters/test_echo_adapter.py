from harness.adapters.echo import EchoAdapter
from harness.conformance import check_adapter
from harness.core.capability import Capability
from harness.core.request import Classify, Generate, LogLikelihood, Message, Payload, Request
from harness.core.response import Classification, Failure, Generation, LogLikelihoods, Response


def ask(adapter: EchoAdapter, payload: Payload) -> Response | Failure:
    (exchange,) = adapter.open().respond([Request("1", payload)])
    return exchange.answer


def test_it_keeps_the_promises_of_an_adapter() -> None:
    check_adapter(EchoAdapter())
    check_adapter(EchoAdapter(text="yes", labels=("positive", "negative")))


def test_it_generates_the_last_line_of_a_text_or_chat() -> None:
    expected = Response(output=Generation(text="Two", finish_reason="stop"))
    chat = (Message("system", "Be brief"), Message("user", "One\nTwo\n"))
    assert ask(EchoAdapter(), Generate(prompt="One\nTwo\n")) == expected
    assert ask(EchoAdapter(), Generate(prompt=chat)) == expected


def test_it_honours_stop_strings_and_the_token_budget() -> None:
    answer = ask(EchoAdapter(text="a b c. d"), Generate(prompt="x", stop=("q", ".")))
    assert answer == Response(output=Generation(text="a b c", finish_reason="stop"))
    answer = ask(EchoAdapter(text="a b c. d"), Generate(prompt="x", max_new_tokens=2))
    assert answer == Response(output=Generation(text="a b", finish_reason="length"))


def test_it_goes_on_until_it_has_the_words_it_must_have() -> None:
    five = Generate(prompt="a b", max_new_tokens=5, min_new_tokens=5)
    assert ask(EchoAdapter(), five) == Response(
        output=Generation(text="a b a b a", finish_reason="stop")
    )
    stopped = Generate(prompt="a b", max_new_tokens=9, min_new_tokens=4, stop=("b",))
    assert ask(EchoAdapter(), stopped) == Response(
        output=Generation(text="a b a ", finish_reason="stop")
    )


def test_shorter_continuations_score_higher() -> None:
    answer = ask(EchoAdapter(), LogLikelihood(prompt="x", continuations=("ab", "a b c")))
    assert isinstance(answer, Response)
    assert isinstance(answer.output, LogLikelihoods)
    assert [score.log_likelihood for score in answer.output.scores] == [-2.0, -5.0]
    assert [score.n_tokens for score in answer.output.scores] == [1, 3]


def test_it_classifies_only_when_it_has_labels() -> None:
    assert Capability.CLASSIFIES not in EchoAdapter().capabilities
    answer = ask(EchoAdapter(labels=("bad", "good")), Classify(text="good, so good"))
    assert answer == Response(
        output=Classification(labels=("bad", "good"), scores=(0.25, 0.75), is_probability=True)
    )
