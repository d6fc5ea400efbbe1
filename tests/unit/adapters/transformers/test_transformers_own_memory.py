"""What a model holds of the file that it was read from: nothing, once its layers are int8."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")

MAPS = Path("/proc/self/maps")
pytestmark = pytest.mark.skipif(not MAPS.exists(), reason="only Linux tells what is mapped")


def mapped(folder: Path) -> list[str]:
    return [line for line in MAPS.read_text().splitlines() if str(folder) in line]


@pytest.mark.parametrize("kind", ["llama", "bert_classifier"])
@pytest.mark.parametrize("variant", ["dynamic-int8", "dynamic-int8-per-tensor"])
def test_weights_that_were_replaced_do_not_stay_in_memory(
    kind: str, variant: str, opened: Callable[..., Any], model_folder: Callable[[str], Path]
) -> None:
    """Embeddings, norms and biases keep their floats, and are pieces of the same file."""
    whole = opened(kind)
    folder = model_folder(kind)
    before = len(mapped(folder))
    assert before  # the checkpoint itself is there

    int8 = opened(kind, variant=variant)

    assert len(mapped(folder)) == before
    assert int8.model is not whole.model


_RESIDENT = """
import sys
from dataclasses import replace
from fakes.pinned_models import SMOL
session = replace(SMOL, variant=sys.argv[1] or None).open()
status = open("/proc/self/status").read()
print(next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS:")))
"""


def resident_kib(variant: str) -> int:
    """Return what a process holds that has loaded SmolLM2 and nothing else."""
    tests = str(Path(__file__).parents[3])
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {tests!r}){_RESIDENT}", variant],
        capture_output=True,
        text=True,
        check=True,
    )
    return int(done.stdout.splitlines()[-1])


@pytest.mark.model
@pytest.mark.slow
@pytest.mark.parametrize("variant", ["dynamic-int8", "dynamic-int8-per-tensor", "bf16"])
def test_a_smaller_smollm2_takes_less_memory(variant: str) -> None:
    whole_kib, small_kib = resident_kib(""), resident_kib(variant)

    # 106 of 135 million weights lose three bytes each, or all of them two.
    assert small_kib < whole_kib - 150 * 1024
