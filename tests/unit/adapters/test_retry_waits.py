from datetime import UTC, datetime

import pytest

from harness.adapters.openai.retry import asked_wait_s, random_wait_s

NOW = datetime(2024, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, None),
        ("7", 7.0),
        (" 0.5 ", 0.5),
        ("Mon, 01 Jan 2024 00:01:00 GMT", 60.0),
        ("Mon, 01 Jan 2024 00:01:00 -0000", 60.0),
        ("Sun, 31 Dec 2023 23:59:00 GMT", 0.0),
        ("soon", None),
        ("-5", None),
        ("", None),
        ("٣", None),
    ],
)
def test_what_the_server_asks(header: str | None, expected: float | None) -> None:
    assert asked_wait_s(header, NOW) == expected


def test_pauses_are_spread_from_nothing_to_a_doubling_ceiling() -> None:
    for n_attempts, ceiling in [(1, 0.5), (2, 1.0), (3, 2.0), (4, 3.0), (5000, 3.0)]:
        waits = [random_wait_s(0.5, 3.0, n_attempts, str(seed)) for seed in range(500)]
        assert 0 <= min(waits) < 0.05 * ceiling
        assert 0.95 * ceiling < max(waits) <= ceiling


def test_pauses_repeat_with_their_seed() -> None:
    assert random_wait_s(0.5, 60, 2, "0/a") == random_wait_s(0.5, 60, 2, "0/a")
    assert random_wait_s(0.5, 60, 2, "0/a") != random_wait_s(0.5, 60, 2, "0/b")
