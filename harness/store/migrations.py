"""From documents of an earlier schema version to those of this one, as they are read.

Each step is a pure function from one version of a document to the next. Nothing on disk changes:
a run that is resumed is written anew, in this version, and every other stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal, TypeAlias

from harness.core.schema import SCHEMA_VERSION, version_of
from harness.store.options_of_version_1 import metric_options

Document = Literal["manifest", "metrics", "judgement"]
Json: TypeAlias = dict[str, Any]


def upgraded(kind: Document, value: Mapping[str, Any], path: Path) -> Json:
    """Return a document as this program would have written it.

    Args:
        kind: which document.
        value: as it was read.
        path: where, for the message.

    Raises:
        StoreError: it was written by a newer program, or states no version.
        KeyError, TypeError, AttributeError: it is not what its version says.
    """
    current = dict(value)
    for version in range(version_of(value, str(path)), SCHEMA_VERSION):
        step = _STEPS.get((kind, version), dict)
        current = {**step(current), "schema_version": version + 1}
    return current


def _manifest_1_to_2(manifest: Json) -> Json:
    """Fill in the options of each metric, as far as they are certain.

    The other fields that version 2 has added may be absent: nothing is known of them.
    """
    suites = {_suite_name(table): table for table in manifest["spec"].get("suite", ())}
    evaluations = [
        {
            **done,
            "metric_options": metric_options(
                done["metric_signatures"], suites.get(done["suite"], {})
            ),
        }
        for done in manifest["evaluations"]
    ]
    return {**manifest, "evaluations": evaluations}


def _suite_name(table: Mapping[str, Any]) -> str:
    name: str = table.get("name", table["suite"])
    return name


_STEPS: Mapping[tuple[Document, int], Callable[[Json], Json]] = {
    ("manifest", 1): _manifest_1_to_2,
}
"""By document and the version that it has. One that is not here did not change."""
