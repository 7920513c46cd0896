"""Linking only new extracts gives what linking everything gives, in worlds with known truth."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest

from kithmap.cli.demo import receive_world
from kithmap.desk.receive import list_receipts
from kithmap.desk.taken import hold_records
from kithmap.desk.workspace import Workspace
from kithmap.engines import duckdb
from kithmap.engines.engine import Engine
from kithmap.linkage.identity_events import Turn
from kithmap.linkage.ledger import Past, identity_at
from kithmap.linkage.link import LinkReport, Told, link
from kithmap.linkage.link_new import link_new
from kithmap.linkage.model import shipped_model
from kithmap.linkage.whether import why_full
from kithmap.model.linkage_tables import LINKAGE_TABLES
from kithmap.register.receipts import Receipt
from kithmap.world import make_world

SEEDS, YOUNG, NEW = (3, 8, 21), 500, 4
SECRET = b"s" * 32
LEAST_EQUAL = 0.999


@dataclass
class Walk:
    """A world received, and builds of all but its last extracts, of all, and of all from what there was."""

    workspace: Workspace
    taken: tuple[Receipt, ...]
    before: Engine
    full: Engine
    new: Engine
    report: LinkReport

    def rows(self, engine: Engine, table: str = "identity") -> pl.DataFrame:
        return pl.DataFrame(pl.from_arrow(engine.fetch(engine.table(table))))


def turn(day: int) -> Turn:
    return Turn(dt.datetime(2026, 8, day), f"B{day}", "robin", "")  # noqa: DTZ001


def states(taken: Sequence[Receipt]) -> pa.Table:
    return pa.table(
        {"receipt_no": [each.receipt_no for each in taken], "sha256": [each.sha256 for each in taken],
         "state": ["kept"] * len(taken)}
    )  # fmt: skip


def ledger_of(engine: Engine, taken: Sequence[Receipt]) -> Past:
    history, events = (engine.fetch(engine.table(name)) for name in ("identity_history", "identity_event"))
    return Past(history, events, states(taken))


@pytest.fixture(scope="module", params=SEEDS)
def walk(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    folder = tmp_path_factory.mktemp("incremental")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CONFIG_HOME", str(folder / "config"))
        patch.delenv("KITHMAP_KEY", raising=False)
        make_world(folder / "world", young=YOUNG, seed=request.param)
        workspace, _ = receive_world(folder, lambda _step, _done, _total: None, "robin")
        taken = list_receipts(workspace)
        engines = [
            duckdb.create_build(folder / f"{name}.duckdb", workspace.key) for name in ("old", "full", "new")
        ]
        old, full, new = engines
        hold_records(workspace, old, taken[:-NEW])
        link(old, secret=SECRET, told=Told(turn(1)))
        old.close()
        past = duckdb.open_build(folder / "old.duckdb", workspace.key)
        for engine in (full, new):
            hold_records(workspace, engine, taken)
        link(full, secret=SECRET, told=Told(turn(2), ledger_of(past, taken)))
        report = link_new(new, past, secret=SECRET, told=Told(turn(2), ledger_of(past, taken)))
        assert report is not None
        yield Walk(workspace, taken, past, full, new, report)
        for engine in (past, full, new):
            engine.close()
        workspace.close()


def compared(walk: Walk) -> pl.DataFrame:
    """Every mention, as the full link and the one of what is new have it."""
    return walk.rows(walk.full).join(
        walk.rows(walk.new), on="mention_id", how="full", suffix="_new", coalesce=True
    )


def test_nothing_speaks_against_linking_only_what_is_new(walk: Walk) -> None:
    assert why_full(walk.new, walk.before, shipped_model()) is None


def test_nearly_every_record_is_the_same_person_as_a_full_link_says(walk: Walk) -> None:
    both = compared(walk)
    same = both["person_id"] == both["person_id_new"]
    assert both["person_id_new"].null_count() == 0
    assert float(same.fill_null(value=False).mean() or 0) >= LEAST_EQUAL  # type: ignore[arg-type]


def test_those_linked_together_are_the_same(walk: Walk) -> None:
    def first(name: str) -> pl.Expr:
        return pl.col("mention_id").min().over(name)

    both = compared(walk).select(full=first("person_id"), new=first("person_id_new"))
    assert float((both["full"] == both["new"]).mean() or 0) >= LEAST_EQUAL  # type: ignore[arg-type]


def test_every_table_of_linking_is_there_with_about_as_many_rows(walk: Walk) -> None:
    for table in LINKAGE_TABLES:
        assert walk.full.has(table.name) == walk.new.has(table.name)
        if not walk.full.has(table.name) or table.name in (
            "linkage_state",
            "identity_draw",
            "draw_alike",
            "link_contradiction",
        ):
            continue
        expected, found = (walk.rows(engine, table.name).height for engine in (walk.full, walk.new))
        assert abs(found - expected) <= max(3, 0.02 * expected), table.name


def test_new_pairs_weigh_what_a_full_link_says(walk: Walk) -> None:
    ends = ["mention_id", "other_mention_id"]
    both = walk.rows(walk.full, "link").join(walk.rows(walk.new, "link"), on=ends, suffix="_new")
    fresh = pl.any_horizontal(pl.col(end) // 2**36 > walk.taken[-NEW - 1].receipt_no for end in ends)
    apart = both.filter(fresh).select((pl.col("match_weight") - pl.col("match_weight_new")).abs())
    assert apart.height > 0
    # Only the prior is that of the build before.
    assert float(apart.to_series().max() or 0) < 0.2  # type: ignore[arg-type]


def test_the_ledger_goes_on_as_after_a_full_link(walk: Walk) -> None:
    def told(engine: Engine) -> set[tuple[str, ...]]:
        events = walk.rows(engine, "identity_event")
        assert events["event_no"].to_list() == list(range(1, events.height + 1))
        return set(events.filter(build_id="B2").select("kind", "person_id", "other_person_id").iter_rows())

    full, new = told(walk.full), told(walk.new)
    assert len(full & new) >= 0.95 * len(full | new)
    history = walk.rows(walk.new, "identity_history")
    now = identity_at(history, dt.datetime(2026, 8, 3)).sort("mention_id")  # noqa: DTZ001
    assert now.equals(walk.rows(walk.new).select("mention_id", "person_id").sort("mention_id"))
    before = identity_at(history, dt.datetime(2026, 8, 1, 12)).sort("mention_id")  # noqa: DTZ001
    assert before.equals(walk.rows(walk.before).select("mention_id", "person_id").sort("mention_id"))


def test_a_withdrawn_extract_asks_for_a_full_link(walk: Walk) -> None:
    with duckdb.memory(walk.workspace.key) as engine:
        hold_records(walk.workspace, engine, walk.taken[1:])
        assert (
            why_full(engine, walk.before, shipped_model())
            == "An extract was withdrawn, replaced or left out."
        )


def test_another_model_asks_for_a_full_link(walk: Walk) -> None:
    from dataclasses import replace

    other = replace(shipped_model(), others=3.0)
    assert why_full(walk.new, walk.before, other) == "Another version of the model is in use."


def test_nothing_new_changes_nothing(walk: Walk, tmp_path: Path) -> None:
    taken = walk.taken[:-NEW]
    with duckdb.create_build(tmp_path / "again.duckdb", walk.workspace.key) as engine:
        hold_records(walk.workspace, engine, taken)
        assert why_full(engine, walk.before, shipped_model()) is None
        told = Told(turn(2), ledger_of(walk.before, taken))
        report = link_new(engine, walk.before, secret=SECRET, told=told)
        assert report is not None
        assert report.ledger == {}
        order = ["mention_id"]
        assert walk.rows(engine).sort(order).equals(walk.rows(walk.before).sort(order))


def test_a_judgement_joins_two_people_of_the_build_before(walk: Walk, tmp_path: Path) -> None:
    taken = walk.taken[:-NEW]
    unnumbered = walk.rows(walk.before, "linkage_identity").filter(
        pl.all_horizontal(pl.col("nhs", "upn", "number").is_null())
    )
    alone = walk.rows(walk.before).filter(
        pl.col("decided_by") == "alone", pl.col("signature").is_in(unnumbered["signature"].implode())
    )
    one, other = alone.sort("mention_id").unique("person_id", maintain_order=True)["mention_id"].head(2)
    judged = pa.table({"mention_id": [one], "other_mention_id": [other], "decision": ["same"]})
    with duckdb.create_build(tmp_path / "judged.duckdb", walk.workspace.key) as engine:
        hold_records(walk.workspace, engine, taken)
        told = Told(turn(2), ledger_of(walk.before, taken), judged)
        report = link_new(engine, walk.before, secret=SECRET, told=told)
        assert report is not None
        now = dict(walk.rows(engine).select("mention_id", "person_id").iter_rows())
        assert now[one] == now[other]
        before = walk.rows(walk.before).filter(~pl.col("mention_id").is_in([one, other]))
        assert all(
            now[mention] == person for mention, person in before.select("mention_id", "person_id").iter_rows()
        )
        assert report.ledger["merged"] == 1
