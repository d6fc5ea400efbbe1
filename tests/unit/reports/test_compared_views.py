"""What a compared report says, before it is dressed."""

from dataclasses import replace

import pytest
from fakes.synthetic_judgement import BASELINE_NAME, compared_run, with_verdict
from fakes.synthetic_run import MODELS, SUITES

from harness.core.judgement import Finding, Judgement
from harness.core.policy import Policy
from harness.core.run import Run
from harness.core.score import Direction
from harness.core.verdict import Verdict
from harness.reports.change_lines import changes
from harness.reports.comparison_definitions import comparison_definitions
from harness.reports.comparison_view import comparison_view, history_view
from harness.reports.difference_bar import difference_bar
from harness.reports.finding_tables import by_key, finding_table, slice_finding_table
from harness.reports.finding_words import (
    change_of,
    conclusion_of,
    detectable_of,
    flips_of,
    gravest_first,
    is_pointed_out,
    needed_of,
    spread_words,
    values_of,
)
from harness.reports.number_format import format_difference, format_p
from harness.reports.provenance_difference import flat, provenance_difference
from harness.reports.standing import Severity
from harness.reports.verdict_badge import NOT_JUDGED, badge, finding_badge
from harness.reports.verdict_view import verdict_view

RUN = compared_run(n=60)


def judgement_of(run: Run) -> Judgement:
    assert run.judgement is not None
    return run.judgement


JUDGEMENT = judgement_of(RUN)
WHOLE = [each for each in JUDGEMENT.findings if each.difference.slice is None]


def finding(quantity: str, suite: int = 0, model: int = 0) -> Finding:
    return next(
        each
        for each in JUDGEMENT.findings
        if (each.difference.suite, each.difference.model) == (SUITES[suite], MODELS[model])
        and each.difference.quantity.id == quantity
    )


class TestNumbers:
    """Digits follow the standard error of the difference, in a whole row alike."""

    def test_values_have_the_digits_of_their_difference(self) -> None:
        assert values_of(finding("accuracy").difference) == ("0.8424", "0.8120")

    @pytest.mark.parametrize(
        ("value", "spread", "text"),
        [
            (0.5, 0.1, "+0.50"),
            (0.0, 0.1, "0.00"),
            (0.0, None, "0"),
            (-0.0001, 0.1, "0.00"),
            (None, 0.1, "–"),  # noqa: RUF001 - the dash of an absent number
            (float("nan"), 0.1, "–"),  # noqa: RUF001 - as above
        ],
    )
    def test_a_difference_has_its_sign_unless_it_is_none(
        self, value: float | None, spread: float | None, text: str
    ) -> None:
        assert format_difference(value, spread) == text

    @pytest.mark.parametrize(
        ("p", "text"), [(0.0124, "0.012"), (0.0009, "< 0.001"), (0.0, "< 0.001"), (1.0, "1.000")]
    )
    def test_p_is_in_thousandths(self, p: float, text: str) -> None:
        assert format_p(p) == text

    def test_flips_count_what_got_better_first_whichever_way_is_better(self) -> None:
        d = replace(finding("accuracy").difference, n_higher=3, n_lower=8)
        assert flips_of(d) == "▲ 3 ▼ 8"
        lower = replace(d, quantity=replace(d.quantity, direction=Direction.LOWER))
        assert flips_of(lower) == "▲ 8 ▼ 3"
        neither = replace(d, quantity=replace(d.quantity, direction=Direction.NEITHER))
        assert flips_of(neither) == "↑ 3 ↓ 8"

    def test_detectable_is_to_two_digits(self) -> None:
        d = finding("accuracy").difference
        assert detectable_of(replace(d, detectable=1.0)) == "±1.0"
        assert detectable_of(replace(d, detectable=0.00921)) == "±0.0092"
        assert detectable_of(replace(d, detectable=None)) == "–"  # noqa: RUF001 - as above


