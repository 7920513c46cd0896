"""Small record tables written as text, for tests of what gathering makes of them.

`row` names a row as receipt:row, such as 2:5, or 5 for row 5 of receipt 1; `slot` the person in it,
1 where the test says nothing. `person` in the mentions says whom linking judged it to be, and `part`
which part of them it is where linking is in doubt.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pyarrow as pa
from small_tables import fill, read_rows

from kithmap.contexts.concerns import save_concerns
from kithmap.contexts.events import save_events
from kithmap.contexts.gather import GatherReport, gather
from kithmap.contexts.people import save_people
from kithmap.contexts.sourced import hold_sources
from kithmap.engines.engine import Engine
from kithmap.model import keys, records, tables

AS_AT = date(2026, 7, 31)
TABLES = {table.name: table for table in records.RECORD_TABLES}
# What may be of the row and of nobody in it, unless the test gives a slot.
OF_ROWS = ("flag", "protective_factor")
REQUIRED = {
    "party": {"role": "unknown"},
    "place_mention": {"place_no": "1"},
    "flag": {"flag_no": "1", "code_raw": "a flag"},
    "listing": {"list": "a list"},
    "panel_item": {"panel": "a panel"},
    "association": {"kind": "stated friend"},
    "event_attr": {"key": "platform"},
    "protective_factor": {"factor_no": "1"},
}


def row_key(text: str) -> int:
    receipt, _, row = text.rpartition(":")
    return keys.row_id(int(receipt or 1), int(row))


def with_keys(name: str, row: dict[str, str]) -> dict[str, str]:
    """A row with row_id and mention_id in place of row and slot."""
    plain = {
        key: value for key, value in row.items() if key not in ("row", "slot", "other_slot", "person", "part")
    }
    row_id = row_key(row["row"])
    plain["row_id"] = str(row_id)
    columns = TABLES[name].names
    if "mention_id" in columns:
        is_of_row = name in OF_ROWS and not row.get("slot")
        plain["mention_id"] = "" if is_of_row else str(row_id + int(row.get("slot") or 1))
    if "other_mention_id" in columns:
        plain["other_mention_id"] = str(row_id + int(row["other_slot"]))
    return REQUIRED.get(name, {}) | plain


def hold_records(engine: Engine, given: Mapping[str, str]) -> None:
    """Hold small record tables, who their mentions are, and the extracts they came from."""
    rows = {name: read_rows(text, short={}) for name, text in given.items()}
    extracts = rows.pop("extract", [])
    for name, table in TABLES.items():
        engine.hold(f"record_{name}", fill(table, [with_keys(name, row) for row in rows.get(name, [])]))
    mentions = rows.get("mention", [])
    identity = [
        {
            "mention_id": with_keys("mention", row)["mention_id"],
            "person_id": row["person"],
            "decided_by": "model",
            "part_id": row.get("part", ""),
        }
        for row in mentions
    ]
    engine.hold("identity", fill(tables.IDENTITY, identity))
    receipts = {row.get("row", "1:1").rpartition(":")[0] or "1" for table in rows.values() for row in table}
    known = {row["receipt_no"] for row in extracts}
    extracts += [{"receipt_no": number, "layout": "a_log"} for number in sorted(receipts - known)]
    names = sorted({name for row in extracts for name in row})
    engine.hold(
        "extract", fill(tables.EXTRACT, [{name: row.get(name, "") for name in names} for row in extracts])
    )
    numbers = [int(row["receipt_no"]) for row in extracts]
    hashes = [f"sha of {row.get('name') or row['layout']}" for row in extracts]
    engine.hold(
        "receipt",
        pa.table({"receipt_no": pa.array(numbers, pa.int64()), "sha256": pa.array(hashes, pa.string())}),
    )


def gathered(engine: Engine, given: Mapping[str, str], as_at: date = AS_AT) -> GatherReport:
    """Gather small record tables into an engine."""
    hold_records(engine, given)
    return gather(engine, as_at=as_at)


def with_people(engine: Engine, given: Mapping[str, str], as_at: date = AS_AT) -> None:
    """Gather as far as the people: every step after it rests on them."""
    hold_records(engine, given)
    hold_sources(engine)
    save_people(engine, as_at)


def with_concerns(engine: Engine, given: Mapping[str, str], as_at: date = AS_AT) -> None:
    """Gather as far as events and concerns."""
    with_people(engine, given, as_at)
    save_events(engine)
    save_concerns(engine, as_at)


def told(engine: Engine, name: str, *columns: str, **where: Any) -> list[Any]:
    """Rows of a gathered table: tuples of the columns, or bare values of one, in order."""
    rows = engine.fetch(engine.table(name)).to_pylist()
    kept = [row for row in rows if all(row[column] == value for column, value in where.items())]
    values = [
        tuple(row[column] for column in columns) if len(columns) > 1 else row[columns[0]] for row in kept
    ]
    return sorted(values, key=str)
