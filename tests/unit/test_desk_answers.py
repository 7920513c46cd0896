"""Building, asking, sharing: for a purpose, by a role, with two approvals, written down."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest
from desk_made import (
    ANALYST,
    APPROVERS,
    LAYOUTS,
    agree,
    make_small_world,
    make_workspace,
    purpose_file,
    receive_some,
    some_extracts,
)

from kithmap.desk import agreements, audit, purposes, users
from kithmap.desk.answers import Release, Result
from kithmap.desk.ask import ask, describe_measures
from kithmap.desk.build import build, get_build, list_builds
from kithmap.desk.links import check_may_see_people, links
from kithmap.desk.receive import list_receipts, receive
from kithmap.desk.share import from_content, get_release, list_releases, share, share_with_self, to_content
from kithmap.desk.taken import last_day
from kithmap.desk.workspace import Workspace, open_workspace
from kithmap.errors import (
    ApprovalMissing,
    BuildDamaged,
    NoPurpose,
    NotFound,
    NothingToLink,
    NotPermitted,
    PurposeNotAgreed,
    UnknownOption,
    WouldDisclose,
    WrongUse,
)
from kithmap.governance.cells import Status
from kithmap.governance.levels import Level
from kithmap.governance.rules import CountRule, Meetings
from kithmap.measures import registered

AS_AT = date(2026, 7, 31)


@pytest.fixture(scope="module")
def world(tmp_path_factory) -> Path:
    return make_small_world(tmp_path_factory.getbasetemp() / "world")


@pytest.fixture(scope="module")
def built(tmp_path_factory, world) -> Iterator[Workspace]:
    """A workspace with six extracts and one build. No test changes what is agreed in it."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("built")
        patch.setenv("XDG_CONFIG_HOME", str(folder / "config"))
        with make_workspace(folder / "workspace") as workspace:
            receive_some(workspace, world)
            build(workspace, who=ANALYST, as_at=AS_AT)
            yield workspace


@pytest.fixture
def empty(tmp_path, monkeypatch) -> Iterator[Workspace]:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    with make_workspace(tmp_path / "workspace") as workspace:
        yield workspace


def overlap(workspace: Workspace, **changes) -> Result:
    given = {"purpose": "profiling", "who": ANALYST, "options": {"lists": "cse, gangs"}}
    return ask(workspace, "overlap", **{**given, **changes})


def shared(workspace: Workspace, **changes) -> Release:
    given = {"level": "R1", "to": "Hartwell partnership", "approved_by": APPROVERS}
    return share(workspace, overlap(workspace), **{**given, **changes})


def last_line(workspace: Workspace):
    return audit.show(workspace, last=1, who=ANALYST)[0]


# Building


def test_a_build_says_what_went_in_and_what_came_out(built):
    made = get_build(built)
    manifest = json.loads((built.builds / f"{made.build_id}.json").read_text())
    assert manifest == made.manifest
    assert manifest["as_at"] == "2026-07-31"
    assert [extract["layout"] for extract in manifest["extracts"]] == list(LAYOUTS)
    assert set(manifest["agreements"]) == set(LAYOUTS)
    assert manifest["figures"]["people"] > 0
    assert all(len(extract["sha256"]) == 64 for extract in manifest["extracts"])
    assert list_builds(built)[-1]["people"] == manifest["figures"]["people"]


def test_a_build_of_nothing_is_refused(empty):
    with pytest.raises(NothingToLink, match="No extract"):
        build(empty, who=ANALYST)
    assert list(empty.tmp.iterdir()) == []


def test_an_extract_whose_agreement_is_suspended_is_not_built(empty, world):
    file, layout = some_extracts(world)[3]
    agree(empty, layout, "Gangs panel", [layout])
    receive(empty, file, layout=layout, agreement=layout, who=ANALYST)
    agreements.suspend_agreement(empty, layout, who=ANALYST)
    with pytest.raises(NothingToLink, match="None of the 1 extracts"):
        build(empty, who=ANALYST)


def test_a_build_needs_a_role_and_an_engine_there_is(empty):
    with pytest.raises(NotPermitted):
        build(empty, who="gil")
    with pytest.raises(WrongUse, match="no engine"):
        build(empty, who=ANALYST, engine="abacus")


