"""What a row tells beside people: events, places, flags, lists, schools, episodes, counts."""

# ruff: noqa: DTZ001  times are local clock times, decision 0002

from datetime import date, datetime
from pathlib import Path

import pytest
from ingest_made import receive_text, refused, rows_of

NAMED = 'holder = "S"\n[person]\nname = "Name"\n'
EVENT = 'holder = "S"\n[event]\nkind = "incident"\n'


def test_an_event_has_its_window_and_how_exact_it_is(tmp_path: Path) -> None:
    layout = EVENT + 'id = "Ref"\nstart = "From"\nwindow_end = "To"'
    text = (
        "Ref,From,To\n1,01/03/2026 2200,02/03/2026 06:00\n2,01/03/2026 22:00,01/03/2026 22:20\n3,01/03/2026 22:00,\n"
        "4,01/03/2026,\n5,2026-03,\n6,01/03/2026 unk,\n"
    )
    received = receive_text(tmp_path, text, layout)
    assert rows_of(received, "event", "precision") == ["window", "hour", "minute", "day", "month", "day"]
    assert rows_of(received, "event", "start_at", "end_at")[0] == (
        datetime(2026, 3, 1, 22),
        datetime(2026, 3, 2, 6),
    )
    assert refused(received, "cell") == [(6, "The cell has a time that cannot be read; the date is kept.")]


def test_the_first_of_two_dates_that_is_filled_and_the_kind_it_makes(tmp_path: Path) -> None:
    layout = 'holder = "S"\n[event]\nkind = { column = "Referral", map = { "*" = "referral" }, default = "contact" }\nstart = ["Contact", "Referral"]'
    received = receive_text(
        tmp_path, "Contact,Referral\n01/03/2026,\n01/03/2026,02/03/2026\n,04/03/2026\n", layout
    )
    assert rows_of(received, "event", "kind") == ["contact", "referral", "referral"]
    assert rows_of(received, "event", "start_at")[2] == datetime(2026, 3, 4)


@pytest.mark.parametrize(("code", "relation", "harm"), [
    ("8N", "acquaintance", "SYV"), ("8N", "ex-partner", "TRA"), ("019D", "stranger", "HSB"), ("19D", "boyfriend", "HSB|TRA"),
    ("71", "", "CSE"), ("92A", "", "CCE"), ("39", "", None), ("8N: ABH", "", "SYV"), ("", "", None),
])  # fmt: skip
def test_harm_is_told_from_the_offence_code_and_the_relationship(
    tmp_path: Path, code: str, relation: str, harm: str | None
) -> None:
    layout = EVENT + 'id = "Ref"\nharm = { column = "Code", by = "ho_offence", relationship = "Rel" }'
    assert rows_of(
        receive_text(tmp_path, f"Ref,Code,Rel\n1,{code},{relation}\n", layout), "event", "harm"
    ) == [harm]


def test_partners_in_one_row_of_an_event_are_partners_in_all_its_rows(tmp_path: Path) -> None:
    layout = EVENT + 'id = "Ref"\nharm = { column = "Code", by = "ho_offence", relationship = "Rel" }'
    text = "Ref,Code,Rel\n1,8N,ex-partner\n1,8N,unk\n2,8N,unk\n"
    assert rows_of(receive_text(tmp_path, text, layout), "event", "harm") == ["TRA", "TRA", "SYV"]


@pytest.mark.parametrize(("words", "harm"), [
    ("Serious youth violence", "SYV"), ("Sexual assault", "HSB"), ("Child sexual exploitation (peer)", "CSE"),
    ("Sexting and bullying", "HSB"), ("Domestic abuse", None), ("knife crime / county lines", "SYV|CCE"),
    ("Teenage relationship abuse", "TRA"), ("Non-violent dispute", None), ("Neglect", None),
])  # fmt: skip
def test_harm_is_told_from_words_the_longest_first(tmp_path: Path, words: str, harm: str | None) -> None:
    layout = EVENT + 'harm = { column = "What", by = "words" }'
    assert rows_of(receive_text(tmp_path, f"What,x\n{words},1\n", layout), "event", "harm") == [harm]


def test_several_values_each_add_their_harm_and_a_map_goes_before_a_rule(tmp_path: Path) -> None:
    layout = EVENT + (
        'harm = [{ column = "Code", by = "ho_offence" }, { column = "Flags", split = [" "], map = { gg = "GANG", cs = "CSE" } },'
        ' { column = "What", by = "words", map = { fight = "ASB", "knife found" = "" } }]'
    )
    text = "Code,Flags,What\n8N,GG CS,Fight\n,ED,knife found\n,,knife shown\n"
    assert rows_of(receive_text(tmp_path, text, layout), "event", "harm") == ["SYV|CSE|GANG|ASB", None, "SYV"]


