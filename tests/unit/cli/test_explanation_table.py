"""What a terminal shows of methods of explanation."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fakes.explained_reviews import METHODS, MODEL, SUITE, method
from rich.console import Console

from harness.cli.explanation_table import print_explanations


def printed(width: int) -> str:
    console = Console(width=width)
    methods = [*map(method, METHODS), method("dice", label="untried", estimates=(), tests=())]
    with console.capture() as captured:
        print_explanations(console, SUITE, MODEL, methods, 0.95)
    return captured.get()


def test_each_method_has_its_verdict_and_what_it_rests_on() -> None:
    rows = {line.split()[0]: line for line in printed(140).splitlines() if line.strip()}

    assert "deserves trust" in rows["occlusion"]
    told = ["0.300", "+0.239", "(+0.215", "…", "+0.262)"]
    assert rows["occlusion"].split()[3:8] == told
    assert "worse than random" in rows["backwards"]
    assert "not tried" in rows["untried"]
    assert rows["untried"].split()[-5:] == ["-", "-", "-", "-", "24"]


def test_no_number_is_written_as_minus_zero() -> None:
    tried = method("occlusion")
    tiny = tuple(replace(each, value=-0.0001, interval=None) for each in tried.estimates)
    console = Console(width=140)
    with console.capture() as captured:
        print_explanations(console, SUITE, MODEL, [replace(tried, estimates=tiny)], 0.95)
    assert "+0.000" in captured.get()
    assert "-0.000" not in captured.get()


def test_a_narrow_terminal_has_no_intervals_and_whole_rows() -> None:
    lines = [line for line in printed(80).splitlines() if "occlusion" in line]

    assert len(lines) == 1
    assert "…" not in lines[0]


@pytest.mark.parametrize(
    ("width", "label", "is_told"),
    [
        (140, "integrated_gradients", True),
        (124, "integrated_gradients", False),
        (80, "feature_shap", True),
        (80, "integrated_gradients", False),
    ],
)
def test_how_ranks_hold_is_told_where_there_is_room(
    width: int, label: str, *, is_told: bool
) -> None:
    tried = method("occlusion")
    of_trial = tried.estimates[0]
    quantity = replace(of_trial.quantity, id="paraphrase_stability")
    steady = replace(of_trial, quantity=quantity, value=0.914)
    console = Console(width=width)
    methods = [
        replace(tried, label=label, estimates=(*tried.estimates, steady)),
        method("occlusion", label="other"),
    ]
    with console.capture() as captured:
        print_explanations(console, SUITE, MODEL, methods, 0.95)
    lines = captured.get().splitlines()
    (own,) = (line for line in lines if line.strip().startswith(label.split(maxsplit=1)[0]))
    (other,) = (line for line in lines if line.strip().startswith("other"))
    assert ("+0.91" in own) is is_told
    assert (other.split()[-2] == "-") is is_told
    assert any("holds" in line for line in lines) is is_told
