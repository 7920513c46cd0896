"""A build after one extract more: only what is new is linked, and it is the build that a full link would make."""

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest
from desk_made import ANALYST, agree_to_all, make_small_world, make_workspace, some_extracts

from kithmap.cli.builds import build_text
from kithmap.desk import clock
from kithmap.desk.ask import ask
from kithmap.desk.build import build, get_build, list_builds
from kithmap.desk.builds_shown import show_builds
from kithmap.desk.compare_builds import compare_builds
from kithmap.desk.linking import FIRST, LOST, Linking, PeopleLinked, say_linking
from kithmap.desk.making import BuildReport
from kithmap.desk.past import read_past
from kithmap.desk.publishing import build_path, open_engine
from kithmap.desk.receive import list_receipts, receive
from kithmap.desk.taken import hold_records
from kithmap.desk.workspace import Workspace, open_workspace
from kithmap.engines import duckdb
from kithmap.errors import BuildDamaged
from kithmap.linkage.identity_events import Turn
from kithmap.linkage.link import Told
from kithmap.register.receipts import Receipt

LAST = "gangs_panel_list"
LEAST_EQUAL = 0.999


@dataclass
class Walk:
    """A workspace with two builds, without the last list and with it; and a copy in which all was linked for the second.

    before: a copy of the workspace after the first build, with all received.
    """

    workspace: Workspace
    first: BuildReport
    new: BuildReport
    copy: Workspace
    full: BuildReport
    before: Path


def rows(workspace: Workspace, made: BuildReport, table: str = "identity") -> pl.DataFrame:
    engine = open_engine(workspace, get_build(workspace, made.build))
    return pl.DataFrame(pl.from_arrow(engine.fetch(engine.table(table))))


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    folder = tmp_path_factory.mktemp("linking")
    extracts = some_extracts(make_small_world(tmp_path_factory.getbasetemp() / "world"))
    with pytest.MonkeyPatch.context() as patch:
        # The head of the audit is then kept in each copy of the workspace.
        patch.setenv("KITHMAP_KEY", "5a" * 32)
        with make_workspace(folder / "workspace") as workspace:
            agree_to_all(workspace)
            for file, layout in sorted(extracts, key=lambda each: each[1] == LAST):
                if layout == LAST:
                    first = build(workspace, who=ANALYST)
                receive(workspace, file, layout=layout, agreement=layout, who=ANALYST)
            before = shutil.copytree(workspace.folder, folder / "before")
            new = build(workspace, who=ANALYST)
            with open_workspace(shutil.copytree(before, folder / "copy")) as copy:
                damage_retained(copy.builds / get_build(copy).path, copy.key)
                yield Walk(workspace, first, new, copy, build(copy, who=ANALYST), before)


