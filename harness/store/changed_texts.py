"""The texts of a run that were changed, each with what it was before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from harness.core.attacked import Attacked
from harness.core.codec import decode_output
from harness.core.run import Evaluation
from harness.store.readings import found_texts
from harness.store.samples_file import StoredRecords


def changed_texts(folder: Path, done: tuple[Evaluation, ...]) -> list[tuple[str, str]]:
    """Return each distinct pair of a text as it was and as it is, in the order of the records.

    Of a perturbed suite they are its samples' texts, which are the same for every model; of an
    attacked one those by which the search, or the random one beside it, succeeded. Texts that came
    out as they went in are left out.

    Args:
        folder: a run folder.
        done: the run's evaluations.

    Raises:
        StoreError: the records are missing or damaged.
    """
    clean_of = {one.suite: one.clean for one in done if one.clean}
    wanted = {*clean_of, *clean_of.values()}
    originals: dict[tuple[str, str], str] = {}
    changed: dict[tuple[str, str, str], None] = {}
    for row in StoredRecords(folder).rows():
        suite, name = row["suite"], row["sample_id"]
        if suite not in wanted:
            continue
        if suite not in clean_of:
            originals.setdefault((suite, name), row["text"])
            continue
        for text in _texts_of(row):
            changed[clean_of[suite], name, text] = None
    pairs = ((originals.get((clean, name)), text) for clean, name, text in changed)
    return list(
        dict.fromkeys(
            (before, after) for before, after in pairs if before is not None and before != after
        )
    )


def _texts_of(row: Mapping[str, Any]) -> Iterator[str]:
    if row["answer"]["kind"] == Attacked.__name__:
        yield from filter(None, found_texts(decode_output(row["answer"])))
    elif row["request"]["kind"] != "AttackText":
        yield row["text"]
