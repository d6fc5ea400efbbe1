from dataclasses import replace

from fakes.synthetic_run import MODELS, SUITES, synthetic_run, without_numbers

from harness.core.run import Run
from harness.reports.estimate_tables import (
    in_slice_order,
    quantity_table,
    slice_tables,
    summary_table,
)
from harness.reports.number_format import ABSENT
from harness.reports.table import Table

RUN = synthetic_run()


def column(table: Table, title: str) -> list[str]:
    place = [c.title for c in table.columns].index(title)
    return [row[place].text for row in table.rows]


def of(suite: str, model: str, run: Run = RUN) -> Table:
    chosen = [e for e in run.estimates if (e.suite, e.model) == (suite, model) and not e.slice]
    return quantity_table(chosen, 0.95)


def test_summary_has_headlines_alone_grouped_by_suite_in_the_order_of_the_plan() -> None:
    table = summary_table(RUN)
    assert [group.title for group in table.groups] == list(SUITES)
    assert set(column(table, "Quantity")) == {
        "accuracy", "f1_macro", "ece", "bleu", "rouge_l", "perplexity",
    }  # fmt: skip


def test_models_stand_on_neighbouring_rows_of_the_same_quantity() -> None:
    rows = summary_table(RUN).groups[0].rows
    assert [(row[0].text, row[1].text) for row in rows[:4]] == [
        ("accuracy", MODELS[0]),
        ("accuracy", MODELS[1]),
        ("f1_macro", MODELS[0]),
        ("f1_macro", MODELS[1]),
    ]


def test_every_number_has_its_interval_n_and_direction_beside_it() -> None:
    row = summary_table(RUN).groups[0].rows[0]
    assert [cell.text for cell in row] == [
        "accuracy", "reviews-lr", "0.812", "[0.77, 0.85]", "", "390", "10", "↑ higher",
    ]  # fmt: skip
    assert row[3].note == "95 %, bootstrap-percentile, 2000"
    assert row[4].bar is not None


def test_clusters_are_named_where_samples_are_not_independent() -> None:
    clustered = replace(RUN.estimates[0], n_clusters=12)
    row = quantity_table([clustered], 0.95).rows[0]
    assert row[2].note == "95 %, bootstrap-percentile, 2000; 12 clusters"


def test_a_missing_value_is_a_dash_with_its_reason_in_sight() -> None:
    row = of(SUITES[2], MODELS[1]).rows[-1]
    assert (row[1].text, row[1].remark) == (ABSENT, "needs at least two answers to one prompt")
    assert row[1].order is None
    assert row[3].bar is None


def test_slices_have_a_table_per_column_and_a_mark_for_the_whole() -> None:
    mine = [e for e in RUN.estimates if e.suite == SUITES[1]]
    (table,) = slice_tables([e for e in mine if e.slice], [e for e in mine if not e.slice], 0.95)
    assert table.caption == "By subject"
    assert column(table, "subject") == ["biology", "everyday life", "history", "law", "physics"]
    marks = {row[3].bar.reference for row in table.rows if row[3].bar}
    assert len(marks) == 1
    assert None not in marks


def test_slices_that_are_numbers_stand_in_the_order_of_the_numbers() -> None:
    def values(*names: str) -> list[str]:
        sliced = [replace(RUN.estimates[0], slice=("size", name)) for name in names]
        return [e.slice[1] for e in in_slice_order(sliced) if e.slice]

    assert values("100", "8", "20.5") == ["8", "20.5", "100"]
    assert values("b", "10", "9") == ["b", "10", "9"]


def test_a_run_without_numbers_has_an_empty_summary() -> None:
    assert summary_table(without_numbers(RUN)).rows == ()


def test_estimates_of_an_unplanned_suite_are_shown_all_the_same() -> None:
    run = replace(RUN, manifest=replace(RUN.manifest, evaluations=()))
    assert [group.title for group in summary_table(run).groups] == list(SUITES)
