"""What a terminal shows of methods of explanation."""

from __future__ import annotations

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


def test_a_narrow_terminal_has_no_intervals_and_whole_rows() -> None:
    lines = [line for line in printed(80).splitlines() if "occlusion" in line]

    assert len(lines) == 1
    assert "…" not in lines[0]
