"""The words by which data sets call what people are told apart by."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from harness.core.bias import SUBJECTS

_SPELLINGS: Mapping[str, str] = {
    "gender": "gender gender_identity sex female male men women mens_names womens_names"
    " names_by_gender",
    "race or ethnicity": "race race_color race_ethnicity ethnicity race_x_ses race_x_gender"
    " names_by_ethnicity arab asian black hispanic native_american white",
    "religion": "religion buddhist christian hindu jewish muslim atheist",
    "nationality": "nationality country",
    "age": "age young old",
    "disability or illness": "disability disability_status disabled illness",
    "sexual orientation": "sexual_orientation orientation bisexual gay heterosexual lesbian",
    "socio-economic status": "socioeconomic ses socio_economic_status race_x_ses income",
    "physical appearance": "physical_appearance appearance",
    "occupation": "profession occupation job",
}
_ALSO: Mapping[str, str] = {"race_x_gender": "gender"}
_NOT_PLAIN = re.compile(r"[^a-z]+")


def subjects_of(words: Iterable[str]) -> tuple[str, ...]:
    """Return what people are told apart by, in the order of ``SUBJECTS``; unknown words tell none.

    >>> subjects_of(["race-color", "Race_x_SES", "column_7"])
    ('race or ethnicity', 'socio-economic status')
    """
    known = {
        subject
        for word in map(_plain, words)
        for subject, spellings in _SPELLINGS.items()
        if word in (_plain(subject), *spellings.split()) or _ALSO.get(word) == subject
    }
    return tuple(subject for subject in SUBJECTS if subject in known)


def _plain(word: str) -> str:
    text = word.lower().replace("'", "").replace("\N{RIGHT SINGLE QUOTATION MARK}", "")
    return _NOT_PLAIN.sub("_", text).strip("_")
