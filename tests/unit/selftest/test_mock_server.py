"""The mock server plays its script, and tells truly what it did."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import pytest

from harness.core.errors import ConfigError
from harness.core.load import Tier
from harness.selftest.load_client import arrivals_of, timed_traces
from harness.selftest.mock_frames import Prompted, body_packets, last_packet
from harness.selftest.mock_process import MockProcess, mock_process
from harness.selftest.mock_script import MockScript, pieces, ready_s
from harness.selftest.mock_server import main
from harness.suites.latency.watch import Watch

QUICK = {"ttft_s": 0.002, "tpot_s": 0.001}


@pytest.fixture(scope="module")
def mock() -> Iterator[MockProcess]:
    with mock_process(["--ttft-s", "0.002", "--tpot-s", "0.001"]) as process:
        yield process


def post(server: MockProcess, path: str = "/v1/chat/completions", **body: Any) -> bytes:
    request = Request(f"{server.url}{path}", json.dumps(body).encode())
    with urlopen(request, timeout=30) as reply:
        content: bytes = reply.read()
    return content


def frames(server: MockProcess, **body: Any) -> list[dict[str, Any]]:
    asked = {"stream": True, "messages": [{"role": "user", "content": "a b c"}], **body}
    events = post(server, **asked).decode().split("\n\n")
    assert events[-2:] == ["data: [DONE]", ""]
    return [json.loads(event.removeprefix("data: ")) for event in events[:-2]]


def test_each_load_is_watched_as_a_suites_is(
    mock: MockProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    watches: list[tuple[Tier, int | None]] = []
    end = Watch.__exit__

    def ended(watch: Watch, *error: Any) -> None:
        watches.append((watch.tier, watch.server_port))
        end(watch, *error)

    monkeypatch.setattr(Watch, "__exit__", ended)
    traces = timed_traces(mock.url, arrivals_of(["a b", "c"], 2), concurrency=2, extra={})
    assert [trace.failure for trace in traces.values()] == [None, None]
    assert watches == [(Tier.LOOPBACK, urlsplit(mock.url).port)]


class TestScript:
    def test_tokens_are_ready_on_an_absolute_schedule(self) -> None:
        script = MockScript(ttft_s=1, tpot_s=0.25, stall_s=10, stall_after=2)
        assert [ready_s(script, place) for place in range(4)] == [1, 1.25, 11.5, 11.75]

    def test_a_slowdown_stretches_everything(self) -> None:
        slow = MockScript(ttft_s=1, tpot_s=0.25, slowdown=2)
        assert [ready_s(slow, place) for place in range(2)] == [2, 2.5]

    def test_no_chunk_mixes_channels(self) -> None:
        script = MockScript(tokens_per_chunk=3, reasoning_tokens=4)
        found = [(piece.channel, piece.n_tokens, piece.n_before) for piece in pieces(script, 9)]
        assert found == [("r", 3, 0), ("r", 1, 3), ("c", 3, 4), ("c", 2, 7)]

    @pytest.mark.parametrize(
        "changes",
        [
            {"ttft_s": -1},
            {"counts": "all"},
            {"slowdown": 0},
            {"tokens_per_chunk": 0},
            {"chunks_per_write": 0},
        ],
    )
    def test_the_impossible_is_refused(self, changes: dict[str, Any]) -> None:
        with pytest.raises(ConfigError):
            MockScript(**changes)

    @pytest.mark.parametrize("changes", [{"tttf_s": 1}, {"ttft_s": "1"}, {"usage": 1}])
    def test_changes_are_checked(self, changes: dict[str, Any]) -> None:
        with pytest.raises(ConfigError):
            MockScript().with_changes(changes)

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (["--counts", "bogus"], "choose from"),
            (["--ttft-s", "-1"], "a time is negative"),
            (["--tpot-s", "nan"], "or no number"),
            (["--refuse-every", "-2"], "a number is negative"),
        ],
    )
    def test_a_wrong_setting_is_refused_on_the_command_line(
        self, arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with pytest.raises(SystemExit) as refused:
            main(arguments)
        assert refused.value.code == 2
        assert said in capsys.readouterr().err

    def test_packets_hold_several_frames(self) -> None:
        script = MockScript(ttft_s=1, tpot_s=0.5, chunks_per_write=2, role_frame=False)
        packets = body_packets(script, "chat", 5)
        assert [packet.channels for packet in packets] == ["cc", "cc", "c"]
        assert [packet.at_s for packet in packets] == [1, 2, 3]

    def test_usage_comes_only_where_it_is_asked_for(self) -> None:
        asked = last_packet(MockScript(), "chat", 3, Prompted(2, 0, wants_usage=True))
        not_asked = last_packet(MockScript(), "chat", 3, Prompted(2, 0, wants_usage=False))
        assert b"completion_tokens" in asked.data
        assert b"completion_tokens" not in not_asked.data


class TestServer:
    def test_a_stream(self, mock: MockProcess) -> None:
        found = frames(mock, max_tokens=3, stream_options={"include_usage": True})
        assert len(found) == 6
        assert found[0]["choices"][0]["delta"] == {"role": "assistant", "content": ""}
        assert [one["choices"][0]["delta"] for one in found[1:4]] == [{"content": "tok "}] * 3
        assert found[4]["choices"][0]["finish_reason"] == "length"
        assert found[5]["usage"] == {
            "prompt_tokens": 3,
            "completion_tokens": 3,
            "total_tokens": 6,
        }

    def test_a_whole_answer(self, mock: MockProcess) -> None:
        answer = json.loads(post(mock, "/v1/completions", prompt="a b", max_tokens=2))
        assert answer["choices"][0]["text"] == "tok tok "
        assert answer["usage"]["completion_tokens"] == 2

    def test_a_request_sets_its_own_script(self, mock: MockProcess) -> None:
        found = frames(mock, max_tokens=4, mock={"tokens_per_chunk": 4, "counts": "token_ids"})
        assert found[1]["choices"][0]["token_ids"] == [7] * 4

    def test_an_unknown_setting_is_refused(self, mock: MockProcess) -> None:
        with pytest.raises(HTTPError, match="400"):
            frames(mock, mock={"speed": 1})

    @pytest.mark.parametrize("wrong", [{"max_tokens": "3"}, {"messages": "hi"}])
    def test_a_wrong_request_is_refused_and_not_left_waiting(
        self, mock: MockProcess, wrong: dict[str, Any]
    ) -> None:
        with pytest.raises(HTTPError, match="400"):
            frames(mock, **wrong)

    def test_it_lives_on_after_nonsense(self, mock: MockProcess) -> None:
        with pytest.raises(HTTPError, match="400"):
            frames(mock, mock=7)
        assert frames(mock, max_tokens=1)

    def test_truth_tells_the_frames_and_is_told_once(self, mock: MockProcess) -> None:
        mock.truths()
        frames(mock, max_tokens=4, mock={**QUICK, "tokens_per_chunk": 2, "reasoning_tokens": 2})
        (truth,) = mock.truths().values()
        trace = truth.trace
        assert trace.chunk_channels == "-rc-"
        assert trace.chunk_tokens == (0, 2, 2, 0)
        assert trace.n_output_tokens == 4
        assert truth.late_ns >= 0
        times = [at - trace.sent_ns for at in trace.chunk_ns]
        assert times == sorted(times)
        # Never early: the first token at 2 ms, the third at 4.
        assert times[1] >= 2_000_000
        assert times[2] >= 4_000_000
        assert mock.truths() == {}

    def test_it_names_its_model(self, mock: MockProcess) -> None:
        with urlopen(f"{mock.url}/v1/models", timeout=30) as reply:
            assert json.load(reply)["data"][0]["id"] == "mock"

    def test_there_is_nothing_else(self, mock: MockProcess) -> None:
        with pytest.raises(HTTPError, match="404"):
            urlopen(f"{mock.url}/v2/none", timeout=30)

    def test_some_requests_are_refused(self, mock: MockProcess) -> None:
        waits = []
        for _ in range(4):
            try:
                frames(mock, max_tokens=1, mock={"refuse_every": 2})
            except HTTPError as error:
                waits.append((error.code, error.headers["Retry-After"]))
        assert waits == [(429, "1")] * 2
