"""A release as text, CSV, JSON and HTML: what a reader and a machine are told of a withheld value."""

import csv
import io
import json
import re

import pytest
from products_made import (
    C,
    X,
    by_role,
    make_release,
    many_lists,
    overlap,
    prevalence,
    schools,
    shared_contexts,
    sources,
)

from kithmap.desk.answers import Release
from kithmap.governance.cells import Cell, Status
from kithmap.products.tables import grid, to_csv, to_html, to_json, to_text

EVERY = [
    overlap(),
    many_lists(),
    prevalence(),
    by_role(),
    shared_contexts(),
    schools(),
    schools(names=True),
    sources(),
]


@pytest.mark.parametrize("release", EVERY, ids=lambda r: r.release_id)
def test_a_text_fits_a_terminal_of_eighty_columns(release: Release) -> None:
    assert max(map(len, to_text(release).splitlines())) <= 80


def test_a_text_begins_with_the_sentence_and_ends_with_where_it_comes_from() -> None:
    lines = to_text(overlap()).splitlines()
    assert lines[0] == "30 + 30 = 45 young people, not 60."
    assert lines[-1].endswith("Release r-0001.")


def test_a_text_explains_the_mark_of_a_withheld_count() -> None:
    assert "[c] Withheld: " in to_text(many_lists())
    assert "[c]" not in to_text(overlap())


def test_a_table_too_wide_for_a_terminal_has_a_line_for_each_value() -> None:
    wide = make_release(" ".join(f"immeasurable_{n}" for n in range(9)), [range(9), range(9), range(9)])
    assert "Immeasurable 8  8" in to_text(wide)


def test_what_a_table_says_once_is_said_beside_it() -> None:
    said = grid(schools())
    assert "Seed" not in said.headings
    assert ("P value", "0.001") in said.asides
    assert ("Seed", "1") in said.asides


def test_a_count_is_never_taken_out_of_its_table() -> None:
    same = make_release("school young_people", [(f"S{n}", 7) for n in range(6)])
    assert grid(same).headings == ("School code", "Young people")


def test_a_withheld_count_is_empty_in_csv_with_its_status_beside_it() -> None:
    release = make_release(
        "list young_people", [("CSE", C), ("gangs", 0), ("YOT", Cell(15, Status.ROUNDED)), ("x", X)]
    )
    rows = list(csv.reader(io.StringIO(to_csv(release), newline="")))
    assert rows == [
        ["list", "young_people", "young_people_status"],
        ["CSE", "", "withheld"],
        ["gangs", "0", "shown"],
        ["YOT", "15", "rounded"],
        ["x", "", "unknown"],
    ]


@pytest.mark.parametrize("text", ["=1+1", "+44", "-x", "@sum", "\tx", "\rx"])
def test_a_text_a_spreadsheet_would_run_is_made_harmless(text: str) -> None:
    release = make_release("list young_people", [(text, 5)])
    rows = list(csv.reader(io.StringIO(to_csv(release), newline="")))
    assert rows[1][0] == f"'{text}"


def test_a_negative_number_stays_a_number_in_csv() -> None:
    assert "\r\nCSE,-0.5,shown\r\n" in to_csv(make_release("list change", [("CSE", -0.5)]))


def test_json_holds_what_the_command_promises() -> None:
    data = json.loads(to_json(many_lists()))
    promised = {"question", "unit", "columns", "rows", "status", "sentence", "caveats", "build", "purpose"}
    assert promised <= set(data)
    at = data["rows"].index({"lists": "MARAC", "kind": "total", "young_people": None})
    assert data["status"][at] == {"young_people": "withheld"}
    assert data["level"] == "R1"


def test_an_html_table_has_a_caption_scopes_and_an_explained_mark() -> None:
    html = to_html(many_lists())
    assert "<caption>Are the young people" in html
    assert '<th scope="col" class="number">Young people</th>' in html
    assert '<th scope="row">CSE panel</th>' in html
    assert re.search(r'<abbr title="Withheld: [^"]+">\[c\]</abbr>', html)


def test_a_name_from_an_extract_is_text_in_html() -> None:
    html = to_html(make_release("list young_people", [("<script>alert(1)</script>", 5)]))
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_codes_of_layouts_and_contexts_are_said_in_words() -> None:
    assert grid(sources()).rows[0][0] == "CSC person register"
    assert grid(shared_contexts()).rows[0][1] == "Families / households"