@pytest.fixture
def again(walk: Walk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    """The workspace after the first build, with the last list received."""
    monkeypatch.setenv("KITHMAP_KEY", "5a" * 32)
    with open_workspace(shutil.copytree(walk.before, tmp_path / "again")) as workspace:
        yield workspace


def linked(
    workspace: Workspace, folder: Path, taken: Sequence[Receipt], told: Told | None = None
) -> tuple[PeopleLinked, dict[int, str]]:
    """What a build of some extracts would link, and who every mention is then."""
    turn = Turn(clock.now(), "B", ANALYST, "")
    with duckdb.create_build(folder / "made.duckdb", workspace.key) as engine:
        hold_records(workspace, engine, taken)
        linking = Linking(workspace, engine, told or Told(turn, read_past(workspace)))
        found = linking.run(lambda _step, _done, _total: None)
        mentions = engine.fetch(engine.table("identity").select("mention_id", "person_id"))
    return found, dict(zip(*(mentions[name].to_pylist() for name in mentions.column_names), strict=True))


def test_the_first_build_links_everything_and_says_why(walk: Walk) -> None:
    assert (walk.first.figures["in_full"], walk.first.figures["why_in_full"]) == (True, FIRST)
    assert "Everything was linked. This is the first build." in build_text(walk.first.to_dict())


def test_after_an_extract_more_only_what_is_new_is_linked(walk: Walk) -> None:
    assert (walk.new.figures["in_full"], walk.new.figures["why_in_full"]) == (False, "")
    assert set(walk.new.figures["seconds"]) >= {"weigh the new pairs", "save"}
    assert "Only what is new since the build before was linked" in build_text(walk.new.to_dict())


def test_damage_that_shows_only_on_the_way_leads_to_a_full_link_in_a_new_file(walk: Walk) -> None:
    assert (walk.full.figures["in_full"], walk.full.figures["why_in_full"]) == (True, LOST)
    assert walk.full.lost == (), "its ledger could be read"


def test_nearly_every_mention_is_the_person_that_a_full_link_says(walk: Walk) -> None:
    both = rows(walk.copy, walk.full).join(
        rows(walk.workspace, walk.new), on="mention_id", how="full", suffix="_new"
    )
    same = (both["person_id"] == both["person_id_new"]).fill_null(value=False)
    assert both["person_id_new"].null_count() == 0
    assert both.height == walk.full.figures["mentions"]
    assert float(same.mean() or 0) >= LEAST_EQUAL  # type: ignore[arg-type]


def test_people_keep_their_ids_and_what_befell_them_is_written_down(walk: Walk) -> None:
    events = rows(walk.workspace, walk.new, "identity_event").filter(build_id=walk.new.build)
    assert dict(events["kind"].value_counts().sort("kind").iter_rows()) == walk.new.figures["ledger"]
    left = set(events.filter(pl.col("kind").is_in(["merged", "split"]))["other_person_id"].drop_nulls())
    before = set(rows(walk.workspace, walk.first)["person_id"])
    assert before - set(rows(walk.workspace, walk.new)["person_id"]) <= left


def test_figures_are_of_the_whole_and_none_where_nobody_counted(walk: Walk) -> None:
    whole = (
        "mentions", "identities", "people", "links", "contradictions", "cut_components", "component_sizes", "share_alone",
        "young_people", "concerns",
    )  # fmt: skip
    assert {name: walk.new.figures[name] for name in whole} == {
        name: walk.full.figures[name] for name in whole
    }
    assert walk.new.figures["candidate_pairs"] is None
    assert walk.new.figures["draws"].items() <= walk.full.figures["draws"].items()
    for name in ("sizes", "sources"):
        assert walk.new.figures["shape"][name] == walk.full.figures["shape"][name]
    assert walk.new.figures["drift"] == walk.full.figures["drift"] == []


def test_questions_have_the_answer_that_a_full_link_gives(walk: Walk) -> None:
    answers = [
        ask(workspace, "overlap", purpose="profiling", who=ANALYST)
        for workspace in (walk.workspace, walk.copy)
    ]
    assert answers[0].table == answers[1].table
    assert answers[0].sentence == answers[1].sentence


def test_builds_are_listed_and_compared_with_how_they_were_linked(walk: Walk) -> None:
    assert [each["linked"] for each in list_builds(walk.workspace)] == ["in full", "new only"]
    shown = show_builds(walk.workspace, purpose="profiling", who=ANALYST)
    assert [each.linked for each in shown] == [say_linking(each.figures) for each in (walk.new, walk.first)]
    links = {each.name: each for each in compare_builds(walk.workspace).figures}["Links made"]
    assert (links.then, links.now) == (walk.first.figures["links"], walk.new.figures["links"])


def test_without_an_extract_that_there_was_everything_is_linked(again: Workspace, tmp_path: Path) -> None:
    found, _ = linked(again, tmp_path, list_receipts(again)[1:])
    assert found.why_in_full == "An extract was withdrawn, replaced or left out."
    assert found.to_dict()["in_full"]


def test_where_the_newest_build_is_gone_everything_is_linked(again: Workspace, tmp_path: Path) -> None:
    (made,) = list_builds(again)
    (again.builds / build_path(made["build"], made["engine"])).unlink()
    found, now = linked(again, tmp_path, list_receipts(again))
    assert found.why_in_full == LOST
    assert len(now) == found.report.mentions


def test_a_judgement_made_since_is_kept_where_only_what_is_new_is_linked(
    again: Workspace, tmp_path: Path
) -> None:
    past = read_past(again)
    assert past is not None
    engine = open_engine(again, get_build(again))
    people = pl.DataFrame(pl.from_arrow(engine.fetch(engine.table("identity"))))
    person = people.filter(decided_by="model").unique("signature").group_by("person_id").agg("mention_id")
    one, other = sorted(
        person.filter(pl.col("mention_id").list.len() == 2).sort("person_id")["mention_id"][0]
    )
    judged = pa.table({"mention_id": [one], "other_mention_id": [other], "decision": ["different"]})
    told = Told(Turn(clock.now(), "B", ANALYST, ""), past, judged)
    found, now = linked(again, tmp_path, list_receipts(again), told)
    assert found.to_dict()["in_full"] is False
    assert now[one] != now[other]


def damage_retained(path: Path, key: bytes) -> None:
    """Overwrite a piece of a build's file, so that its ledger can be read, and its retained identities not."""
    whole, piece = path.read_bytes(), 1 << 18
    for start in range(3 * 4096, len(whole), piece):
        path.write_bytes(whole[:start] + bytes(4096) + whole[start + 4096 :])
        if readable(path, key, "identity_history") and not readable(path, key, "linkage_identity"):
            return
    pytest.fail("no piece of the file is of the retained identities alone")


def readable(path: Path, key: bytes, table: str) -> bool:
    try:
        with duckdb.open_build(path, key) as engine, engine.guarded():
            for name in ("identity_event", "identity_history", table):
                engine.fetch(engine.table(name))
    except BuildDamaged:
        return False
    return True
