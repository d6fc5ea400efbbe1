"""Attacks on a real checkpoint: no batch size, and no run before, has a part in what they find."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from harness.adapters.transformers import TransformersAdapter
from harness.adapters.transformers.session import TransformersSession
from harness.config import load_spec
from harness.core.attacked import Attacked, Outcome
from harness.core.capability import Capability
from harness.core.identity import Identity
from harness.core.request import Request
from harness.core.response import Exchange, Response
from harness.engine import kept_answers
from harness.engine.attacked_task import AttackedTask
from harness.registry import find

EXAMPLE = Path(__file__).parents[2] / "examples" / "checkpoints"
N_SNIPPETS = 16

pytestmark = [
    pytest.mark.model,
    pytest.mark.slow,
    pytest.mark.timeout(3600),
    pytest.mark.usefixtures("users_cache"),
]


@dataclass
class InBatches:
    """A model that is asked about so many texts at a time."""

    session: TransformersSession
    size: int
    is_pinned: bool = True
    n_asked: int = 0

    @property
    def identity(self) -> Identity:
        return self.session.identity

    def respond(self, requests: Sequence[Request]) -> Iterator[Exchange]:
        self.n_asked += len(requests)
        for start in range(0, len(requests), self.size):
            yield from self.session.respond(requests[start : start + self.size])

    def close(self) -> None:
        pass


@pytest.fixture
def checkpoints(tmp_path: Path) -> Path:
    """Return the folder of both epochs; they are trained once for all runs on a machine."""
    folder = tmp_path / "checkpoints"
    ignored = shutil.ignore_patterns("models", "runs", "__pycache__")
    shutil.copytree(EXAMPLE, folder, ignore=ignored)
    command = [sys.executable, "finetune_minilm.py"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder / "models" / "minilm"


def opened(folder: Path) -> TransformersSession:
    return TransformersAdapter(path=str(folder), task="classifier", device="cpu").open()


def found(model: InBatches, recipe: str, *, reuses_answers: bool = False) -> dict[str, Any]:
    """Return by sample what an attack comes to, but for what it had to send."""
    suite: Any = load_spec(EXAMPLE / "minilm.toml").suites[0].suite
    task = AttackedTask(
        task=suite.prepare(limit=N_SNIPPETS, seed=0),
        attack=find("attacks", recipe, "recipe")(),
        seed=0,
        reuses_answers=reuses_answers,
    )
    driven = task.drive(task.samples(), model, Capability.CLASSIFIES, lambda _: None)
    outcomes = {}
    for sample, answer in driven:
        assert isinstance(answer, Response)
        assert isinstance(answer.output, Attacked)
        one = answer.output
        outcomes[sample.id] = (one.outcome, one.text, one.n_queries, one.control, one.control_text)
    return outcomes


def test_no_batch_size_has_a_part_in_what_is_found(checkpoints: Path) -> None:
    session = opened(checkpoints / "epoch-2")
    one, seven, many = (found(InBatches(session, size), "deepwordbug") for size in (1, 7, 64))
    assert one == seven == many
    assert {outcome for outcome, *_ in one.values()} >= {Outcome.SUCCEEDED, Outcome.SKIPPED}


def test_a_second_run_asks_nothing_and_a_changed_checkpoint_everything(
    checkpoints: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    epochs = {name: opened(checkpoints / name) for name in ("epoch-1", "epoch-2")}
    without = found(InBatches(epochs["epoch-2"], 64), "deepwordbug")
    monkeypatch.setattr(kept_answers, "cache_dir", lambda *_: tmp_path)
    n_asked = []
    for name in ("epoch-1", "epoch-2", "epoch-2"):
        model = InBatches(epochs[name], 64)
        kept = found(model, "deepwordbug", reuses_answers=True)
        n_asked.append(model.n_asked)
    assert kept == without
    assert n_asked[0] > 100
    assert n_asked[1] > 100
    assert n_asked[2] == 0
