"""People in rows: names however written, several in a row or a cell, numbered in order."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest
from ingest_made import receive_text, refused, rows_of

from kithmap.errors import LayoutFault
from kithmap.ingest.names import parse_names, part_name_dob
from kithmap.ingest.parse_layout import parse_layout
from kithmap.model.identifiers import upn_check_letter


@pytest.mark.parametrize(("text", "forename", "surname"), [
    ("SMITH, Jo", "Jo", "SMITH"), ("O'NEIL-BROWN, Mary Ann", "Mary Ann", "O'NEIL-BROWN"), ("Jo Smith", "Jo", "Smith"),
    ("Mary Ann Smith", "Mary Ann", "Smith"), ("SMITH Jo", "Jo", "SMITH"), ("VAN DYKE Jo Ann", "Jo Ann", "VAN DYKE"),
    ("Jo van der Berg", "Jo", "van der Berg"), ("Omar bin Yusuf", "Omar", "bin Yusuf"), ("Mr Jo Smith", "Jo", "Smith"),
    ("Miss. SMITH, Jo", "Jo", "SMITH"), ("SMITH, Ms Jo", "Jo", "SMITH"), ("Jo", "Jo", None), ("SMITH,", None, "SMITH"), ("Jo Smith,", "Jo", "Smith"),
    ("  Jo   Smith ", "Jo", "Smith"), ("Łukasz NOWAK", "Łukasz", "NOWAK"), ("NGUYỄN Thị Hà", "Thị Hà", "NGUYỄN"),
    ("JO SMITH", "JO", "SMITH"), ("Dr", "Dr", None), ("de la Cruz, Ana", "Ana", "de la Cruz"),
])  # fmt: skip
def test_names_are_parted_whichever_way_they_are_written(
    text: str, forename: str | None, surname: str | None
) -> None:
    assert parse_names(pl.Series([text])).select("forename", "surname").row(0) == (forename, surname)


def test_the_order_can_be_stated() -> None:
    assert parse_names(pl.Series(["Nguyen Thi Ha"]), "surname forename").row(0)[:2] == ("Thi Ha", "Nguyen")
    assert parse_names(pl.Series(["LI Na"]), "forename surname").row(0)[:2] == ("LI", "Na")


@pytest.mark.parametrize(("text", "alias"), [
    ('Jo "JJ" Smith', "JJ"), ("SMITH, Jo (Lil J)", "Lil J"), ("Jo Smith aka Jay", "Jay"), ("Jo Smith (aka Jay)", "Jay"), ("Jo O'Neil", None),
])  # fmt: skip
def test_other_names_beside_a_name_are_kept_apart(text: str, alias: str | None) -> None:
    parsed = parse_names(pl.Series([text]))
    assert parsed["alias"].to_list() == [alias]
    assert parsed["surname"].to_list()[0] in ("Smith", "SMITH", "O'Neil")


@pytest.mark.parametrize(("text", "name", "dob", "age"), [
    ("SMITH, Jo (03/09/2009)", "SMITH, Jo", "03/09/2009", None), ("Jo Smith 03/09/2009", "Jo Smith", "03/09/2009", None),
    ("Jo Smith, DOB: 3 Sep 2009", "Jo Smith", "3 Sep 2009", None), ("Jo Smith (d.o.b. 2009-09-03)", "Jo Smith", "2009-09-03", None),
    ("Jo Smith - 03.09.09", "Jo Smith", "03.09.09", None), ("Jo Smith (14)", "Jo Smith", None, "14"), ("Jo Smith, aged 14", "Jo Smith", None, "14"),
    ("Jo Smith 14 yrs", "Jo Smith", None, "14"), ("Jo Smith (DOB unk)", "Jo Smith", None, None), ("Jo Smith", "Jo Smith", None, None),
    ("03/09/2009", "", "03/09/2009", None),
])  # fmt: skip
def test_a_name_and_a_date_of_birth_or_age_in_one_cell(
    text: str, name: str, dob: str | None, age: str | None
) -> None:
    assert part_name_dob(pl.Series([text])).row(0) == (name, dob, age)


TWO = """
holder = "MARAC"
[[person]]
as = "victim"
name_dob = "Victim"
role = "harmed"
[[person]]
as = "suspect"
name_dob = "Suspect"
role = "harming"
[[person]]
as = "child"
split = [";", " and "]
name_dob = "Children"
role = "exposed"
[event]
kind = "marac"
id = "Case"
[[association]]
between = ["victim", "suspect"]
kind = { column = "Relation" }
[[association]]
between = ["victim", "child"]
kind = "family"
[list]
name = "marac"
harm = "TRA"
of = ["victim", "suspect"]
"""


def test_several_people_in_a_row_are_numbered_in_the_order_of_the_layout(tmp_path: Path) -> None:
    text = (
        "Case,Victim,Suspect,Children,Relation\n"
        "1,Ann Ash (01/02/1990),Bob Elm (14),Cy Ash (01/02/2015); Di Ash and Ed Ash,ex-partner\n"
        "2,,Fay Oak,Gil Oak,unk\n"
    )
    received = receive_text(tmp_path, text, TWO)
    slots = [key & 63 for key in rows_of(received, "mention", "mention_id")]
    assert slots == [1, 2, 3, 4, 5, 1, 2]
    assert rows_of(received, "mention", "forename") == ["Ann", "Bob", "Cy", "Di", "Ed", "Fay", "Gil"]
    assert rows_of(received, "party", "role") == [
        "harmed",
        "harming",
        "exposed",
        "exposed",
        "exposed",
        "harming",
        "exposed",
    ]
    assert rows_of(received, "mention", "age")[1] == 14
    assert len(received.tables["listing"]) == 3
    assert rows_of(received, "listing", "role") == ["harmed", "harming", "harming"]
    kinds = rows_of(received, "association", "kind", "kind_raw")
    assert sorted(kinds, key=str) == sorted([("intimate", "ex-partner"), *[("family", None)] * 3], key=str)


def test_people_of_one_cell_each_get_their_part_of_another(tmp_path: Path) -> None:
    layout = 'holder = "S"\n[person]\nsplit = ";"\nname = "Pupils"\nrole = { column = "Roles", split = ";" }\n[event]\nkind = "report"'
    text = (
        "Pupils;x|Roles\n".replace(";x", "")
        + "Jo Ash; Bo Elm|victim; suspect\nCy Oak; Di Fir|witness\nEd Yew; Fa Bay; Gil Box|victim; suspect\n"
    )
    assert rows_of(receive_text(tmp_path, text, layout), "party", "role") == [
        "harmed", "harming", "witness", "witness", "harmed", "harming", "unknown",
    ]  # fmt: skip


def test_the_first_filled_of_several_columns_is_taken(tmp_path: Path) -> None:
    layout = 'holder = "S"\n[person]\nname = "Name"\nupn = ["UPN", "Former UPN"]'
    received = receive_text(
        tmp_path, "Name,UPN,Former UPN\nJo Ash,H801200001001,x\nBo Elm,,H801200001001\n", layout
    )
    assert rows_of(received, "mention", "upn") == ["H801200001001", "H801200001001"]


PERSON = 'holder = "S"\n[person]\nid = "Ref"\nforename = "First"\nsurname = "Last"\n'


def test_unknown_in_every_spelling_is_empty_and_no_fault(tmp_path: Path) -> None:
    rows = "\n".join(
        f"{number},{word},Ash"
        for number, word in enumerate(("unk", "N/K", "not known", "-", "?", "Unknown", "n/a"))
    )
    received = receive_text(tmp_path, f"Ref,First,Last\n{rows}\n", PERSON)
    assert rows_of(received, "mention", "forename") == [None] * 7
    assert received.receipt.cells_refused == 0


def test_na_is_a_name_and_other_words_for_unknown_can_be_added(tmp_path: Path) -> None:
    layout = 'format = { unknown = ["not on system"] }\n' + PERSON
    received = receive_text(tmp_path, "Ref,First,Last\n1,Na,Li\n2,Not on system,Ash\n", layout)
    assert rows_of(received, "mention", "forename") == ["Na", None]


def test_a_row_that_names_nobody_is_refused_where_the_layout_is_of_people_alone(tmp_path: Path) -> None:
    received = receive_text(tmp_path, "Ref,First,Last,Note\n1,Jo,Ash,\n,unk,-,see file\n", PERSON)
    assert refused(received) == [(2, "The row names nobody.")]


def test_a_row_that_names_nobody_is_kept_where_it_tells_of_an_event(tmp_path: Path) -> None:
    received = receive_text(
        tmp_path,
        "Ref,First,Last\n1,Jo,Ash\n,unk,x\n".replace("unk,x", "unk,unk"),
        PERSON + '[event]\nkind = "report"',
    )
    assert received.receipt.rows_kept == 2
    assert received.receipt.mentions == 1


def test_who_only_reported_is_not_kept_and_is_counted(tmp_path: Path) -> None:
    layout = PERSON + 'role = "Role"\n[event]\nkind = "report"'
    text = "Ref,First,Last,Role\n1,Jo,Ash,Victim\n2,Canary,Quillfeather,Informant\n3,Bo,Elm,Social worker\n4,Cy,Oak,\n"
    received = receive_text(tmp_path, text.replace("Social worker", "professional"), layout)
    assert rows_of(received, "party", "role") == ["harmed", "unknown"]
    assert "2 people who only reported or work with the case were not kept." in received.receipt.notes
    assert all("Quillfeather" not in str(table.to_pylist()) for table in received.tables.values())


def test_dates_of_birth_ages_and_how_exact_they_are(tmp_path: Path) -> None:
    layout = 'holder = "S"\n[person]\nid = "Ref"\ndob_or_age = "DOB or age"'
    text = "Ref,DOB or age\n1,03/09/2009\n2,14\n3,12/13\n4,Sep 2009\n5,2009\n6,aged 15\n7,unk\n8,soon\n"
    received = receive_text(tmp_path, text, layout)
    assert rows_of(received, "mention", "dob", "dob_precision", "age") == [
        (date(2009, 9, 3), "day", None), (None, "age", 14), (None, "age", 12), (date(2009, 9, 1), "month", None),
        (date(2009, 1, 1), "year", None), (None, "age", 15), (None, None, None), (None, None, None),
    ]  # fmt: skip
    assert refused(received, "cell") == [(8, "The cell is not a date of birth that can be read.")]


def test_sex_and_ethnicity_in_the_codes_of_every_holder(tmp_path: Path) -> None:
    layout = 'holder = "S"\n[person]\nid = "Ref"\nsex = "Sex"\nethnicity = "Eth"'
    text = (
        "Ref,Sex,Eth\n1,F,WBRI\n2,2,W1\n3,a) Female,White - British\n4,male,Any other Asian background\n5,0,B2: African\n"
        "6,,MWBC\n7,boy,White and Black Caribbean\n8,U,REFU\n9,purple,martian\n10,M,IC3\n11,M,Arab\n"
    )
    received = receive_text(tmp_path, text, layout)
    assert rows_of(received, "mention", "sex") == ["F", "F", "F", "M", "U", None, "M", "U", None, "M", "M"]
    assert rows_of(received, "mention", "ethnicity_group5") == [
        "white", "white", "white", "asian", "black", "mixed", "mixed", "unknown", "unknown", "black", "other",
    ]  # fmt: skip
    assert rows_of(received, "mention", "ethnicity_code")[2] == "White - British"
    assert refused(received, "cell") == [(9, "The cell is not a word or code for sex.")]


def test_initials_aliases_and_addresses_of_several_columns(tmp_path: Path) -> None:
    layout = 'holder = "S"\n[person]\ninitials = "In"\nalias = "AKA"\naddress = { columns = ["A1", "A2"], join = ", " }\npostcode = "PC"'
    received = receive_text(
        tmp_path,
        "In,AKA,A1,A2,PC\nJS,Jay / JJ; Lil J,1 Elm Road,,zz11aa\nBE,,2 Oak Way,Hartwell,ZZ1\n",
        layout,
    )
    assert rows_of(received, "mention", "initials", "alias", "address_raw", "postcode") == [
        ("JS", "Jay|JJ|Lil J", "1 Elm Road", "ZZ1 1AA"), ("BE", None, "2 Oak Way, Hartwell", None),
    ]  # fmt: skip
    assert refused(received, "cell") == [(2, "The cell is not a whole postcode.")]


def test_more_than_63_people_in_a_row_are_told(tmp_path: Path) -> None:
    layout = 'holder = "S"\n[person]\nsplit = ";"\nname = "Names"'
    text = "Names|x\n" + ";".join(f"Jo{n} Ash" for n in range(70)) + "|\n"
    received = receive_text(tmp_path, text, layout)
    assert received.receipt.mentions == 63
    assert refused(received, "cell") == [(1, "The cell names more than 63 people; the first 63 are kept.")]


def test_a_home_may_have_its_unique_property_number(tmp_path: Path) -> None:
    layout = """
        holder = "Housing"
        [person]
        name = "Name"
        address = "Address"
        uprn = "UPRN"
    """
    text = "Name,Address,UPRN\nJo Marsh,1 Marsh Rd,000100990000012\nSam Marsh,1 Marsh Rd,not known\n"
    received = receive_text(tmp_path, text, layout)
    assert rows_of(received, "mention", "address_raw", "uprn") == [
        ("1 Marsh Rd", "100990000012"),
        ("1 Marsh Rd", None),
    ]


def test_a_upn_of_an_unknown_authority_is_kept_with_a_warning(tmp_path: Path) -> None:
    body = "100200001001"
    received = receive_text(
        tmp_path,
        f"Ref,UPN\n1,{upn_check_letter(body)}{body}\n2,H801200001001\n",
        'holder = "School"\n[person]\nid = "Ref"\nupn = "UPN"\n',
    )
    assert rows_of(received, "mention", "upn_status") == ["valid", "valid"]
    assert "1 UPNs name an authority whose number is not known." in received.receipt.notes


def test_a_register_says_that_it_gives_each_person_one_number(tmp_path: Path) -> None:
    layout = 'holder = "Care"\n[person]\nid = "Ref"\nsurname = "Name"\n'
    stated = layout + "one_row_each = true\n"

    received = receive_text(tmp_path, "Ref,Name\n1,Pell\n2,Pell\n", stated)

    assert rows_of(received, "mention", "one_row_each") == [True, True]
    assert rows_of(receive_text(tmp_path, "Ref,Name\n1,Pell\n", layout), "mention", "one_row_each") == [None]


@pytest.mark.parametrize(
    ("stated", "fault"),
    [("one_row_each = true", "needs 'id'"), ('id = "Ref"\none_row_each = "yes"', "must be true or false")],
)
def test_a_register_without_numbers_is_a_fault_of_the_layout(stated: str, fault: str) -> None:
    with pytest.raises(LayoutFault, match=fault):
        parse_layout(f'holder = "Care"\n[person]\nsurname = "Name"\n{stated}\n')