def test_several_flags_in_a_cell_and_words_for_none(tmp_path: Path) -> None:
    layout = NAMED + (
        '[[flag]]\nflag = { column = "Flags", split = [";", "/"], map = { "at risk of cse" = "cse risk" } }\nharm = { by = "words" }\nasserted = "Set"\n'
        '[[flag]]\nof = "row"\nflag = { column = "Youth", map = { y = "youth" } }\n'
    )
    text = (
        "Name,Flags,Set,Youth\nJo Ash,At risk of CSE; Gang/Missing,01/03/2026,Y\nBo Elm,None,,N\nCy Oak,,,\n"
    )
    received = receive_text(tmp_path, text, layout)
    assert rows_of(received, "flag", "flag_no", "code_raw", "code", "harm") == [
        (1, "At risk of CSE", "cse risk", "CSE"), (2, "Gang", None, "GANG"), (3, "Missing", None, None), (4, "Y", "youth", None),
    ]  # fmt: skip
    assert rows_of(received, "flag", "asserted_on")[:2] == [date(2026, 3, 1)] * 2
    assert [key is None for key in rows_of(received, "flag", "mention_id")] == [False, False, False, True]


def test_a_list_takes_the_role_of_the_person_and_both_dates_of_a_cell(tmp_path: Path) -> None:
    layout = (
        NAMED
        + 'role = "Role"\n[list]\nname = "gangs"\nharm = "SYV"\nstart_end = "On/off"\nbasis = { column = "Basis", required = true }'
    )
    text = "Name,Role,On/off,Basis\nJo Ash,Victim,01/03/2026 - 02/04/2026,report\nBo Elm,Both,01/03/2026 -,report\nCy Oak,,until 3/3/26,\n"
    received = receive_text(tmp_path, text, layout)
    assert rows_of(received, "listing", "role", "start_on", "end_on") == [
        ("harmed", date(2026, 3, 1), date(2026, 4, 2)), ("both", date(2026, 3, 1), None),
    ]  # fmt: skip
    assert refused(received) == [(3, "The row is empty or cannot be read, and the layout requires it.")]
    assert received.receipt.refusals[0].column == "Basis"


def test_only_rows_where_a_column_is_filled_may_be_on_the_list(tmp_path: Path) -> None:
    layout = NAMED + '[list]\nname = "caseload"\nif_filled = { column = "Status", map = { closed = "" } }'
    received = receive_text(tmp_path, "Name,Status\nJo Ash,open\nBo Elm,Closed\nCy Oak,\n", layout)
    assert received.receipt.rows_kept == 3
    assert len(received.tables["listing"]) == 1


@pytest.mark.parametrize(("cell", "urn", "la_estab"), [
    ("123456", "123456", None), ("202/4001", None, "202/4001"), ("2024001", None, "202/4001"), ("123456 / 202/4001", "123456", "202/4001"),
    ("123456/4001", "123456", None),
])  # fmt: skip
def test_the_numbers_of_a_school_in_one_cell(
    tmp_path: Path, cell: str, urn: str | None, la_estab: str | None
) -> None:
    layout = NAMED + '[school]\nurn_or_estab = "URN/Estab"\nis_ap = "AP"'
    received = receive_text(tmp_path, f"Name,URN/Estab,AP\nJo Ash,{cell},Y\n", layout)
    assert rows_of(received, "enrolment", "urn", "la_estab", "is_ap") == [(urn, la_estab, True)]


def test_two_schools_of_a_row_and_a_row_without_one(tmp_path: Path) -> None:
    layout = NAMED + '[[school]]\nname = "From"\n[[school]]\nname = "To"\nstart = "Start"'
    received = receive_text(tmp_path, "Name,From,To,Start\nJo Ash,Mill,Park,01/03/2026\nBo Elm,,,\n", layout)
    assert rows_of(received, "enrolment", "school_raw", "start_on") == [
        ("Mill", None),
        ("Park", date(2026, 3, 1)),
    ]


def test_reasons_of_an_exclusion_in_one_cell_or_three(tmp_path: Path) -> None:
    layout = (
        NAMED
        + '[exclusion]\ntype = "Cat"\nreason = { column = "R1", split = [","] }\nreason_2 = "R2"\nharm = { by = "dfe_exclusion_reason" }\nsessions = "Half-days"'
    )
    text = 'Name,Cat,R1,R2,Half-days\nJo Ash,SUSP,"PP, SM",,4\nBo Elm,PERM,DB,OW,1.5\nCy Oak,,,,\n'
    received = receive_text(tmp_path, text, layout)
    assert rows_of(received, "exclusion", "reason_code", "reason_code_2", "harm", "sessions") == [
        ("PP", "SM", "SYV|HSB", 4), ("DB", "OW", "SYV", None),
    ]  # fmt: skip
    assert refused(received, "cell") == [(2, "The cell is not a whole number.")]