class TestVerdicts:
    """A word and a symbol for each, and none for what has no better direction."""

    def test_each_verdict_has_a_symbol_of_its_own(self) -> None:
        assert len({badge(verdict).symbol for verdict in Verdict}) == len(Verdict)

    def test_a_quantity_without_direction_is_not_judged(self) -> None:
        assert finding_badge(finding("prevalence_positive")) == NOT_JUDGED
        moved = replace(finding("prevalence_positive"), verdict=Verdict.REGRESSED)
        assert not is_pointed_out(moved)

    def test_conclusions(self) -> None:
        assert conclusion_of(finding("accuracy")) == (
            "a proven loss (adjusted p 0.001), beyond the margin of 0.01"
        )
        wide = replace(finding("accuracy"), margin=0.03)
        assert conclusion_of(wide) == (
            "a proven loss (adjusted p 0.001), not shown to stay within the margin of 0.03"
        )
        assert conclusion_of(finding("accuracy", model=1)).startswith("a proven gain (adjusted p <")
        assert conclusion_of(finding("accuracy", suite=1, model=1)) == (
            "no loss is proven (adjusted p 1.000), and one as large as the margin of 0.01 is not "
            "ruled out; needs n ≈ 718"
        )
        assert conclusion_of(finding("ece")) == "no loss as large as the margin of 0.01 is left"
        assert conclusion_of(finding("bleu", suite=2, model=1)) == "the pair may not be judged by"

    def test_a_proven_change_within_the_noise_is_not_called_unproven(self) -> None:
        noisy = replace(finding("accuracy"), verdict=Verdict.INCONCLUSIVE, noise_floor=0.04)
        assert conclusion_of(noisy) == (
            "the change (adjusted p 0.001) is within run-to-run noise: noise floor 0.04"
        )
        beyond = replace(noisy, noise_floor=0.03)
        assert "noise" not in conclusion_of(beyond)

    def test_samples_without_a_score_are_told_of_where_they_leave_it_open(self) -> None:
        d = replace(finding("accuracy").difference, n_lost=12)
        lost = replace(finding("accuracy"), verdict=Verdict.INCONCLUSIVE, difference=d)
        assert conclusion_of(lost).endswith("is not ruled out: 12 samples lost their score")

    def test_what_never_differed_says_so_in_the_judges_words(self) -> None:
        same = replace(finding("ece").difference, test="identical")
        told = replace(finding("ece"), difference=same, reason="the scores agree on all 60 samples")
        assert conclusion_of(told) == "the scores agree on all 60 samples"

    def test_where_all_scores_agree_no_interval_is_set_against_the_verdict(self) -> None:
        d = finding("ece").difference
        same = replace(d, test="identical", note="identical on every sample")
        told = replace(finding("ece"), difference=same)
        assert change_of(replace(same, difference=0.0)) == "0"
        assert values_of(replace(same, baseline=0.74829, stderr=0.1))[0] == "0.7483"
        assert spread_words(told) == "identical on every sample"
        bar = difference_bar(told, 5)
        assert bar is not None
        assert bar.interval is None
        undecided = replace(told, verdict=Verdict.INCONCLUSIVE)
        assert spread_words(undecided).startswith("[")

    def test_the_gravest_come_first_and_the_surest_among_them(self) -> None:
        ranked = gravest_first(JUDGEMENT.gates)
        assert [each.verdict for each in ranked[:6]] == [
            Verdict.REGRESSED, Verdict.REGRESSED, Verdict.INVALID, Verdict.INVALID,
            Verdict.INVALID, Verdict.INCONCLUSIVE,
        ]  # fmt: skip
        assert [each.difference.quantity.id for each in ranked[:2]] == ["accuracy", "f1_macro"]


