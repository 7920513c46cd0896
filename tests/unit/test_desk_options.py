"""Options of a measure: from text to values, with what is expected where they are not."""

from typing import Any, Literal

import pytest

from kithmap.desk.options import find_options, read_options
from kithmap.errors import UnknownOption
from kithmap.governance.purposes import Purpose
from kithmap.governance.rules import CountRule
from kithmap.measures.measure import Measure, measure


@measure(
    question="How many?", inputs=(), purposes={Purpose.PROFILING}, rule=CountRule(("n",)), chart="table",
    sentence=lambda _rows, _options: "",
)  # fmt: skip
def asked(
    *,
    by: Literal["list", "harm"] = "list",
    rings: Literal[1, 2, 3] = 1,
    smallest: int = 5,
    share: float = 0.5,
    is_open: bool = True,
    name: str = "",
    other: Any = None,
) -> None:
    """Count.

    Unit: people.
    """


def read(**given):
    options = read_options(asked, given)
    return options if not given else options[next(iter(given))]


def test_every_option_has_its_default():
    assert read() == {
        "by": "list", "rings": 1, "smallest": 5, "share": 0.5, "is_open": True, "name": "", "other": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("by", "harm", "harm"), ("rings", "2", 2), ("smallest", "12", 12), ("share", "0.25", 0.25),
        ("is_open", "no", False), ("is_open", "TRUE", True), ("is_open", True, True), ("name", "Park", "Park"),
        ("smallest", 3, 3), ("share", 1, 1.0),
    ],
)  # fmt: skip
def test_text_becomes_the_options_kind(name, text, value):
    found = read(**{name: text})
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("by", "colour", "one of 'list', 'harm'"), ("rings", "9", "one of 1, 2, 3"), ("smallest", "few", "a whole number"),
        ("share", "half", "a number"), ("is_open", "perhaps", "yes or no"), ("name", ["a"], "a text"),
    ],
)  # fmt: skip
def test_what_an_option_cannot_be_is_told(name, text, expected):
    with pytest.raises(UnknownOption) as refused:
        read(**{name: text})
    assert expected in refused.value.expected


def test_options_are_described():
    assert [option.to_dict()["values"] for option in find_options(asked)][:3] == ["list|harm", "1|2|3", ""]


def test_a_measure_without_options_says_so():
    def plain() -> None: ...

    bare = Measure("bare", "?", (), frozenset(), CountRule(("n",)), "table", plain, lambda _r, _o: "")
    with pytest.raises(UnknownOption) as refused:
        read_options(bare, {"by": "list"})
    assert refused.value.expected == "It has no options."
