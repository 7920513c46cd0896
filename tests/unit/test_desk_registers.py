"""Entries of registers as the desk keeps them: who may, every version, files taken whole; one declaration does for all."""

from io import BytesIO

import pytest
from desk_made import ANALYST, agree, make_workspace
from python_calamine import CalamineWorkbook
from registers_made import MADE_UP, MILL, POND, declared, workbook

from kithmap.desk import audit, entry_files, registers, templates, users
from kithmap.errors import (
    ChangedSince,
    DataProblem,
    EmptyExtract,
    LayoutMismatch,
    NotFound,
    NotPermitted,
    UnreadableFile,
)
from kithmap.governance.policy import Action, roles_for
from kithmap.ingest import entry_sheets
from kithmap.ingest.files import source_of
from kithmap.model.registers import PLACE_PROVISION
from kithmap.register import ready

PROVISION = PLACE_PROVISION.name
on_every_register = pytest.mark.usefixtures("every_register")


@pytest.fixture
def fresh(tmp_path, monkeypatch):
    """A workspace of its own, on the register that is asked for."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    with make_workspace(tmp_path / "workspace") as made:
        yield made


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    folder = tmp_path_factory.mktemp("registers")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CONFIG_HOME", str(folder / "config"))
        with make_workspace(folder / "workspace") as made:
            yield made


@pytest.fixture
def workspace(shared):
    """One workspace for these tests, in whose registers nothing stands when a test begins."""
    ready.Entry.objects.using(shared.register.alias).all().delete()
    return shared


def sent(*rows, table=PLACE_PROVISION, name="filled.xlsx"):
    return source_of(name, workbook(table, rows))


def values_of(workspace, register=PROVISION):
    return [dict(each.values) for each in registers.list_entries(workspace, register, who=ANALYST)]


@on_every_register
def test_an_entry_is_added_changed_and_removed_and_every_version_stays(fresh):
    made = registers.add_entry(fresh, PROVISION, MILL, who=ANALYST)
    assert (made.version, made.values["days"]) == (1, ["MON", "WED"])
    changed = registers.change_entry(
        fresh, PROVISION, made.entry_id, {**MILL, "days": "FRI"}, version=1, who="mo"
    )
    assert (changed.version, changed.by, changed.values["days"]) == (2, "mo", ["FRI"])
    same = registers.change_entry(
        fresh, PROVISION, made.entry_id, {**MILL, "days": "Friday"}, version=2, who=ANALYST
    )
    assert same == changed, "nothing new was said"
    removed = registers.remove_entry(fresh, PROVISION, made.entry_id, version=2, who=ANALYST)
    assert removed.is_removed
    assert not values_of(fresh)
    history = registers.list_versions(fresh, PROVISION, made.entry_id, who=ANALYST)
    assert [(each.version, each.added_by, each.terms["removed"]) for each in history] == [(1, ANALYST, False), (2, "mo", False), (3, ANALYST, True)]  # fmt: skip
    assert history[0].terms["values"]["days"] == ["MON", "WED"]
    assert [line.verb for line in audit.show(fresh, last=7, who=ANALYST) if line.verb in ("register add", "register change", "register remove")] == ["register add", "register change", "register remove"]  # fmt: skip


@on_every_register
def test_two_people_do_not_write_over_each_other(fresh):
    made = registers.add_entry(fresh, PROVISION, MILL, who=ANALYST)
    registers.change_entry(fresh, PROVISION, made.entry_id, {**MILL, "days": "FRI"}, version=1, who="mo")
    with pytest.raises(ChangedSince):
        registers.change_entry(
            fresh, PROVISION, made.entry_id, {**MILL, "days": "TUE"}, version=1, who=ANALYST
        )
    with pytest.raises(ChangedSince):
        registers.remove_entry(fresh, PROVISION, made.entry_id, version=1, who=ANALYST)
    registers.remove_entry(fresh, PROVISION, made.entry_id, version=2, who=ANALYST)
    with pytest.raises(ChangedSince) as told:
        registers.change_entry(fresh, PROVISION, made.entry_id, MILL, version=3, who=ANALYST)
    assert "removed" in told.value.what


def test_what_should_never_have_been_written_is_erased_from_every_version(workspace):
    made = registers.add_entry(workspace, PROVISION, {**MILL, "note": "Zebra Ashdown"}, who=ANALYST)
    registers.change_entry(workspace, PROVISION, made.entry_id, MILL, version=1, who=ANALYST)
    gone = registers.erase_entry(workspace, PROVISION, made.entry_id, who="mo")
    assert (gone.is_removed, dict(gone.values), gone.by) == (True, {}, "mo")
    history = registers.list_versions(workspace, PROVISION, made.entry_id, who=ANALYST)
    assert [each.terms["values"] for each in history] == [{}, {}, {}]
    assert [each.added_by for each in history] == [ANALYST, ANALYST, "mo"], "who and when stays"
    assert audit.show(workspace, last=3, who=ANALYST)[-1].verb == "register show"
    for table in (ready.Entry, ready.FormerTerms):
        kept = table.objects.using(workspace.register.alias).values_list("terms", flat=True)
        assert not [terms for terms in kept if "Zebra" in str(terms)]


def test_an_entry_is_not_kept_twice(workspace):
    registers.add_entry(workspace, PROVISION, MILL, who=ANALYST)
    with pytest.raises(DataProblem) as told:
        registers.add_entry(workspace, PROVISION, {**MILL, "place": "mill  PARK", "days": ""}, who=ANALYST)
    assert "'Place' and 'Authority'" in told.value.what
    other = registers.add_entry(workspace, PROVISION, {**MILL, "place": "Quay"}, who=ANALYST)
    with pytest.raises(DataProblem):
        registers.change_entry(workspace, PROVISION, other.entry_id, MILL, version=1, who=ANALYST)
    assert len(values_of(workspace)) == 2


def test_every_fault_of_an_entry_is_told_at_once(workspace):
    with pytest.raises(DataProblem) as told:
        registers.add_entry(workspace, PROVISION, {"kind": "zebra"}, who=ANALYST)
    for label in ("Place", "What is offered", "Who offers it", "First day"):
        assert f"'{label}'" in told.value.what
    assert not values_of(workspace)


def test_an_authority_is_one_of_an_agreement(workspace):
    written = {**MILL, "authority": "X01"}
    assert [
        each.column for each in registers.read_written(workspace, PROVISION, written, who=ANALYST).faults
    ] == ["authority"]
    agree(workspace, "A", "Gangs panel", ["gangs_panel_list"])
    assert registers.add_entry(workspace, PROVISION, written, who=ANALYST).values["authority"] == "X01"


@pytest.mark.parametrize(("role", "sees", "keeps"), [("coordinator", True, True), ("school lead", True, False), ("information governance", True, False), ("health recipient", False, False)])  # fmt: skip
def test_who_may_see_a_register_and_who_may_keep_it(workspace, role, sees, keeps):
    users.add_user(workspace, "una", role, who=ANALYST)
    for may, act in (
        (sees, lambda: registers.list_entries(workspace, PROVISION, who="una")),
        (sees, lambda: templates.register_template(workspace, PROVISION, who="una")),
        (keeps, lambda: registers.add_entry(workspace, PROVISION, MILL, who="una")),
        (keeps, lambda: entry_files.look_at_file(workspace, PROVISION, sent(MILL), who="una")),
    ):
        if may:
            act()
        else:
            with pytest.raises(NotPermitted):
                act()
    refused = [line for line in audit.show(workspace, last=20, who=ANALYST) if line.outcome == "deny"]
    assert {line.actor for line in refused} == ({"una"} if not keeps else set())


def test_whoever_works_for_one_authority_keeps_its_entries_alone(workspace):
    agree(workspace, "A", "Gangs panel", ["gangs_panel_list"])
    users.add_user(workspace, "own", "analyst", who=ANALYST, authority="X01")
    several = registers.add_entry(workspace, PROVISION, MILL, who=ANALYST)
    theirs = registers.add_entry(workspace, PROVISION, {**MILL, "authority": "X01"}, who="own")
    assert registers.find_own(workspace, PLACE_PROVISION, who="own")(theirs.values)
    with pytest.raises(DataProblem):
        registers.add_entry(workspace, PROVISION, {**MILL, "place": "Quay"}, who="own")
    for act in (
        lambda: registers.change_entry(workspace, PROVISION, several.entry_id, MILL, version=1, who="own"),
        lambda: registers.remove_entry(workspace, PROVISION, several.entry_id, version=1, who="own"),
        lambda: registers.erase_entry(workspace, PROVISION, several.entry_id, who="own"),
    ):
        with pytest.raises(NotPermitted):
            act()
    refused = [line.verb for line in audit.show(workspace, last=3, who=ANALYST)]
    assert refused == ["register change", "register remove", "register erase"]
    assert audit.verify(workspace).intact
    sheet = sent({**MILL, "place": "Pier", "authority": "X01"}, {**MILL, "days": "FRI"})
    looked = entry_files.look_at_file(workspace, PROVISION, sheet, who="own")
    assert [(line.row, line.state) for line in looked.lines] == [(2, "new")]
    assert [(each.row, each.column) for each in looked.refusals] == [(3, "Authority")]
    assert entry_files.look_at_file(workspace, PROVISION, sheet, who=ANALYST).count("changed") == 1


def test_whoever_looks_at_places_or_shares_a_profile_may_see_what_is_offered_there():
    for action in (Action.ASK_CONTEXTS, Action.SHARE):
        assert set(roles_for(action)) <= set(roles_for(Action.SEE_REGISTERS))


def test_an_entry_of_another_register_is_not_there(workspace, monkeypatch):
    made = registers.add_entry(workspace, PROVISION, MILL, who=ANALYST)
    with declared(monkeypatch, MADE_UP), pytest.raises(NotFound):
        registers.get_entry(workspace, MADE_UP.name, made.entry_id, who=ANALYST)
    with pytest.raises(NotFound):
        registers.list_entries(workspace, MADE_UP.name, who=ANALYST)


@on_every_register
def test_a_filled_in_sheet_is_looked_at_then_taken_and_a_second_time_changes_nothing(fresh):
    rows = [MILL, {**MILL, "place": "Quay"}, {}, {**MILL, "place": "Pier"}]
    looked = entry_files.look_at_file(fresh, PROVISION, sent(*rows), who=ANALYST)
    assert looked.sentence == "3 rows: 3 new, 0 changed, 0 the same as before, 0 refused."
    assert not values_of(fresh), "looking takes nothing"
    entry_files.import_file(fresh, PROVISION, sent(*rows), who=ANALYST)
    before = registers.list_entries(fresh, PROVISION, who=ANALYST)
    again = entry_files.import_file(fresh, PROVISION, sent(*rows), who="mo")
    assert (again.count("new"), again.count("changed"), again.count("same")) == (0, 0, 3)
    assert registers.list_entries(fresh, PROVISION, who=ANALYST) == before
    third = entry_files.import_file(fresh, PROVISION, sent({**MILL, "days": "Friday"}), who="mo")
    assert [(line.row, line.state) for line in third.lines] == [(2, "changed")]
    assert len(values_of(fresh)) == 3, "what is not in the file stays"
    assert registers.list_versions(fresh, PROVISION, before[0].entry_id, who=ANALYST)[-1].added_by == "mo"


def test_one_refused_cell_and_nothing_is_taken_and_each_is_told_by_row_and_column(workspace):
    rows = [MILL, {**MILL, "kind": "zebra", "place": "Quay"}, {**MILL, "start_on": "31/02/2025", "oldest": "zebra"}, {**MILL, "place": "=1+1"}]  # fmt: skip
    looked = entry_files.look_at_file(workspace, PROVISION, sent(*rows), who=ANALYST)
    found = {(each.row, each.column) for each in looked.refusals}
    assert found == {(3, "What is offered"), (4, "First day"), (4, "Oldest age"), (5, "Place")}
    assert "formula" in next(each.what for each in looked.refusals if each.row == 5)
    assert not [each for each in looked.refusals if "zebra" in f"{each.what} {each.expected}"]
    with pytest.raises(DataProblem) as told:
        entry_files.import_file(workspace, PROVISION, sent(*rows), who=ANALYST)
    assert "Row 3, What is offered" in told.value.what
    assert not values_of(workspace)


def test_two_rows_of_one_entry_are_refused_and_the_first_is_named(workspace):
    looked = entry_files.look_at_file(workspace, PROVISION, sent(MILL, {**MILL, "days": "FRI"}), who=ANALYST)
    assert [(each.row, "row 2" in each.what) for each in looked.refusals] == [(3, True)]


def test_a_column_that_a_register_does_not_have_is_told_and_one_that_it_lacks_refused(workspace):
    wider = MADE_UP.__class__(**{**vars(PLACE_PROVISION), "columns": (*PLACE_PROVISION.columns, MADE_UP.columns[0])})  # fmt: skip
    looked = entry_files.look_at_file(
        workspace, PROVISION, sent({**MILL, "pond": "x"}, table=wider), who=ANALYST
    )
    assert looked.unread == ("Pond",)
    narrow = MADE_UP.__class__(**{**vars(PLACE_PROVISION), "columns": PLACE_PROVISION.columns[:-1]})
    with pytest.raises(LayoutMismatch) as told:
        entry_files.look_at_file(workspace, PROVISION, sent(MILL, table=narrow), who=ANALYST)
    assert "lacks columns of the register: 'Note'" in told.value.what


def test_a_file_that_is_not_a_filled_in_template_is_refused_in_words(workspace, monkeypatch):
    for name, body, fault, words in (
        ("empty.xlsx", b"", EmptyExtract, "is empty"),
        ("headings.xlsx", workbook(PLACE_PROVISION, []), EmptyExtract, "no rows below"),
        ("ponds.xlsx", workbook(MADE_UP, [POND]), LayoutMismatch, "No sheet"),
        ("rows.csv", b"Place,Authority\nMill,\n", UnreadableFile, "no workbook"),
        ("broken.xlsx", workbook(PLACE_PROVISION, [MILL])[:900], UnreadableFile, "damaged"),
    ):
        with pytest.raises(fault) as told:
            entry_files.look_at_file(workspace, PROVISION, source_of(name, body), who=ANALYST)
        assert words in told.value.what


@pytest.mark.parametrize("limit", ["MOST_ROWS", "MOST_BYTES", "MOST_CELLS"])
def test_a_sheet_that_is_too_large_is_refused(workspace, monkeypatch, limit):
    monkeypatch.setattr(entry_sheets, limit, 1)
    with pytest.raises(UnreadableFile) as told:
        entry_files.look_at_file(workspace, PROVISION, sent(MILL, {**MILL, "place": "Quay"}), who=ANALYST)
    assert "larger than a register's sheet may be" in told.value.what


def test_a_template_has_headings_drop_downs_notes_and_an_example_that_is_not_read(workspace):
    body = templates.register_template(workspace, PROVISION, who=ANALYST)
    book = CalamineWorkbook.from_filelike(BytesIO(body))
    assert book.sheet_names == ["Provision in places", "Notes", "Codes"]
    rows = book.get_sheet_by_name("Provision in places").to_python(skip_empty_area=False)
    assert rows[4] == [column.label for column in PLACE_PROVISION.columns]
    assert rows[3][:4] == ["Mill Park", "", "Youth club or youth centre", "Mill youth service"]
    codes = book.get_sheet_by_name("Codes").to_python(skip_empty_area=False)
    at = codes[2].index("What is offered")
    assert ["CCTV", "cctv"] in [row[at : at + 2] for row in codes]
    with pytest.raises(EmptyExtract):
        entry_files.look_at_file(workspace, PROVISION, source_of("template.xlsx", body), who=ANALYST)


def test_a_register_needs_only_its_declaration(workspace, monkeypatch):
    with declared(monkeypatch, MADE_UP):
        assert [(table.name, count) for table, count in registers.list_registers(workspace, who=ANALYST)] == [(PROVISION, 0), (MADE_UP.name, 0)]  # fmt: skip
        made = registers.add_entry(workspace, MADE_UP.name, POND, who=ANALYST)
        assert values_of(workspace, MADE_UP.name) == [{"pond": "Duck Pond", "sort": "patrol", "from_on": "2025-09-01", "ducks": 12}]  # fmt: skip
        taken = entry_files.import_file(workspace, MADE_UP.name, sent({**POND, "ducks": 13, "sort": "Wardens or patrols"}, table=MADE_UP), who=ANALYST)  # fmt: skip
        assert [(line.state, line.entry_id) for line in taken.lines] == [("changed", made.entry_id)]
        assert templates.register_template(workspace, MADE_UP.name, who=ANALYST).startswith(b"PK")
        assert not values_of(workspace, PROVISION), "one register holds nothing of another"
