"""Which task of lm-evaluation-harness is in which file: found out once per installed version."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from tempfile import NamedTemporaryFile

from harness.core.errors import ConfigError
from harness.core.identity import hash_json
from harness.sources.cache import cache_dir
from harness.suites.lm_eval.definition_file import read_definition
from harness.suites.lm_eval.installed import lm_eval_version

_IGNORED = frozenset({"__pycache__", ".ipynb_checkpoints"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One name that a user may write."""

    kind: str
    """``task``, ``group``, or ``tag``."""
    path: str | None = None
    """The YAML file; None for a tag, which has none of its own."""
    output_type: str | None = None
    """Of a task; None where only its code knows."""
    members: tuple[str, ...] = ()
    """Of a tag, sorted; a group's are in its file."""


Index = Mapping[str, Entry]


def index_of(folder: Path) -> Index:
    """Read every YAML file below a folder; the first file in the order of paths has a name.

    Raises:
        ConfigError: there is no such folder.
    """
    if not folder.is_dir():
        raise ConfigError(
            f"include_path = {str(folder)!r}", "no such folder", "name the folder of the task files"
        )
    entries: dict[str, Entry] = {}
    tags: dict[str, list[str]] = {}
    for path in _yaml_files(folder):
        found = read_definition(Path(path))
        if found is None or found.name in entries:
            continue
        kind = "group" if found.is_group else "task"
        entries[found.name] = Entry(kind=kind, path=path, output_type=found.output_type)
        for tag in () if found.is_group else found.tags:
            tags.setdefault(tag, []).append(found.name)
    for tag, names in tags.items():
        entries.setdefault(tag, Entry(kind="tag", members=tuple(sorted(names))))
    return entries


def builtin_index(*, anew: bool = False) -> Index:
    """Return the index of the tasks that come with the installed lm_eval.

    The first call for a version reads all files (seconds) and keeps what it found in the cache.

    Args:
        anew: read all files, whatever the cache holds.

    Raises:
        ConfigError: lm_eval is not installed.
    """
    folder = _builtin_folder()
    record = folder.parent / "__init__.py"
    key = hash_json([lm_eval_version(), str(folder), record.stat().st_mtime_ns])[:16]
    file = cache_dir("lm_eval") / f"tasks-{key}.json"
    if anew or not file.is_file():
        _keep(file, index_of(folder))
        _stored.cache_clear()
    return _stored(file)


@lru_cache(maxsize=2)
def _stored(file: Path) -> Index:
    found = json.loads(file.read_text(encoding="utf-8"))
    return {
        name: Entry(
            kind=entry["kind"],
            path=entry["path"],
            output_type=entry["output_type"],
            members=tuple(entry["members"]),
        )
        for name, entry in found.items()
    }


def _keep(file: Path, index: Index) -> None:
    text = json.dumps({name: asdict(entry) for name, entry in index.items()})
    with NamedTemporaryFile("w", encoding="utf-8", dir=file.parent, delete=False) as new:
        new.write(text)
    Path(new.name).replace(file)  # another process may be reading it


def _builtin_folder() -> Path:
    lm_eval_version()
    spec = find_spec("lm_eval")
    assert spec is not None
    assert spec.submodule_search_locations
    return Path(spec.submodule_search_locations[0]) / "tasks"


def _yaml_files(folder: Path) -> Iterable[str]:
    return sorted(_walk(str(folder.expanduser().resolve())))


def _walk(folder: str) -> Iterator[str]:
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name not in _IGNORED]
        yield from (f"{place}/{name}" for name in names if name.endswith(".yaml"))
