"""A site published from the command line, and brought up to date."""

from __future__ import annotations

import csv
import json
import re
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest
from fakes.small_root import (
    FALL,
    LINE,
    NIGHTS,
    write_hostile_run,
    write_small_night,
    write_small_root,
)
from fakes.workplace import Workplace

from harness.store.folder_lock import FolderLock

N_NIGHTS = 7


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("nights")
    write_small_root(root, nights=N_NIGHTS)
    return root


@pytest.fixture
def root(nights: Path, place: Workplace) -> Path:
    root = place.folder / "runs"
    shutil.copytree(nights, root)
    return root


def contents(site: Path) -> dict[str, str]:
    """Return the hash of each file of a site, its own notes left out."""
    return {
        path.relative_to(site).as_posix(): sha256(path.read_bytes()).hexdigest()
        for path in sorted(site.rglob("*"))
        if path.is_file() and path.name not in (".state.json", ".lock")
    }


def written(site: Path, before: dict[str, int]) -> set[str]:
    """Return the files that have been written since."""
    return {name for name, moment in moments(site).items() if before.get(name) != moment}


def moments(site: Path) -> dict[str, int]:
    return {name: (site / name).stat().st_mtime_ns for name in contents(site)}


def test_every_run_and_line_has_a_page_and_the_index_leads_to_all(
    place: Workplace, root: Path
) -> None:
    outcome = place.harness("site")

    assert outcome.code == 0
    assert outcome.out == "site/index.html\n"
    assert f"{N_NIGHTS + 1} runs, " in outcome.err
    index = (place.folder / "site" / "index.html").read_text("utf-8")
    for folder in root.iterdir():
        assert f'href="runs/{folder.name}.html"' in index
        assert (place.folder / "site" / "runs" / f"{folder.name}.html").is_file()
        assert (place.folder / "site" / "data" / f"{folder.name}.js").is_file()
    assert 'href="lines/nightly.html"' in index
    assert '<span class="verdict regressed">' in index


def test_a_run_leads_to_the_report_in_its_folder_where_there_is_one(
    place: Workplace, root: Path
) -> None:
    first, second, *_ = sorted(root.iterdir())
    (first / "report.html").write_text("<title>whole</title>", "utf-8")

    place.harness("site", "--out", "public/site")

    pages = place.folder / "public" / "site" / "runs"
    page = (pages / f"{first.name}.html").read_text("utf-8")
    address = re.search(r'href="([^"]+)">Report with more samples', page)
    assert address
    assert (pages / address[1]).resolve() == (first / "report.html").resolve()
    assert "Report with more" not in (pages / f"{second.name}.html").read_text("utf-8")


def test_what_all_pages_share_is_there_once(place: Workplace, root: Path) -> None:
    place.harness("site")

    site = place.folder / "site"
    assert sorted(path.suffix for path in (site / "assets").iterdir()) == [
        ".css", ".js", ".js", ".js",
    ]  # fmt: skip
    for page in site.rglob("*.html"):
        text = page.read_text("utf-8")
        assert "<style" not in text
        assert len(text) < 900_000, page
        scripts = re.findall(r"<script([^>]*)>([^<]*)</script>", text)
        own = [body for attributes, body in scripts if "application/json" not in attributes]
        assert len(own) == 1
        for address in re.findall(
            r'(?:href|content|script\.src) ?= ?"([^"#]+\.(?:css|js|html))', text
        ):
            assert (page.parent / address).resolve().is_file(), (page, address)
    assert root.is_dir()


def test_the_same_runs_give_the_same_bytes(place: Workplace, root: Path) -> None:
    place.harness("site", "--out", "one")
    place.harness("site", "--out", "two")

    one = contents(place.folder / "one")
    assert len(one) > 2 * N_NIGHTS
    assert one == contents(place.folder / "two")
    assert root.is_dir()


