"""Registers in the browser: every page of one comes from its declaration, and a second register needs nothing else."""

import re
from html import unescape
from io import BytesIO

import pytest
from python_calamine import CalamineWorkbook
from registers_made import MADE_UP, MILL, POND, declared, workbook

from kithmap.desk import registers
from kithmap.model.registers import PLACE_PROVISION
from kithmap.register import ready

PROVISION = f"/registers/{PLACE_PROVISION.name}"
WHO = "demo-analyst"
TYPED = {
    "place": "Mill Park", "kind": "youth_club", "provider": "Mill youth service", "days": ["MON", "WED"],
    "start_on-day": "1", "start_on-month": "9", "start_on-year": "2025", "from_time": "15:30",
}  # fmt: skip


@pytest.fixture(autouse=True)
def nothing_stands(workspace):
    """No entry is left of the test before."""
    ready.Entry.objects.using(workspace.register.alias).all().delete()


@pytest.fixture
def analyst(browse):
    return browse("analyst", None)


def text_of(answer) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())))


def send(client, body: bytes, to: str = PROVISION, name: str = "filled.xlsx") -> str:
    """Send a workbook in; the address of what it would change."""
    file = BytesIO(body)
    file.name = name
    answer = client.post(f"{to}/import", {"file": file, "whole": "yes"})
    assert answer.status_code == 302, text_of(answer)
    return answer["Location"]


def test_an_entry_is_added_changed_and_removed_and_its_history_shown(analyst):
    where = analyst.post(f"{PROVISION}/new", TYPED)["Location"]
    assert "Monday; Wednesday" in text_of(analyst.get(where))
    form = analyst.get(f"{where}/change").content.decode()
    assert 'value="Mill Park"' in form
    assert re.search(r'value="MON"[^>]*checked', form)
    assert analyst.post(f"{where}/change", {**TYPED, "days": ["FRI"], "version": "1"})["Location"] == where
    assert "Days: Friday" in text_of(analyst.get(where))
    assert analyst.post(f"{where}/remove", {"version": "2"})["Location"] == PROVISION
    assert "Mill Park" not in text_of(analyst.get(PROVISION))
    gone = text_of(analyst.get(where))
    assert "was removed" in gone
    assert "Days: Friday" in gone
    assert "Remove it" not in gone
    assert analyst.get(f"{where}/change").status_code == 302


def test_a_name_written_by_mistake_is_erased(analyst):
    where = analyst.post(f"{PROVISION}/new", {**TYPED, "note": "Zebra Ashdown"})["Location"]
    assert "Erase what it said" in text_of(analyst.get(where))
    assert analyst.post(f"{where}/erase")["Location"] == PROVISION
    gone = text_of(analyst.get(where))
    assert "An entry that was erased" in gone
    assert "Zebra" not in gone
    assert "Erase what it said" not in gone


def test_what_is_wrong_is_told_at_its_field_and_what_was_typed_is_kept(analyst, workspace):
    answer = analyst.post(f"{PROVISION}/new", {**TYPED, "place": "", "from_time": "25:61", "oldest": "9", "youngest": "12", "start_on-day": "31", "start_on-month": "2"})  # fmt: skip
    assert answer.status_code == 422
    page = answer.content.decode()
    for field in ("place", "from_time", "oldest", "start_on"):
        assert f'href="#{field}"' in page
    assert 'value="25:61"' in page
    assert "Error: " in page
    assert not registers.list_entries(workspace, PLACE_PROVISION.name, who=WHO)
    assert analyst.post(f"{PROVISION}/new", TYPED).status_code == 302
    again = analyst.post(f"{PROVISION}/new", TYPED)
    assert again.status_code == 422
    assert "says the same" in text_of(again)


def test_the_form_asks_for_no_names(analyst):
    assert "Name no young person." in text_of(analyst.get(f"{PROVISION}/new"))


def test_two_people_who_change_one_entry_are_shown_both_and_neither_is_lost(analyst, browse):
    where = analyst.post(f"{PROVISION}/new", TYPED)["Location"]
    browse("manager", None).post(f"{where}/change", {**TYPED, "provider": "The council", "version": "1"})
    mine = {**TYPED, "provider": "A charity", "version": "1"}
    answer = analyst.post(f"{where}/change", mine)
    assert answer.status_code == 409
    assert "The council" in text_of(answer)
    assert 'value="A charity"' in answer.content.decode()
    stands = re.search(r'name="version" value="(\d+)"', answer.content.decode())
    assert stands
    assert analyst.post(f"{where}/change", {**mine, "version": stands[1]}).status_code == 302
    assert "A charity" in text_of(analyst.get(where))
    analyst.post(f"{where}/remove", {"version": "2"})
    assert "not removed by you" in text_of(analyst.get(where))


