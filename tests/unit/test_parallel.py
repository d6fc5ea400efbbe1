import math

import pytest
from fakes.mortal_work import doubled_at_home

from harness.parallel import each


@pytest.mark.parametrize("is_long", [True, False])
def test_outcomes_come_in_the_order_of_the_jobs(is_long: bool) -> None:  # noqa: FBT001 - a case
    assert list(each(math.factorial, range(12), is_long=is_long)) == [
        math.factorial(n) for n in range(12)
    ]


def test_what_a_killed_process_leaves_is_done_here() -> None:
    assert list(each(doubled_at_home, range(12), is_long=True)) == [2 * n for n in range(12)]


def test_no_jobs_have_no_outcomes() -> None:
    assert list(each(math.factorial, [], is_long=True)) == []
