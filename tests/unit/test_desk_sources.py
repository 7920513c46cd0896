"""Sources, access, columns used and gateways, as the desk keeps them; and whose a user is."""

import pytest
from desk_made import ANALYST, agree, make_workspace

from kithmap.desk import agreements, gateways, sources, users
from kithmap.desk.audit import ALLOW, note
from kithmap.desk.lineage import RESTS_ON, agreements_used
from kithmap.errors import DataProblem, NotPermitted, WrongUse
from kithmap.governance.agreed_files import parse_agreement
from kithmap.governance.organisations import Organisation
from kithmap.governance.policy import Role
from kithmap.measures import get_measure, registered
from kithmap.model.records import RECORD_TABLES
from kithmap.register import agreements as kept
from kithmap.register.audit import Act

SOURCE = 'id = "s"\nholder = "Gangs panel"\ncontact = "Panel chair"\nroute = "panel"\n[refused]\nmarac_cases = "No consent"\n'
GATEWAY = 'id = "LOCAL-1"\nlaw = "A local charter"\nkind = "power"\nsays = "May share"\nsource = "The council"\nas_at = 2026-01-01\n'


pytestmark = pytest.mark.usefixtures("every_register")


@pytest.fixture
def workspace(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    with make_workspace(tmp_path / "workspace") as made:
        yield made


def written(folder, name, text):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_source_is_kept_with_its_contact(workspace, tmp_path):
    sources.add_source(workspace, written(tmp_path, "s.toml", SOURCE), who=ANALYST)
    sources.add_source(workspace, written(tmp_path, "s.toml", SOURCE.replace("chair", "clerk")), who=ANALYST)
    assert [(each.id, each.contact) for each in sources.list_sources(workspace)] == [("s", "Panel clerk")]
    told = {(held.authority, held.layout): held.access.value for held in sources.find_access(workspace)}
    assert told["", "marac_cases"] == "refused"


def test_only_whoever_keeps_agreements_keeps_sources_and_gateways(workspace, tmp_path):
    users.add_user(workspace, "cora", "coordinator", who=ANALYST)
    for add, text in ((sources.add_source, SOURCE), (gateways.add_gateway, GATEWAY)):
        with pytest.raises(NotPermitted):
            add(workspace, written(tmp_path, "x.toml", text), who="cora")


def test_a_gateway_of_the_workspace_may_be_named_and_an_unknown_one_not(workspace, tmp_path):
    known = len(gateways.list_gateways(workspace))
    gateways.add_gateway(workspace, written(tmp_path, "g.toml", GATEWAY), who=ANALYST)
    assert len(gateways.list_gateways(workspace)) == known + 1
    text = """
id = "I"
holder = "H"
agency = "police"
start = 2026-01-01
end = 2099-01-01
review_date = 2027-01-01
purposes = ["profiling"]
onward_sharing = "No"
dpia = "D"
signatories = ["Chief"]
lawful = { gateways = ["LOCAL-1"], article_6 = ["e"], necessity = "N", proportionality = "P" }
retention = { rule = "Two years" }
parties = [{ organisation = "H", role = "controller", contact = "C", protection_officer = "O" }]
items = [{ layout = "police_crime_party", columns = ["Offence"], sensitivity = "official", operations = ["count"] }]
"""
    assert agreements.add_agreement(workspace, written(tmp_path, "a.toml", text), who=ANALYST).id == "I"
    with pytest.raises(DataProblem, match="Did you mean LOCAL-1"):
        agreements.add_agreement(
            workspace, written(tmp_path, "b.toml", text.replace('["LOCAL-1"]', '["LOCAL-2"]')), who=ANALYST
        )


def test_columns_asked_for_are_set_against_columns_used(workspace):
    agree(workspace, "a", "Gangs panel", ["gangs_panel_list"])
    before = sources.find_fields_used(workspace, "a")
    assert {field.verdict for field in before} == {"used", "read, not used yet"}
    assert all(field.used_by == ("linking",) for field in before if field.verdict == "used")
    note(workspace, Act(ANALYST, "ask", ALLOW, "overlap", "profiling", {"agreements": ["a"]}))
    after = {field.column: field.used_by for field in sources.find_fields_used(workspace)}
    assert any("overlap" in used for used in after.values())
    more = kept.get_agreement(workspace.register, "a")
    named = {**vars(more)}
    assert named["items"][0].column == "*"


def test_a_column_that_no_layout_reads_is_told(workspace):
    made = parse_agreement({
        "id": "b", "holder": "Gangs panel", "purposes": ["profiling"], "start": "2026-01-01", "end": "2099-01-01",
        "columns": {"gangs_panel_list": ["Name/DOB", "Shoe size"], "no_such_layout": ["X"]},
    })  # fmt: skip
    from kithmap.desk import clock

    kept.add_agreement(workspace.register, made, clock.now())
    told = {(f.layout, f.column): f.verdict for f in sources.find_fields_used(workspace, "b")}
    assert told["gangs_panel_list", "Shoe size"] == "asked for, never read"
    assert told["no_such_layout", "X"] == "asked for, never read"


def test_what_an_agreement_was_used_for_is_counted_from_the_audit(workspace):
    agree(workspace, "a", "Gangs panel", ["gangs_panel_list"])
    for measure in ("overlap", "overlap", "prevalence"):
        note(workspace, Act(ANALYST, "ask", ALLOW, measure, "profiling", {"agreements": ["a"]}))
    note(workspace, Act(ANALYST, "ask", "deny", "schools", "profiling", {"agreements": ["a"]}))
    (use,) = sources.find_use(workspace, who=ANALYST)
    assert (use.questions, use.releases, use.measures) == (3, 0, ("overlap", "prevalence"))
    users.add_user(workspace, "cora", "coordinator", who=ANALYST)
    with pytest.raises(NotPermitted):
        sources.find_use(workspace, who="cora")


def test_a_question_uses_the_agreements_whose_extracts_its_tables_rest_on():
    extracts = [
        {"receipt_no": 1, "layout": "gangs_panel_list", "agreement": "gangs"},
        {"receipt_no": 2, "layout": "gias_schools", "agreement": "schools"},
        {"receipt_no": 3, "layout": "gangs_panel_list", "agreement": "others"},
        {"receipt_no": 4, "layout": "of_their_own.toml", "agreement": "own"},
    ]
    assert agreements_used(get_measure("overlap"), extracts, [1, 2, 4]) == ("gangs", "own")
    assert "schools" in agreements_used(get_measure("schools"), extracts, [1, 2])


def test_every_table_that_a_measure_reads_is_known_to_rest_on_records():
    records = {table.name for table in RECORD_TABLES}
    assert all(rests_on <= records for rests_on in RESTS_ON.values())
    read = {table.name for measure in registered() for table in measure.inputs}
    assert read - set(RESTS_ON) <= {"extract", "resident"}


def test_a_user_works_for_the_organisation_of_the_role_unless_it_is_said(workspace):
    by_role = users.add_user(workspace, "pia", "police analyst", who=ANALYST, authority="E1")
    said = users.add_user(workspace, "ed", "coordinator", who=ANALYST, organisation="health")
    assert (by_role.organisation, by_role.authority) == (Organisation.POLICE, "E1")
    assert said.organisation is Organisation.HEALTH
    assert {user.name: user for user in users.list_users(workspace)}["pia"] == by_role
    with pytest.raises(WrongUse, match="kind of organisation"):
        users.add_user(workspace, "x", "analyst", who=ANALYST, organisation="circus")


def test_nobody_gives_themselves_another_role(workspace):
    users.add_user(workspace, "pia", "police_analyst", who=ANALYST)
    with pytest.raises(NotPermitted):
        users.add_user(workspace, "pia", "manager", who="pia")
    users.add_user(workspace, "adam", "administrator", who=ANALYST)
    with pytest.raises(NotPermitted):
        users.add_user(workspace, ANALYST, "manager", who=ANALYST)
    assert users.add_user(workspace, "pia", "manager", who="adam").role is Role.MANAGER