def test_a_filled_in_template_is_shown_first_then_taken_once(analyst, workspace):
    body = workbook(PLACE_PROVISION, [MILL, {**MILL, "place": "Quay"}])
    where = send(analyst, body)
    assert "2 rows: 2 new" in text_of(analyst.get(where))
    assert not registers.list_entries(workspace, PLACE_PROVISION.name, who=WHO)
    assert "2 entries were added" in text_of(analyst.post(where, follow=True))
    assert analyst.get(where).status_code == 404, "the file is not kept"
    again = text_of(analyst.get(send(analyst, body)))
    assert "2 the same as before" in again
    assert "All of it is in the register already" in again
    assert "Take it" not in again


def test_a_register_that_was_downloaded_can_be_changed_and_sent_in_again(analyst):
    analyst.post(
        f"{PROVISION}/new", {**TYPED, "end_on-day": "1", "end_on-month": "10", "end_on-year": "2025"}
    )
    body = analyst.get(f"{PROVISION}.xlsx").content
    sheet = CalamineWorkbook.from_filelike(BytesIO(body)).get_sheet_by_name("Table").to_python()
    assert str(sheet[0][0]).startswith("Kithmap. No purpose")
    assert "1 the same as before" in text_of(analyst.get(send(analyst, body)))


def test_a_refused_cell_is_shown_by_row_and_column_and_nothing_is_taken(analyst, workspace):
    body = workbook(PLACE_PROVISION, [MILL, {**MILL, "place": "Quay", "start_on": "zebra", "kind": "=1+1"}])
    where = send(analyst, body)
    shown = text_of(analyst.get(where))
    assert "3 First day 'First day' is not a date." in shown
    assert "3 What is offered 'What is offered' holds a formula." in shown
    assert "zebra" not in shown
    assert "Take it" not in shown
    assert analyst.post(where).status_code == 422
    assert not registers.list_entries(workspace, PLACE_PROVISION.name, who=WHO)
    assert analyst.post(where, {"drop": "yes"}).status_code == 302
    assert analyst.get(where).status_code == 404


@pytest.mark.parametrize(
    ("name", "body", "told"),
    [
        ("empty.xlsx", b"", "is empty"),
        ("rows.csv", b"Place\nMill\n", "is no workbook"),
        ("ponds.xlsx", workbook(MADE_UP, [POND]), "has the columns of the register"),
        ("broken.xlsx", workbook(PLACE_PROVISION, [MILL])[:900], "damaged"),
    ],
)
def test_a_file_that_is_no_filled_in_template_is_refused_in_words(analyst, name, body, told):
    file = BytesIO(body)
    file.name = name
    answer = analyst.post(f"{PROVISION}/import", {"file": file, "whole": "yes"}, follow=True)
    assert answer.status_code == 422
    assert told in text_of(answer)


def test_a_file_is_open_to_whoever_sent_it_for_that_register_alone(analyst, browse, monkeypatch):
    where = send(analyst, workbook(PLACE_PROVISION, [MILL]))
    assert browse("manager", None).get(where).status_code == 404
    upload = where.rpartition("/")[2]
    assert analyst.get(f"/extracts/new/{upload}/read").status_code == 404
    with declared(monkeypatch, MADE_UP):
        assert analyst.get(f"/registers/{MADE_UP.name}/import/{upload}").status_code == 404


def test_whoever_may_only_see_a_register_is_offered_nothing_else(analyst, browse):
    where = analyst.post(f"{PROVISION}/new", TYPED)["Location"]
    lead = browse("school_lead", None)
    for page in (PROVISION, where):
        shown = text_of(lead.get(page))
        assert "Mill Park" in shown
        assert not [word for word in ("Add an entry", "Change it", "Remove it") if word in shown]
    for closed in (f"{PROVISION}/new", f"{PROVISION}/import", f"{where}/change"):
        assert lead.get(closed).status_code == 404
    assert browse("administrator", None).get(PROVISION).status_code == 404


def test_entries_are_found_by_their_words(analyst):
    for place in ("Mill Park", "Quay"):
        analyst.post(f"{PROVISION}/new", {**TYPED, "place": place})
    found = text_of(analyst.get(f"{PROVISION}?words=PARK+monday"))
    assert "1 entry with these words." in found
    assert "Quay" not in found
    assert "Nothing stands in this register with these words." in text_of(analyst.get(f"{PROVISION}?words=zebra"))  # fmt: skip