def test_a_workspace_without_a_build_cannot_be_asked(empty):
    with pytest.raises(NotFound, match="no build yet"):
        overlap(empty)


def test_a_build_speaks_of_the_last_day_of_its_extracts_that_has_come(built):
    receipts = list_receipts(built)
    days = [receipt.last_on for receipt in receipts if receipt.last_on]
    assert last_day(receipts, max(days)) == max(days)
    assert last_day(receipts, date(2001, 1, 1)) == date(2001, 1, 1)


# Asking


@pytest.mark.parametrize("measure", registered(), ids=lambda measure: measure.name)
def test_every_measure_can_be_asked_and_shared(built, measure):
    result = ask(built, measure, purpose="profiling", who=ANALYST)
    assert result.sentence
    assert result.unit
    assert result.caveats
    for level in Level:
        try:
            release = share(built, result, level=level, to="somebody", approved_by=APPROVERS)
        except WouldDisclose:
            # In so small a world the counts of another level may tell what the one before withheld.
            assert level in (Level.R2, Level.R3)
            continue
        if level is Level.R0 or not merges(result.measure.rule):
            assert len(release.rows) == result.table.num_rows
        else:
            # Hexagons merge upward, and thin ties are left out.
            assert len(release.rows) <= result.table.num_rows
            assert bool(release.rows) == bool(result.table.num_rows)
        assert release.sentence
        assert get_release(built, release.release_id).rows == release.rows


def merges(rule: CountRule) -> bool:
    """Whether a table leaves coarser than it is: a map of hexagons, or a network."""
    return rule.hexagons is not None or isinstance(rule.adds_up, Meetings)


def test_an_answer_is_exact_inside_and_its_repr_shows_no_row(built):
    result = overlap(built)
    assert repr(result) == f"<Result overlap: {result.table.num_rows} rows, 6 columns>"
    release = share_with_self(built, result)
    counts = [row["young_people"].value for row in release.rows]
    assert counts == result.table["young_people"].to_pylist()
    ends = [(row["young_people_low"].value, row["young_people_high"].value) for row in release.rows]
    assert all(low <= count <= high for count, (low, high) in zip(counts, ends, strict=True))
    assert release.to == ANALYST
    assert repr(release).startswith("<Release not released overlap at R0")


def test_asking_is_written_down_with_what_was_asked(built):
    overlap(built)
    line = last_line(built)
    assert (line.verb, line.outcome, line.what, line.purpose) == ("ask", "allow", "overlap", "profiling")
    assert line.details["options"]["lists"] == "cse, gangs"


def test_an_answer_says_what_it_cannot_tell(built):
    said = " ".join(overlap(built).caveats)
    assert "not corrected for missed links" in said
    assert "From 6 extracts" in said
    assert "31/07/2026" in said


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"purpose": ""}, NoPurpose),
        ({"purpose": "curiosity"}, NoPurpose),
        ({"who": "nobody"}, NotPermitted),
        ({"options": {"list": "cse"}}, UnknownOption),
        ({"options": {"by": "colour"}}, UnknownOption),
        ({"build": "none"}, NotFound),
    ],
)
def test_what_is_not_allowed_is_refused(built, changes, error):
    with pytest.raises(error):
        overlap(built, **changes)


def test_asking_without_a_purpose_is_written_down_as_refused(built):
    with pytest.raises(NoPurpose):
        overlap(built, purpose="curiosity")
    line = last_line(built)
    assert (line.verb, line.outcome, line.purpose) == ("ask", "deny", "curiosity")
    assert line.details["refused"] == "NoPurpose"


def test_a_purpose_that_has_ended_serves_no_more(built, tmp_path):
    purposes.add_purpose(
        built, purpose_file(tmp_path, "profiling", name="old", end="2021-01-01"), who=ANALYST
    )
    with pytest.raises(NoPurpose, match="not in force"):
        overlap(built, purpose="old")