class TestBanner:
    def test_it_counts_gates_and_names_both_runs(self) -> None:
        view = verdict_view(JUDGEMENT)
        assert (view.badge.word, view.badge.symbol) == ("regressed", "▼")
        assert [(n, each.word) for n, each in view.counts] == [
            (2, "regressed"), (3, "invalid"), (1, "inconclusive"), (1, "improved"),
            (3, "equivalent"),
        ]  # fmt: skip
        assert view.baseline.set_as == BASELINE_NAME
        assert view.baseline.run_id == "20261115T064803Z-91c0"
        assert view.candidate.run_id == RUN.manifest.run_id
        assert "policy gate.toml" in view.rule
        assert "corrected by Holm" in view.rule

    def test_alerts_tell_alarms_and_what_is_not_judged_the_gravest_first(self) -> None:
        found = verdict_view(JUDGEMENT).alerts
        assert [(alert.severity, alert.title) for alert in found] == [
            (Severity.GRAVE, "Worse than its history"),
            (Severity.CAUTION, "Not judged"),
            (Severity.CAUTION, "Worse than its history"),
        ]
        assert found[0].sentences[0].endswith("so was the run before.")
        assert "over 38 runs" in found[0].sentences[0]
        assert len(found[1].sentences) == 2

    def test_a_hundred_reasons_are_cut_with_a_count(self) -> None:
        many = replace(JUDGEMENT, invalid=tuple(f"reason {i}" for i in range(100)), alarms=())
        (group, _) = verdict_view(many).alerts
        assert (len(group.sentences), group.n_left_out) == (12, 88)

    def test_only_the_models_that_were_compared_are_named(self) -> None:
        first = JUDGEMENT.comparison.pairs[0]
        pair = replace(first, baseline_model=MODELS[1], candidate_model=MODELS[0])
        comparison = replace(JUDGEMENT.comparison, pairs=(pair,))
        view = verdict_view(replace(JUDGEMENT, comparison=comparison))
        assert [name for name, _ in view.baseline.models] == [MODELS[1]]
        assert [name for name, _ in view.candidate.models] == [MODELS[0]]
        assert view.candidate.counts == "60 of 60 samples answered"

    def test_force_is_loud(self) -> None:
        forced = judgement_of(compared_run(n=60, is_forced=True))
        first = verdict_view(forced).alerts[0]
        assert (first.severity, first.title) == (Severity.GRAVE, "Compared by force")
        assert "the data are not the same" in first.sentences[0]

    def test_reasons_against_judging_are_grave_where_the_verdict_is_invalid(self) -> None:
        invalid = judgement_of(with_verdict(RUN, Verdict.INVALID))
        assert {alert.severity for alert in verdict_view(invalid).alerts} == {Severity.GRAVE}

    def test_the_first_reason_stands_under_the_word_where_nothing_may_be_said(self) -> None:
        invalid = judgement_of(with_verdict(RUN, Verdict.INVALID))
        assert verdict_view(invalid).reason.startswith(invalid.invalid[0])
        told = replace(invalid, sentence=f"Not judged: {invalid.invalid[0]}.")
        assert verdict_view(told).reason == ""
        assert verdict_view(JUDGEMENT).reason == ""

    def test_a_better_night_is_only_a_note(self) -> None:
        better = replace(JUDGEMENT.alarms[0], is_better=True)
        view = verdict_view(replace(JUDGEMENT, alarms=(better,), invalid=()))
        told = {alert.title: alert.severity for alert in view.alerts}
        assert told == {
            "Better than its history": Severity.NOTE,
            "On one side only": Severity.NOTE,
        }

    def test_p_is_corrected_over_the_gates_of_all_candidates(self) -> None:
        rule = verdict_view(replace(JUDGEMENT, n_gates=1030, n_candidates=3)).rule
        assert "corrected by Holm over 1,030 gates of 3 candidates;" in rule
        assert "corrected by Holm;" in verdict_view(JUDGEMENT).rule

    def test_the_default_policy_is_named(self) -> None:
        plain = replace(JUDGEMENT, policy=Policy(correction="none"), policy_source="")
        rule = verdict_view(plain).rule
        assert "default policy" in rule
        assert "not corrected" in rule


class TestChanges:
    def test_lines_come_regressed_then_improved_then_inconclusive(self) -> None:
        told = changes(JUDGEMENT)
        assert [line.badge.word for line in told.lines] == [
            "regressed", "regressed", "improved", "inconclusive",
        ]  # fmt: skip
        assert told.lines[0].place == f"{SUITES[0]} · {MODELS[0]}"
        assert told.lines[0].flips == "▲ 0 ▼ 4"
        assert told.lines[1].flips == ""

    def test_the_other_gates_are_told_by_name(self) -> None:
        rest = changes(JUDGEMENT).rest
        assert [(line.badge.word, line.n) for line in rest] == [("invalid", 3), ("equivalent", 3)]
        assert rest[0].names == f"bleu, rouge_l, perplexity ({SUITES[2]} · {MODELS[1]})"

    def test_watched_slices_that_moved_are_pointed_out(self) -> None:
        (line,) = changes(JUDGEMENT).watched
        assert line.place.endswith("subject = law")

    def test_where_no_line_is_it_says_why(self) -> None:
        nothing = replace(JUDGEMENT, findings=())
        assert changes(nothing).silence == "No gate holds any number: nothing was judged."
        said = {
            verdict: changes(judgement_of(with_verdict(RUN, verdict))).silence
            for verdict in (Verdict.EQUIVALENT, Verdict.INVALID)
        }
        assert said == {
            Verdict.EQUIVALENT: "No gate moved beyond its margin, and none is undecided.",
            Verdict.INVALID: "Some gates could not be judged; no other moved or is undecided.",
        }

    def test_hundreds_of_gates_are_cut_with_a_count(self) -> None:
        many = replace(JUDGEMENT, findings=JUDGEMENT.findings * 30)
        told = changes(many)
        assert len(told.lines) == 40
        assert told.n_left_out == 30 * 4 - 40
        assert told.rest[0].names.endswith("and 78 more")


