"""Members taken out of archives that nobody vouches for, and a cache that is never half full."""

from __future__ import annotations

import io
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from harness.core.errors import SourceError, StoreError
from harness.sources.archive import extract
from harness.sources.cache import cache_dir, filled_once

Make = Callable[[Mapping[str, bytes]], bytes]


def tar_of(files: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def zip_of(files: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


@pytest.mark.parametrize("make", [tar_of, zip_of])
def test_one_member_or_one_folder_is_taken(tmp_path: Path, make: Make) -> None:
    archive = tmp_path / "archive"
    archive.write_bytes(make({"d/a.txt": b"a", "d/e/b.txt": b"b", "c.txt": b"c"}))
    extract(archive, "d/a.txt", tmp_path / "one")
    assert [p.name for p in (tmp_path / "one").rglob("*") if p.is_file()] == ["a.txt"]
    extract(archive, "d/", tmp_path / "folder")
    assert (tmp_path / "folder/d/a.txt").read_bytes() == b"a"
    assert (tmp_path / "folder/d/e/b.txt").read_bytes() == b"b"
    assert not (tmp_path / "folder/c.txt").exists()


def test_an_archive_within_an_archive_is_opened(tmp_path: Path) -> None:
    archive = tmp_path / "outer.zip"
    archive.write_bytes(zip_of({"x/inner.tar.gz": tar_of({"y/a.txt": b"a"})}))
    extract(archive, "x/inner.tar.gz!y/a.txt", tmp_path / "out")
    assert (tmp_path / "out/x/inner.tar.gz!/y/a.txt").read_bytes() == b"a"


@pytest.mark.parametrize("make", [tar_of, zip_of])
@pytest.mark.parametrize("name", ["../evil.txt", "a/../../evil.txt", "/evil.txt"])
def test_a_name_that_leads_outside_is_refused(tmp_path: Path, make: Make, name: str) -> None:
    archive = tmp_path / "archive"
    archive.write_bytes(make({name: b"x"}))
    with pytest.raises(SourceError, match="leads outside its archive"):
        extract(archive, name, tmp_path / "deep" / "out")
    assert not list(tmp_path.rglob("evil.txt"))


def test_a_link_is_no_member(tmp_path: Path) -> None:
    archive = tmp_path / "a.tar"
    with tarfile.open(archive, "w") as file:
        info = tarfile.TarInfo("link")
        info.type = tarfile.SYMTYPE
        info.linkname = "/etc/passwd"
        file.addfile(info)
    with pytest.raises(SourceError, match="holds no 'link'"):
        extract(archive, "link", tmp_path / "out")


def test_a_missing_member_gets_the_nearest_name(tmp_path: Path) -> None:
    archive = tmp_path / "a.zip"
    archive.write_bytes(zip_of({"data/train.jsonl": b""}))
    with pytest.raises(SourceError, match=r"did you mean 'data/train\.jsonl'"):
        extract(archive, "data/trian.jsonl", tmp_path / "out")


@pytest.mark.parametrize(
    "data",
    [b"", b"no archive", tar_of({"a": b"x" * 9999})[:60]],
    # A compressed archive holds the time it was made at: as a name it would never be the same.
    ids=["empty", "no archive", "cut short"],
)
def test_a_damaged_archive_is_named(tmp_path: Path, data: bytes) -> None:
    archive = tmp_path / "a.tar.gz"
    archive.write_bytes(data)
    with pytest.raises(SourceError, match=r"a\.tar\.gz: is a damaged archive"):
        extract(archive, "a", tmp_path / "out")


def test_the_cache_is_where_the_environment_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HARNESS_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert cache_dir("a", "b") == tmp_path / "xdg/harness/a/b"
    monkeypatch.setenv("HARNESS_CACHE", str(tmp_path / "own"))
    assert cache_dir() == tmp_path / "own"
    monkeypatch.delenv("HARNESS_CACHE")
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert cache_dir("a") == tmp_path / "home/.cache/harness/a"


def test_a_cache_that_cannot_be_made_says_what_to_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("HARNESS_CACHE", str(tmp_path / "file"))
    with pytest.raises(StoreError, match=r"the cache cannot be made .*; set HARNESS_CACHE"):
        cache_dir("a")


def test_a_folder_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    target = tmp_path / "x" / "target"

    def fill_half() -> None:
        with filled_once(target) as empty:
            (empty / "half").touch()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fill_half()
    assert list(target.parent.iterdir()) == []
    with filled_once(target) as empty:
        (empty / "whole").touch()
        assert not target.exists()
    assert [path.name for path in target.iterdir()] == ["whole"]


def test_of_two_who_fill_a_folder_the_first_wins(tmp_path: Path) -> None:
    target = tmp_path / "target"
    with filled_once(target) as slow:
        with filled_once(target) as fast:
            (fast / "a").write_text("fast")
        (slow / "a").write_text("slow")
    assert (target / "a").read_text() == "fast"
    assert [path.name for path in tmp_path.iterdir()] == ["target"]
