import pytest

from harness.core.estimate import Estimate, Interval
from harness.core.quantity_unit import (
    ShownUnit,
    in_unit,
    name_and_statistic,
    shown_unit,
    told,
    unit_of,
)
from harness.core.score import Direction, Quantity


def quantity(id_: str, *, is_timed: bool = True) -> Quantity:
    unit = "round" if is_timed else "sample"
    return Quantity(id=id_, direction=Direction.LOWER, definition="", high=None, unit=unit)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("id_", "unit"),
    [
        ("ttft_p50@c=1,in=8,out=8", "s"),
        ("e2e_sched_p999@poisson=4,in=8,out=8", "s"),
        ("e2e_per_item_p50@b=8,in=128", "s"),
        ("stall_max@c=1,in=8,out=8", "s"),
        ("load_s", "s"),
        ("mem_dev_used_peak@c=1,in=8,out=8", "B"),
        ("out_tps@c=1,in=8,out=8", "tokens/s"),
        ("decode_tps_user@c=1,in=8,out=8", "tokens/s"),
        ("rps@c=1,in=8,out=8", "requests/s"),
        ("offered_rps@c=1,in=8,out=8", "requests/s"),
        ("goodput@c=1,in=8,out=8", "requests/s"),
        ("knee@in=8,out=8", "requests/s"),
        ("items_per_s@b=8,in=128", "items/s"),
        ("energy_j@c=1,in=8,out=8", "J"),
        ("j_per_tok@c=1,in=8,out=8", "J/token"),
        ("n_out@c=1,in=8,out=8", "tokens"),
        ("mbu@c=1,in=8,out=8", ""),
        ("error_rate@c=1,in=8,out=8", ""),
        ("requests@c=1,in=8,out=8", ""),
    ],
)
def test_the_unit_follows_from_the_id(id_: str, unit: str) -> None:
    assert unit_of(quantity(id_)) == unit


def test_a_quantity_of_samples_has_no_unit_whatever_it_is_called() -> None:
    assert unit_of(quantity("e2e_p50", is_timed=False)) == ""


def test_memory_is_read_in_mib_and_beyond_ten_gib_in_gib() -> None:
    memory = quantity("mem_rss_peak@c=1")
    assert shown_unit(memory, [812 * 2.0**20, None]).word == "MiB"
    assert shown_unit(memory, [1.0, 24 * 2.0**30]) == ShownUnit("GiB", 2.0**-30)


def test_all_numbers_of_an_estimate_change_their_unit_together() -> None:
    seconds = Estimate(
        model="m", suite="s", metric="latency", quantity=quantity("tpot_p50@c=1"), value=0.0123,
        interval=Interval(low=0.012, high=0.0126, level=0.95, method="t"), stderr=0.0001,
        n=5, n_unscored=0, n_clusters=5,
    )  # fmt: skip
    shown = in_unit(seconds, ShownUnit("ms", 1000.0))
    assert shown.value == pytest.approx(12.3)
    assert shown.stderr == pytest.approx(0.1)
    assert shown.interval is not None
    assert (shown.interval.low, shown.interval.high) == pytest.approx((12.0, 12.6))
    assert (shown.quantity.low, shown.quantity.high) == (0.0, None)


def test_a_name_that_ends_like_a_statistic_only_when_it_is_one() -> None:
    assert name_and_statistic("e2e_sched_p99") == ("e2e_sched", "p99")
    assert name_and_statistic("decode_tps_user") == ("decode_tps_user", "")


@pytest.mark.parametrize("spec", ["z.4g", "+z.3g"])
def test_no_number_is_told_as_minus_zero(spec: str) -> None:
    assert told(-0.0, ShownUnit("ms", 1000.0), spec).lstrip("+") == "0 ms"
    assert told(-0.0, ShownUnit("")) == "0"
