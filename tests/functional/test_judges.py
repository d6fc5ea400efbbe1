"""``[[judge]]`` tables, from the spec to the manifest."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from fakes.workplace import FILMS_SPEC, Workplace

SPEC = (
    'meaning = "embedder"\n\n'
    + FILMS_SPEC
    + """
perturb = [{ name = "casing", form = "upper" }]

[[judge]]
name = "embedder"
adapter = "echo"
"""
)


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        (
            'meaning = "embedder"',
            'meaning = "embeder"',
            "spec.meaning: there is no judge named 'embeder'; did you mean 'embedder'?",
        ),
        (
            'meaning = "embedder"',
            "meaning = 3",
            (
                "spec.meaning: must be the name of a judge, not 3; write [[judge]] with a name, and"
                ' "NAME" here'
            ),
        ),
        (
            'name = "embedder"\nadapter = "echo"',
            'name = "embedder"\nadapter = "ehco"',
            "judge[0].adapter: there is no adapter named 'ehco'; did you mean 'echo'?",
        ),
        (
            'name = "embedder"\nadapter = "echo"',
            'name = "embedder"\nadapter = "sklearn"\npath = "not/there.joblib"',
            (
                "spec, option 'meaning': needs a judge that embeds, but 'embedder', of the adapter"
                " 'sklearn' as configured, classifies and decomposes; name another"
            ),
        ),
    ],
)
def test_a_wrong_judge_is_refused_before_anything_is_loaded(
    place: Workplace, before: str, after: str, message: str
) -> None:
    spec = place.films(SPEC.replace(before, after))
    outcome = place.harness("run", spec)
    assert outcome.code == 2
    assert message in outcome.errors
    assert not place.runs


def test_no_judge_at_all(place: Workplace) -> None:
    spec = place.films(SPEC.partition("[[judge]]")[0])
    outcome = place.harness("run", spec)
    assert outcome.errors == [
        "spec.meaning: needs a judge, and the spec has none; add a [[judge]] table"
    ]


def test_a_judge_that_nobody_names_is_a_warning(place: Workplace) -> None:
    spec = place.films(SPEC.replace('meaning = "embedder"', ""))
    outcome = place.harness("run", spec)
    assert outcome.code == 0
    warnings = place.manifest()["warnings"]
    assert "judge 'embedder' was not used, as no option names it" in warnings
    assert "judge 'embedder' was not used" in outcome.err


def test_a_measure_without_texts_is_a_warning(place: Workplace) -> None:
    spec = place.films(SPEC.replace('perturb = [{ name = "casing", form = "upper" }]', ""))
    assert place.harness("run", spec).code == 0
    warnings = place.manifest()["warnings"]
    assert "meaning was not measured, as no suite perturbs or attacks its texts" in warnings


def test_paths_of_a_judge_are_relative_to_the_spec(
    place: Workplace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    judge = 'name = "embedder"\nadapter = "python"\ntarget = "far:embed"\ncapability = "embeds"'
    text = SPEC.replace('name = "embedder"\nadapter = "echo"', f'{judge}\npath = "sub"')
    place.write("sub/far.py", "def embed(text):\n    return [1.0, float(len(text))]\n")
    spec = place.films(text)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    assert place.harness("run", spec, "--out", place.folder / "runs").code == 0
    judges: dict[str, Any] = place.manifest()["judges"]
    assert judges["embedder"]["adapter"] == "python"
    assert len(judges["embedder"]["fingerprint"]) == 64
