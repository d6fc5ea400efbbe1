"""What a terminal shows of disturbed and attacked texts."""

from __future__ import annotations

from dataclasses import replace

from fakes.synthetic_robustness import success_rate, synthetic_robustness
from rich.console import Console

from harness.cli.robustness_table import print_robustness
from harness.core.robustness import Robustness


def printed(found: Robustness, width: int = 140) -> str:
    console = Console(width=width)
    with console.capture() as captured:
        print_robustness(console, found)
    return captured.get()


def cells(text: str, name: str) -> list[str]:
    """Return the cells of a row behind its first."""
    (line,) = (line for line in text.splitlines() if line.strip().startswith(f"{name} "))
    return line.split()[1:]


def test_a_perturbation_is_told_with_its_pairs() -> None:
    text = printed(synthetic_robustness())
    titles = next(line for line in text.splitlines() if "perturbation" in line and "clean" in line)
    assert titles.split()[-4:] == ["flipped", "pairs", "adj.", "p"]
    assert cells(text, "ocr")[-3:] == ["0.120", "100", "0.400"]
    assert cells(text, "worst per sample")[-1] == "100"


def test_attacks_that_failed_or_are_undecided_have_a_column_where_there_are_any() -> None:
    found = synthetic_robustness()
    assert "failed" not in printed(found)
    assert "undecided" not in printed(found)

    (pwws,) = found.attacks
    rate = success_rate(0.1)
    undecided = replace(rate, quantity=replace(rate.quantity, id="undecided_rate"))
    shaky = replace(pwws, n_failed=57, estimates=(*pwws.estimates, undecided))
    text = printed(replace(found, attacks=(shaky, replace(pwws, attack="firm"))))
    assert cells(text, "pwws")[-3:] == ["80", "8", "57"]
    assert cells(text, "firm")[-3:] == ["80", "0", "0"]
