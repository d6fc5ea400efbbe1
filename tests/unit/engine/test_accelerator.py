"""What NVIDIA's own program says of GPUs, as a manifest keeps it."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.engine.accelerator import accelerators

H100 = "NVIDIA H100 80GB HBM3, 81559 MiB, 570.86.15, {power} W, Disabled, 5, 16"


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CUDA_VISIBLE_DEVICES", "HIP_VISIBLE_DEVICES", "ROCR_VISIBLE_DEVICES"):
        monkeypatch.delenv(name, raising=False)


def says(folder: Path, monkeypatch: pytest.MonkeyPatch, text: str, code: int = 0) -> None:
    """Put a program in the path that prints a text, as nvidia-smi would."""
    program = folder / "nvidia-smi"
    program.write_text(f"#!/bin/sh\ncat <<'END'\n{text}\nEND\nexit {code}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")


def test_gpus_that_are_alike_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    says(tmp_path, monkeypatch, "\n".join([H100.format(power="700.00")] * 2))
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0")
    assert accelerators() == {
        "gpu": "2 x NVIDIA H100 80GB HBM3",
        "gpu_memory": "81559 MiB",
        "gpu_driver": "570.86.15",
        "gpu_power_limit": "700.00 W",
        "gpu_mig": "Disabled",
        "gpu_pcie_generation": "5",
        "gpu_pcie_width": "16",
        "cuda_visible_devices": "0",
    }


def test_what_differs_is_told_of_each_and_what_is_not_known_of_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [H100.format(power=power).replace("Disabled", "[N/A]") for power in ("700.00", "500.00")]
    says(tmp_path, monkeypatch, "\n".join(rows))
    found = accelerators()
    assert found["gpu_power_limit"] == "700.00 W, 500.00 W"
    assert "gpu_mig" not in found


@pytest.mark.parametrize("code", [0, 9])
def test_a_driver_that_does_not_answer_tells_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    says(tmp_path, monkeypatch, "NVIDIA-SMI has failed, no devices were found", code)
    assert accelerators() == {}


def test_no_program_no_gpu(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert accelerators() == {}