def test_nothing_is_written_when_nothing_has_changed(place: Workplace, root: Path) -> None:
    place.harness("site")
    before = moments(place.folder / "site")

    outcome = place.harness("site")

    assert f"0 of {N_NIGHTS + 1} runs are new or have changed" in outcome.err
    assert ", 0 files written, 0 removed" in outcome.err
    assert written(place.folder / "site", before) == set()
    assert root.is_dir()


def test_one_more_run_changes_only_its_own_pages_its_line_and_the_first_pages(
    place: Workplace, root: Path
) -> None:
    place.harness("site")
    before = moments(place.folder / "site")

    new = write_small_night(root, N_NIGHTS).name
    outcome = place.harness("site")

    assert f"1 of {N_NIGHTS + 2} runs are new or have changed" in outcome.err
    assert written(place.folder / "site", before) == {
        "index.html",
        "compare.html",
        f"runs/{new}.html",
        f"data/{new}.js",
        f"lines/{LINE}.html",
        f"lines/{LINE}.csv",
    }


def test_a_site_brought_up_to_date_is_the_one_that_would_be_written_anew(
    place: Workplace, root: Path
) -> None:
    place.harness("site", "--out", "grown")
    write_small_night(root, N_NIGHTS)
    shutil.rmtree(sorted(root.iterdir())[3])
    manifest = sorted(root.iterdir())[5] / "manifest.json"
    manifest.write_text(manifest.read_text("utf-8").replace("night 6", "night six"), "utf-8")

    place.harness("site", "--out", "grown")
    place.harness("site", "--out", "new")

    assert contents(place.folder / "grown") == contents(place.folder / "new")


def test_a_page_that_was_spoilt_or_lost_is_written_again(place: Workplace, root: Path) -> None:
    place.harness("site")
    pages = sorted((place.folder / "site" / "runs").iterdir())
    before = contents(place.folder / "site")
    pages[0].write_text("spoilt", "utf-8")
    pages[1].unlink()

    outcome = place.harness("site")

    assert "2 of " in outcome.err
    assert contents(place.folder / "site") == before
    assert root.is_dir()


def test_pages_of_a_deleted_run_go_and_nothing_else_does(place: Workplace, root: Path) -> None:
    place.harness("site")
    site = place.folder / "site"
    stranger = site / "runs" / "notes.html"
    stranger.write_text("mine", "utf-8")
    gone = min(root.iterdir())
    shutil.rmtree(gone)

    place.harness("site")

    assert not (site / "runs" / f"{gone.name}.html").exists()
    assert not (site / "data" / f"{gone.name}.js").exists()
    assert stranger.read_text("utf-8") == "mine"
    assert gone.name not in (site / "index.html").read_text("utf-8")


def test_a_folder_that_holds_something_else_is_refused(place: Workplace, root: Path) -> None:
    place.write("papers/letter.txt", "dear reader")

    outcome = place.harness("site", "--out", "papers")

    assert outcome.code == 2
    assert outcome.errors == ["papers: is not empty and holds no site; choose an empty folder"]
    assert [path.name for path in (place.folder / "papers").iterdir()] == ["letter.txt"]
    assert place.harness("site", "--out", "papers/letter.txt").code == 2
    assert root.is_dir()


def test_a_root_that_is_not_there_is_told(place: Workplace) -> None:
    outcome = place.harness("site", "--root", "nowhere")

    assert outcome.code == 2
    assert outcome.errors == ["--root nowhere: is no folder; give the folder of the run folders"]
    assert not (place.folder / "site").exists()


def test_a_root_without_runs_makes_a_site_that_says_so(place: Workplace) -> None:
    (place.folder / "runs").mkdir()

    assert place.harness("site").code == 0
    assert "No run has been published yet." in (place.folder / "site/index.html").read_text("utf-8")