def test_an_episode_with_times_in_their_own_columns(tmp_path: Path) -> None:
    layout = (
        NAMED
        + '[missing]\nsource_kind = "school"\nkind = { column = "Site", map = { off = "missing", on = "away" } }\nstart = "Date"\nstart_time = "Left"\nend = "Date"\nend_time = "Back"\nrhi_offered = "RHI"'
    )
    text = "Name,Date,Left,Back,Site,RHI\nJo Ash,01/03/2026,0930,15:10,off,Y\nBo Elm,01/03/2026,unk,,on,NA\nCy Oak,01/03/2026,9.30am,2400,out,maybe\n"
    received = receive_text(tmp_path, text, layout)
    assert rows_of(received, "missing_episode", "kind", "start_at", "end_at", "precision", "rhi_offered") == [
        ("missing", datetime(2026, 3, 1, 9, 30), datetime(2026, 3, 1, 15, 10), "minute", True),
        ("away", datetime(2026, 3, 1), None, "day", None),
        (None, datetime(2026, 3, 1, 9, 30), datetime(2026, 3, 2), "minute", None),
    ]  # fmt: skip
    assert refused(received, "cell") == [
        (3, "The cell is not one of the words the layout maps."), (3, "The cell says neither yes nor no."),
    ]  # fmt: skip


PLACE = EVENT + '[place]\nname = "Where"\ntype = "Kind"\neasting = "E"\nnorthing = "N"\n'


def test_places_are_mended_where_coordinates_were_exchanged_or_in_degrees(tmp_path: Path) -> None:
    text = (
        "Where,Kind,E,N\nMill Park,Open space,530000,180000\nMill Park,,180000,530000\nMill Park,,-0.128,51.507\n"
        'Mill Park,,51.507,-0.128\nMill Park,,,\n,,"530,000","180,000"\nMill Park,,0,0\n'
    )
    received = receive_text(tmp_path, text, PLACE)
    assert rows_of(received, "place_mention", "easting", "northing")[:2] == [(530_000, 180_000)] * 2
    cells = rows_of(received, "place_mention", "h3_r9")
    assert cells[0] == cells[1] == cells[5]
    assert cells[2] == cells[3]
    assert cells[4] is cells[6] is None
    assert "1 places had easting and northing exchanged." in received.receipt.notes
    assert "2 places had degrees in the columns for easting and northing." in received.receipt.notes


def test_the_kind_of_place_is_told_by_its_own_column_or_else_by_its_name(tmp_path: Path) -> None:
    text = "Where,Kind,E,N\nx,Open space,,\nx,Take-away,,\nx,zzz,,\n"
    assert rows_of(receive_text(tmp_path, text, PLACE), "place_mention", "type_code") == [
        "park",
        "take-away",
        None,
    ]
    layout = EVENT + '[place]\nname = "Where"'
    text = 'Where,x\n"Stairwell, Bramble House",1\nStation Road,2\nPark Road bus stop,3\nhome,4\nMill Lane Park,5\nxyz,6\n'
    assert rows_of(receive_text(tmp_path, text, layout), "place_mention", "type_code") == [
        "stairwell", "street", "bus stop", "home", "park", None,
    ]  # fmt: skip


def test_several_places_in_a_cell_and_in_a_row(tmp_path: Path) -> None:
    layout = (
        EVENT
        + '[[place]]\nkind = "concern"\nname = { column = "Where", split = [";"] }\n[[place]]\nkind = "from"\nstop = { column = "On/off", split = [" / "], part = 1 }\n[[place]]\nkind = "to"\nstop = { column = "On/off", split = [" / "], part = 2 }'
    )
    received = receive_text(
        tmp_path, "Where,On/off\nMill Park; Elm Road,490012345A High Street / Mill Lane\n,\nx,\n", layout
    )
    assert rows_of(received, "place_mention", "place_no", "kind", "name_raw", "stop_code") == [
        (1, "concern", "Mill Park", None), (2, "concern", "Elm Road", None), (3, "from", "High Street", "490012345A"),
        (4, "to", "Mill Lane", None), (1, "concern", "x", None),
    ]  # fmt: skip


def test_a_row_without_a_place_gives_none_though_the_layout_knows_its_kind(tmp_path: Path) -> None:
    layout = (
        EVENT
        + '[[place]]\nname = "School"\ntype = { value = "school" }\n[[place]]\ntype = { column = "Site", map = { on = "school" } }'
    )
    received = receive_text(tmp_path, "School,Site,x\nMill,,1\n,,2\n,on,3\n", layout)
    assert rows_of(received, "place_mention", "name_raw", "type_code") == [
        ("Mill", "school"),
        (None, "school"),
    ]


