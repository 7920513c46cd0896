"""A workspace whose newest build holds small tables, so that what is done with links is tested without linking.

Records stand in two extracts: receipt 1 (register.csv, no list) and 2 (panel.csv, the list "gangs"),
and a third, receipt 3 (notes.csv), under an agreement for sharing only.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
from desk_made import ANALYST, agree, make_workspace
from small_tables import fill

from kithmap.desk import clock, users
from kithmap.desk.workspace import Workspace
from kithmap.engines import duckdb
from kithmap.linkage.clean import read_identities, with_numbers
from kithmap.linkage.name_sounds import index_names
from kithmap.linkage.signatures import SAYS
from kithmap.model.columns import Table
from kithmap.model.keys import RECEIPT_SHIFT, ROW_SHIFT
from kithmap.model.tables import CONCERN, DRAW_ALIKE, IDENTITY_DRAW, LINKAGE_IDENTITY, PERSON, PERSON_SOURCE
from kithmap.register import builds, receipts
from kithmap.register.builds import BuildRecord
from kithmap.register.receipts import Receipt

REVIEWERS = (ANALYST, "bea", "cy")
EXTRACTS = (
    (1, "register.csv", "csc_person_register", None),
    (2, "panel.csv", "gangs_panel_list", "gangs"),
    (3, "notes.csv", "cse_panel_list", "CSE"),
)
LEVELS = ("forename", "surname", "birth", "nhs")
HOUR = timedelta(hours=1)


def key(receipt_no: int, row: int, slot: int = 1) -> int:
    """The mention at a place."""
    return (receipt_no << RECEIPT_SHIFT) + (row << ROW_SHIFT) + slot


@dataclass(frozen=True)
class Person:
    """What one row says, and which person the build took it for."""

    at: tuple[int, int]
    person: str
    said: Mapping[str, Any]
    like: tuple[int, int] | None = None

    @property
    def mention_id(self) -> int:
        return key(*self.at)


@dataclass(frozen=True)
class Link:
    """One pair that was compared: its probability, and level and weight of what was compared."""

    one: tuple[int, int]
    other: tuple[int, int]
    probability: float
    levels: Mapping[str, tuple[int | None, float]]
    prior: float = -3.0

    @property
    def weight(self) -> float:
        return self.prior + sum(weight for _, weight in self.levels.values())


def make_linked(
    folder: Path,
    people: Sequence[Person],
    links: Sequence[Link],
    contradictions: Sequence[tuple[tuple[int, int], tuple[int, int], str]] = (),
) -> Workspace:
    """A workspace with three reviewers and a build of these people and links."""
    workspace = make_workspace(folder / "workspace")
    for name in REVIEWERS[1:]:
        users.add_user(workspace, name, "analyst", who=ANALYST)
    for receipt_no, name, layout, in_list in EXTRACTS:
        kinds = ("sharing",) if receipt_no == 3 else ("case", "profiling", "sharing", "quality")
        agree(workspace, layout, layout, [layout], kinds=kinds)
        receipts.add_receipt(workspace.register, _receipt(receipt_no, name, layout, in_list))
        _write_records(workspace, receipt_no, people)
    add_build(workspace, "B1", people, links, contradictions)
    return workspace


def add_build(
    workspace: Workspace,
    build_id: str,
    people: Sequence[Person],
    links: Sequence[Link],
    contradictions: Sequence[tuple[tuple[int, int], tuple[int, int], str]] = (),
    joined: Mapping[tuple[tuple[int, int], tuple[int, int]], int] | None = None,
) -> None:
    """Publish a build of these tables, open for reading as it would be after a first question.

    joined: pairs published apart, the first on the list CSE and the other on gangs, and in how many of
    200 draws each is one person.
    """
    joined = joined or {}
    listed = [
        {"receipt_no": no, "name": name, "sha256": sha256(no), "layout": layout, "agreement": layout}
        for no, name, layout, _ in EXTRACTS
    ]
    at = clock.now()
    made = BuildRecord(
        build_id,
        "duckdb",
        builds.PUBLISHED,
        build_id,
        at,
        at,
        {"extracts": listed, "as_at": "2026-07-31", "figures": {"draws": {"number": 200}} if joined else {}},
    )
    builds.add_build(workspace.register, made)
    engine = duckdb.memory()
    parts = {key(*place) for pair in joined for place in pair}
    engine.save("identity", _identity(people, parts))
    for table, rows in _drawn(people, joined).items():
        engine.save(table.name, fill(table, rows))
    engine.save("link", _links(links))
    engine.save("link_evidence", _evidence(links))
    engine.save("link_contradiction", _contradictions(contradictions))
    engine.save("extract", _extract_rows())
    identities = _cleaned(people)
    engine.save("linkage_identity", _kept(identities))
    engine.save("linkage_name", index_names(identities))
    if workspace.reading is not None:
        workspace.reading[1].close()
    workspace.reading = (build_id, engine)


def sha256(receipt_no: int) -> str:
    """The hash of a file: made up."""
    return f"{receipt_no:064d}"


def _receipt(receipt_no: int, name: str, layout: str, in_list: str | None) -> Receipt:
    return Receipt(
        receipt_no, name, sha256(receipt_no), layout, f"layout {layout}", layout, layout, "X01", in_list,
        9, 9, 0, 9, (), (), date(2026, 1, 1), date(2026, 7, 31), datetime(2026, 8, 1, tzinfo=UTC), ANALYST,
    )  # fmt: skip


def _write_records(workspace: Workspace, receipt_no: int, people: Sequence[Person]) -> None:
    own = [each for each in people if each.at[0] == receipt_no]
    mentions = [
        {
            "mention_id": each.mention_id,
            "row_id": each.mention_id - 1,
            **{name: value for name, value in each.said.items() if name != "school"},
        }
        for each in own
    ]
    schools = [
        {"row_id": each.mention_id - 1, "mention_id": each.mention_id, "school_raw": each.said.get("school")}
        for each in own
    ]
    tables = {"mention": mentions, "enrolment": schools}
    workspace.records.write(receipt_no, {name: _table(rows) for name, rows in tables.items() if rows})


def _table(rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    names = {name: None for row in rows for name in row}
    return pa.table({name: [row.get(name) for row in rows] for name in names})


def _drawn(
    people: Sequence[Person], joined: Mapping[tuple[tuple[int, int], tuple[int, int]], int]
) -> dict[Table, list[dict[str, str]]]:
    """The draws, and the tables that counting over them reads; none where nothing is in doubt."""
    if not joined:
        return {}
    person = {each.mention_id: each.person for each in people}
    draws, alike, concerns = [], [], []
    for (one, other), number in joined.items():
        both = str(key(*one)), str(key(*other))
        draws += [{"draw": "1", "group_id": both[0], "part_id": part, "drawn_id": both[0]} for part in both]
        alike += [{"draw": str(draw), "group_id": both[0], "same_as": "1"} for draw in range(1, number + 1)]
        concerns += [
            {"person_id": person[int(part)], "part_id": part, "list": silo, "harm": harm, "holder": holder,
             "receipt_no": no, "layout": layout}
            for part, silo, harm, holder, no, layout in (
                (both[0], "CSE", "CSE", "Council", "1", "csc_person_register"),
                (both[1], "gangs", "SYV", "Police", "2", "gangs_panel_list"),
            )
        ]  # fmt: skip
    sources = [
        {name: row[name] for name in ("person_id", "part_id", "receipt_no", "layout")} for row in concerns
    ]
    everyone = [{"person_id": each} for each in sorted({row["person_id"] for row in concerns})]
    return {
        IDENTITY_DRAW: draws,
        DRAW_ALIKE: alike,
        CONCERN: concerns,
        PERSON_SOURCE: sources,
        PERSON: everyone,
    }


def _identity(people: Sequence[Person], parts: Collection[int] = ()) -> pa.Table:
    rows = [
        {
            "mention_id": each.mention_id,
            "person_id": each.person,
            "match_probability": 1.0,
            "decided_by": "model",
            "signature": key(*each.like) if each.like else each.mention_id,
            "part_id": each.mention_id if each.mention_id in parts else None,
        }
        for each in people
    ]
    return _table(rows)


def _cleaned(people: Sequence[Person]) -> pl.DataFrame:
    """The signatures cleaned as linking cleans them."""
    kinds = dict.fromkeys(SAYS, pl.String) | {"dob": pl.Date, "birth_year": pl.Int32}
    says = {"source_person_id": "number"}
    rows = [
        {
            "signature": each.mention_id,
            "dob_precision": "day",
            "holder": "h",
            **{says.get(name, name): value for name, value in each.said.items()},
        }
        for each in people
        if each.like is None
    ]
    upper = pl.selectors.string().exclude("dob_precision").str.to_uppercase()
    said = pl.DataFrame(rows, schema={"signature": pl.Int64, **kinds}).with_columns(upper)
    return with_numbers(read_identities(said.to_arrow(compat_level=pl.CompatLevel.oldest())), [])


def _kept(identities: pl.DataFrame) -> pa.Table:
    """The cleaned signatures as a build keeps them: lists parted by |."""
    # What groups identities are in is nothing to those who look for one: each is its own.
    own = [
        each.name
        for each in LINKAGE_IDENTITY.columns
        if each.required and each.name not in identities.columns
    ]
    flat = identities.with_columns(
        pl.selectors.by_dtype(pl.List(pl.String)).list.join("|"), **dict.fromkeys(own, pl.col("signature"))
    )
    kept = [name for name in LINKAGE_IDENTITY.names if name in flat.columns]
    return flat.select(kept).to_arrow(compat_level=pl.CompatLevel.oldest())


def _links(links: Sequence[Link]) -> pa.Table:
    rows = [
        {
            "mention_id": key(*each.one),
            "other_mention_id": key(*each.other),
            "match_weight": each.weight,
            "match_probability": each.probability,
        }
        for each in links
    ]
    schema = pa.schema([("mention_id", pa.int64()), ("other_mention_id", pa.int64()), ("match_weight", pa.float64()), ("match_probability", pa.float64())])  # fmt: skip
    return pa.Table.from_pylist(rows, schema=schema)


def _evidence(links: Sequence[Link]) -> pa.Table:
    rows = [
        {
            "mention_id": key(*each.one),
            "other_mention_id": key(*each.other),
            **{f"{name}_level": each.levels.get(name, (None, 0.0))[0] for name in LEVELS},
            **{f"{name}_weight": each.levels.get(name, (None, 0.0))[1] for name in LEVELS},
        }
        for each in links
    ]
    kinds = [("mention_id", pa.int64()), ("other_mention_id", pa.int64())]
    kinds += [(f"{name}_level", pa.int16()) for name in LEVELS] + [
        (f"{name}_weight", pa.float64()) for name in LEVELS
    ]
    return pa.Table.from_pylist(rows, schema=pa.schema(kinds))


def _contradictions(found: Sequence[tuple[tuple[int, int], tuple[int, int], str]]) -> pa.Table:
    schema = pa.schema([("mention_id", pa.int64()), ("other_mention_id", pa.int64()), ("why", pa.string())])
    rows = [
        {"mention_id": key(*one), "other_mention_id": key(*other), "why": why} for one, other, why in found
    ]
    return pa.Table.from_pylist(rows, schema=schema)


def _extract_rows() -> pa.Table:
    at = datetime(2026, 8, 1)  # noqa: DTZ001  the canonical tables hold times without a zone
    rows = [
        {
            "receipt_no": no, "name": name, "layout": layout, "holder": f"holder of {name}", "agreement": layout,
            "list": in_list, "rows_in": 9, "rows_kept": 9, "rows_refused": 0, "mentions": 9, "received_at": at,
        }
        for no, name, layout, in_list in EXTRACTS
    ]  # fmt: skip
    return pa.Table.from_pylist(rows)
