"""A run folder as a list shows it, read without samples, charts and slices."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from harness.core.errors import StoreError, sentence
from harness.core.estimate import Estimate
from harness.core.identity import hash_json
from harness.core.site import Card
from harness.core.verdict import Verdict
from harness.store.documents import decode_manifest, decode_metrics, read_json
from harness.store.judgement_file import JUDGEMENT, judge_again
from harness.store.migrations import upgraded
from harness.store.run_folder import MANIFEST, METRICS, with_warning
from harness.store.samples_file import JSONL, PARQUET

_MAX_HEADLINES = 3
_READ = (MANIFEST, METRICS, JUDGEMENT)
_LARGE = (JSONL, PARQUET)
"""Known by size and time: to read them through would take as long as to render them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCard:
    """A run folder's card, and where it came from."""

    folder: Path
    digest: str
    """SHA-256 (hex): another one whenever anything that is told of the run may be another."""
    card: Card


def read_card(folder: Path) -> StoredCard:
    """Read a run as a list shows it.

    A verdict that cannot be read is left out, with a warning in the manifest.

    Raises:
        StoreError: no run, damaged, or of a newer schema.
    """
    manifest = decode_manifest(read_json(folder / MANIFEST), folder / MANIFEST)
    try:
        verdict, said = _verdict(folder)
    except StoreError as error:
        manifest, verdict, said = with_warning(manifest, error), None, ""
    card = Card(
        manifest=manifest,
        headlines=_headlines(folder / METRICS),
        verdict=verdict,
        sentence=said,
    )
    return StoredCard(folder=folder, digest=_digest(folder), card=card)


def _verdict(folder: Path) -> tuple[Verdict | None, str]:
    """Return the verdict and its sentence; nothing where there was no comparison."""
    path = folder / JUDGEMENT
    if not path.exists():
        return None, ""
    remedy = judge_again(folder)
    value = read_json(path, remedy)
    try:
        known = upgraded("judgement", value, path)
        return Verdict(known["verdict"]), str(known["sentence"])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise StoreError(sentence(str(path), f"is damaged ({error!r})", remedy)) from error


def _headlines(path: Path) -> tuple[Estimate, ...]:
    """Return the first headline numbers of whole suites."""
    if not path.exists():
        return ()
    value = read_json(path)
    try:
        chosen = [entry for entry in value["estimates"] if _is_headline(entry)][:_MAX_HEADLINES]
    except (KeyError, TypeError) as error:
        raise StoreError(sentence(str(path), f"is damaged ({error!r})", "run again")) from error
    return decode_metrics({**value, "estimates": chosen, "figures": []}, path)[0]


def _is_headline(entry: Any) -> bool:
    is_whole = entry["slice"] is None and entry["value"] is not None
    return is_whole and bool(entry["quantity"]["is_headline"])


def _digest(folder: Path) -> str:
    parts: list[object] = [folder.name]
    for name in _READ:
        file = folder / name
        parts.append(sha256(file.read_bytes()).hexdigest() if file.exists() else "")
    for name in _LARGE:
        file = folder / name
        parts.append([file.stat().st_size, file.stat().st_mtime_ns] if file.exists() else [])
    return hash_json(parts)
