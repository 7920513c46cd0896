"""Places, groups and contexts as pages: the picture and its table say the same, and people stay people's own."""

import json
import re

import pytest

from kithmap.desk.publishing import open_engine
from kithmap.register import builds

CELL = re.compile(r'data-cell="(8[0-9a-f]{14})"')


@pytest.fixture(scope="module")
def context_ids(workspace):
    """One context of each type, and every one of the peer groups with its young members."""
    engine = open_engine(workspace, builds.get_build(workspace.register, None))
    context = engine.table("context")
    rows = engine.fetch(context.select("context_id", "context_type", "name")).to_pylist()
    return {
        kind: [row for row in rows if row["context_type"] == kind]
        for kind in {row["context_type"] for row in rows}
    }


def text_of(answer) -> str:
    return answer.content.decode()


def test_the_map_draws_the_hexagons_of_its_table_and_the_script_is_given_the_same(browse):
    client = browse("analyst", "profiling")
    page = text_of(client.get("/places"))
    told = json.loads(client.get("/places/cells.json").content)["features"]
    in_table = CELL.findall(page)
    drawn = re.search(r'data-figure="places".*?</svg>', page, re.DOTALL)[0]
    assert len(in_table) == len(set(in_table)) > 10
    assert {each["properties"]["cell"] for each in told} == set(in_table)
    assert drawn.count("<polygon") == len(in_table)
    for each in told:
        assert f"<title>{each['properties']['said'].replace(chr(39), '&#x27;')}</title>" in drawn
    assert sorted(each["properties"]["number"] for each in told)[-10:] == list(range(1, 11))


def test_the_map_can_be_narrowed_by_harm_and_time_and_says_what_is_left(browse):
    client = browse("analyst", "profiling")
    whole, narrowed = (
        json.loads(client.get(f"/places/cells.json{asked}").content)["features"]
        for asked in ("", "?harm=CSE&hours=after+school")
    )
    assert 0 < len(narrowed) < len(whole)
    assert client.get("/places?hours=teatime").status_code == 422
    assert client.get("/places/cells.json?hours=teatime").status_code == 400
    empty = text_of(client.get("/places?harm=HSB&hours=before+school"))
    assert "No event that was asked about" in empty


def test_the_table_of_places_leaves_as_a_file_with_its_purpose(browse):
    answer = browse("analyst", "profiling").get("/places.csv")
    assert "Purpose PP-2026-01" in text_of(answer).splitlines()[0]
    assert "Every event" in text_of(answer)


def test_groups_are_shown_as_groups_and_nobody_in_them(browse, workspace):
    client = browse("analyst", "profiling")
    page, told = text_of(client.get("/groups")), client.get("/groups/network.json")
    engine = open_engine(workspace, builds.get_build(workspace.register, None))
    people = engine.fetch(engine.table("person").select("person_id"))["person_id"].to_pylist()
    nodes = json.loads(told.content)["nodes"]
    assert {each["id"] for each in nodes} == set(re.findall(r'data-group="([^"]+)"', page))
    assert len(nodes) > 1
    assert not [each for each in people if each in page or each in text_of(told)]


def test_the_picture_of_groups_is_the_same_every_time(browse):
    client = browse("analyst", "profiling")
    first, second = (client.get("/groups/network.json").content for _ in range(2))
    assert first == second


def test_a_context_is_found_by_part_of_its_name_and_has_a_page(browse, context_ids):
    client = browse("analyst", "profiling")
    school = next(each for each in context_ids["school"] if each["name"])
    found = text_of(client.get("/contexts", {"name": school["name"][:8].upper()}))
    assert f"/contexts/{school['context_id']}" in found
    page = text_of(client.get(f"/contexts/{school['context_id']}"))
    for part in ("Kinds of harm", "Events by month", "Who holds what", "share", "Guardians and strengths"):
        assert part in page


@pytest.mark.parametrize("kind", ["school", "public_space", "premises", "route", "online", "peer_group"])
def test_every_type_of_context_has_the_same_page(browse, context_ids, kind):
    client = browse("analyst", "profiling")
    answer = client.get(f"/contexts/{context_ids[kind][0]['context_id']}")
    assert answer.status_code == 200
    assert "Guardians and strengths" in text_of(answer)


def test_a_family_is_absent_from_a_profile_and_open_to_a_case(browse, context_ids):
    family = context_ids["family"][0]["context_id"]
    profiling, case = browse("analyst", "profiling"), browse("coordinator", "case")
    absent = profiling.get("/contexts/C0000000000000000000X")
    assert profiling.get(f"/contexts/{family}").status_code == absent.status_code == 404
    page = text_of(case.get(f"/contexts/{family}"))
    assert "/people/" in page
    school = context_ids["school"][0]["context_id"]
    assert "/people/" not in text_of(case.get(f"/contexts/{school}"))


def test_no_page_of_a_context_in_a_profile_links_to_a_family(browse, context_ids):
    client = browse("analyst", "profiling")
    families = {each["context_id"] for each in context_ids["family"]}
    for each in (*context_ids["school"][:3], *context_ids["peer_group"]):
        linked = set(
            re.findall(r"/contexts/(C[0-9A-F]+)", text_of(client.get(f"/contexts/{each['context_id']}")))
        )
        assert not linked & families
        assert linked


def test_looking_at_a_context_is_written_down(browse, context_ids, workspace):
    from kithmap.desk import audit

    school = context_ids["school"][0]["context_id"]
    browse("analyst", "profiling").get(f"/contexts/{school}")
    line = audit.show(workspace, last=3, who="alex")
    assert [each for each in line if each.verb == "context" and each.details["context"] == school]
