"""Models beside the base, one row each: what is lost, what is gained."""

from __future__ import annotations

from dataclasses import replace

from harness.core.comparison import Difference
from harness.core.quantity_unit import shown_unit
from harness.core.tradeoff import Alternative, Gain, Tradeoff
from harness.reports.load_marks import UNSTABLE
from harness.reports.number_format import ABSENT, format_number
from harness.reports.table import Cell, Column, Table, text_table
from harness.reports.tradeoff_points import main_gain, same_gain, saved_bytes
from harness.reports.tradeoff_words import gain_title, loss_text, ratio_text
from harness.reports.unit_format import readable, with_unit

_KINDS = ("speed", "memory", "energy")


def tradeoff_table(tradeoff: Tradeoff) -> Table:
    """Return a row for the base and for each other model."""
    losses = _losses(tradeoff)
    gains = [gain for kind in _KINDS if (gain := main_gain(tradeoff, kind)) is not None]
    columns = [Column(title="Model"), Column(title="Variant")]
    columns += [
        Column(
            title=f"{suite}: {quantity}",
            is_number=True,
            note=f"model - base; {found.quantity.direction} is better",
        )
        for (suite, quantity), found in losses.items()
    ]
    columns += [
        Column(title=gain_title(gain), is_number=True, note=f"above 1 is better; {gain.suite}")
        for gain in gains
    ]
    columns += [
        Column(title="Weights", is_number=True),
        Column(title="Smaller by", is_number=True, note="weights of the base over the model's"),
    ]
    empty = [Cell("base")] * len(losses) + [Cell(ratio_text(1.0), order=1.0)] * len(gains)
    rows = [
        [
            Cell(tradeoff.base),
            Cell(tradeoff.base_variant or ABSENT),
            *empty,
            *_size(tradeoff.base_bytes, 1.0),
        ]
    ]
    for one in tradeoff.alternatives:
        found = {(each.suite, each.quantity.id): each for each in one.quality}
        rows.append(
            [
                Cell(one.model),
                Cell(one.variant or ABSENT),
                *(_loss(found.get(name)) for name in losses),
                *(_gain(one, gain) for gain in gains),
                *_size(one.parameter_bytes, saved_bytes(tradeoff, one)),
            ]
        )
    return text_table(f"Models beside {tradeoff.base}", columns, rows)


def gains_table(tradeoff: Tradeoff) -> Table:
    """Return every gain of every model."""
    columns = (
        Column(title="Model"),
        Column(title="Suite"),
        Column(title="Quantity"),
        Column(title="Base", is_number=True),
        Column(title="Model's", is_number=True),
        Column(title="Better by", is_number=True, note="above 1 is better"),
        Column(title="Rounds", is_number=True),
    )
    rows = [
        (
            one.model,
            gain.suite,
            gain.quantity.id,
            *_both(gain),
            _ratio(gain, gain.unsteady),
            Cell(str(gain.n), order=gain.n),
        )
        for one in tradeoff.alternatives
        for gain in one.gains
    ]
    return text_table("Speed, memory and energy beside the base", columns, rows)


def _losses(tradeoff: Tradeoff) -> dict[tuple[str, str], Difference]:
    """Return the columns of quality: each headline quantity of each suite, in their order."""
    return {
        (found.suite, found.quantity.id): found
        for one in tradeoff.alternatives
        for found in one.quality
    }


def _loss(found: Difference | None) -> Cell:
    if found is None:
        return Cell(ABSENT)
    return Cell(loss_text(found), order=found.difference, note=found.test, remark=found.note)


def _gain(one: Alternative, wanted: Gain) -> Cell:
    found = same_gain(one, wanted)
    if found is None:
        return Cell(ABSENT)
    return replace(_ratio(found, UNSTABLE if found.unsteady else ""), note=found.unsteady)


def _ratio(gain: Gain, doubt: str) -> Cell:
    remark = "; ".join(filter(None, (gain.note, doubt)))
    return Cell(ratio_text(gain.ratio, gain.interval), order=gain.ratio, remark=remark)


def _both(gain: Gain) -> tuple[Cell, Cell]:
    """Return the base's figure and the model's, in one unit."""
    unit = shown_unit(gain.quantity, (gain.base, gain.value))
    base, value = (
        Cell(with_unit(format_number(kept * unit.factor), unit.word), order=kept)
        for kept in (gain.base, gain.value)
    )
    return base, value


def _size(size: int | None, saved: float | None) -> tuple[Cell, Cell]:
    if size is None:
        return Cell(ABSENT), Cell(ABSENT)
    return Cell(readable(size, "B"), order=size), Cell(ratio_text(saved), order=saved)
