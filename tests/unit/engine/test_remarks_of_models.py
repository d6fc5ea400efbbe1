"""What a model has to say of how it answers is told with the suite that it was asked."""

from __future__ import annotations

from pathlib import Path

import pytest
from fakes.toy_models import ToyAdapter, ToySession
from fakes.toy_spec import toy_spec

from harness.api import Silent
from harness.audit import audit
from harness.cli.run import shown_result
from harness.core.capability import Capability
from harness.result import load_run


def test_a_remark_is_a_warning_of_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def remarks(_: ToySession, capability: Capability) -> tuple[str, ...]:
        return (f"one that {capability} is slow here",)

    monkeypatch.setattr(ToySession, "remarks", remarks, raising=False)

    folder = audit(toy_spec(tmp_path, ToyAdapter()), Silent())

    manifest = load_run(folder).run.manifest
    (evaluation,) = manifest.evaluations
    told = f"{evaluation.suite} on {evaluation.model}: one that generates is slow here"
    assert manifest.warnings == (told,)
    assert shown_result(folder) == 0
    assert capsys.readouterr().err == f"warning: {told}\n"
