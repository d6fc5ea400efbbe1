"""A served model that is gone amid a round: what was measured is told, and the rest taken up."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest
from fakes.workplace import Workplace

N_FIRST, N_TIMED = 2, 10
SPEC = f"""
[[model]]
name = "served"
adapter = "openai"
base_url = "http://127.0.0.1:PORT/v1"
model = "m"

[[suite]]
suite = "latency"
input_tokens = [8]
output_tokens = [4]
rates = [100.0, 200.0]
requests = {N_TIMED}
min_duration_s = 0.0
warm_up = 0
rounds = 1
"""
AT = "in=8,out=4"


class Answering(BaseHTTPRequestHandler):
    """Answers at once, and after so many requests only that it is broken."""

    n_left: ClassVar[int] = 0
    lock = threading.Lock()
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        with Answering.lock:
            Answering.n_left -= 1
            is_broken = Answering.n_left < 0
        choice = {"index": 0, "message": {"content": "a b c d"}, "finish_reason": "length"}
        usage = {"prompt_tokens": 8, "completion_tokens": 4, "total_tokens": 12}
        body = (
            b"broken" if is_broken else json.dumps({"choices": [choice], "usage": usage}).encode()
        )
        self.send_response(500 if is_broken else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - named by the library
        pass


@pytest.fixture
def port() -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Answering) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield int(server.server_address[1])
        server.shutdown()
        thread.join()


def told(place: Workplace, run: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the evaluation and the estimates by id."""
    (done,) = place.manifest(run)["evaluations"]
    metrics = json.loads((run / "metrics.json").read_text(encoding="utf-8"))
    return done, {e["quantity"]["id"]: e for e in metrics["estimates"]}


def test_what_was_measured_before_is_kept_and_the_round_is_taken_up(
    place: Workplace, port: int
) -> None:
    spec = place.write("load.toml", SPEC.replace("PORT", str(port)))
    Answering.n_left = N_FIRST + N_TIMED + 3  # amid the second load of the first round

    outcome = place.harness("run", spec)

    run = place.latest
    assert outcome.code == 3
    assert "load poisson=100,in=8,out=4: the model no longer answered when it ended" in outcome.out
    done, found = told(place, run)
    assert (done["n_answered"], done["failures"]) == (0, {"server_error": 1})
    assert place.manifest()["status"] == "incomplete"
    assert found[f"e2e_p50@c=1,{AT}"]["value"] > 0
    assert found[f"rps@poisson=100,{AT}"]["note"] == "the model was gone during this load"
    assert "7 of 10 requests failed" in str(done["breaches"][f"poisson=100,{AT}"])
    assert f"c=1,{AT}" not in done["breaches"]
    assert found[f"knee@{AT}"]["note"] == "the round ended early: the model no longer answered"

    Answering.n_left = 10**6
    outcome = place.harness("run", spec, "--resume", run)

    assert outcome.code == 0, outcome.err
    done, found = told(place, run)
    assert (done["n_answered"], done["failures"], done["error"]) == (1, {}, "")
    assert found[f"requests@poisson=200,{AT}"]["value"] == pytest.approx(N_TIMED)
