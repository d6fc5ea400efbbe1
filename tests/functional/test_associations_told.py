"""What the report says of several association tests in one file."""

from __future__ import annotations

import json
from string import ascii_lowercase

from fakes.workplace import Workplace

_MODEL = """\
import zlib

def embed(text):
    lean = {"u": 1, "v": -1}[text[0]]
    return [float(lean), zlib.crc32(text.encode()) / 2**32]

def turned(text):
    lean = {"u": 1, "v": -1}[text[0]]
    return [float(-lean if text[1] == "x" else lean), zlib.crc32(text.encode()) / 2**32]
"""
_SPEC = """\
[[model]]
name = "letters"
adapter = "python"
target = "{module}:{function}"
path = "."
capability = "embeds"

[[suite]]
name = "words"
suite = "word_association"
data = "tests.toml"
"""


def _set(name: str, starts: str, middle: str) -> str:
    words = [f"{starts[place % len(starts)]}{middle}{ascii_lowercase[place]}" for place in range(6)]
    return f"{{ name = {json.dumps(name)}, words = {json.dumps(words)} }}"


def _test(name: str, first: str, second: str, middle: str) -> str:
    return (
        f'[[test]]\nname = "{name}"\n'
        f"x = {_set('these', first, middle)}\ny = {_set('those', second, middle + 'y')}\n"
        f"a = {_set('one', 'u', 'a')}\nb = {_set('other', 'v', 'b')}\n"
    )


def test_each_of_several_tests_is_told_and_one_the_other_way_counts(place: Workplace) -> None:
    module = f"letters_of_{place.folder.name}"
    place.write(f"{module}.py", _MODEL)
    place.write("tests.toml", _test("apart", "u", "v", "x") + _test("mixed", "uv", "vu", "m"))
    for function, shown in (("embed", "above"), ("turned", "below")):
        place.write("words.toml", _SPEC.format(module=module, function=function))
        assert place.harness("run", "words.toml").code == 0
        written = json.loads(place.harness("report", "latest", "--format", "json").out)
        effects = written["bias"]["probed"][0]["effects"]
        told = {each["group"]: each for each in effects if each["group"]}
        assert (told["apart"]["shown"], told["mixed"]["shown"]) == (shown, "not shown")
        assert told["apart"]["p_value"] == 2 / 924
        assert told["apart"]["p_adjusted"] == 4 / 924
        values = {
            each["quantity"]["id"]: each["value"]
            for each in json.loads((place.latest / "metrics.json").read_text())["estimates"]
            if each["slice"] is None
        }
        assert values["weat_associated_share"] == 0.5