def test_a_route_or_a_place_in_one_column(tmp_path: Path) -> None:
    layout = EVENT + '[place]\nroute_or_place = "Route/location"\ndisused = "Void"\nuprn = "UPRN"'
    text = "Route/location,Void,UPRN\nRoute 43,,\nn29,,\nMill Park,Y,000100012345\n"
    received = receive_text(tmp_path, text, layout)
    assert rows_of(received, "place_mention", "route_no", "name_raw", "is_disused", "uprn") == [
        ("43", None, None, None), ("N29", None, None, None), (None, "Mill Park", True, "100012345"),
    ]  # fmt: skip


def test_counts_and_counts_withheld(tmp_path: Path) -> None:
    layout = 'holder = "T"\n[[count]]\nmeasure = "reports"\ncount = "N"\nsetting = "School"\nperiod = "Term"'
    received = receive_text(
        tmp_path,
        'School,Term,N\nMill,Autumn,"1,204"\nPark,Autumn,<5\nElm,Autumn,*\nOak,Autumn,many\n',
        layout,
    )
    assert rows_of(received, "aggregate", "setting_raw", "count", "suppressed") == [
        ("Mill", 1204, False), ("Park", None, True), ("Elm", None, True),
    ]  # fmt: skip
    assert refused(received, "cell") == [(4, "The cell is not a count.")]


def test_assessments_strengths_attributes_and_narratives(tmp_path: Path) -> None:
    layout = NAMED + (
        '[event]\nkind = "report"\n[[assessment]]\ntool = "Hackett continuum"\nlevel = "Level"\n[[protective]]\nfactor = { column = "Strengths", split = [";"] }\n'
        '[attributes]\nplatform = { column = "Apps", split = ["/"] }\nweapon = "Weapon"\n[text]\nbody = { columns = ["What", "Why"], join = "\\n" }'
    )
    text = "Name,Level,Strengths,Apps,Weapon,What,Why\nJo Ash,3,mentor; football,snap/insta,knife,A,B\nBo Elm,,,,none,,\n"
    received = receive_text(tmp_path, text, layout)
    assert rows_of(received, "assessment", "tool", "level_raw") == [("Hackett continuum", "3")]
    assert rows_of(received, "protective_factor", "factor_no", "code") == [(1, "mentor"), (2, "football")]
    assert rows_of(received, "event_attr", "key", "value") == [
        ("platform", "snap"),
        ("platform", "insta"),
        ("weapon", "knife"),
    ]
    assert rows_of(received, "event_text", "body") == ["A\nB"]


def test_a_panel_item(tmp_path: Path) -> None:
    layout = (
        NAMED
        + '[panel]\npanel = "FAP"\nmeeting = "On"\npop_considered = "POP"\npop_role = "Role"\npop_harm = { column = "Harm", by = "words" }'
    )
    received = receive_text(
        tmp_path, "Name,On,POP,Role,Harm\nJo Ash,01/03/2026,Y,both,HSB\nBo Elm,01/03/2026,,unk,\n", layout
    )
    assert rows_of(received, "panel_item", "panel", "meeting_on", "pop_considered", "pop_role", "pop_harm") == [
        ("FAP", date(2026, 3, 1), True, "both", "HSB"), ("FAP", date(2026, 3, 1), None, None, None),
    ]  # fmt: skip


def test_a_register_of_schools(tmp_path: Path) -> None:
    layout = 'holder = "D"\nauthority = "LA"\n[setting]\nurn = "URN"\nla_estab = { columns = ["LA", "No"], join = "/" }\nname = "School"\neasting = "E"\nnorthing = "N"\nroll = "Roll"'
    received = receive_text(
        tmp_path, "URN,LA,No,School,E,N,Roll\n123456,202,4001,Mill,530000,180000,900\n", layout
    )
    assert rows_of(received, "setting", "urn", "la_estab", "la_code", "roll", "name") == [
        ("123456", "202/4001", "202", 900, "Mill")
    ]
    assert rows_of(received, "setting", "h3_r9")[0]


def test_rows_belong_to_the_authority_they_name_else_to_that_of_the_agreement(tmp_path: Path) -> None:
    layout = 'holder = "T"\nauthority = "Borough"\n[event]\nkind = "dir"'
    text = "Borough,Ref\nHartwell,1\nASHMERE ,2\nElsewhere,3\n,4\n"
    names = {"Hartwell": "901", "Ashmere": "902"}
    received = receive_text(tmp_path, text, layout, la_code="900", authorities=names)
    assert rows_of(received, "event", "la_code") == ["901", "902", "900", "900"]
    assert rows_of(receive_text(tmp_path, text, layout), "event", "la_code") == [
        "Hartwell",
        "ASHMERE",
        "Elsewhere",
        None,
    ]