def test_a_measure_is_not_asked_for_a_purpose_it_was_not_declared_for(built):
    with pytest.raises(PurposeNotAgreed, match="quality"):
        ask(built, "schools", purpose="quality", who=ANALYST)


def test_an_unknown_option_names_those_there_are_and_the_nearest(built):
    with pytest.raises(UnknownOption) as refused:
        overlap(built, options={"authorty": "X01"})
    assert "authority" in refused.value.expected
    assert "Did you mean 'authority'" in refused.value.do


def test_every_measure_is_described_with_its_options():
    described = {each["name"]: each for each in describe_measures()}
    by = next(option for option in described["overlap"]["options"] if option["name"] == "by")
    assert by["values"] == "list|harm"
    assert "profiling" in described["overlap"]["purposes"]


def test_a_build_that_is_missing_is_told(built, tmp_path):
    made = get_build(built)
    path = built.builds / made.path
    path.rename(tmp_path / "aside")
    try:
        with open_workspace(built.folder) as again, pytest.raises(BuildDamaged):
            overlap(again)
    finally:
        (tmp_path / "aside").rename(path)


# Sharing


def test_a_release_shows_no_small_count_and_can_be_had_again(built):
    release = shared(built)
    cells = [row["young_people"] for row in release.rows]
    assert not [cell for cell in cells if cell.value in (1, 2, 3, 4)]
    again = get_release(built, release.release_id)
    assert (again, list_releases(built)[-1]) == (release, release)
    assert from_content(json.loads(json.dumps(to_content(release)))) == release


def test_a_release_is_written_down_with_its_recipient_and_approvers(built):
    release = shared(built)
    line = last_line(built)
    assert (line.verb, line.outcome) == ("share", "allow")
    assert line.details["approved_by"] == list(APPROVERS)
    assert line.details["release"] == release.release_id


@pytest.mark.parametrize(
    ("approved_by", "error"),
    [
        ((), ApprovalMissing),
        (("mo",), ApprovalMissing),
        (("mo", "mo"), ApprovalMissing),
        (("mo", " mo "), ApprovalMissing),
        (("mo", ANALYST), ApprovalMissing),
        (("mo", "gil", "mo"), ApprovalMissing),
        (("mo", "nobody"), NotPermitted),
        (("mo", "ada"), NotPermitted),
    ],
)
def test_a_release_needs_two_others_who_may_approve(built, approved_by, error):
    users.add_user(built, "ada", "analyst", who=ANALYST)
    with pytest.raises(error):
        shared(built, approved_by=approved_by)
    assert last_line(built).outcome == "deny"


def test_a_level_there_is_not_is_told(built):
    with pytest.raises(WrongUse, match="R9"):
        shared(built, level="R9")


def test_a_release_is_made_nowhere_else():
    with pytest.raises(TypeError):
        Release(release_id="forged")


def test_the_public_sees_rounded_counts_only(built):
    for row in shared(built, level=Level.R3).rows:
        cell = row["young_people"]
        assert cell.status in (Status.ROUNDED, Status.WITHHELD)
        assert cell.value is None or cell.value % 5 == 0


# Links


def test_links_give_one_row_for_each_mention_in_order(built):
    table = links(built, purpose="quality", who=ANALYST)
    assert table.column_names == ["extract", "row", "slot", "person_id"]
    assert table.num_rows == get_build(built).manifest["figures"]["mentions"]
    places = list(zip(*(table[name].to_pylist() for name in ("extract", "row", "slot")), strict=True))
    assert places == sorted(places)
    assert min(row for _, row, _ in places) >= 1
    assert last_line(built).details == {"rows": table.num_rows}


@pytest.mark.parametrize("purpose", ["profiling", "sharing"])
def test_links_are_not_for_profiling(built, purpose):
    with pytest.raises(PurposeNotAgreed):
        links(built, purpose=purpose, who=ANALYST)


def test_links_are_not_for_managers(built):
    with pytest.raises(NotPermitted):
        links(built, purpose="quality", who="mo")


def test_names_may_be_seen_for_case_work_only(built):
    check_may_see_people(built, purpose="case", who=ANALYST)
    with pytest.raises(PurposeNotAgreed):
        check_may_see_people(built, purpose="quality", who=ANALYST)


