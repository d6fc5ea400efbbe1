"""Errors on their way from one process to another."""

from __future__ import annotations

import pickle

import pytest

from harness.core.errors import (
    AdapterError,
    ConfigError,
    HarnessError,
    SpecErrors,
    UnknownName,
)


@pytest.mark.parametrize(
    "error",
    [
        AdapterError("the model is gone"),
        ConfigError("suite[0].limit", "must be positive", "write 100"),
        UnknownName("--suite", "suite", "spede", ["speed"]),
        SpecErrors([ConfigError("a", "is wrong"), ConfigError("b", "is, too")]),
    ],
)
def test_an_error_is_the_same_in_another_process(error: HarnessError) -> None:
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert str(again) == str(error)
    assert {name: str(value) for name, value in vars(again).items()} == {
        name: str(value) for name, value in vars(error).items()
    }
