"""No secret reaches a file of the run folder, whoever sends it back."""

from __future__ import annotations

import gzip
import json
import re
import sys
import zlib
from base64 import b64decode
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from fakes.workplace import Workplace

CANARY = "sk-canary-7f3a-91c2"
AWKWARD = 'sk-"canary"\\7f3a'  # JSON writes it in another way
SUITE = """
[[suite]]
suite = "generation"
data = "films.csv"
columns = { text = "text", target = "label" }
metrics = ["exact_match"]
"""
TELL_TALE = """
import json, os, sys

for line in sys.stdin:
    question = json.loads(line)
    answer = {"id": question["id"], "text": "my key is " + os.environ["TOY_API_KEY"]}
    print(json.dumps(answer), flush=True)
"""


class _Parrot(BaseHTTPRequestHandler):
    """Answers with the key that it was sent, or refuses with it."""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        key = self.headers["Authorization"]
        refuses = "bad" in asked["messages"][-1]["content"]
        message = {"role": "assistant", "content": f"I was sent {key}"}
        body = {"error": key} if refuses else {"choices": [{"index": 0, "message": message}]}
        data = json.dumps(body).encode()
        self.send_response(400 if refuses else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """Keep the test's output clean."""


@pytest.fixture
def parrot() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Parrot) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/v1"
        server.shutdown()
        thread.join()


def everything_in(folder: Path) -> str:
    """Return all text of a folder: Parquet as rows, and what a page has packed, unpacked."""
    import pandas as pd

    texts = []
    for path in sorted(folder.rglob("*")):
        if path.suffix == ".parquet":
            texts += [str(value) for value in pd.read_parquet(path).to_numpy().ravel()]
            continue
        text = path.read_bytes().decode("utf-8", "replace")
        texts.append(text)
        for packed in re.findall(r"[A-Za-z0-9+/]{200,}={0,2}", text):
            try:
                texts.append(gzip.decompress(b64decode(packed)).decode("utf-8", "replace"))
            except (ValueError, OSError, EOFError, zlib.error):
                continue
    return "\n".join(texts)


def test_a_key_that_the_server_sends_back(
    place: Workplace, parrot: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PARROT_KEY", CANARY)
    place.films(
        f'[[model]]\nname = "parrot"\nadapter = "openai"\nbase_url = "{parrot}"\n'
        f'model = "parrot"\napi_key_env = "PARROT_KEY"\n{SUITE}'
    )
    outcome = place.harness("run", "films.toml")

    # Two of the four films are bad ones, which the server refuses.
    assert outcome.code == 3
    assert place.manifest()["evaluations"][0]["n_answered"] == 2
    kept = everything_in(place.latest)
    assert "I was sent" in kept
    assert CANARY not in kept + outcome.out + outcome.err
    assert "PARROT_KEY" in kept


@pytest.mark.parametrize("key", [CANARY, AWKWARD])
def test_a_key_that_a_program_tells(
    key: str, place: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOY_API_KEY", key)
    place.write("tell_tale.py", TELL_TALE)
    argv = json.dumps([sys.executable, "tell_tale.py"])
    place.films(
        f'[[model]]\nname = "m"\nadapter = "command"\nargv = {argv}\nenv = ["TOY_API_KEY"]\n{SUITE}'
    )
    outcome = place.harness("run", "films.toml")

    assert outcome.code == 0
    kept = everything_in(place.latest)
    assert kept.count("my key is [redacted]") >= 8  # in the rows, and packed into the page
    for form in (key, json.dumps(key)[1:-1]):
        assert form not in kept
    for form in ("html", "md", "json", "csv", "junit"):
        assert key not in place.harness("report", "latest", "--format", form).out


def test_a_login_in_an_address_is_struck_out_everywhere(place: Workplace) -> None:
    address = "https://me:hunter2hunter2@example.org/?api_key=abcdef123"
    place.films(
        '[[model]]\nname = "echo"\nadapter = "echo"\n'
        + SUITE
        + f'system = "Look it up at {address}"\n'
    )
    assert place.harness("run", "films.toml").code == 0

    kept = everything_in(place.latest)
    assert "hunter2" not in kept
    assert "abcdef123" not in kept
    (suite,) = place.manifest()["spec"]["suite"]
    assert suite["system"] == ("Look it up at https://[redacted]@example.org/?api_key=[redacted]")


def test_a_login_in_what_a_model_says_of_its_failure(place: Workplace) -> None:
    """No spec knows this key: the program has it from elsewhere, and quotes it as it fails."""
    module = f"leaky_{place.folder.name}"
    raised = f"refused by https://user:{CANARY}@host/v1 with Authorization: Bearer {CANARY}"
    place.write(f"{module}.py", f"def answer(prompt):\n    raise ValueError({raised!r})\n")
    place.films(f"""
[[model]]
name = "m"
adapter = "python"
target = "{module}:answer"
path = "."
{SUITE}""")

    outcome = place.harness("run", "films.toml")

    assert outcome.code == 3
    assert "refused by https://[redacted]@host/v1" in everything_in(place.latest)
    assert CANARY not in everything_in(place.latest) + outcome.out + outcome.err