def test_a_state_that_is_damaged_or_of_another_version_is_refused(
    place: Workplace, root: Path
) -> None:
    place.harness("site")
    state = place.folder / "site" / ".state.json"
    good = json.loads(state.read_text("utf-8"))

    for damaged in ({**good, "units": []}, {**good, "schema_version": 99}):
        state.write_text(json.dumps(damaged), "utf-8")
        outcome = place.harness("site")
        assert outcome.code == 3
        assert len(outcome.errors) == 1
        assert "publish into another folder" in outcome.errors[0]
    assert root.is_dir()


def test_a_state_that_names_files_elsewhere_removes_none_of_them(
    place: Workplace, root: Path
) -> None:
    place.harness("site")
    precious = place.write("precious.txt", "mine")
    path = place.folder / "site" / ".state.json"
    state = json.loads(path.read_text("utf-8"))
    state["units"]["run:ghost"] = {"inputs": "", "outputs": {"../precious.txt": "0"}}
    path.write_text(json.dumps(state), "utf-8")

    assert place.harness("site").code == 0
    assert precious.read_text("utf-8") == "mine"
    assert root.is_dir()


def test_a_second_publisher_waits_for_nobody_and_says_so(place: Workplace, root: Path) -> None:
    place.harness("site")
    lock = FolderLock(place.folder / "site")
    try:
        outcome = place.harness("site")
    finally:
        lock.release()

    assert outcome.code == 3
    assert outcome.errors == ["site: is being written by another process; wait for it, or end it"]
    assert root.is_dir()


def test_a_run_that_cannot_be_read_costs_itself_alone(place: Workplace, root: Path) -> None:
    torn, spoilt, copied, *_ = sorted(root.iterdir())
    (torn / "manifest.json").write_text("{", "utf-8")
    (spoilt / "samples.parquet").write_bytes(b"no parquet")
    shutil.copytree(copied, root / "copy")

    outcome = place.harness("site")
    index = (place.folder / "site" / "index.html").read_text("utf-8")

    assert outcome.code == 0
    assert outcome.err.count("left out: ") == 3
    assert f"left out: copy: is a copy of run {copied.name}; remove one of the two" in outcome.err
    assert "3 run folders are left out." in index
    assert f"runs/{torn.name}.html" not in index
    assert f"runs/{spoilt.name}.html" not in index
    assert f"runs/{copied.name}.html" in index


def test_texts_of_models_stay_texts(place: Workplace, root: Path) -> None:
    write_hostile_run(root)
    place.harness("site")

    for path in (place.folder / "site").rglob("*"):
        if path.suffix in (".html", ".js") and path.parent.name != "assets":
            text = path.read_text("utf-8")
            assert "<img" not in text, path
            assert "onload=alert(3)>" not in text, path
            assert text.isprintable() or not re.search("[\u2028\u2029\u202e\x00]", text), path


def test_numbers_of_a_line_are_all_there_as_csv(place: Workplace) -> None:
    for night in range(NIGHTS):
        write_small_night(place.folder / "runs", night)

    place.harness("site")

    text = (place.folder / "site" / "lines" / "nightly.csv").read_text("utf-8")
    rows = [row for row in csv.DictReader(text.splitlines()) if row["quantity"] == "exact_match"]
    questions = [row for row in rows if row["suite"] == "questions"]
    assert len(questions) == NIGHTS
    assert [row["run_id"] for row in questions] == sorted(row["run_id"] for row in questions)
    assert [i for i, row in enumerate(questions) if row["is_new_level"] == "true"] == [FALL]
    page = (place.folder / "site" / "lines" / "nightly.html").read_text("utf-8")
    assert "worse: " in page
    assert questions[FALL]["started_at"][:10] in page


def test_publishing_imports_no_model(place: Workplace, root: Path) -> None:
    program = (
        "import sys\nfrom harness.cli.main import run\ncode = run(['site'])\n"
        "heavy = ('torch', 'transformers', 'sklearn')\n"
        "print(code, [name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=root.parent, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "0 []"
    assert place.folder == root.parent
