"""The conditions of a model: SQL of the few words that DuckDB and Spark answer alike.

Equality, Levenshtein distance, beginnings, ends and lists; no Jaro-Winkler, whose two makers
disagree on one pair in two hundred. `<column>_l` and `<column>_r` are the two identities' columns.
"""

import re
from collections.abc import Iterable, Sequence

# The same function under each engine's own name; a condition writes {overlap}, {contains}.
NAMES = {
    "duckdb": {"overlap": "list_has_any", "contains": "list_contains"},
    "spark": {"overlap": "arrays_overlap", "contains": "array_contains"},
}
ALIKE = frozenset(
    {"levenshtein", "length", "left", "right", "abs", "coalesce", "overlap", "contains"}
    # Words of SQL that may stand before a bracket.
    | {"and", "or", "not", "when", "then", "else", "case", "in", "is", "between"}
)
CALLED = re.compile(r"([A-Za-z_]+)\}?\s*\(")
COLUMN = re.compile(r"\b([a-z][a-z0-9_]*)_[lr]\b")
# What two numbers answer as well as two texts: whether they are the same, or there at all.
EQUAL = re.compile(r"\b([a-z][a-z0-9_]*)_l (?:=|<>) \1_r\b|\b[a-z][a-z0-9_]*_[lr] IS (?:NOT )?NULL\b")
MEASURED = re.compile(r"levenshtein\(([^)]*)\)")


def in_dialect(condition: str, dialect: str) -> str:
    """A condition as one engine writes it.

    >>> in_dialect("{overlap}(s_parts_l, s_parts_r)", "spark")
    'arrays_overlap(s_parts_l, s_parts_r)'
    """
    return condition.format_map(NAMES[dialect])


def columns_of(conditions: Iterable[str]) -> list[str]:
    """The columns that conditions speak of, in the order of the alphabet.

    >>> columns_of(["home_l = home_r", "abs(birth_year_l - birth_year_r) <= 1"])
    ['birth_year', 'home']
    """
    return sorted({name for condition in conditions for name in COLUMN.findall(condition)})


def measured_columns(conditions: Iterable[str]) -> list[str]:
    """The columns whose letters are counted, which the engines do alike in plain letters only.

    >>> measured_columns(["levenshtein(d_day_l, d_day_r) <= 1", "home_l = home_r"])
    ['d_day']
    """
    return columns_of(inside for condition in conditions for inside in MEASURED.findall(condition))


def only_equal(conditions: Sequence[str]) -> list[str]:
    """The columns of which conditions ask no more than whether two say the same, or say anything.

    >>> only_equal(["home_l = home_r", "d_day_l = d_day_r OR d_day_l = d_swapped_r", "home_l IS NULL"])
    ['home']
    """
    more = columns_of(EQUAL.sub("", condition) for condition in conditions)
    return [column for column in columns_of(conditions) if column not in more]


def asks_of_lists(condition: str) -> bool:
    """Whether a condition asks what lists have in common, which costs the most of all that may be asked.

    >>> asks_of_lists("{overlap}(s_parts_l, s_parts_r)"), asks_of_lists("home_l = home_r")
    (True, False)
    """
    return "{" in condition


def not_alike(condition: str) -> list[str]:
    """The functions in a condition that the engines do not answer alike, or that nobody has tested.

    >>> not_alike("jaro_winkler_similarity(f_name_l, f_name_r) > 0.9 OR (f_name_l = f_name_r)")
    ['jaro_winkler_similarity']
    """
    return sorted({name.lower() for name in CALLED.findall(condition)} - ALIKE)
