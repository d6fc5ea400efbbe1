"""What the command line may change of a spec, and how registered things are found."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from fakes.toy_models import ToyAdapter
from fakes.toy_spec import toy_spec
from fakes.toy_suite import ToySuite

from harness import registry
from harness.core.errors import ConfigError, UnknownName
from harness.option_docs import option_docs
from harness.overrides import overridden

SPEC = toy_spec(Path("runs"), ToyAdapter(), ToyAdapter(), suites=(ToySuite(), ToySuite(n=3)))


def test_nothing_given_changes_nothing() -> None:
    assert overridden(SPEC) == SPEC


def test_a_model_takes_its_suites_along() -> None:
    narrowed = overridden(SPEC, models=["model1"])
    assert [model.name for model in narrowed.models] == ["model1"]
    assert [suite.models for suite in narrowed.suites] == [("model1",), ("model1",)]


def test_settings_are_replaced() -> None:
    changed = overridden(SPEC, limit=3, seed=0, out="other")
    assert (changed.limit, changed.seed, changed.out) == (3, 0, "other")


def test_an_unknown_name_is_put_right() -> None:
    with pytest.raises(ConfigError, match="did you mean 'suite1'"):
        overridden(SPEC, suites=["siute1"])


@pytest.fixture
def points(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[EntryPoint]]:
    found: list[EntryPoint] = []
    monkeypatch.setattr(registry, "entry_points", lambda *, group: found if group else [])
    registry.registered.cache_clear()
    yield found
    registry.registered.cache_clear()


def point(name: str, value: str) -> EntryPoint:
    return EntryPoint(name, value, "harness.adapters")


def test_two_packages_with_one_name(points: list[EntryPoint]) -> None:
    points += [point("x", "a:A"), point("x", "b:B")]
    with pytest.raises(ConfigError, match="'x': is registered twice, as a:A and as b:B"):
        registry.registered("adapters")


def test_the_same_thing_found_twice_is_one(points: list[EntryPoint]) -> None:
    points += [point("x", "a:A"), point("x", "a:A")]
    assert list(registry.registered("adapters")) == ["x"]


@pytest.mark.parametrize("value", ["no_such_module_at_all:A", "fakes.toy_suite:Nothing"])
def test_a_package_that_does_not_load(value: str, points: list[EntryPoint]) -> None:
    points.append(point("x", value))
    with pytest.raises(ConfigError, match=r"adapter 'x' .* cannot be imported"):
        registry.find("adapters", "x", "model[0].adapter")


def test_nothing_of_that_name(points: list[EntryPoint]) -> None:
    points.append(point("openai", "a:A"))
    with pytest.raises(UnknownName, match="did you mean 'openai'"):
        registry.find("adapters", "openia", "model[0].adapter")


def test_a_summary_is_read_without_importing(points: list[EntryPoint]) -> None:
    del points
    described = point("toy", "fakes.toy_suite:ToySuite")
    assert registry.summary(described).startswith("A suite with as many samples")
    assert registry.summary(point("none", "no_such_module_at_all:A")) == ""


def test_options_tell_type_default_and_text() -> None:
    described = {option.name: option for option in option_docs(ToySuite)}
    assert described["n"].default == "10"
    assert described["n"].type == "int"
    assert described["n"].doc == "How many samples."
