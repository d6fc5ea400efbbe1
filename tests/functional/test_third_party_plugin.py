"""A stranger's package, really installed, comes through the same door as the built-ins."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from fakes.workplace import Workplace

PLUGIN = Path(__file__).parents[1] / "plugin"
SPEC = """
[[model]]
name = "mirror"
adapter = "mirror"

[[suite]]
suite = "palindromes"

[[suite]]
name = "without case"
suite = "palindromes"
ignore_case = true
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the plug-in into a folder of its own, from a copy that may be built in."""
    folder = tmp_path_factory.mktemp("site")
    source = tmp_path_factory.mktemp("source") / "plugin"
    shutil.copytree(PLUGIN, source)
    words = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target"]
    if find_spec("setuptools") is not None:
        words.insert(4, "--no-build-isolation")  # then no network is needed
    done = subprocess.run(
        [*words, str(folder), str(source)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return folder


def test_it_is_listed(site: Path, place: Workplace) -> None:
    outcome = place.console("list", env={"PYTHONPATH": str(site)})
    assert outcome.code == 0
    for line in (
        "mirror A model that writes its prompt backwards.",
        "palindromes Can the model keep a palindrome?",
        "symmetry How far a text reads the same from both ends.",
    ):
        assert line.split() in [told.split() for told in outcome.out.splitlines()]


def test_it_is_shown_with_its_origin(site: Path, place: Workplace) -> None:
    outcome = place.console("show", "mirror", env={"PYTHONPATH": str(site)})
    assert "adapter mirror  (harness-palindromes 1.2.3," in outcome.out
    assert "upper (bool; default False)\n      Shout it." in outcome.out


def test_it_runs(site: Path, place: Workplace) -> None:
    place.write("spec.toml", SPEC)
    outcome = place.console("run", "spec.toml", env={"PYTHONPATH": str(site)})
    assert outcome.code == 0, outcome.err
    values = place.values()
    # "annA" keeps 2 of 4 characters with case, "tsomla" none; a, n, n, a is whole without.
    assert values["mirror", "palindromes", "symmetry"]["value"] == pytest.approx(3.5 / 5)
    assert values["mirror", "without case", "symmetry"]["value"] == pytest.approx(4 / 5)
    assert place.manifest()["packages"]["harness-palindromes"] == "1.2.3"


def test_its_options_are_checked_like_any(site: Path, place: Workplace) -> None:
    place.write("spec.toml", SPEC.replace("ignore_case", "ignore_caes"))
    outcome = place.console("run", "spec.toml", env={"PYTHONPATH": str(site)})
    assert outcome.code == 2
    assert outcome.errors == ["suite[1]: unknown key 'ignore_caes'; did you mean 'ignore_case'?"]


def test_it_keeps_the_promises_of_an_adapter(site: Path) -> None:
    program = (
        "from harness.conformance import check_adapter\n"
        "from harness_palindromes.mirror import MirrorAdapter\n"
        "check_adapter(MirrorAdapter())"
    )
    subprocess.run(
        [sys.executable, "-c", program], env={"PYTHONPATH": str(site)}, check=True, timeout=60
    )


def test_without_it_nothing_of_it_is_known(place: Workplace) -> None:
    place.write("spec.toml", SPEC)
    outcome = place.harness("run", "spec.toml")
    assert outcome.code == 2
    assert len(outcome.errors) == 3
    assert "there is no adapter named 'mirror'" in outcome.errors[0]
    assert json.dumps(outcome.errors).count("palindromes") == 2
