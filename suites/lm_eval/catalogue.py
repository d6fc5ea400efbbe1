"""The tasks that a user can name: the built-in ones, and those of a folder of the user's own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from harness.core.errors import ConfigError, nearest
from harness.suites.lm_eval.definition_file import read_members
from harness.suites.lm_eval.task_index import Entry, Index, builtin_index, index_of

_NO_INDEX: Index = {}


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Looks names up, the user's own first; the built-in index is read only when it is needed."""

    own: Index
    own_folder: Path | None

    @staticmethod
    def with_folder(include_path: str | None) -> Catalogue:
        """Return the catalogue with the task files of a folder.

        Raises:
            ConfigError: there is no such folder.
        """
        if include_path is None:
            return Catalogue(_NO_INDEX, None)
        folder = Path(include_path).expanduser()
        return Catalogue(index_of(folder), folder)

    def find(self, name: str) -> Entry:
        """Return the entry of a name.

        Raises:
            ConfigError: nobody defines it, or lm_eval is not installed.
        """
        entry = self._known(name)
        if entry is None:
            # The installed files may have changed under the same version (a checkout of git).
            entry = builtin_index(anew=True).get(name)
        if entry is None:
            near = nearest(name, [*self.own, *builtin_index()])
            ways = "see harness list suites 'lm_eval:*PART*', or set include_path"
            remedy = f"did you mean {near[0]!r}?" if near else ways
            raise ConfigError(f"task {name!r}", "lm-eval has no task, group or tag of it", remedy)
        return entry

    def output_types(self, name: str) -> frozenset[str | None]:
        """Return what the tasks under a name ask for; None among them where only code knows.

        Raises:
            ConfigError: nobody defines the name.
        """
        self.find(name)
        return frozenset(
            entry.output_type for _, entry in self._below(name) if entry.kind == "task"
        )

    def folders(self, name: str) -> list[Path]:
        """Return the folders in which lm-eval has to look for everything under a name.

        They come in the order in which later ones go first where two define one name.

        Raises:
            ConfigError: nobody defines the name.
        """
        self.find(name)
        paths = {Path(entry.path).parent for _, entry in self._below(name) if entry.path}
        own = self.own_folder and self.own_folder.resolve()
        builtin = {path for path in paths if own is None or not path.is_relative_to(own)}
        outermost = [path for path in builtin if not builtin & set(path.parents)]
        return [*sorted(outermost, reverse=True), *([own] if own else [])]

    def _known(self, name: str) -> Entry | None:
        return self.own.get(name) or builtin_index().get(name)

    def _below(self, name: str) -> Iterator[tuple[str, Entry]]:
        """Yield the name and everything that it stands for, each once."""
        seen: set[str] = set()
        waiting = [name]
        while waiting:
            each = waiting.pop()
            # A group may hold tasks that are written out inside it, under names of no file.
            entry = None if each in seen else self._known(each)
            seen.add(each)
            if entry is None:
                continue
            yield each, entry
            inside = read_members(Path(entry.path)) if entry.kind == "group" and entry.path else ()
            waiting += [*entry.members, *inside]
