"""Words that sources state things by, found whole in whatever else they write."""

import re
from collections.abc import Mapping
from functools import cache

from kithmap.model.codes import read_rows


@cache
def _read(name: str, column: str) -> tuple[re.Pattern[str], Mapping[str, str]]:
    """The words of a list, the longest of those that overlap first, and what a column says of each."""
    means = {row["word"].casefold(): row[column] for row in read_rows(name)}
    words = "|".join(re.escape(word) for word in sorted(means, key=len, reverse=True))
    return re.compile(rf"(?<!\w)(?:{words})(?!\w)"), means


def meanings(name: str, text: str, column: str = "means") -> set[str]:
    """Everything the words of a list say of a text; the empty meaning is one too.

    >>> sorted(meanings("strength_by_word", "Boxing club; supportive grandmother"))
    ['activity', 'family']
    """
    pattern, means = _read(name, column)
    return {means[word] for word in pattern.findall(text.casefold())}
