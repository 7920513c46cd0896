"""The figure of an explanation: steps that add up, told without colour, one image to a screen reader."""

import re

import pytest

from kithmap.desk.explain import Evidence, Explanation
from kithmap.products.svg import INK, MAIN, WHITE
from kithmap.products.waterfall import AGAINST, TOTAL, steps_of, to_svg

ROWS = (
    Evidence("before anything is compared", "1 chance in 9", -3.0, "8 times likelier of two people"),
    Evidence("forename", "The forename is the same", 9.0, "512 times likelier of one person"),
    Evidence("date of birth", "The dates of birth are different", -7.5, "181 times likelier of two people"),
    Evidence("sex", "Neither says", 0.0, "says nothing"),
)


def explained(rows=ROWS) -> Explanation:
    weight = sum(row.weight for row in rows)
    return Explanation(
        "a.csv:1:1", "b.csv:2:1", "B1", rows, weight, 0.26, False, "model", "Below the line.", 0.95
    )


def test_each_step_begins_where_the_one_before_it_ended():
    steps = steps_of(ROWS)
    assert [(step["start"], step["end"]) for step in steps] == [
        (0.0, -3.0), (-3.0, 6.0), (6.0, -1.5), (-1.5, -1.5), (0.0, -1.5),
    ]  # fmt: skip
    assert steps[-1]["key"] == TOTAL


def test_every_step_prints_its_number_so_that_nothing_is_told_by_colour_alone():
    drawn = re.findall(r"<text[^>]*>([^<]*)</text>", to_svg(explained()))
    for said in ("forename", "+9.0", "\N{MINUS SIGN}7.5", "0", TOTAL, "joined from here (0.95)"):
        assert said in drawn


def test_the_figure_is_one_image_with_a_title_and_says_what_was_decided():
    svg = to_svg(explained())
    assert svg.count('role="img"') == 1
    assert "<title" in svg
    assert "Below the line." in svg


def test_the_same_explanation_gives_the_same_bytes():
    assert to_svg(explained()) == to_svg(explained())


def test_two_records_that_were_not_compared_have_no_figure():
    assert to_svg(explained(())) == ""


@pytest.mark.parametrize("colour", [MAIN, AGAINST, INK])
def test_every_bar_stands_out_from_the_page(colour):
    from test_products_charts import contrast

    assert contrast(colour, WHITE) >= 4.5
