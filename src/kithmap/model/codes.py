"""Code lists: what published and local lists say, read from the CSV files beside this module."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType

from kithmap.errors import NotFound

_FOLDER = resources.files("kithmap.model") / "code_lists"


@dataclass(frozen=True)
class Code:
    """One value of a code list, with its label and whatever else the list says."""

    code: str
    label: str
    fields: Mapping[str, str]


@cache
def code_lists() -> tuple[str, ...]:
    """The names of all code lists, in order."""
    names = (entry.name for entry in _FOLDER.iterdir() if entry.name.endswith(".csv"))
    return tuple(sorted(name.removesuffix(".csv") for name in names))


@cache
def read_rows(name: str) -> tuple[Mapping[str, str], ...]:
    """Every row of a code list, as the file has it.

    Raises: NotFound when there is no list of that name.
    """
    if name not in code_lists():
        raise NotFound(
            f"There is no code list named '{name}'.",
            "The lists are the CSV files in kithmap/model/code_lists.",
            "Choose one of: " + ", ".join(code_lists()) + ".",
        )
    text = (_FOLDER / f"{name}.csv").read_text(encoding="utf-8-sig")
    return tuple(MappingProxyType(dict(row)) for row in csv.DictReader(text.splitlines()))


@cache
def get_codes(name: str) -> tuple[Code, ...]:
    """The codes of a list, in the list's own order; the first column is the code.

    >>> [code.code for code in get_codes("dfe_exclusion_type")]
    ['PERM', 'SUSP', 'LNCH']
    """
    codes: list[Code] = []
    for row in read_rows(name):
        code = row.get("code") or next(iter(row.values()))
        codes.append(Code(code, row.get("label") or code, row))
    return tuple(codes)


def find_label(name: str, code: str) -> str | None:
    """The label of a code, or None when the list does not have it."""
    return next((entry.label for entry in get_codes(name) if entry.code == code), None)


@cache
def harms() -> tuple[str, ...]:
    """The kinds of harm, in the order they are shown."""
    return tuple(code.code for code in get_codes("manifestation"))


@cache
def roles() -> tuple[str, ...]:
    """The roles a person can have in an event."""
    return tuple(code.code for code in get_codes("role"))


@dataclass(frozen=True)
class HarmRule:
    """What one code of a scheme says about harm, and when."""

    code: str
    harm: str
    condition: str
    reason: str


@cache
def harm_schemes() -> tuple[str, ...]:
    """The code lists for which there is a rule from code to harm."""
    return tuple(dict.fromkeys(row["scheme"] for row in read_rows("harm_by_code")))


@cache
def harm_rules(scheme: str) -> tuple[HarmRule, ...]:
    """The rules from the codes of one scheme to harm, empty for an unknown scheme.

    >>> [(rule.harm, rule.condition) for rule in harm_rules("cin_factor") if rule.code == "11A"]
    [('CSE', '')]
    """
    rows = (row for row in read_rows("harm_by_code") if row["scheme"] == scheme)
    return tuple(HarmRule(row["code"], row["harm"], row["condition"], row["reason"]) for row in rows)


@cache
def words_of(name: str) -> tuple[tuple[str, str], ...]:
    """The (word, meaning) pairs of a list of words, longest word first.

    The lists of words are those with the columns `word` and `means`.

    >>> dict(words_of("role_by_word"))["suspect"]
    'harming'
    """
    pairs = [(row["word"].casefold(), row["means"]) for row in read_rows(name)]
    return tuple(sorted(pairs, key=lambda pair: -len(pair[0])))
