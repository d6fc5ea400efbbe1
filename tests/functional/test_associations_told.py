"""What the report says of several association tests in one file."""

from __future__ import annotations

import json
from string import ascii_lowercase

import pytest
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


def _set(name: str, starts: str, middle: str, n: int = 6) -> str:
    words = [f"{starts[place % len(starts)]}{middle}{ascii_lowercase[place]}" for place in range(n)]
    return f"{{ name = {json.dumps(name)}, words = {json.dumps(words)} }}"


def _test(name: str, first: str, second: str, middle: str, n: int = 6) -> str:
    return (
        f'[[test]]\nname = "{name}"\n'
        f"x = {_set('these', first, middle, n)}\ny = {_set('those', second, middle + 'y', n)}\n"
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


def test_the_most_extreme_deal_of_few_words_is_not_testable(place: Workplace) -> None:
    module = f"letters_of_{place.folder.name}"
    place.write(f"{module}.py", _MODEL)
    place.write("words.toml", _SPEC.format(module=module, function="embed"))
    three, four, six = (_test(f"{n} words", "u", "v", chr(96 + n), n) for n in (3, 4, 6))
    few, among = "not testable with so few words", " beside so many other tests"
    for sheet, p_adjusted, why in (
        (three, {"3 words": 0.1}, {"3 words": few}),
        (four, {"4 words": 2 / 70}, {}),
        # The others are beyond doubt, and leave the fours to be corrected for each other.
        (
            four + four.replace("4 words", "again") + six,
            {"4 words": 4 / 70, "again": 4 / 70, "6 words": 6 / 924},
            {"4 words": f"{few}{among}", "again": f"{few}{among}"},
        ),
    ):
        place.write("tests.toml", sheet)
        assert place.harness("run", "words.toml").code == 0
        written = json.loads(place.harness("report", "latest", "--format", "json").out)
        effects = written["bias"]["probed"][0]["effects"]
        told = {each["group"]: each for each in effects if each["group"]}
        found = {name: each["p_adjusted"] for name, each in told.items()}
        assert found == pytest.approx(p_adjusted)
        assert all(each["value"] == pytest.approx(2, abs=0.1) for each in told.values())
        for name, each in told.items():
            assert each["shown"] == ("not tested" if name in why else "above")
            assert why.get(name, "more than words dealt out at random") in each["sentence"]
    text = place.harness("report", "latest", "--format", "md").out.replace("\\", "")
    assert f"- By test, {few}{among}: 4 words (these nearer to one" in text
    assert "; again (these nearer to one" in text
