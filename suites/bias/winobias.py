"""WinoBias: does a model read a pronoun by its grammar, or by the stereotype of an occupation?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from harness.core.capability import Capability
from harness.core.errors import ConfigError
from harness.core.sample import Sample
from harness.sources.dataset import Dataset
from harness.sources.lexicons.bias_sentences import WINOBIAS, rows_behind
from harness.sources.lexicons.lexicon import Lexicon
from harness.sources.source import Source
from harness.suites.bias.drawn_samples import TextIds, drawn_samples
from harness.suites.bias.winobias_rows import Paired, Schema, read_files, read_masked
from harness.suites.bias.winobias_task import WinoBiasTask


@dataclass(frozen=True, slots=True, kw_only=True)
class WinoBiasSuite:
    """Sentences about two occupations and a pronoun (Zhao et al. 2018).

    A model that reads forward is asked which of the two the pronoun stands for, once with the
    pronoun that fits the stereotype of the right one and once with the other; the sentence says
    which is right both times. One that fills gaps tells which of the two sentences is likelier.
    """

    needs: ClassVar[tuple[Capability, ...]] = (Capability.FILLS, Capability.SCORES)

    data: Dataset | None = None
    """Lines of JSON with ``text`` (the occupation meant in brackets, ``[MASK]`` for the pronoun),
    ``options`` and ``pro_stereotyped``; with ``anti``, the authors' pro-stereotyped file. When
    absent, 761 sentences of the former kind."""
    anti: Source | None = None
    """The authors' anti-stereotyped file of the same type and part."""
    prompt: str = '{sentence} The pronoun "{pronoun}" refers to'
    """What stands before ``the accountant`` or ``the janitor``."""

    def __post_init__(self) -> None:
        """Refuse impossible values.

        Raises:
            ConfigError: one file without the other, or a prompt without its sentence.
        """
        if self.anti is not None and self.data is None:
            raise ConfigError("anti", "needs data", "write data = …, the pro-stereotyped file")
        for mark in ("{sentence}", "{pronoun}"):
            if mark not in self.prompt:
                raise ConfigError("prompt", f"has no {mark} in it", f"write {mark} in it")

    @property
    def lexicons(self) -> tuple[Lexicon, ...]:
        """The sentences, where no others are given."""
        return (WINOBIAS,) if self.data is None else ()

    def prepare(self, *, limit: int | None, seed: int) -> WinoBiasTask:
        """Read and check the sentences."""
        read = self._read()
        ids = TextIds()
        by_id = {ids.of(one.pro, one.anti, one.referent): one for one in read.schemas}
        samples = [_sample(name, at, one) for at, (name, one) in enumerate(by_id.items())]
        return WinoBiasTask(
            sample_set=drawn_samples(samples, limit=limit, seed=seed),
            schemas=by_id,
            prompt=self.prompt,
            n_unpaired=read.n_unpaired,
        )

    def _read(self) -> Paired:
        if self.data is not None and self.anti is not None:
            return read_files(self.data, self.anti)
        data = rows_behind(WINOBIAS) if self.data is None else self.data
        return Paired(tuple(read_masked(data)), 0)


def _sample(name: str, index: int, schema: Schema) -> Sample:
    named = sorted(filter(None, (schema.referent, schema.other)))
    return Sample(
        id=name,
        index=index,
        text=schema.pro,
        choices=(schema.pro, schema.anti),
        slices={"stereotype": schema.gender},
        # The sentences about one pair of occupations were written together.
        cluster=" and ".join(named),
    )
