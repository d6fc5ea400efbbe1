from dataclasses import replace

from fakes.synthetic_latency import LOADS, MODELS, latency_run

from harness.core.estimate import Estimate
from harness.reports.estimate_tables import summary_table
from harness.reports.evaluation_tables import definition_table
from harness.reports.load_tables import LoadTables, load_tables, parted
from harness.reports.number_format import ABSENT
from harness.reports.table import Table
from harness.reports.unit_format import estimate_text

RUN = latency_run()
MINE = [e for e in RUN.estimates if e.model == MODELS[0]]


def tables(estimates: list[Estimate] = MINE) -> LoadTables:
    made = load_tables(estimates, 0.95)
    assert made is not None
    return made


def titles(table: Table) -> list[str]:
    return [column.title for column in table.columns]


def test_headlines_come_first_with_a_row_for_each_load() -> None:
    headline = tables().headline
    assert headline is not None
    assert headline.caption == "By load, all at in=128, out=64; 95 % intervals over rounds"
    assert titles(headline) == [
        "Load", "ttft_p50, ms ↓", "tpot_p50, ms ↓", "system_tps, tokens/s ↑", "Rounds",
    ]  # fmt: skip
    assert [row[0].text for row in headline.rows] == ["c=1", "c=2", "c=4", "c=8", "c=16", "c=32"]
    assert [row[0].note for row in headline.rows] == list(LOADS)
    first = headline.rows[0]
    assert (first[2].text, first[2].remark, first[4].text) == ("12.34", "[11.96, 12.72]", "5")


def test_times_have_a_column_for_each_statistic_and_a_group_for_each_name() -> None:
    times = tables().others[0]
    assert titles(times) == ["Load", "p50", "p90", "p99", "Rounds"]
    assert [group.title for group in times.groups][:2] == ["ttft, ms ↓", "tpot, ms ↓"]
    assert [cell.text for cell in times.groups[1].rows[0]] == [
        "c=1",
        "12.34",
        "13.41",
        "17.10",
        "5",
    ]


def test_each_kind_has_its_own_table_and_unit() -> None:
    captions = [table.caption.split(",")[0] for table in tables().others]
    assert captions == ["Times", "Rates", "Shares and counts", "Memory and energy"]
    memory = tables().others[-1]
    assert titles(memory)[1:3] == ["mem_rss_peak, MiB ↓", "energy_j, J ↓"]
    assert memory.rows[0][1].text == "812.0"


def test_every_number_by_load_is_in_one_of_the_tables() -> None:
    made = tables()
    assert made.headline is not None
    cells = [cell for table in made.others for row in table.rows for cell in row[1:-1]]
    cells += [cell for row in made.headline.rows for cell in row[1:-1]]
    n_times = 2 * len(LOADS)  # headline times stand among all times as well
    assert sum(cell.order is not None for cell in cells) == n_times + sum(
        e.value is not None for e in MINE
    )


def test_what_was_not_measured_is_one_sentence_for_each_reason() -> None:
    [sentence] = tables().missing
    assert sentence == (
        "ttft_p99, tpot_p99, stall_max_p99 at c=2; c=4; c=8; c=16; c=32: n too small: p99 needs "
        "300 requests, there are 40."
    )


def test_what_holds_for_all_loads_has_a_table_of_its_own() -> None:
    loaded = replace(MINE[0], quantity=replace(MINE[0].quantity, id="load_s"))
    whole = tables([loaded]).whole
    assert whole is not None
    assert [cell.text for cell in whole.rows[0]][:2] == ["load_s, ms", "52.30"]
    assert tables([loaded]).headline is None


def test_what_several_rates_tell_together_is_no_load_of_its_own() -> None:
    knee = replace(
        MINE[0], quantity=replace(MINE[0].quantity, id="knee@in=128,out=64", is_headline=True)
    )
    made = tables([*MINE, knee])
    assert made.headline is not None
    assert made.headline.rows[-1][0].text == "c=32"
    assert made.whole is not None
    assert made.whole.rows[0][0].remark == "in=128,out=64"
    [group] = summary_table(replace(RUN, estimates=(*MINE, knee))).groups
    assert group.title == "latency, the first and the last of 6 loads"
    assert group.rows[-1][0].text == "knee, requests/s"


def test_quantities_of_samples_are_left_alone() -> None:
    sampled = replace(MINE[0], quantity=replace(MINE[0].quantity, id="ece", unit="sample"))
    assert parted([sampled, MINE[1]]) == ([MINE[1]], [sampled])
    assert load_tables([], 0.95) is None


def test_the_summary_shows_the_first_and_the_last_of_many_loads() -> None:
    [group] = summary_table(RUN).groups
    assert group.title == "latency, the first and the last of 6 loads"
    remarks = {row[0].remark for row in group.rows if row[1].text == MODELS[0]}
    assert remarks == {LOADS[0], f"{LOADS[-1]}, ~ unstable"}
    assert (group.rows[0][0].text, group.rows[0][2].text) == ("ttft_p50, ms", "52.30")


def test_definitions_are_told_once_for_all_loads() -> None:
    by_load = [replace(e, metric=f"latency:{e.quantity.id}") for e in MINE]
    rows = definition_table(by_load, "Definitions").rows
    assert len(rows) == len({e.quantity.stem for e in MINE})
    assert rows[0][1].text == "latency:ttft_p50"


def test_an_estimate_in_one_line_has_its_unit() -> None:
    assert estimate_text(MINE[18]) == "12.34 ms [11.96, 12.72]"
    assert estimate_text(replace(MINE[18], value=None, interval=None)) == ABSENT
