"""How the range of a count is shown: beside it in tables, as a line in figures, in columns for machines."""

import csv
import io
import json

import pytest
from products_made import C, make_release

from kithmap.products import tables
from kithmap.products.bars import plan_bars
from kithmap.products.charts import to_svg
from kithmap.products.crossings import cross
from kithmap.products.ranges import find_ends, is_beside, range_words
from kithmap.products.upset import draw_upset

COLUMNS = "lists kind young_people young_people_low young_people_high young_people_likely young_people_unsure"
ROWS = [
    ("All", "all", 45, 43, 48, 46, None),
    ("CSE", "combination", 15, 13, 18, 16, None),
    ("CSE + gangs", "combination", 15, 12, 17, 14, 4),
    ("gangs", "combination", C, C, C, C, None),
    ("CSE", "total", 30, 30, 30, 30, None),
    ("gangs", "total", C, C, C, C, None),
]


@pytest.fixture
def overlap():
    return make_release(COLUMNS, ROWS, chart="upset")


def test_a_table_shows_the_range_with_its_count_and_no_columns_for_it(overlap):
    shown = tables.grid(overlap)
    assert shown.headings == ("Lists", "Counted", "Young people")
    assert [row[2] for row in shown.rows] == [
        "45 (43 to 48)",
        "15 (13 to 18)",
        "15 (12 to 17)",
        "[c]",
        "30",
        "[c]",
    ]


def test_text_and_html_show_it(overlap):
    assert "45 (43 to 48)" in tables.to_text(overlap)
    assert "45 (43 to 48)" in tables.to_html(overlap)


def test_machines_get_columns_of_their_own(overlap):
    row = next(csv.DictReader(io.StringIO(tables.to_csv(overlap))))
    assert (row["young_people"], row["young_people_low"], row["young_people_high"]) == ("45", "43", "48")
    data = json.loads(tables.to_json(overlap))
    assert data["rows"][3]["young_people_low"] is None
    assert data["status"][3]["young_people_low"] == "withheld"


def test_a_bar_of_the_overlap_has_a_line_from_end_to_end(overlap):
    layers = draw_upset(overlap)["vconcat"][0]["layer"]
    rules = next(layer for layer in layers if layer["mark"]["type"] == "rule")
    assert [(row["low"], row["high"]) for row in rules["data"]["values"]] == [(13, 18), (12, 17)]
    assert to_svg(overlap)


def test_bars_without_a_rate_draw_the_range_and_bars_with_one_its_interval():
    counted = make_release(
        "school young_people young_people_low young_people_high", [("School 01", 9, 8, 11)]
    )
    assert (plan_bars(counted).low, plan_bars(counted).high) == ("young_people_low", "young_people_high")
    rated = make_release(
        "school young_people young_people_low young_people_high rate_per_1000 low high",
        [("School 01", 9, 8, 11, 4.0, 2.0, 8.0)],
    )
    assert (plan_bars(rated).value, plan_bars(rated).low, plan_bars(rated).high) == (
        "rate_per_1000",
        "low",
        "high",
    )


def test_crossed_tables_show_it_under_its_count():
    rows = [
        (harm, group, 20, 18, 23)
        for harm in ("CSE", "SYV", "HSB", "TRA")
        for group in ("10-11", "12-13", "14-15", "All")
    ]
    release = make_release("harm group young_people young_people_low young_people_high", rows)
    (_, grid), *others = cross(release)
    assert not others
    assert grid.rows[0][1] == "20\n18 to 23"


def test_a_range_that_is_the_count_is_not_said(overlap):
    assert range_words(overlap.rows[4], "young_people") == ""
    assert find_ends(overlap.rows[3], "young_people") is None
    assert is_beside(overlap, "young_people_unsure")
    assert not is_beside(overlap, "young_people")
