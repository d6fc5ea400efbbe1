"""Every functional test works in a folder of its own."""

import os
from collections.abc import Mapping
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from fakes.toy_models import ToySession
from fakes.workplace import Workplace

from harness import registry

USERS_CACHE = os.environ.get("HARNESS_CACHE")


@pytest.fixture
def place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Workplace:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HARNESS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    return Workplace(tmp_path, capsys)


@pytest.fixture
def users_cache(monkeypatch: pytest.MonkeyPatch, place: Workplace) -> None:
    """Use the user's cache: a hundred megabytes are not fetched for one test."""
    del place  # it has set a cache of its own
    if USERS_CACHE is None:
        monkeypatch.delenv("HARNESS_CACHE")
    else:
        monkeypatch.setenv("HARNESS_CACHE", USERS_CACHE)


@pytest.fixture(autouse=True)
def nothing_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ToySession, "asked", [])


@pytest.fixture
def toys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Register the toy models and the toy suites, as an installed plug-in would."""
    places = {
        "adapters": {
            "toy": "fakes.toy_models:ToyAdapter",
            "paced": "fakes.toy_rounds:PacedAdapter",
        },
        "suites": {
            "toy": "fakes.toy_suite:ToySuite",
            "toy_rounds": "fakes.toy_rounds:ToyRounds",
        },
        "metrics": {"toy_timing": "fakes.toy_rounds:ToyTiming"},
    }
    added = {
        kind: {name: EntryPoint(name, at, f"harness.{kind}") for name, at in own.items()}
        for kind, own in places.items()
    }
    registered = registry.registered

    def with_toys(kind: registry.Kind) -> Mapping[str, EntryPoint]:
        return {**registered(kind), **added.get(kind, {})}

    monkeypatch.setattr(registry, "registered", with_toys)
