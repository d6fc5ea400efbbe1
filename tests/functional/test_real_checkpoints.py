"""Verdicts on real checkpoints: a model, rounded and damaged, and two epochs of a fine-tuning."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
from fakes.workplace import Workplace
from pages.commands import Command, commands_in
from scipy.stats import ttest_1samp

from harness.core.judgement import Finding
from harness.core.verdict import Verdict
from harness.store.judgement_file import read_judgement

ROOT = Path(__file__).parents[2]
PAGE = list(commands_in(ROOT / "docs" / "checkpoints.md"))
SECOND_CASE = [command.text for command in PAGE].index("python checkpoints/finetune_minilm.py")

pytestmark = [
    pytest.mark.model,
    pytest.mark.slow,
    pytest.mark.timeout(3600),
    pytest.mark.usefixtures("users_cache"),
]


class Judged(NamedTuple):
    """What ``harness gate`` made of a candidate."""

    code: int
    verdict: Verdict
    gates: dict[tuple[str, str], Finding]
    """By suite and quantity."""


@pytest.fixture
def folder(place: Workplace) -> Path:
    """Return a copy of the example, without the models of an earlier run."""
    copy = place.folder / "checkpoints"
    ignored = shutil.ignore_patterns("models", "runs", "__pycache__")
    shutil.copytree(ROOT / "examples" / "checkpoints", copy, ignore=ignored)
    return copy


def script(folder: Path, name: str) -> list[str]:
    """Run a script as a reader of the page does; return the lines that it prints."""
    command = [sys.executable, name]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def type_in(place: Workplace, command: Command) -> None:
    """Do what the page says, and see what it shows: all but the digits, which hang on the chip."""
    program, *words = command.text.split()
    if program == "python":
        code, output = 0, "\n".join(script(place.folder, words[0]))
    else:
        outcome = place.harness(*words)
        code, output = outcome.code, outcome.out
    assert code == any(line.startswith("REGRESSED") for line in command.shown), output
    lines = [words_of(line) for line in output.splitlines()]
    for line in command.shown:
        assert words_of(line) in lines, f"{line!r} is not in:\n{output}"


def words_of(line: str) -> list[str]:
    """Return the words of a line, less those with a digit in them."""
    return [word for word in line.split() if word != "…" and not re.search(r"\d", word)]


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
    itself = place.harness("gate", "latest:fp32", "--baseline", "latest:fp32")
    assert itself.code == 2


def test_rounded_to_int8_and_damaged(place: Workplace, folder: Path) -> None:
    del folder
    for command in PAGE[:SECOND_CASE]:
        type_in(place, command)

    int8 = judged(place, "fp32", "int8", "--policy", "checkpoints/gate.toml")
    assert (int8.code, int8.verdict) == (0, Verdict.EQUIVALENT)
    for name in ("int8-per-tensor", "damaged"):
        worse = judged(place, "fp32", name, "--policy", "checkpoints/gate.toml")
        assert (worse.code, worse.verdict) == (1, Verdict.REGRESSED), name
        assert worse.gates["news", "bits_per_byte"].verdict is Verdict.REGRESSED, name


def test_two_epochs_of_a_fine_tuning(place: Workplace, folder: Path) -> None:
    first = script(folder, "finetune_minilm.py")
    again = script(folder, "finetune_minilm.py")
    assert again == first[-len(again) :]
    assert place.harness("run", folder / "minilm.toml").code == 0

    found = judged(place, "epoch-1", "epoch-2")
    difference = found.gates["movie_snippets", "accuracy"].difference
    told = [float(line.split()[3]) for line in again[:2]]
    assert min(told) > 0.8
    # The script cuts the longest snippets, and the harness does not.
    assert [difference.baseline, difference.candidate] == pytest.approx(told, abs=0.01)
    assert difference.n == 2150
    gained, lost = difference.n_higher, difference.n_lower
    assert gained is not None
    assert lost is not None
    assert difference.difference == pytest.approx((gained - lost) / 2150)
    moves = [1] * gained + [-1] * lost + [0] * (2150 - gained - lost)
    assert difference.test == "paired-t"  # McNemar's exact test is for fewer than 25 moves
    assert difference.p_value == pytest.approx(ttest_1samp(moves, 0).pvalue)
    # Another chip trains a slightly other model, but no second epoch that is worse.
    assert found.verdict in (Verdict.IMPROVED, Verdict.EQUIVALENT, Verdict.INCONCLUSIVE)
    assert found.code == 0
