"""Naming runs from the command line."""

from __future__ import annotations

import shutil

from fakes.workplace import Workplace


def test_a_baseline_is_set_listed_used_and_removed(place: Workplace) -> None:
    place.films()
    for _ in range(2):
        assert place.harness("run", "films.toml").code == 0
    first, second = (folder.name for folder in place.runs)

    assert place.harness("baseline", "set", "main", first).out == f"main is now {first}\n"
    again = place.harness("baseline", "set", "main", "latest")
    listed = place.harness("baseline", "list")
    shown = place.harness("show", "main")
    removed = place.harness("baseline", "rm", "main")

    assert again.out == f"main is now {second} (it was {first})\n"
    assert listed.out.startswith(f"main  {second}  set 20")
    assert listed.out.endswith("  films (echo)\n")
    assert second in shown.out
    assert removed.out == f"main is no baseline any more (it was {second})\n"
    assert len(place.runs) == 2
    assert place.harness("baseline", "list").err == "no baselines in 'runs'\n"


def test_a_baseline_may_be_set_to_a_baseline_or_a_folder(place: Workplace) -> None:
    place.harness("run", place.films())
    place.harness("baseline", "set", "main", place.latest)

    assert place.harness("baseline", "set", "release", "main").code == 0

    assert place.harness("report", "release", "--format", "csv").code == 0


def test_a_deleted_run_is_told_in_one_sentence(place: Workplace) -> None:
    place.harness("run", place.films())
    gone = place.latest
    place.harness("baseline", "set", "main", "latest")
    shutil.rmtree(gone)

    outcome = place.harness("report", "main")

    assert outcome.code == 2
    assert "\n".join(outcome.errors) == (
        f"baseline 'main': its run {gone.name} is no longer in 'runs';"
        " set it anew with harness baseline set main RUN"
    )
    assert "(its folder is deleted)" in place.harness("baseline", "list").out


def test_a_run_that_is_not_complete_needs_force(place: Workplace) -> None:
    place.harness("run", place.films())
    manifest = place.latest / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"complete"', '"interrupted"'))

    refused = place.harness("baseline", "set", "main", "latest")
    forced = place.harness("baseline", "set", "main", "latest", "--force")

    assert refused.code == 2
    assert "the run is interrupted; choose a complete one, or add --force" in refused.errors[0]
    assert forced.code == 0


def test_a_bare_group_tells_its_commands(place: Workplace) -> None:
    outcome = place.harness("baseline", "--help")

    assert outcome.code == 0
    for word in ("set", "list", "rm"):
        assert f"\n  {word} " in outcome.out
