"""Options from a table: every kind of type, and every kind of mistake."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.core.build import Problems, build, check_keys, options_of, shown
from harness.core.errors import ConfigError, SpecErrors


@dataclass(frozen=True, slots=True, kw_only=True)
class Inner:
    size: int
    shape: Literal["round", "square"] = "round"

    def __post_init__(self) -> None:
        if self.size < 0:
            raise ConfigError("size", "is negative", "write size = 1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    text: str = ""
    whole: int = 0
    number: float = 0.0
    switch: bool = False
    anything: Any = None
    word: Literal["one", "two"] = "one"
    maybe: str | None = None
    either: str | Inner = ""
    listed: tuple[str, ...] = ()
    numbers: tuple[float, ...] = ()
    several: str | tuple[str, ...] = ()
    table: Mapping[str, int] = field(default_factory=dict)
    inner: Inner | None = None
    inners: tuple[Inner, ...] = ()
    hidden: int = field(default=0, init=False)


def built(table: dict[str, Any]) -> Any:
    problems = Problems()
    result = build(Options, table, "here", problems)
    problems.raise_any()
    return result


def complaint(table: dict[str, Any]) -> str:
    with pytest.raises(ConfigError) as caught:
        built(table)
    return str(caught.value)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("text", "x", "x"),
        ("whole", 3, 3),
        ("number", 3, 3.0),
        ("number", 0.5, 0.5),
        ("switch", True, True),
        ("anything", {"a": [1]}, {"a": [1]}),
        ("word", "two", "two"),
        ("maybe", "x", "x"),
        ("either", "x", "x"),
        ("either", {"size": 2}, Inner(size=2)),
        ("listed", ["a", "b"], ("a", "b")),
        ("numbers", [1, 0.5], (1.0, 0.5)),
        ("several", "x", "x"),
        ("several", ["x", "y"], ("x", "y")),
        ("table", {"a": 1}, {"a": 1}),
        ("inner", {"size": 1, "shape": "square"}, Inner(size=1, shape="square")),
        ("inners", [{"size": 1}, {"size": 2}], (Inner(size=1), Inner(size=2))),
    ],
)
def test_values_that_fit(name: str, value: Any, expected: Any) -> None:
    found = getattr(built({name: value}), name)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("text", 1, "here.text: must be a text, not 1; write a text"),
        ("whole", "1", "here.whole: must be a whole number, not '1'; write a whole number"),
        ("whole", 1.5, "here.whole: must be a whole number, not 1.5; write a whole number"),
        ("whole", True, "here.whole: must be a whole number, not True; write a whole number"),
        ("number", "x", "here.number: must be a number, not 'x'; write a number"),
        ("number", True, "here.number: must be a number, not True; write a number"),
        ("switch", 1, "here.switch: must be true or false, not 1; write true or false"),
        ("word", "tow", "here.word: 'tow' is not possible; did you mean 'two'?"),
        ("word", 3, "here.word: 3 is not possible; known are one, two"),
        ("maybe", 1, "here.maybe: must be a text, not 1; write a text"),
        ("either", 1, "here.either: must be a text or a table, not 1; write a text or a table"),
        ("listed", "a", "here.listed: must be a list of a text, not 'a'; write a list of a text"),
        ("listed", ["a", 2], "here.listed[1]: must be a text, not 2; write a text"),
        ("several", 3, "here.several: must be a text or a list, not 3; write a text or a list"),
        ("table", [], "here.table: must be a table, not []; write a table"),
        (
            "table",
            {"a": "x"},
            "here.table.a: must be a whole number, not 'x'; write a whole number",
        ),
        ("inner", "x", "here.inner: must be a table, not 'x'; write a table"),
        ("inner", {}, "here.inner: lacks 'size'; add size = …"),
        ("inner", {"sise": 1}, "here.inner: unknown key 'sise'; did you mean 'size'?"),
        ("inner", {"size": -1}, "here.inner.size: is negative; write size = 1"),
        ("inners", [{"size": 1}, {"size": -1}], "here.inners[1].size: is negative; write size = 1"),
        ("hidden", 1, "here: unknown key 'hidden'; known are"),
        ("txet", "x", "here: unknown key 'txet'; did you mean 'text'?"),
    ],
)
def test_values_that_do_not(name: str, value: Any, expected: str) -> None:
    assert complaint({name: value}).startswith(expected)


def test_every_problem_is_collected() -> None:
    with pytest.raises(SpecErrors) as caught:
        built({"text": 1, "whole": "x", "inner": {"shape": "flat"}, "zzz": 0})
    assert [problem.where for problem in caught.value.problems] == [
        "here",
        "here.text",
        "here.whole",
        "here.inner",
        "here.inner.shape",
    ]


def test_a_misspelt_key_is_not_missing_as_well() -> None:
    problems = Problems()
    build(Inner, {"siez": 1}, "here", problems)
    assert len(problems) == 1


def test_keys_of_the_caller_are_known_too() -> None:
    problems = Problems()
    assert build(Inner, {"size": 1, "nmae": "x"}, "here", problems, ("name",)) is None
    with pytest.raises(ConfigError, match="did you mean 'name'"):
        problems.raise_any()


def test_check_keys_tells_which_were_meant() -> None:
    assert check_keys({"colour": 1, "zzz": 2}, ["color", "size"], "here", Problems()) == {"color"}


def test_long_values_are_cut_short() -> None:
    assert len(shown("x" * 10_000)) < 80
    assert shown(12) == "12"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    path: str | None = None
    inside: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    place: Place
    free: Mapping[str, Any] = field(default_factory=dict)


def test_what_is_built_of_a_things_options_is_equal_to_it() -> None:
    """An option that is None would be refused in a table, in a nested one too."""
    thing = Placed(place=Place(path="x"), free={"kept": None})
    table = options_of(thing)
    assert table == {"place": {"path": "x"}, "free": {"kept": None}}
    problems = Problems()
    assert build(Placed, table, "here", problems) == thing
    problems.raise_any()


def test_nothing_noted_raises_nothing() -> None:
    Problems().raise_any()


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)
names = st.sampled_from([*Options.__dataclass_fields__, "nonsense"])


@given(st.dictionaries(names, json_values, max_size=4))
def test_any_table_is_built_or_refused_with_reasons(table: dict[str, Any]) -> None:
    problems = Problems()
    result = build(Options, table, "here", problems)
    assert (result is None) == bool(len(problems))
