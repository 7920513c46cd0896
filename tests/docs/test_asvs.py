"""The table of OWASP ASVS 5.0 is whole, and what it cites is there."""

import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "explanation" / "asvs.md"
# The level of every requirement of ASVS 5.0.0, by section, in order: "112" is 1 and 2 of level 1, 3 of level 2.
SECTIONS = {
    "1.1": "22", "1.2": "1111122223", "1.3": "112222222223", "1.4": "222", "1.5": "123", "2.1": "122", "2.2": "112",
    "2.3": "12223", "2.4": "23", "3.1": "3", "3.2": "113", "3.3": "12223", "3.4": "11222233", "3.5": "11122333",
    "3.6": "3", "3.7": "22333", "4.1": "12233", "4.2": "23333", "4.3": "22", "4.4": "1222", "5.1": "2",
    "5.2": "112333", "5.3": "113", "5.4": "222", "6.1": "122", "6.2": "111111112222", "6.3": "11223333",
    "6.4": "112233", "6.5": "22222333", "6.6": "2223", "6.7": "33", "6.8": "2222", "7.1": "222", "7.2": "1111",
    "7.3": "22", "7.4": "11222", "7.5": "223", "7.6": "22", "8.1": "1233", "8.2": "1123", "8.3": "133", "8.4": "23",
    "9.1": "111", "9.2": "1222", "10.1": "22", "10.2": "223", "10.3": "22223", "10.4": "1111122222233333",
    "10.5": "22222", "10.6": "22", "10.7": "222", "11.1": "2233", "11.2": "22233", "11.3": "11233", "11.4": "1222",
    "11.5": "23", "11.6": "23", "11.7": "33", "12.1": "12233", "12.2": "11", "12.3": "22223", "13.1": "2333",
    "13.2": "222223", "13.3": "2233", "13.4": "1222233", "14.1": "22", "14.2": "12223333", "14.3": "122",
    "15.1": "12233", "15.2": "12233", "15.3": "1222222", "15.4": "3333", "16.1": "2", "16.2": "22222", "16.3": "2222",
    "16.4": "222", "16.5": "2223", "17.1": "23", "17.2": "22223333", "17.3": "22",
}  # fmt: skip
WANTED = {
    f"{section}.{number}": level
    for section, levels in SECTIONS.items()
    for number, level in enumerate(levels, start=1)
    if level in "12"
}
STATES = ("met", "partly met", "not met", "does not apply")
ROW = re.compile(r"^\| (\d+\.\d+\.\d+) \| ([12]) \| (.+?) \| (.+?) \| (.+) \|$", re.MULTILINE)
CITED = re.compile(r"`((?:src|tests|docs|frontend|requirements|scripts|pyproject)[\w./-]*)(?:::(\w+))?`")
ROWS = ROW.findall(PAGE.read_text(encoding="utf-8"))


def test_the_standard_has_so_many_requirements_of_each_level():
    assert [list(WANTED.values()).count(level) for level in "12"] == [70, 183]


def test_every_requirement_of_levels_one_and_two_is_there_once_in_order():
    assert [(number, level) for number, level, *_ in ROWS] == list(WANTED.items())


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_a_requirement_has_its_evidence_and_all_that_is_cited_is_there(row):
    *_, state, said = row
    assert state in STATES
    cited = CITED.findall(said)
    assert cited or state in ("not met", "does not apply"), "an applicable requirement names its evidence"
    assert ("Missing" in said) == (state in ("partly met", "not met")), (
        "what is missing is said, and only then"
    )
    for path, test in cited:
        assert (ROOT / path).is_file(), path
        assert not test or test in _names_in(path), f"{path}::{test}"


@cache
def _names_in(path: str) -> frozenset[str]:
    return frozenset(re.findall(r"^def (test_\w+)", (ROOT / path).read_text(encoding="utf-8"), re.MULTILINE))


def test_the_counts_at_the_head_are_those_of_the_table():
    text = PAGE.read_text(encoding="utf-8")
    for state in STATES:
        told = re.findall(rf"^\| {state} \| (\d+) \|$", text, re.MULTILINE)
        assert told == [str(sum(row[3] == state for row in ROWS))], state
