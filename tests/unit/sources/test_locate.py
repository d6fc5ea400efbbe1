"""Sources named by path, package or hub: what is fetched, what is refused."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path
from typing import Any

import pytest

from harness.core.errors import ConfigError, HarnessError, SourceError
from harness.sources.dataset import Dataset
from harness.sources.locate import verify
from harness.sources.source import Source

PIN = "5d7c06e027fc8b99238edb0d53d970cf97066ef97654009890b83703849632f9"
REVISION = "0123456789abcdef0123456789abcdef01234567"


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({}, "source: names no place; give exactly one of path, package and hub"),
        ({"path": "a", "hub": "b/c"}, "source: names path and hub"),
        ({"package": "p"}, "package = 'p': lacks version and sha256 and file"),
        ({"package": "p", "version": "1", "sha256": PIN}, "package = 'p': lacks file"),
        ({"hub": "a/b"}, "revision None is not a commit hash"),
        ({"hub": "a/b", "revision": "main"}, "revision 'main' is not a commit hash"),
        ({"hub": "a/b", "revision": REVISION, "sha256": PIN}, "hub = 'a/b': stands beside sha256"),
        ({"path": "a", "version": "1"}, "path = 'a': stands beside version, which it does not"),
        ({"path": "a", "revision": REVISION}, "only sha256 may stand beside path"),
        ({"path": "a", "file": "b", "sdist": True}, "stands beside file and sdist"),
        (
            {"package": "p", "version": "1", "sha256": PIN, "file": "a", "revision": REVISION},
            "only version and sha256 and file and sdist may stand beside package",
        ),
    ],
)
def test_a_source_names_one_pinned_place(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        Source(**fields).fetch()


def test_a_local_file_is_found_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"text\nx\n")
    assert Source(path=str(path)).fetch() == path
    pinned = Source(path=str(path), sha256=hashlib.sha256(b"text\nx\n").hexdigest())
    assert verify(pinned) == path
    with pytest.raises(SourceError, match="not the pinned 0000") as raised:
        Source(path=str(path), sha256="0" * 64).fetch()
    assert raised.value.exit_code == 3


def test_a_pin_beside_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="is a folder, and sha256 pins a file"):
        Source(path=str(tmp_path), sha256=PIN).fetch()


def test_a_missing_file_gets_the_nearest_name(tmp_path: Path) -> None:
    (tmp_path / "reviews.csv").touch()
    with pytest.raises(ConfigError, match=r"no such file or folder; did you mean .*reviews\.csv"):
        Source(path=str(tmp_path / "review.csv")).fetch()
    with pytest.raises(ConfigError, match="looked in"):
        Source(path=str(tmp_path / "zzz")).fetch()
    with pytest.raises(ConfigError, match="there is no folder"):
        Source(path=str(tmp_path / "zzz" / "a.csv")).fetch()


def test_the_home_folder_is_understood(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "a.csv").touch()
    assert Source(path="~/a.csv").fetch() == tmp_path / "a.csv"


def test_what_the_hub_does_not_give_is_a_source_error(monkeypatch: pytest.MonkeyPatch) -> None:
    import huggingface_hub

    def unreachable(*args: object, **options: object) -> str:
        raise ConnectionError(args, options)

    monkeypatch.setattr(huggingface_hub, "hf_hub_download", unreachable)
    monkeypatch.setattr(huggingface_hub, "snapshot_download", unreachable)
    for file in ("a.parquet", None):
        source = Source(hub="datasets/owner/name", revision=REVISION, file=file)
        with pytest.raises(SourceError, match=r"hub datasets/owner/name@01234567: .*not cached"):
            source.fetch()


def test_the_hub_is_asked_for_the_pinned_revision(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import huggingface_hub

    asked: list[tuple[object, ...]] = []

    def download(name: str, file: str, *, repo_type: str, revision: str) -> str:
        asked.append((name, file, repo_type, revision))
        return str(tmp_path)

    monkeypatch.setattr(huggingface_hub, "hf_hub_download", download)
    Source(hub="datasets/owner/data", revision=REVISION, file="a.csv").fetch()
    Source(hub="owner/model", revision=REVISION, file="b.gguf").fetch()
    assert asked == [
        ("owner/data", "a.csv", "dataset", REVISION),
        ("owner/model", "b.gguf", "model", REVISION),
    ]


def _no_pip(*args: object, **options: object) -> None:
    raise AssertionError(f"pip was started: {args} {options}")


@pytest.mark.model
def test_a_package_is_fetched_checked_and_cached(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HARNESS_CACHE", str(tmp_path))
    source = Dataset(
        package="vaderSentiment",
        version="3.3.2",
        sdist=True,
        sha256=PIN,
        file="vaderSentiment-3.3.2/additional_resources/hutto_ICWSM_2014.tar.gz"
        "!hutto_ICWSM_2014/movieReviewSnippets_GroundTruth.txt",
        format="tsv",
        header=False,
    )
    assert source.name == "movieReviewSnippets_GroundTruth.txt"
    assert sum(1 for _ in source.rows()) == 10_605

    monkeypatch.setattr(subprocess, "run", _no_pip)
    assert verify(source) == source.fetch()

    (archive,) = (tmp_path / "packages" / PIN).iterdir()
    archive.write_bytes(archive.read_bytes() + b"!")
    with pytest.raises(SourceError, match="not the pinned"):
        verify(source)


def test_what_pip_cannot_bring_is_a_source_error_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HARNESS_CACHE", str(tmp_path))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    source = Source(package="no-such-package", version="1.0", sha256=PIN, file="a.txt")
    with pytest.raises(SourceError, match=r"no-such-package==1\.0: pip could not fetch it"):
        source.fetch()
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_other_bytes_than_the_pinned_are_refused_by_pip(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HARNESS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    wheel = write_wheel(tmp_path)
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()

    right = Source(package="toy-data", version="1.0", sha256=digest, file="toy_data/rows.csv")
    assert right.fetch().read_text() == "text\nx\n"
    wrong = Source(package="toy-data", version="1.0", sha256="0" * 64, file="toy_data/rows.csv")
    with pytest.raises(HarnessError, match="pip could not fetch it"):
        wrong.fetch()
    absent = Source(package="toy-data", version="1.0", sha256=digest, file="toy_data/row.csv")
    with pytest.raises(SourceError, match=r"did you mean 'toy_data/rows\.csv'"):
        absent.fetch()


@pytest.mark.parametrize("file", ["toy_data/rows.csv", "toy_data/"])
def test_verify_looks_at_the_bytes_that_runs_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str
) -> None:
    monkeypatch.setenv("HARNESS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    digest = hashlib.sha256(write_wheel(tmp_path).read_bytes()).hexdigest()
    source = Source(package="toy-data", version="1.0", sha256=digest, file=file)
    assert verify(source) == source.fetch()
    (rows,) = (tmp_path / "cache" / "members").rglob("rows.csv")
    rows.write_text("text\ny\n")
    with pytest.raises(SourceError, match=r"is not what toy_data-1\.0.*whl holds any more"):
        verify(source)


def write_wheel(folder: Path) -> Path:
    """Write the smallest wheel that pip takes."""
    import zipfile

    path = folder / "toy_data-1.0-py3-none-any.whl"
    info = "toy_data-1.0.dist-info"
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr("toy_data/rows.csv", "text\nx\n")
        wheel.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: toy-data\nVersion: 1.0\n")
        wheel.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.writestr(f"{info}/RECORD", "")
    return path
