"""A model that is a program: reads questions as JSON lines, writes answers as JSON lines.

It knows some capitals, and refuses the question about a country that it has never heard of.
"""

from __future__ import annotations

import json
import sys

CAPITALS = {
    "Austria": "Vienna",
    "France": "Paris",
    "Iraq": "Baghdad",
    "Italy": "Rome",
    "Japan": "Tokyo",
    "Norway": "Bergen",
    "Poland": "Warsaw",
    "Portugal": "Lisbon, of course",
    "Thailand": "Bangkok",
    "Vietnam": "Hanoi",
}


def answer(question: dict[str, str]) -> dict[str, str]:
    """Return the answer's fields."""
    country = question["prompt"].rstrip("?").rpartition(" ")[2]
    if country not in CAPITALS:
        return {"id": question["id"], "error": f"no such country: {country}"}
    return {"id": question["id"], "text": CAPITALS[country]}


for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
