"""Recipes: a layout made by saying of each column what it is."""

from dataclasses import replace
from pathlib import Path

import pytest
from ingest_made import receive, rows_of, write

from kithmap.errors import LayoutFault
from kithmap.ingest.layouts import load_layout
from kithmap.ingest.parse_layout import parse_layout
from kithmap.ingest.recipes import Mapped, Recipe, find_faults, fit, get_key, needed, words_kind, write_recipe

LOG = (
    "Youth club log\nNo,When,Young person,Part,What happened,Marks\n"
    "1,03/09/2025,Zoë Ash,V,Fight,Purple;Amber\n"
    "2,09/13/2025,Bo Elm,S,Row,Amber\n"
)
CLUB = Recipe(
    "youth_club",
    'The "Mill" club',
    "A1",
    (
        Mapped("No", "event", "id"),
        Mapped("When", "event", "start", month_first=True),
        Mapped("Young person", "person", "name"),
        Mapped("Part", "person", "role", words={"V": "harmed", "S": "harming"}),
        Mapped("What happened", "event", "category", words={"Row": "TRA"}),
        Mapped("Marks", "flag", "flag", split=";", words={"Purple": "CSE"}),
    ),
    {"event.kind": "report"},
    header_row=2,
)


def test_what_was_said_of_each_column_is_how_the_file_is_read(tmp_path: Path) -> None:
    assert find_faults(CLUB) == {}
    received = receive(write(tmp_path, LOG, "club.csv"), write_recipe(CLUB))
    assert rows_of(received, "mention", "surname") == ["Ash", "Elm"]
    assert rows_of(received, "party", "role") == ["harmed", "harming"]
    assert rows_of(received, "event", "kind") == ["report", "report"]
    assert rows_of(received, "event", "harm") == ["SYV", "TRA"]
    assert [str(at)[:10] for at in rows_of(received, "event", "start_at")] == ["2025-03-09", "2025-09-13"]
    assert rows_of(received, "flag", "harm") == ["CSE", None, None]


def test_two_columns_cannot_be_the_same_thing() -> None:
    twice = replace(CLUB, columns=(*CLUB.columns, Mapped("Other", "person", "name")))
    assert "another is chosen already" in find_faults(twice)["Other"]


def test_what_no_column_says_is_asked_of_the_whole_file() -> None:
    assert needed(["event.start", "list.start"]) == ("event.kind", "list.name")
    assert "event.kind" in find_faults(replace(CLUB, whole={}))


def test_a_list_or_a_school_is_of_a_person() -> None:
    alone = replace(CLUB, columns=(Mapped("School", "school", "name"),), whole={})
    assert "names the person" in find_faults(alone)["person"]
    assert "person" in find_faults(replace(CLUB, columns=()))


def test_only_what_layouts_know_can_be_chosen() -> None:
    assert get_key("person.dob").kind == "dob"
    with pytest.raises(LayoutFault):
        get_key("person.score")
    assert (words_kind("person.role"), words_kind("flag.flag"), words_kind("person.dob")) == (
        "role",
        "harm",
        "",
    )


def test_a_layout_fits_a_file_that_has_its_columns_and_says_which_are_new() -> None:
    gangs = load_layout("gangs_panel_list")
    found = fit(gangs, [*gangs.columns, "Shoe size"])
    assert (found.is_whole, found.new, len(found.same)) == (True, ("Shoe size",), len(gangs.columns))
    assert fit(gangs, ["Name"]).lacks
    club = parse_layout(write_recipe(CLUB))
    assert fit(club, ["NO ", "Worker"], known=["Worker"]).new == ()