class TestTables:
    def test_gates_stand_before_what_is_watched_in_each_suite(self) -> None:
        table = finding_table("All", WHOLE, by_key(RUN.history))
        first = table.groups[0]
        assert first.title == f"{SUITES[0]}, {MODELS[0]}"
        names = [row[0].text for row in first.rows]
        assert names == ["accuracy", "f1_macro", "ece", "mcc", "log_loss", "prevalence_positive"]
        assert [("watched" in row[0].remark) for row in first.rows] == [False] * 3 + [True] * 3

    def test_a_row_says_everything(self) -> None:
        table = finding_table("All", WHOLE, by_key(RUN.history))
        cells = {c.title: cell for c, cell in zip(table.columns, table.rows[0], strict=True)}
        assert cells["Quantity"].remark == "↑ higher is better"
        assert cells["Verdict"].badge == badge(Verdict.REGRESSED)
        assert (cells["Baseline"].text, cells["Candidate"].text) == ("0.8424", "0.8120")
        assert cells["Adj. p"].note == "paired t test, p < 0.001 before correction"
        assert cells["n"].note == "59 samples scored on both sides; 2 scored on one side only"
        assert cells["History"].drawing is not None
        gap = cells["Worse ← 0 → better"]
        assert gap.remark == "margin 0.01"
        assert gap.note == "noise floor 0.004"

    def test_an_undefined_number_says_why(self) -> None:
        table = finding_table("All", WHOLE, {})
        row = next(row for row in table.rows if row[0].text == "self_bleu")
        assert row[4].remark == "undefined on the common samples"
        assert row[5].drawing is None

    def test_without_history_there_is_no_column_of_it(self) -> None:
        titles = [c.title for c in finding_table("All", WHOLE, {}).columns]
        assert "History" not in titles

    def test_the_series_with_the_newest_run_counts(self) -> None:
        (series, *_) = RUN.history
        older = replace(series, suite_hash="older", points=series.points[:-1])
        assert by_key([series, older]) == by_key([older, series])
        assert by_key([older, series])[SUITES[0], MODELS[0], "accuracy"] is series

    def test_slices_are_ranked_and_cut(self) -> None:
        sliced = [each for each in JUDGEMENT.findings if each.difference.slice]
        table = slice_finding_table("By subject", sliced, 2)
        assert table.caption == "By subject, showing 2 of 5"
        assert table.rows[0][0].text == "subject = law"
        assert table.rows[0][0].remark.startswith("accuracy, commonsense questions")


class TestProvenance:
    def test_only_what_differs_is_told(self) -> None:
        table = provenance_difference(JUDGEMENT.comparison)
        told = {
            group.title: {row[0].text: (row[1].text, row[2].text) for row in group.rows}
            for group in table.groups
        }
        assert told == {
            f"Model {MODELS[0]}": {
                "fingerprint": ("41aa41aa41aa", "5c1d5c1d5c1d"),
                "weights": ("90be90be90be", "77aa77aa77aa"),
            },
            "Spec": {
                "name": ("Review assistant 2.2", "Review assistant 2.3"),
                f"model[{MODELS[0]}].path": ("models/reviews-2.2.skops", "models/reviews.skops"),
                f"model[{MODELS[1]}].dtype": ("bfloat16", "float32"),
                f"model[{MODELS[1]}].device": ("cpu", "–"),  # noqa: RUF001 - absent
            },
            "Packages": {
                "transformers": ("5.0.0", "5.1.0"),
                "scipy": ("1.16.2", "–"),  # noqa: RUF001 - absent
            },
            "Source code": {"commit": ("2f90c1aa", "68b1103f")},
        }

    def test_a_run_differs_in_nothing_from_itself(self) -> None:
        comparison = replace(JUDGEMENT.comparison, baseline=RUN.manifest)
        assert provenance_difference(comparison).rows == ()

    def test_models_of_different_names_are_set_beside_each_other(self) -> None:
        pair = replace(JUDGEMENT.comparison.pairs[0], baseline_model=MODELS[1])
        table = provenance_difference(replace(JUDGEMENT.comparison, pairs=(pair,)))
        assert table.groups[0].title == f"Model {MODELS[1]}, now {MODELS[0]}"

    def test_many_packages_are_cut_with_a_count(self) -> None:
        packages = {f"package-{i:03}": "1" for i in range(200)}
        candidate = replace(RUN.manifest, packages=packages)
        table = provenance_difference(replace(JUDGEMENT.comparison, candidate=candidate))
        (group,) = (group for group in table.groups if group.title == "Packages")
        assert group.rows[-1][0].text == "and 144 more"  # 204 differ, 60 are shown

    def test_tables_in_lists_stand_under_their_names_or_numbers(self) -> None:
        spec = {"suite": [{"name": "a", "n": 1}, {"n": 2}], "tags": ["x"], "empty": {}}
        assert flat(spec) == {
            "suite[a].name": "a", "suite[a].n": 1, "suite[1].n": 2, "tags": ["x"], "empty": {},
        }  # fmt: skip


