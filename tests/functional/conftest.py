"""Every functional test works in a folder of its own."""

from collections.abc import Mapping
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from fakes.toy_models import ToySession
from fakes.workplace import Workplace

from harness import registry


@pytest.fixture
def place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Workplace:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HARNESS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    return Workplace(tmp_path, capsys)


@pytest.fixture(autouse=True)
def nothing_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ToySession, "asked", [])


@pytest.fixture
def toys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Register the toy model and the toy suite, as an installed plug-in would."""
    added: dict[str, dict[str, EntryPoint]] = {
        "adapters": {"toy": EntryPoint("toy", "fakes.toy_models:ToyAdapter", "harness.adapters")},
        "suites": {"toy": EntryPoint("toy", "fakes.toy_suite:ToySuite", "harness.suites")},
    }
    registered = registry.registered

    def with_toys(kind: registry.Kind) -> Mapping[str, EntryPoint]:
        return {**registered(kind), **added.get(kind, {})}

    monkeypatch.setattr(registry, "registered", with_toys)
