"""The words by which data sets call what people are told apart by."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from harness.core.bias import SUBJECTS

_SPELLINGS: Mapping[str, str] = {
    "gender": "gender gender_identity sex female male men women man woman boys girls mens_names"
    " womens_names names_by_gender",
    "race or ethnicity": "race race_color race_ethnicity ethnicity ethnic race_x_ses race_x_gender"
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
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
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


def subjects_within(names: Iterable[str]) -> tuple[str, ...]:
    """Return the same for names of columns or of sets, each of which may be made of several words.

    Values are not for it: ``white`` within one may be of a colour.

    >>> subjects_within(["age_group", "PatientSex", "men's first names", "page"])
    ('gender', 'age')
    """
    parts = [_plain(_HUMP.sub("_", name)).split("_") for name in names]
    return subjects_of(
        "_".join(each[first:last])
        for each in parts
        for first in range(len(each))
        for last in range(first + 1, len(each) + 1)
    )


def _plain(word: str) -> str:
    text = word.lower().replace("'", "").replace("\N{RIGHT SINGLE QUOTATION MARK}", "")
    return _NOT_PLAIN.sub("_", text).strip("_")