def test_a_register_needs_only_its_declaration(analyst, monkeypatch):
    ponds = f"/registers/{MADE_UP.name}"
    assert analyst.get(ponds).status_code == 404
    with declared(monkeypatch, MADE_UP):
        assert "Watch over ponds" in text_of(analyst.get("/registers"))
        form = text_of(analyst.get(f"{ponds}/new"))
        assert [label for label in ("Pond", "Sort of watch", "Days of watch", "Watched from", "Ducks", "Remark (optional)") if label not in form] == []  # fmt: skip
        typed = {"pond": "Duck Pond", "sort": "patrol", "from_on-day": "1", "from_on-month": "9", "from_on-year": "2025", "ducks": "100"}  # fmt: skip
        assert "too small or too large" in text_of(analyst.post(f"{ponds}/new", typed))
        where = analyst.post(f"{ponds}/new", {**typed, "ducks": "12"})["Location"]
        assert "Wardens or patrols" in text_of(analyst.get(where))
        assert "Duck Pond,Wardens or patrols" in analyst.get(f"{ponds}.csv").content.decode()
        book = CalamineWorkbook.from_filelike(BytesIO(analyst.get(f"{ponds}/template.xlsx").content))
        assert [column.label for column in MADE_UP.columns] in book.get_sheet_by_name("Watch over ponds").to_python()  # fmt: skip
        sent = send(analyst, workbook(MADE_UP, [{**POND, "ducks": 13}, {**POND, "pond": "Mere"}]), ponds)
        assert "2 rows: 1 new, 1 changed" in text_of(analyst.get(sent))
        analyst.post(sent)
        assert "Ducks: 13" in text_of(analyst.get(where))
        assert analyst.post(f"{where}/remove", {"version": "2"}).status_code == 302
        assert "1 entry." in text_of(analyst.get(ponds))


def test_the_tool_of_a_layout_is_downloaded_from_the_layouts(analyst):
    for page in ("/layouts", "/layouts/gangs_panel_list"):
        assert 'href="/layouts/gangs_panel_list.xlsx"' in analyst.get(page).content.decode()
    book = CalamineWorkbook.from_filelike(BytesIO(analyst.get("/layouts/gangs_panel_list.xlsx").content))
    assert book.sheet_names == ["Rows", "Notes", "Codes"]
    assert analyst.get("/layouts//etc/passwd.xlsx").status_code == 404


def first_place(client) -> tuple[str, str]:
    """A place by name that the map of events has, with most of them: its name, and its page."""
    page = client.get("/places").content.decode()
    named = page[page.index("Places by name") :]
    found = re.search(r'href="(/contexts/[^"]+)">([^<]+)</a>', named)
    assert found
    return unescape(found[2]), found[1]


def test_what_is_offered_stands_beside_what_happens_there(browse):
    analyst = browse("analyst", "profiling")
    place, _ = first_place(analyst)
    assert "No offer stands in the register" in text_of(analyst.get("/places"))
    analyst.post(f"{PROVISION}/new", {**TYPED, "place": f"near {place}"})
    analyst.post(f"{PROVISION}/new", {**TYPED, "place": "Nowhere Known"})
    shown = text_of(analyst.get("/places"))
    assert "1 of the 10 numbered hexagons have an offer in the register" in shown
    assert (
        f"near {place} Youth club or youth centre Mill youth service Monday, Wednesday, from 15:30" in shown
    )
    assert "Nowhere Known Youth club or youth centre Mill youth service Monday, Wednesday, from 15:30 Not stated Not on the map" in shown  # fmt: skip
    rows = analyst.get("/places.csv").content.decode().splitlines()
    heads = next(row for row in rows if "Offers" in row)
    assert heads.endswith(",Offers")
    assert [row.rpartition(",")[2] for row in rows if row.startswith("1,")] == ["1"]


def test_the_page_of_a_place_shows_what_is_offered_there(browse):
    analyst = browse("analyst", "profiling")
    place, page = first_place(analyst)
    assert "has no offer here" in text_of(analyst.get(page))
    analyst.post(f"{PROVISION}/new", {**TYPED, "place": place.upper()})
    assert "Youth club or youth centre Mill youth service Monday, Wednesday, from 15:30" in text_of(analyst.get(page))  # fmt: skip
    assert "What is offered here" in analyst.get(f"{page}.csv").content.decode()
