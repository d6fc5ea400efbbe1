"""Work that dies wherever it is sent to."""

from __future__ import annotations

import os
from multiprocessing import parent_process


def doubled_at_home(number: int) -> int:
    """Return twice the number; in any process but the first, end that process."""
    if parent_process() is not None and number > 2:
        os._exit(1)
    return 2 * number
