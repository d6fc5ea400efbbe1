from pathlib import Path

import pytest

from harness.core.errors import ConfigError, StoreError
from harness.store.site_folder import STATE, SiteFolder


def publish(folder: Path, units: dict[str, tuple[str, dict[str, str]]]) -> SiteFolder:
    """Publish documents by unit, each with its inputs."""
    site = SiteFolder(folder)
    for unit, (inputs, documents) in units.items():
        if not site.keep(unit, inputs):
            site.put(unit, inputs, documents)
    site.finish()
    site.close()
    return site


def test_documents_are_written_once_and_kept(tmp_path: Path) -> None:
    units = {"a": ("1", {"a.html": "A", "deep/er/a.js": "a"}), "b": ("1", {"b.html": "B"})}

    assert publish(tmp_path, units).n_written == 3
    assert publish(tmp_path, units).n_written == 0
    assert (tmp_path / "deep" / "er" / "a.js").read_text("utf-8") == "a"


def test_other_inputs_with_the_same_outcome_touch_no_file(tmp_path: Path) -> None:
    publish(tmp_path, {"a": ("1", {"a.html": "A"})})
    before = (tmp_path / "a.html").stat().st_mtime_ns

    assert publish(tmp_path, {"a": ("2", {"a.html": "A"})}).n_written == 0
    assert (tmp_path / "a.html").stat().st_mtime_ns == before


def test_files_of_a_unit_that_is_gone_or_smaller_are_removed(tmp_path: Path) -> None:
    publish(tmp_path, {"a": ("1", {"a.html": "A", "old.js": "o"}), "b": ("1", {"b.html": "B"})})

    site = publish(tmp_path, {"a": ("2", {"a.html": "AA"})})

    assert site.n_removed == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == [".lock", STATE, "a.html"]


def test_a_file_that_changes_hands_stays(tmp_path: Path) -> None:
    publish(tmp_path, {"a": ("1", {"x.html": "X"})})

    site = publish(tmp_path, {"b": ("1", {"x.html": "X"})})

    assert (site.n_written, site.n_removed) == (0, 0)
    assert (tmp_path / "x.html").exists()


def test_what_is_remembered_lasts_as_long_as_it_is_used(tmp_path: Path) -> None:
    site = SiteFolder(tmp_path)
    site.remember("kept", [1.5, None])
    site.remember("lost", "x")
    site.finish()
    site.close()

    site = SiteFolder(tmp_path)
    assert site.recall("kept") == [1.5, None]
    assert site.recall("never") is None
    site.remember("kept", site.recall("kept"))
    site.finish()
    site.close()

    site = SiteFolder(tmp_path)
    assert site.recall("kept") == [1.5, None]
    assert site.recall("lost") is None
    site.close()


def test_a_publisher_that_was_killed_leaves_a_folder_that_the_next_one_takes(
    tmp_path: Path,
) -> None:
    killed = SiteFolder(tmp_path)
    killed.put("a", "1", {"a.html": "A"})
    killed.close()  # without finish: as the system does it

    publish(tmp_path, {"a": ("1", {"a.html": "A"}), "b": ("1", {"b.html": "B"})})

    assert (tmp_path / "b.html").read_text("utf-8") == "B"


def test_one_publisher_at_a_time(tmp_path: Path) -> None:
    first = SiteFolder(tmp_path)
    with pytest.raises(StoreError, match="is being written by another process"):
        SiteFolder(tmp_path)
    first.close()
    SiteFolder(tmp_path).close()


def test_a_folder_of_somebody_else_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("mine", "utf-8")

    with pytest.raises(ConfigError, match="is not empty and holds no site"):
        SiteFolder(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


def test_half_characters_are_written_as_they_can_be(tmp_path: Path) -> None:
    units = {"a": ("1", {"a.html": "half \ud800"})}

    publish(tmp_path, units)

    assert (tmp_path / "a.html").read_text("utf-8") == "half ?"
    assert publish(tmp_path, units).n_written == 0
