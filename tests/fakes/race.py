"""Paced models in a spec, and what a run of them left."""

from __future__ import annotations

from pathlib import Path

from fakes.workplace import Outcome, Workplace

_MODEL = """
[[model]]
name = "{name}"
adapter = "paced"
path = "{name}.txt"
log = "order.log"
noise = {noise}
{more}
"""
_SUITE = """
[[suite]]
name = "speed"
suite = "toy_rounds"
rounds = {rounds}
{more}
"""
PACE_S = 0.02


class Race:
    """Models that are timed in turns."""

    def __init__(self, place: Workplace) -> None:
        self.place = place
        self._models = ""
        self._suite = _SUITE.format(rounds=8, more="")

    def model(self, name: str, *, slower: float = 1.0, noise: float = 0.0, more: str = "") -> Path:
        """Add a model that takes ``slower`` times as long; return its checkpoint."""
        self._models += _MODEL.format(name=name, noise=noise, more=more)
        return self.checkpoint(name, slower=slower)

    def checkpoint(self, name: str, *, slower: float = 1.0) -> Path:
        """Write weights that are so slow."""
        return self.place.write(f"{name}.txt", f"{PACE_S * slower}")

    def suite(self, *, rounds: int = 8, more: str = "") -> None:
        """Set the suite otherwise."""
        self._suite = _SUITE.format(rounds=rounds, more=more)

    def spec(self, name: str = "race.toml") -> Path:
        """Write the spec."""
        return self.place.write(name, f'name = "race"\n{self._models}{self._suite}')

    def run(self, *options: object) -> Outcome:
        """Run the spec."""
        return self.place.harness("run", self.spec(), *options)

    @property
    def order(self) -> str:
        """Who was loaded in which round, in order: ``a0 b0 b1 a1``."""
        return " ".join(line.split()[0] for line in self._log())

    @property
    def processes(self) -> set[int]:
        """Ids of the processes that did it."""
        return {int(line.split()[1]) for line in self._log()}

    def _log(self) -> list[str]:
        return (self.place.folder / "order.log").read_text().splitlines()