# What is agreed, changed after the build


@pytest.fixture(scope="module")
def changed(tmp_path_factory, world) -> Iterator[Workspace]:
    """A build after which one agreement was suspended; another never allowed profiling."""
    from kithmap.ingest.layouts import load_layout

    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("changed")
        patch.setenv("XDG_CONFIG_HOME", str(folder / "config"))
        with make_workspace(folder / "workspace") as workspace:
            for file, layout in some_extracts(world)[:4]:
                kinds = ["quality"] if layout == "cse_panel_list" else ["profiling", "quality"]
                agree(workspace, layout, load_layout(layout).holder, [layout], kinds=kinds)
                receive(workspace, file, layout=layout, agreement=layout, who=ANALYST)
            build(workspace, who=ANALYST, as_at=AS_AT)
            agreements.suspend_agreement(workspace, "gangs_panel_list", who=ANALYST)
            yield workspace


def test_no_answer_rests_on_an_extract_whose_agreement_does_not_allow_it(changed):
    rows = ask(changed, "overlap", purpose="profiling", who=ANALYST).table.to_pylist()
    lists = {row["lists"] for row in rows if row["kind"] == "total"}
    assert not lists & {"CSE", "gangs"}


def test_an_answer_says_which_extracts_it_does_not_use(changed):
    said = " ".join(ask(changed, "sources", purpose="profiling", who=ANALYST).caveats)
    assert "fewer than 5 (agreement suspended)" in said
    assert "fewer than 5 (not agreed for a profiling purpose)" in said


def test_an_answer_does_not_leave_once_an_agreement_behind_it_is_suspended(changed):
    result = ask(changed, "sources", purpose="profiling", who=ANALYST)
    agreements.suspend_agreement(changed, "csc_person_register", who=ANALYST)
    try:
        with pytest.raises(PurposeNotAgreed, match="may not leave today: 1 of"):
            share(changed, result, level=Level.R1, to="somebody", approved_by=APPROVERS)
    finally:
        agreements.resume_agreement(changed, "csc_person_register", who=ANALYST)
    assert share(changed, result, level=Level.R1, to="somebody", approved_by=APPROVERS).rows


def test_links_leave_out_the_extracts_of_a_suspended_agreement(changed):
    table = links(changed, purpose="quality", who=ANALYST)
    names = {receipt.layout: receipt.name for receipt in list_receipts(changed)}
    assert set(table["extract"].to_pylist()) == {names["csc_person_register"], names["cse_panel_list"]}


@pytest.mark.parametrize("measure", registered(), ids=lambda measure: measure.name)
def test_every_measure_answers_when_some_extracts_may_not_be_used(changed, measure):
    assert isinstance(ask(changed, measure, purpose="profiling", who=ANALYST).table, pa.Table)


def test_a_purpose_for_which_no_extract_is_agreed_gets_no_answer(changed):
    with pytest.raises(PurposeNotAgreed, match="No extract"):
        ask(changed, "overlap", purpose="sharing", who=ANALYST)


def test_every_table_of_a_build_can_be_narrowed(changed):
    from kithmap.desk.publishing import open_engine
    from kithmap.desk.scope import Scope
    from kithmap.model.tables import BUILD_TABLES

    engine = open_engine(changed, get_build(changed))
    scope = Scope(frozenset({2}), {"agreement suspended": 3})
    for table in BUILD_TABLES:
        narrowed = engine.fetch(scope.table(engine, table.name).count().as_table())
        assert narrowed.num_rows == 1


@pytest.mark.spark
@pytest.mark.usefixtures("spark_is_there")
def test_a_build_on_spark_answers_as_one_on_duckdb_does(world, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    with make_workspace(tmp_path / "workspace") as workspace:
        receive_some(workspace, world)
        for engine in ("duckdb", "spark"):
            build(workspace, who=ANALYST, as_at=AS_AT, engine=engine)
        first, second = (made["build"] for made in list_builds(workspace))
        assert overlap(workspace, build=first).table == overlap(workspace, build=second).table
        assert overlap(workspace, build=first).sentence == overlap(workspace, build=second).sentence
