"""Which gate holds which number, and how wide it stands."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase

from harness.core.comparison import Difference, OneSided
from harness.core.errors import nearest
from harness.core.name_pattern import is_fitting
from harness.core.policy import DEFAULT_GATES, DEFAULT_ROUND_GATES, Gate, Policy
from harness.core.score import Direction, Quantity

EVERY_HEADLINE = "*"


def gate_for(difference: Difference, policy: Policy) -> Gate | None:
    """Return the first declared gate that fits; None for what is only watched.

    Numbers of which neither direction is better are never gated, and none that neither side has
    a value of: that one side alone has it is for a gate to find. What was measured in rounds of
    different runs is held by declared gates alone: by default it is left to the history.
    """
    if difference.quantity.direction is Direction.NEITHER or difference.is_absent:
        return None
    if not policy.gate:
        is_whole = difference.slice is None and not difference.is_across_runs
        is_default = is_whole and difference.quantity.is_headline
        return _default_gate(difference.quantity) if is_default else None
    return next((gate for gate in policy.gate if _fits(gate, difference)), None)


def without_value(differences: Sequence[Difference], policy: Policy) -> set[int]:
    """Return the places of numbers that no default gate holds, as no sample of either side counts.

    So are numbers per token of models that tell no count of tokens. Another number of the same
    metric has to be held in their place: what failed altogether is for its gates to find.
    """
    if policy.gate:
        return set()
    held = [gate_for(difference, policy) is not None for difference in differences]
    counted = {
        (one.suite, one.model, one.metric)
        for one, is_held in zip(differences, held, strict=True)
        if is_held and one.n
    }
    return {
        i
        for i, (one, is_held) in enumerate(zip(differences, held, strict=True))
        if is_held
        and not (one.n or one.n_unpaired)
        and (one.suite, one.model, one.metric) in counted
    }


def is_gated(one: OneSided, policy: Policy) -> bool:
    """Tell whether a gate would hold any of the numbers, or a slice of one, had both sides them."""
    directed = [each for each in one.quantities if each.direction is not Direction.NEITHER]
    if not policy.gate:
        return any(each.is_headline for each in directed)
    return any(
        _names(gate, one.suite, one.model, each) for gate in policy.gate for each in directed
    )


def margin_of(difference: Difference, gate: Gate | None, policy: Policy) -> float:
    """Return the margin in the quantity's own unit."""
    share = relative_margin(difference, gate, policy)
    if share is not None:
        return share * abs(difference.baseline or 0.0)
    return policy.slice_margin if gate is None else gate.margin


def relative_margin(difference: Difference, gate: Gate | None, policy: Policy) -> float | None:
    """Return the margin as a share of the baseline's value; None for an absolute one."""
    if gate is not None:
        return gate.margin if gate.kind == "relative" else None
    return None if _is_share(difference.quantity) else policy.slice_margin


def unused_gates(
    policy: Policy,
    differences: Sequence[Difference],
    *,
    one_sided: Sequence[OneSided] = (),
    is_narrowed: bool = False,
) -> list[str]:
    """Return a sentence for each declared gate that holds nothing: a typo must not pass.

    Args:
        policy: with the gates.
        differences: all that were found, of every candidate.
        one_sided: numbers that have no difference, as one side alone has them.
        is_narrowed: only some suites were compared; gates of others are left alone.
    """
    held = {id(gate_for(difference, policy)) for difference in differences}
    suites = {difference.suite for difference in differences}
    return [
        f"gate[{i}] ({_described(gate)}) {_why_unused(gate, policy, differences, one_sided)}"
        for i, gate in enumerate(policy.gate)
        if id(gate) not in held
        and not (is_narrowed and not any(is_fitting(suite, gate.suite) for suite in suites))
    ]


def _described(gate: Gate) -> str:
    parts = (f"{name} {getattr(gate, name)!r}" for name in ("metric", "suite", "model", "slice"))
    return ", ".join(part for part in parts if not part.endswith((" '*'", " ''"))) or "every one"


def _why_unused(
    gate: Gate,
    policy: Policy,
    differences: Sequence[Difference],
    one_sided: Sequence[OneSided],
) -> str:
    fitting = [difference for difference in differences if _fits(gate, difference)]
    holders = [gate_for(difference, policy) for difference in fitting]
    places = [policy.gate.index(holder) for holder in holders if holder is not None]
    if places:
        return f"holds nothing: what it fits is held by gate[{min(places)}], which comes first"
    if fitting and all(difference.is_absent for difference in fitting):
        return "holds nothing: neither side has a value of what it fits"
    alone = [
        each
        for one in one_sided
        for each in one.quantities
        if _names(gate, one.suite, one.model, each)
    ]
    is_undirected = all(each.direction is Direction.NEITHER for each in alone)
    if fitting or (alone and is_undirected):
        return "fits only numbers of which neither direction is better; they cannot be gated"
    if alone:
        return "fits only numbers that one side alone has"
    known = dict.fromkeys(difference.quantity.id for difference in differences)
    near = nearest(gate.metric, known)
    hint = f"; did you mean metric {near[0]!r}?" if near and near[0] != gate.metric else ""
    return f"fits no number of this comparison{hint}"


def _default_gate(quantity: Quantity) -> Gate:
    of_shares, of_others = DEFAULT_GATES
    if _is_share(quantity):
        return of_shares
    if quantity.unit == "round":
        return next(gate for gate in DEFAULT_ROUND_GATES if fnmatchcase(quantity.stem, gate.metric))
    return of_others


def _is_share(quantity: Quantity) -> bool:
    return (quantity.low, quantity.high) == (0.0, 1.0)


def _fits(gate: Gate, difference: Difference) -> bool:
    part = "" if difference.slice is None else "=".join(difference.slice)
    if bool(part) != bool(gate.slice) or not is_fitting(part, gate.slice):
        return False
    return _names(gate, difference.suite, difference.model, difference.quantity)


def _names(gate: Gate, suite: str, model: str, quantity: Quantity) -> bool:
    """Tell whether a gate is for a number, whatever the slice."""
    if not (is_fitting(suite, gate.suite) and is_fitting(model, gate.model)):
        return False
    if gate.metric == EVERY_HEADLINE:
        return quantity.is_headline
    return is_fitting(quantity.id, gate.metric)
