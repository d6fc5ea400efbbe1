import tomllib

from fakes.synthetic_run import synthetic_run

from harness.reports.toml_text import toml_text


def test_what_is_written_reads_back_as_it_was() -> None:
    spec = {
        "name": 'quoted "name"',
        "seed": 7,
        "ratio": 0.5,
        "is_quick": True,
        "stop": ["\n", "END"],
        "odd key": {"nested.key": [1, 2]},
        "model": [{"name": "a", "options": {"dtype": "float32"}}, {"name": "b"}],
        "mixed": [1, {"a": "b"}],
    }
    assert tomllib.loads(toml_text(spec)) == spec


def test_options_that_are_not_set_are_comments() -> None:
    text = toml_text(synthetic_run(n=1).manifest.spec)
    assert "# limit is not set" in text
    assert "limit" not in tomllib.loads(text)


def test_an_empty_spec_is_an_empty_text() -> None:
    assert toml_text({}) == ""
