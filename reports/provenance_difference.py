"""What else is not the same on both sides: models, spec, packages, machine, source code."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from harness.core.comparison import Comparison, Pair
from harness.core.run import Manifest
from harness.reports.number_format import ABSENT
from harness.reports.table import Cell, Column, Group, Table

_MAX_SHOWN = 160
_MAX_ROWS = 60
"""Of each kind of thing."""
_HASH = re.compile(r"[0-9a-f]{40,}")
_SHORT_HASH = 12
_COLUMNS = (
    Column(title="What"),
    Column(title="Baseline", is_code=True),
    Column(title="Candidate", is_code=True),
)


def provenance_difference(comparison: Comparison) -> Table:
    """Return only what differs, grouped by kind of thing; no rows where nothing does."""
    before, after = comparison.baseline, comparison.candidate
    parts: list[tuple[str, Mapping[str, object], Mapping[str, object]]] = [
        *_models(before, after, comparison.pairs),
        *(
            (f"Judge {name}", before.judges[name], after.judges[name])
            for name in before.judges
            if name in after.judges
        ),
        ("Spec", flat(before.spec), flat(after.spec)),
        ("Packages", before.packages, after.packages),
        ("Hardware", before.hardware, after.hardware),
        ("Source code", before.git, after.git),
        ("Run", _settings(before), _settings(after)),
    ]
    groups = (_group(*part) for part in parts)
    return Table(
        caption="Only what is not the same on both sides",
        columns=_COLUMNS,
        groups=tuple(group for group in groups if group.rows),
    )


def flat(value: object, path: str = "") -> dict[str, object]:
    """Return nested tables as one, keyed by path; a table in a list stands under its name.

    >>> flat({"seed": 1, "model": [{"name": "a", "dtype": "float32"}]})
    {'seed': 1, 'model[a].name': 'a', 'model[a].dtype': 'float32'}
    """
    if isinstance(value, Mapping) and value:
        items = ((f"{path}.{key}" if path else str(key), item) for key, item in value.items())
    elif isinstance(value, list | tuple) and value and isinstance(value[0], Mapping):
        items = ((f"{path}[{_name(item, i)}]", item) for i, item in enumerate(value))
    else:
        return {path: value}
    found: dict[str, object] = {}
    for key, item in items:
        found.update(flat(item, key))
    return found


def _models(
    before: Manifest, after: Manifest, pairs: Sequence[Pair]
) -> Iterator[tuple[str, Mapping[str, object], Mapping[str, object]]]:
    names = dict.fromkeys((pair.baseline_model, pair.candidate_model) for pair in pairs)
    for old, new in names:
        title = f"Model {new}" if old == new else f"Model {old}, now {new}"
        yield title, before.models.get(old, {}), after.models.get(new, {})


def _group(title: str, before: Mapping[str, object], after: Mapping[str, object]) -> Group:
    keys = [*before, *(key for key in after if key not in before)]
    changed = [key for key in keys if before.get(key) != after.get(key)]
    left_out = changed[_MAX_ROWS:]
    rows = [
        (Cell(key), _cell(before.get(key)), _cell(after.get(key))) for key in changed[:_MAX_ROWS]
    ]
    if left_out:
        rows.append((Cell(f"and {len(left_out)} more"), Cell(ABSENT), Cell(ABSENT)))
    return Group(title=title, rows=tuple(rows))


def _cell(value: object) -> Cell:
    text = ABSENT if value is None else str(value)
    if _HASH.fullmatch(text):
        return Cell(text[:_SHORT_HASH], note=text)
    return Cell(text) if len(text) <= _MAX_SHOWN else Cell(f"{text[:_MAX_SHOWN]}…")


def _settings(manifest: Manifest) -> dict[str, object]:
    return {
        "seed": manifest.seed,
        "limit": manifest.limit,
        "line": manifest.line or None,
        "coverage floor": manifest.min_coverage,
        "schema version": manifest.schema_version,
        **{f"{measure} by": judge for measure, judge in manifest.text_measures.items()},
    }


def _name(item: object, number: int) -> str:
    name = item.get("name") if isinstance(item, Mapping) else None
    return str(name) if name else str(number)
