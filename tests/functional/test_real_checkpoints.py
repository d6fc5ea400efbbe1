"""Verdicts on real checkpoints: a model, rounded and damaged, and two epochs of a fine-tuning."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
from fakes.workplace import Workplace

from harness.core.judgement import Finding
from harness.core.verdict import Verdict
from harness.store.judgement_file import read_judgement

EXAMPLES = Path(__file__).parents[2] / "examples" / "checkpoints"

pytestmark = [pytest.mark.model, pytest.mark.usefixtures("users_cache")]


class Judged(NamedTuple):
    """What ``harness gate`` made of a candidate."""

    code: int
    verdict: Verdict
    gates: dict[tuple[str, str], Finding]
    """By suite and quantity."""


@pytest.fixture
def folder(place: Workplace) -> Path:
    """Return the example's files, and no model of an earlier run, in the current folder."""
    ignored = shutil.ignore_patterns("models", "runs", "__pycache__")
    shutil.copytree(EXAMPLES, place.folder, ignore=ignored, dirs_exist_ok=True)
    return place.folder


def script(folder: Path, name: str) -> list[str]:
    """Run a script as a reader of the page does; return the lines that it prints."""
    command = [sys.executable, name]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def judged(place: Workplace, baseline: str, candidate: str, *more: str) -> Judged:
    """Judge one model of the newest run beside another."""
    sides = (f"latest:{candidate}", "--baseline", f"latest:{baseline}")
    outcome = place.harness("gate", *sides, *more)
    judgement = read_judgement(place.latest)
    assert judgement is not None, outcome.err
    found = {(one.difference.suite, one.difference.quantity.id): one for one in judgement.gates}
    return Judged(outcome.code, judgement.verdict, found)


def test_fifty_sentences_show_the_damage(place: Workplace, folder: Path) -> None:
    assert script(folder, "damage.py") == ["21 matrices damaged in models/smollm2-damaged"]
    spec = folder / "smollm2.toml"
    whole = spec.read_text(encoding="utf-8")
    # The one-sentence summaries of the same reports take seconds.
    spec.write_text(whole.replace('text = "document"', 'text = "summary"'), encoding="utf-8")
    chosen = ("--suite", "news", "--model", "fp32", "--model", "damaged")
    assert place.harness("run", spec, *chosen).code == 0

    found = judged(place, "fp32", "damaged")

    assert (found.code, found.verdict) == (1, Verdict.REGRESSED)
    finding = found.gates["news", "bits_per_byte"]
    assert finding.verdict is Verdict.REGRESSED
    assert finding.difference.n == 50
    assert finding.difference.interval is not None
    assert finding.difference.interval.low > finding.margin > 0
    assert judged(place, "damaged", "fp32").verdict is Verdict.IMPROVED
    same = judged(place, "fp32", "fp32")
    assert (same.code, same.verdict) == (0, Verdict.EQUIVALENT)


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_rounded_to_int8_and_damaged(place: Workplace, folder: Path) -> None:
    script(folder, "damage.py")
    assert place.harness("run", folder / "smollm2.toml").code == 0
    policy = ("--policy", "gate.toml")

    int8 = judged(place, "fp32", "int8", *policy)
    assert int8.code == 0
    assert int8.gates["news", "bits_per_byte"].verdict is Verdict.EQUIVALENT
    assert int8.verdict in (Verdict.EQUIVALENT, Verdict.INCONCLUSIVE)

    for name in ("int8-per-tensor", "damaged"):
        worse = judged(place, "fp32", name, *policy)
        assert (worse.code, worse.verdict) == (1, Verdict.REGRESSED), name
        assert worse.gates["news", "bits_per_byte"].verdict is Verdict.REGRESSED, name


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_two_epochs_of_a_fine_tuning(place: Workplace, folder: Path) -> None:
    from scipy.stats import binomtest

    first = script(folder, "finetune_minilm.py")
    again = script(folder, "finetune_minilm.py")
    assert again == first[-len(again) :]
    assert [line.partition(":")[0] for line in again[:2]] == ["epoch 1", "epoch 2"]

    assert place.harness("run", folder / "minilm.toml").code == 0
    found = judged(place, "epoch-1", "epoch-2")

    difference = found.gates["movie_snippets", "accuracy"].difference
    assert difference.n == 2150
    told = [float(line.split()[3]) for line in again[:2]]
    # The script cuts the longest snippets, and the harness does not.
    assert [difference.baseline, difference.candidate] == pytest.approx(told, abs=0.01)
    assert min(told) > 0.8
    assert difference.test == "mcnemar-exact"
    assert difference.n_higher is not None
    assert difference.n_lower is not None
    n_moved = difference.n_higher + difference.n_lower
    assert difference.difference == pytest.approx((difference.n_higher - difference.n_lower) / 2150)
    assert difference.p_value == pytest.approx(binomtest(difference.n_higher, n_moved).pvalue)
    assert found.verdict is not Verdict.INVALID
    assert found.code == (found.verdict is Verdict.REGRESSED)
