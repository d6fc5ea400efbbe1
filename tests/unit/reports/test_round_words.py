from dataclasses import replace

from fakes.outline import visible
from fakes.synthetic_latency import ACROSS, MODELS, SUITE, compared_latency_run

from harness.core.comparison import Difference
from harness.core.judgement import Finding
from harness.core.run import Run
from harness.reports.csv import CsvRenderer
from harness.reports.finding_words import (
    change_of,
    conclusion_of,
    detectable_of,
    floor_of,
    margin_of,
    method_of,
    needed_of,
    spread_words,
    values_of,
)
from harness.reports.html import HtmlRenderer
from harness.reports.junit import JunitRenderer
from harness.reports.markdown import MarkdownRenderer
from harness.reports.round_words import length_drifts

RUN = compared_latency_run()
ACROSS_RUN = compared_latency_run(is_across_runs=True)
LOAD = "c=1,in=128,out=64"


def findings(run: Run = RUN) -> dict[str, Finding]:
    assert run.judgement is not None
    return {f.difference.quantity.id: f for f in run.judgement.findings}


def tpot(run: Run = RUN, **changes: object) -> Finding:
    finding = findings(run)[f"tpot_p50@{LOAD}"]
    difference: Difference = replace(finding.difference, **changes)  # type: ignore[arg-type]
    return replace(finding, difference=difference)


def test_times_stand_side_by_side_and_their_ratio_is_told() -> None:
    assert values_of(tpot().difference) == ("8.446 ms", "8.885 ms")
    assert change_of(tpot().difference) == "×1.0520"  # noqa: RUF001 - a ratio
    assert spread_words(tpot()) == "[1.035, 1.069]; 8 pairs of rounds"
    assert method_of(tpot().difference).startswith("Student's t test of paired rounds, p < 0.001")
    assert method_of(replace(tpot().difference, p_sign_flips=0.0078)) == (
        "Student's t test of paired rounds, p < 0.001 (by sign flips 0.008) before correction"
    )


def test_sizes_are_told_as_shares_of_the_baseline() -> None:
    assert margin_of(tpot()) == "0.03 of the baseline"
    assert floor_of(tpot()) == "noise floor 0.012 of the baseline"
    assert detectable_of(tpot().difference) == "×1.020"  # noqa: RUF001 - a ratio
    assert needed_of(replace(tpot(), needed_n=12)) == "needs rounds ≈ 12"
    assert conclusion_of(tpot()) == (
        "a proven loss (adjusted p 0.003), beyond the margin of 0.03 of the baseline"
    )


def test_a_share_is_told_by_what_lies_between() -> None:
    share = findings()[f"mbu@{LOAD}"]
    assert change_of(share.difference).startswith("−")  # noqa: RUF001 - the report's minus
    assert "of the baseline" not in margin_of(share)


def test_a_number_that_was_zero_has_no_ratio() -> None:
    zero = tpot(baseline=0.0, candidate=0.002, difference=0.002, stderr=None, interval=None)
    assert change_of(zero.difference) == "+2 ms"


def test_too_few_pairs_only_inform_and_say_so() -> None:
    few = tpot(p_value=None, n=3, note="3 pairs of rounds only inform: 6 are needed")
    assert conclusion_of(few) == "3 pairs of rounds only inform: 6 are needed"
    assert spread_words(tpot(n=1)).endswith("; 1 pair of rounds")


def test_rounds_of_different_runs_are_shown_and_not_tested() -> None:
    finding = tpot(ACROSS_RUN)
    assert change_of(finding.difference).startswith("×1.05")  # noqa: RUF001 - a ratio
    assert spread_words(finding) == ACROSS
    assert ACROSS in visible(HtmlRenderer().render(ACROSS_RUN))


def test_shorter_answers_are_told_beside_speed() -> None:
    assert RUN.judgement is not None
    drifts = length_drifts(RUN.judgement.findings)
    words = "answers ×0.82 as long"  # noqa: RUF001 - a ratio
    assert drifts[SUITE, MODELS[1], LOAD] == words
    text = visible(HtmlRenderer().render(RUN))
    assert text.count(words) >= 18
    assert f"({words})" in MarkdownRenderer().render(RUN)


def test_answers_of_one_length_are_not_mentioned() -> None:
    finding = findings()[f"n_out@{LOAD}"]
    d = finding.difference
    same = replace(finding, difference=replace(d, candidate=(d.baseline or 0.0) * 1.001))
    assert length_drifts([same]) == {}


def test_every_format_names_the_gates_by_their_ids_or_their_loads() -> None:
    assert f"tpot_p50 at {LOAD}" in visible(HtmlRenderer().render(RUN))
    assert f'name="tpot_p50@{LOAD}"' in JunitRenderer().render(RUN)
    rows = [line for line in CsvRenderer().render(RUN).splitlines() if f'"tpot_p50@{LOAD}"' in line]
    assert len(rows) == len(MODELS)
    assert ",0.012340," in rows[0].replace("0.01234,", "0.012340,")
    assert '"12.34 ms [11.96, 12.72]"' in rows[0]
