"""Paired sentences on models that tell a sum for each sentence, and no count of its tokens."""

from __future__ import annotations

import json

from fakes.workplace import Workplace

_MODEL = """\
import zlib

def first(prompt, continuations):
    return [-float(zlib.crc32((prompt + each).encode()) % {n}) - 1 for each in continuations]
"""
_SPEC = """\
[[model]]
name = "sums"
adapter = "python"
target = "{module}:first"
path = "."
capability = "scores"

[[suite]]
name = "triples"
suite = "stereoset"
data = "triples.jsonl"
"""


def test_models_without_counts_of_tokens_are_gated_on_their_sums(place: Workplace) -> None:
    rows = [
        {
            "target": f"chef {number // 2}",
            "bias_type": "profession",
            "context": f"Chef number {number} is here.",
            "type": "intersentence",
            "stereotype": "They cook.",
            "anti-stereotype": "They box.",
            "unrelated": "Blue.",
        }
        for number in range(40)
    ]
    place.write("triples.jsonl", "\n".join(map(json.dumps, rows)) + "\n")
    for side, n in (("before", 40), ("after", 41)):
        module = f"{side}_of_{place.folder.name}"
        place.write(f"{module}.py", _MODEL.format(n=n))
        place.write("triples.toml", _SPEC.format(module=module))
        assert place.harness("run", "triples.toml").code == 0
        assert place.harness("baseline", "set", side, "latest").code == 0

    gated = place.harness("gate", "after", "--baseline", "before")

    assert gated.code in (0, 1), gated.out
    assert "of 2 gates" in gated.out
    told = "stereoset_lms, stereoset_icat of triples on sums: no sample of either side counts"
    assert f"not gated: {told} towards it" in gated.out
    assert f"> **Not gated.** {told}" in (place.latest / "gate.md").read_text().replace("\\", "")
    judgement = json.loads((place.latest / "gate.json").read_text())["judgement"]
    held = {
        one["difference"]["quantity"]["id"]: one["difference"]["baseline"]
        for one in judgement["findings"]
        if one["gate"]
    }
    assert held.keys() == {"stereoset_lms_sum", "stereoset_icat_sum"}
    assert None not in held.values()
