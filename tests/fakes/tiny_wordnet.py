"""A WordNet of a few words in the format of wndb(5WN), with offsets that are true."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from pathlib import Path

import pytest

from harness.sources.lexicons import wordnet_files
from harness.sources.source import Source

Pointers = dict[int, tuple[str, int, str]]
"""By the place of a word: the other set's file, its place there, the places of both words."""
Sets = list[tuple[str, list[str], Pointers]]
"""Kind, words, antonyms."""

NOTICE = "  1 A notice that stands before the data.\n"
SETS: dict[str, Sets] = {
    "noun": [
        ("n", ["movie", "film", "motion_picture"], {}),
        ("n", ["film", "cinema"], {}),
        ("n", ["goose"], {}),
        ("n", ["U.S.", "America"], {}),
    ],
    "verb": [("v", ["film", "shoot", "take"], {})],
    "adj": [
        ("a", ["good", "sound"], {1: ("adj", 1, "0101")}),
        ("a", ["bad"], {1: ("adj", 0, "0101")}),
        ("s", ["Good(p)", "solid"], {}),
    ],
    "adv": [("r", ["well", "good"], {})],
}
IRREGULAR = {
    "noun": {"geese": ["goose"]},
    "verb": {"coping": ["cope"], "took": ["take"]},
    "adj": {"better": ["good"]},
    "adv": {"better": ["well"], "sooner": ["soon"]},
}
_KINDS = {"noun": "n", "verb": "v", "adj": "a", "adv": "r"}


def use_tiny_wordnet(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Write its files below the folder, and let the readers of WordNet find them instead."""
    database = folder / "dict"
    database.mkdir()
    offsets = {name: _offsets(name) for name in SETS}
    for name in SETS:
        data = _data(name, offsets)
        (database / f"index.{name}").write_text(NOTICE + _index(name, offsets[name]))
        if name == "noun":
            head, tail = data[: offsets[name][2] - 1], data[offsets[name][2] :]
            (database / "data.noun1").write_text(head)
            (database / "data.noun2").write_text(tail)
        else:
            (database / f"data.{name}").write_text(data)
    (database / "lexnames").write_text("00\tadj.all\t3\n")
    (database / "index.sense").write_text("film%1:06:00:: 00000000 1 9\n")
    irregular = folder / "irregular.json.gz"
    irregular.write_bytes(gzip.compress(json.dumps(IRREGULAR).encode()))
    sources = (Source(path=str(database)), Source(path=str(irregular)))
    monkeypatch.setattr(wordnet_files, "WORDNET", replace(wordnet_files.WORDNET, sources=sources))
    wordnet_files.irregular_forms.cache_clear()


def _offsets(name: str) -> list[int]:
    # The width of a line does not hang on the offsets in it: they have eight digits each.
    zeros = {other: [0] * len(sets) for other, sets in SETS.items()}
    lines = _data(name, zeros).removeprefix(NOTICE).splitlines(keepends=True)
    return [len(NOTICE) + sum(map(len, lines[:place])) for place in range(len(lines))]


def _data(name: str, offsets: dict[str, list[int]]) -> str:
    lines = []
    for offset, (kind, words, antonyms) in zip(offsets[name], SETS[name], strict=True):
        named = " ".join(f"{word} 0" for word in words)
        pointers = " ".join(
            f"! {offsets[file][place]:08d} {_KINDS[file]} {both}"
            for file, place, both in antonyms.values()
        )
        head = f"{offset:08d} 00 {kind} {len(words):02x} {named} {len(antonyms):03d}"
        lines.append(f"{' '.join(filter(None, (head, pointers)))} | what it means; 3 words  \n")
    return NOTICE + "".join(lines)


def _index(name: str, offsets: list[int]) -> str:
    of_word: dict[str, list[int]] = {}
    for offset, (_, words, _) in zip(offsets, SETS[name], strict=True):
        for word in words:
            of_word.setdefault(word.partition("(")[0].lower(), []).append(offset)
    return "".join(
        f"{word} {_KINDS[name]} {len(found)} 2 @ ~ {len(found)} 0 "
        f"{' '.join(f'{offset:08d}' for offset in found)}  \n"
        for word, found in sorted(of_word.items())
    )
