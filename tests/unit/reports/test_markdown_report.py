from dataclasses import replace

import pytest
from fakes.synthetic_run import HOSTILE, synthetic_run, without_numbers

from harness.core.run import Run, Status
from harness.reports.markdown import MarkdownRenderer
from harness.reports.markdown_text import code, plain_text

RUN = synthetic_run()


def render(run: Run) -> str:
    return MarkdownRenderer().render(run)


def test_headlines_failures_and_provenance_are_there() -> None:
    text = render(RUN)
    assert text.startswith("## Review assistant 2.3\n")
    assert "complete: 1,593 of 1,600 samples answered; 7 failed." in text
    assert "| movie sentiment | accuracy | reviews-lr | 0.812 | [0.77, 0.85] | 390 | 10 |" in text
    assert "| timeout | 4 | 0.0025 | no answer in time |" in text
    assert "seed 7" in text
    assert text.splitlines()[-1].startswith("Run `20261122T064812Z-4f2a`")


@pytest.mark.parametrize("text", HOSTILE[:-1])
def test_every_row_keeps_its_cells_whatever_a_name_holds(text: str) -> None:
    first, *rest = RUN.estimates
    run = replace(RUN, estimates=(replace(first, suite=text + " a|b\nc"), *rest))
    written = render(run)
    written.encode("utf-8")
    table = [line for line in written.splitlines() if line.startswith("|")]
    sizes = {len(line.replace("\\|", "").split("|")) for line in table[:12]}
    assert sizes == {10}


@pytest.mark.parametrize(
    "address", ["https://evil.example", "WWW.evil.example", "mail me@evil.example"]
)
def test_addresses_are_shown_as_code_and_so_not_as_links(address: str) -> None:
    assert plain_text(address) == f"`{address}`"


def test_code_spans_cannot_be_left() -> None:
    assert code("a ``` b") == "```` a ``` b ````"


def test_tags_and_images_are_escaped() -> None:
    assert plain_text("<img src=x>") == r"\<img src=x\>"
    assert plain_text("![x](y)") == r"\!\[x\]\(y\)"


def test_a_run_that_did_not_finish_is_loud() -> None:
    text = render(synthetic_run(status=Status.INTERRUPTED))
    assert "**INTERRUPTED**" in text
    assert "> **This run was interrupted.**" in text


def test_a_run_without_numbers_says_so() -> None:
    text = render(without_numbers(RUN))
    assert "> **Nothing was measured.**" in text
    assert "No headline quantity was measured." in text