def test_slices_pointed_out_stand_apart_from_the_others() -> None:
    view = comparison_view(RUN, JUDGEMENT, max_characters=1000)
    assert view.pointed_out is not None
    assert [row[0].text for row in view.pointed_out.rows] == ["subject = law"]
    (others,) = view.slices
    assert len(others.rows) == 4


def test_many_watched_quantities_stand_apart_from_gates_and_what_was_pointed_out() -> None:
    few = comparison_view(RUN, JUDGEMENT, max_characters=1000)
    assert few.others is None
    assert len(few.metrics.rows) == len(WHOLE)
    many = comparison_view(
        RUN, replace(JUDGEMENT, findings=JUDGEMENT.findings * 2), max_characters=1000
    )
    n_gates = 2 * sum(each.gate is not None for each in WHOLE)
    assert many.others is not None
    assert len(many.metrics.rows) == n_gates
    assert len(many.others.rows) == 2 * len(WHOLE) - n_gates


def test_history_shows_what_shifted_or_raised_an_alarm() -> None:
    view = history_view(RUN.history, JUDGEMENT)
    assert view is not None
    assert (view.n_series, view.n_shifted) == (10, 1)
    assert [chart.title.split(",")[0] for chart in view.trends] == ["accuracy", "ece"]
    alone = history_view(RUN.history, None)
    assert alone is not None
    assert [chart.title.split(",")[0] for chart in alone.trends] == ["accuracy"]
    assert history_view((), JUDGEMENT) is None


def test_needed_n_is_told_only_where_it_is_known() -> None:
    assert needed_of(finding("accuracy")) == ""


def test_definitions_carry_the_figures_of_the_policy() -> None:
    policy = Policy(alpha=0.01, slice_rate=0.2, correction="none")
    rows = comparison_definitions(replace(JUDGEMENT, policy=policy)).rows
    told = {row[0].text: row[1].text for row in rows}
    assert "at most 0.01" in told["Gate"]
    assert "at most 0.2" in told["Watched"]
    assert "none, for the gates" in told["Adjusted p"]
    assert all(any(verdict.value in word for word in told) for verdict in Verdict)


def test_what_is_found_of_disturbed_suites_is_folded_under_the_clean_one() -> None:
    clean, twin = SUITES[:2]
    manifest = JUDGEMENT.comparison.candidate
    evaluations = tuple(
        replace(done, clean=clean, perturbation="typos") if done.suite == twin else done
        for done in manifest.evaluations
    )
    comparison = replace(JUDGEMENT.comparison, candidate=replace(manifest, evaluations=evaluations))
    disturbed = replace(JUDGEMENT, comparison=comparison)
    view = comparison_view(RUN, disturbed, max_characters=1000)

    (part,) = view.disturbed
    of_twin = [each for each in WHOLE if each.difference.suite == twin]
    assert part.title == f"{clean} again, with 1 perturbation"
    assert len(part.table.rows) == len(of_twin)
    assert len(view.metrics.rows) == len(WHOLE) - len(of_twin)
    assert not any(twin in group.title for group in view.metrics.groups)
    before, after = changes(JUDGEMENT), changes(disturbed)
    undecided = [
        each
        for each in JUDGEMENT.gates
        if each.verdict is Verdict.INCONCLUSIVE and each.difference.suite == twin
    ]
    assert len(before.lines) - len(after.lines) == len(undecided)
    n_named = sum(line.n for line in after.rest) - sum(line.n for line in before.rest)
    assert n_named == len(undecided)
