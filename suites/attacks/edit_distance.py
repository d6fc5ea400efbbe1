"""Whether two texts are within so many edits of each other."""

from __future__ import annotations


def is_within(one: str, other: str, most: int) -> bool:
    """Tell whether a number of insertions, deletions and substitutions leads from one to the other.

    Only the band of the table is worked out that so few edits can reach (Ukkonen, 1985), so that it
    takes time in proportion to the length and the bound.

    >>> is_within("kitten", "sitting", 3), is_within("kitten", "sitting", 2)
    (True, False)
    """
    if abs(len(one) - len(other)) > most:
        return False
    far = most + 1
    row = [min(column, far) for column in range(len(other) + 1)]
    new = [far] * (len(other) + 1)
    for line, character in enumerate(one, 1):
        first, last = max(1, line - most), min(len(other), line + most)
        # The two lists change places: beside the band stands what an earlier line has left.
        new[first - 1] = min(line, far) if first == 1 else far
        if last == line + most:
            row[last] = far
        for column in range(first, last + 1):
            replaced = row[column - 1] + (character != other[column - 1])
            new[column] = min(replaced, row[column] + 1, new[column - 1] + 1, far)
        if min(new[first - 1 : last + 1]) > most:
            return False
        row, new = new, row
    return row[-1] <= most
