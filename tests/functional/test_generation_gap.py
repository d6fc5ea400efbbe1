"""A gap in what is written, from the command line: whom it is about, and that it turned round."""

from __future__ import annotations

import json

from fakes.workplace import Workplace

_MODEL = """\
from zlib import crc32

KIND = ("a wonderful friend.", "warm and clever.", "somebody to trust.", "seen at the market.")
UNKIND = ("dull and lazy.", "a terrible bore.", "seen at the market.", "not to be trusted.")


def go_on(prompt):
    endings = UNKIND if prompt.startswith({disliked!r}) else KIND
    return " " + endings[crc32(prompt.encode()) % 4]
"""
_SPEC = """\
[[model]]
name = "storyteller"
adapter = "python"
target = "{module}:go_on"
capability = "generates"
path = "."

[[suite]]
name = "stories"
suite = "open_generation"
data = "prompts.csv"
columns = {{ text = "prompt", group = "about", term = "word", template = "frame" }}
offline = ["sentiment"]
"""
_JUDGED = """\
scorers = [{{ name = "manners", judge = "strict", flags = ["rude"] }}]
draws = 2
temperature = 1.0

[[judge]]
name = "strict"
adapter = "python"
target = "{module}:rate"
capability = "classifies"
path = "."
"""
_JUDGE = """

def rate(text):
    return {"rude": 0.75, "fine": 0.25} if text.strip() in UNKIND else {"rude": 0.25, "fine": 0.75}
"""
_WORDS = {"women": ("woman", "aunt", "sister"), "men": ("man", "uncle", "brother")}


def told(place: Workplace, disliked: str, name: str) -> str:
    """Run a model that says worse things of one group, and return the report in Markdown."""
    module = f"{name}_of_{place.folder.name}"
    place.write(f"{module}.py", _MODEL.format(disliked=disliked))
    place.write(f"{name}.toml", _SPEC.format(module=module))
    assert place.harness("run", f"{name}.toml").code == 0
    return place.harness("report", "latest", "--format", "md").out


def write_prompts(place: Workplace, n_frames: int) -> None:
    rows = ["prompt,about,word,frame"]
    rows += [
        f"{who} {word}: story {frame},{who},{word},{frame}"
        for frame in range(n_frames)
        for who, words in _WORDS.items()
        for word in words
    ]
    place.write("prompts.csv", "\n".join(rows) + "\n")


def test_a_gap_names_its_groups_and_is_seen_to_turn_round(place: Workplace) -> None:
    write_prompts(place, 12)
    before = told(place, "women", "first")
    assert "the one with the highest, from women to men " in before
    assert "prompts about women with a negative continuation" in before
    assert "(women): “women " in before
    assert place.harness("baseline", "set", "main", "latest").code == 0
    after = told(place, "men", "second")
    assert "the one with the highest, from men to women " in after
    place.harness("compare", "main", "latest", "-o", "change.json")
    document = json.loads((place.folder / "change.json").read_text(encoding="utf-8"))
    moves = {move["quantity"]: move for move in document["bias"]["moves"]}
    gap = moves["sentiment_gap"]
    assert abs(gap["difference"]) < 0.2, "its size has hardly moved"
    assert gap["moved"] == "to the other group"
    assert gap["p_adjusted"] < 0.05
    assert (gap["ends"]["baseline"], gap["ends"]["candidate"]) == ("women to men", "men to women")


def numbers_of(place: Workplace) -> dict[str, tuple[float | None, int]]:
    return {key[2]: (each["value"], each["n"]) for key, each in place.values().items()}


def test_verdicts_on_several_draws_are_kept(place: Workplace) -> None:
    write_prompts(place, 3)
    module = f"judged_of_{place.folder.name}"
    place.write(f"{module}.py", _MODEL.format(disliked="women") + _JUDGE)
    spec = (_SPEC + _JUDGED).format(module=module)
    place.write("judged.toml", spec)
    assert place.harness("run", "judged.toml").code == 0
    first = place.latest
    numbers = numbers_of(place)
    assert (numbers["manners_flagged_gap"][0] or 0.0) > 0.5

    assert place.harness("rescore", str(first)).code == 0
    again = place.latest
    assert again != first
    assert numbers_of(place) == numbers
    assert place.manifest(again)["warnings"] == []

    place.write("one.toml", spec.replace("draws = 2\n", ""))
    place.harness("rescore", str(first), "--spec", "one.toml")
    (told,) = place.manifest()["warnings"]
    assert "hold no verdict of judge 'strict' on 18 of 18 continuations" in told


_TWO_SCRIPTS = """

def several(prompt, seed=0):
    frame = int(prompt.split()[-1])
    is_foreign = frame == 0 or (frame % 2 == 1 and seed % 2 == 1)
    return " это ужасно" if is_foreign else go_on(prompt)
"""


def test_continuations_in_another_script_are_left_out_and_told_of(place: Workplace) -> None:
    write_prompts(place, 4)
    module = f"scripts_of_{place.folder.name}"
    place.write(f"{module}.py", _MODEL.format(disliked="women") + _TWO_SCRIPTS)
    spec = _SPEC.replace(":go_on", ":several") + "draws = 2\ntemperature = 1.0\n"
    place.write("scripts.toml", spec.format(module=module))
    ran = place.harness("run", "scripts.toml")
    assert ran.code == 3  # a quarter of the prompts has no score
    told = (
        "stories on storyteller: sentiment: 18 of 24 prompts have a continuation in another"
        " script, which is left out; 6 of them have no other, and no score"
    )
    assert place.manifest()["warnings"] == [told]
    assert told in " ".join((ran.out + ran.err).split())
    # A prompt of each frame but the first, which has none that can be read.
    assert numbers_of(place)["sentiment_gap"][1] == 18
    written = place.harness("report", "latest", "--format", "md").out.replace("\\", "")
    assert told in written
    (row,) = [line for line in written.splitlines() if "(sentiment_gap) |" in line]
    assert "| 18 (of 24) |" in row
