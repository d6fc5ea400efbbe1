"""How the methods of explanation were tried, as a table of a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from harness.cli.printable import printable
from harness.core.estimate import Estimate
from harness.core.explained_attacks import AttackMethod, idle_attacks
from harness.core.explanations import TRIALS, Method, Trust

_TITLES = ("taken away", "left alone")
"""Of comprehensiveness and sufficiency; a narrow terminal has room for the last word of each."""
_ALL_COLUMNS = 112
"""A narrower terminal is shown no intervals; bold rows are those that deserve trust."""
_STABILITY = "paraphrase_stability"
_BESIDE_NAMES = {True: 68, False: 112}
"""What the other columns take, of a narrow terminal and of another; how ranks hold in other words
is left out where names of methods would be broken for it."""


def print_explanations(
    console: Console, suite: str, model: str, methods: Sequence[Method], level: float
) -> None:
    """Print a row for each method: its verdict, and what it rests on beside random words."""
    is_narrow = console.width < _ALL_COLUMNS
    interval = "" if is_narrow else f", {level:.3g} interval"
    table = _table(f"{suite} · {model}: explanations, beside random words")
    table.add_column("method", overflow="fold")
    table.add_column("verdict", no_wrap=True)
    for title in _TITLES:
        table.add_column(title.split()[-1] if is_narrow else title, justify="right")
        table.add_column(f"gain{interval}", justify="right")
    has_stability = _has_room(console.width, methods) and any(map(_is_paraphrased, methods))
    if has_stability:
        table.add_column("holds", justify="right")
    table.add_column("n", justify="right")
    for method in methods:
        cells = [cell for gain in TRIALS for cell in _trial(method, gain, is_narrow=is_narrow)]
        table.add_row(
            escape(printable(method.label)),
            method.trust.value,
            *cells,
            *([_stability(method)] if has_stability else ()),
            str(method.n_explained),
            style="bold" if method.trust is Trust.TRUSTED else "",
        )
    console.print(table)


def print_attack_pairs(
    console: Console, suite: str, model: str, methods: Sequence[AttackMethod], level: float
) -> None:
    """Print how much of each method's explanations stood on words that attacks then changed."""
    pairs = [one for one in methods if one.n_pairs]
    if pairs:
        table = _table(f"{suite} · {model}: what attacks struck, as explained before")
        for title in ("attack", "method"):
            table.add_column(title, overflow="fold")
        is_narrow = console.width < _ALL_COLUMNS
        more = "more" if is_narrow else f"more, {level:.3g} interval"
        for title in ("on changed words", "by chance", more, "pairs"):
            table.add_column(title, justify="right")
        for one in pairs:
            names = (escape(printable(name)) for name in (one.attack, one.method))
            own, share = (_value(one.number(name)) for name in ("attacked_mass", "attacked_share"))
            excess = one.number("attacked_excess")
            difference = "-" if excess is None else _difference(excess, is_narrow=is_narrow)
            table.add_row(*names, own, share, difference, str(one.n_pairs))
        console.print(table)
    for sentence in idle_attacks(methods).values():
        console.print(f"  {printable(sentence)}", markup=False, soft_wrap=True)


def _value(found: Estimate | None) -> str:
    return "-" if found is None else f"{found.value:z.3f}"


def _table(title: str) -> Table:
    return Table(
        title=escape(printable(title)),
        title_justify="left",
        title_style="bold",
        box=SIMPLE_HEAD,
        collapse_padding=True,
        pad_edge=False,
    )


def _trial(method: Method, gain: str, *, is_narrow: bool) -> tuple[str, str]:
    own, less = method.number(gain.removesuffix("_gain")), method.number(gain)
    return (
        _value(own),
        "-" if less is None else _difference(less, is_narrow=is_narrow),
    )


def _has_room(width: int, methods: Sequence[Method]) -> bool:
    longest = max((len(method.label) for method in methods), default=0)
    return width >= longest + _BESIDE_NAMES[width < _ALL_COLUMNS]


def _is_paraphrased(method: Method) -> bool:
    return method.number(_STABILITY) is not None


def _stability(method: Method) -> str:
    """Return how far ranks hold in other words; random ones come to 0."""
    found = method.number(_STABILITY)
    return "-" if found is None else f"{found.value:+z.2f}"


def _difference(found: Estimate, *, is_narrow: bool) -> str:
    interval = None if is_narrow else found.interval
    bounds = f" ({interval.low:+z.3f} … {interval.high:+z.3f})" if interval else ""
    return f"{found.value:+z.3f}{bounds}"
