"""Secrets are known by key, by address and by value, and nothing else is struck out."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.core.redact import STRUCK, Scrubber, redacted, secret_values


@pytest.mark.parametrize(
    "key",
    [
        "api_key",
        "apikey",
        "API-KEY",
        "hf_token",
        "token",
        "client_secret",
        "password",
        "db_passwd",
        "passphrase",
        "credentials",
        "Authorization",
        "private_key",
    ],
)
def test_keys_that_hold_secrets(key: str) -> None:
    assert redacted({key: "x"}) == {key: STRUCK}
    assert redacted({"deep": [{key: ["x", "y"]}]}) == {"deep": [{key: [STRUCK, STRUCK]}]}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("api_key_env", "MY_KEY"),
        ("tokenizer", "gpt2"),
        ("tokenize", "zh"),
        ("max_tokens_field", "max_tokens"),
        ("max_batch_tokens", 4096),
        ("keys", "a"),
        ("keyword", "b"),
        ("path", "secret.csv"),
        ("text", "the password is in the post"),
    ],
)
def test_keys_that_do_not(key: str, value: object) -> None:
    assert redacted({key: value}) == {key: value}


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://me:pw@host/v1", "http://[redacted]@host/v1"),
        ("https://host/?api_key=abc&x=1", "https://host/?api_key=[redacted]&x=1"),
        ("https://host/?x=1&access_token=abc#top", "https://host/?x=1&access_token=[redacted]#top"),
        ("https://host/?x=1&page=2", "https://host/?x=1&page=2"),
        ("write to me@host.org", "write to me@host.org"),
        ("see http://host/a and b@c", "see http://host/a and b@c"),
    ],
)
def test_addresses(url: str, expected: str) -> None:
    assert redacted(url) == expected


def test_values_of_variables_and_addresses_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_KEY", "aaaaaa")
    monkeypatch.setenv("B_TOKEN", "bbbbbb")
    monkeypatch.setenv("PLAIN", "pppppp")
    spec = {
        "model": [
            {"api_key_env": "A_KEY", "env": ["B_TOKEN", "PLAIN"]},
            {"base_url": "http://u:cccccc@host/?key=dddddd"},
        ]
    }
    assert set(secret_values(spec)) == {"aaaaaa", "bbbbbb", "u:cccccc", "dddddd"}


class TestScrubber:
    def test_the_longest_secret_goes_first(self) -> None:
        assert Scrubber(("secret", "secret-and-more"))("a secret-and-more b secret") == (
            f"a {STRUCK} b {STRUCK}"
        )

    def test_short_values_are_words(self) -> None:
        assert Scrubber(("", "a", "abcd"))("abcd a") == "abcd a"

    def test_nothing_to_strike_out(self) -> None:
        assert Scrubber(())("text") == "text"

    @given(st.text(min_size=6, max_size=20), st.text(max_size=20), st.text(max_size=20))
    def test_no_secret_survives_in_json(self, secret: str, before: str, after: str) -> None:
        scrub = Scrubber((secret,))
        text = json.dumps({"text": before + secret + after})
        scrubbed = scrub(text)
        assert json.dumps(secret)[1:-1] not in scrubbed.replace(STRUCK, "")
        assert STRUCK in scrubbed

    def test_values_are_struck_out_and_keys_are_not(self) -> None:
        scrub = Scrubber(("choices-key", "sample"))
        row = {"sample": ["a sample", {"choices-key": 1}], "n": 2}
        assert scrub.values(row) == {"sample": [f"a {STRUCK}", {"choices-key": 1}], "n": 2}

    def test_names_stay_even_where_a_key_is_spelt_like_one(self) -> None:
        row = {"model": "ollama", "sample_id": "ollama", "text": "ollama"}
        assert Scrubber(("ollama",)).values(row) == {**row, "text": STRUCK}

    def test_a_word_that_servers_take_for_any_key_is_no_secret(self) -> None:
        assert Scrubber(("EMPTY", "token")).values("EMPTY token") == "EMPTY token"


@pytest.mark.parametrize(
    ("argv", "kept"),
    [
        (["p", "--api-key", "sk-1234567", "-v"], ["p", "--api-key", STRUCK, "-v"]),
        (["p", "--token=sk-1234567"], ["p", f"--token={STRUCK}"]),
        (
            ["p", "-H", "Authorization: Bearer sk-1234567"],
            ["p", "-H", f"Authorization: Bearer {STRUCK}"],
        ),
        (["-H", "X-Api-Key: sk-1234567"], ["-H", f"X-Api-Key: {STRUCK}"]),
        (["env", "API_KEY=sk-1234567"], ["env", f"API_KEY={STRUCK}"]),
        (["--header=Authorization: Basic sk-1234567"], [f"--header=Authorization: Basic {STRUCK}"]),
        (["sh", "-c", "TOKEN=sk-1234567 p"], ["sh", "-c", f"TOKEN={STRUCK} p"]),
        (["sh", "-c", "p --api-key sk-1234567 -v"], ["sh", "-c", f"p --api-key {STRUCK} -v"]),
        (["sh", "-c", "KEY='sk-1234567' p"], ["sh", "-c", f"KEY={STRUCK} p"]),
        (["sort", "-c", "the key answer"], ["sort", "-c", "the key answer"]),
        (["p", "--max-tokens", "7"], ["p", "--max-tokens", "7"]),
    ],
)
def test_command_lines(argv: list[str], kept: list[str]) -> None:
    assert redacted({"argv": argv}) == {"argv": kept}
    found = set(secret_values({"argv": argv}))
    assert found == ({"sk-1234567"} if STRUCK in str(kept) else set())


def test_what_stands_under_a_secret_name_is_struck_out_wherever_it_comes_back() -> None:
    spec = {"model": [{"extra": {"api_key": "sk-1234567", "user": "me"}}]}
    assert set(secret_values(spec)) == {"sk-1234567"}
    assert redacted(spec) == {"model": [{"extra": {"api_key": STRUCK, "user": "me"}}]}


def test_labels_are_words_and_no_command_line() -> None:
    spec = {"labels": ["secret service", "token: invalid", "--password", "forgotten"]}
    assert redacted(spec) == spec
    assert list(secret_values(spec)) == []
