"""Registers as they are declared, and an entry from what is written to values and back to words."""

import pytest
from registers_made import MADE_UP

from kithmap.errors import NotFound
from kithmap.model.codes import get_codes
from kithmap.model.entries import PARTED, choices_of, key_of, read_entry, said
from kithmap.model.registers import (
    NO_NAMES,
    PLACE_PROVISION,
    RegisterTable,
    all_registers,
    get_register,
)

AUTHORITIES = {"X01": "Hartwell", "X02": "Alder"}
TABLES = [*all_registers(), MADE_UP]
EXAMPLE = {column.name: column.example for column in PLACE_PROVISION.columns}


def faults_of(**written: str) -> dict[str, str]:
    _, faults = read_entry(PLACE_PROVISION, {**EXAMPLE, **written}, AUTHORITIES)
    return {each.column: each.what for each in faults}


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_a_declaration_is_sound(table: RegisterTable):
    names = [column.name for column in table.columns]
    labels = [column.label.casefold() for column in table.columns]
    assert len(set(names)) == len(names)
    assert len(set(labels)) == len(labels), "a heading means one column"
    assert table.key
    assert set(table.key) <= set(names)
    assert table.columns[0].required, "a list shows an entry by its first column"
    for column in table.columns:
        assert (column.kind in ("code", "codes")) == bool(column.codes)
        assert not column.not_below or table.get_column(column.not_below).kind == column.kind
        if column.kind == "codes":
            assert not [code.label for code in get_codes(column.codes) if PARTED in code.label]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_the_example_of_a_declaration_can_be_read(table: RegisterTable):
    written = {column.name: column.example for column in table.columns}
    values, faults = read_entry(table, written, AUTHORITIES)
    assert not faults
    again, faults = read_entry(
        table, {c.name: said(c, values.get(c.name), AUTHORITIES) for c in table.columns}, AUTHORITIES
    )
    assert (again, faults) == (values, ())


def test_a_register_asks_for_no_names_where_anything_may_be_written_at_length():
    assert [column.hint for column in PLACE_PROVISION.columns if column.kind == "long"] == [NO_NAMES]


def test_values_are_kept_as_codes_whatever_way_they_are_written():
    written = {
        **EXAMPLE,
        "kind": "  youth CLUB or youth centre ",
        "days": "wednesday;MON",
        "authority": "alder",
    }
    written |= {"start_on": "1 September 2025", "from_time": "3.30pm", "to_time": "18:00:00"}
    values, faults = read_entry(PLACE_PROVISION, written, AUTHORITIES)
    assert not faults
    assert values["kind"] == "youth_club"
    assert values["days"] == ["MON", "WED"]
    assert values["authority"] == "X02"
    assert (values["start_on"], values["from_time"], values["to_time"]) == ("2025-09-01", "15:30", "18:00")
    assert "end_on" not in values, "what is empty is not kept"


def test_what_cannot_be_read_is_told_by_column_and_never_repeated():
    found = faults_of(place=" ", kind="zebra", start_on="31/02/2025", days="MON; zebra", youngest="zebra", from_time="25:61", note="x" * 2001)  # fmt: skip
    assert set(found) == {"place", "kind", "start_on", "days", "youngest", "from_time", "note"}
    assert "zebra" not in " ".join(found.values())
    assert found["place"] == "'Place' is empty."


def test_a_month_is_no_day():
    assert set(faults_of(start_on="09/2025")) == {"start_on"}


def test_the_last_is_not_before_the_first():
    assert faults_of(end_on="31/08/2025") == {"end_on": "'Last day' is before 'First day'."}
    assert faults_of(youngest="16", oldest="11") == {"oldest": "'Oldest age' is lower than 'Youngest age'."}
    assert not faults_of(end_on="01/09/2025")


def test_a_number_outside_its_bounds_is_refused():
    assert set(faults_of(oldest="26")) == set(faults_of(oldest="-1")) == set(faults_of(oldest="1²")) == {"oldest"}  # fmt: skip


def test_an_authority_is_one_that_an_agreement_names():
    column = PLACE_PROVISION.get_column("authority")
    assert choices_of(column, AUTHORITIES) == (("X02", "Alder"), ("X01", "Hartwell"))
    _, faults = read_entry(PLACE_PROVISION, {**EXAMPLE, "authority": "Alder"}, {})
    assert "no agreement names an authority" in faults[0].expected


def test_entries_are_told_apart_by_their_key_alone():
    one, _ = read_entry(PLACE_PROVISION, EXAMPLE, AUTHORITIES)
    other, _ = read_entry(PLACE_PROVISION, {**EXAMPLE, "place": "MILL  park", "note": "New"}, AUTHORITIES)
    assert key_of(PLACE_PROVISION, one) == key_of(PLACE_PROVISION, other)
    later, _ = read_entry(PLACE_PROVISION, {**EXAMPLE, "start_on": "02/09/2025"}, AUTHORITIES)
    assert key_of(PLACE_PROVISION, one) != key_of(PLACE_PROVISION, later)


def test_a_register_or_column_that_is_not_there_is_told():
    with pytest.raises(NotFound):
        get_register("no_such_register")
    with pytest.raises(NotFound) as told:
        PLACE_PROVISION.get_column("zebra")
    assert "place" in told.value.expected
