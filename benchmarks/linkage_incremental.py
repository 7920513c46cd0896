"""10,000 new records against 990,000 old ones, to updated people; and the ledger of 1,000,000 records.

    python -m benchmarks.linkage_incremental [--records 1000000] [--new 10000] [--keep FOLDER]

The old records are linked in full and published; then an extract of new ones comes. Measured is the
second time, in a process that has done it once, with the build before open: reading what is needed
of it, weighing, joining again, ids and events. All records are also linked in full, to compare.
"""

import argparse
import datetime as dt
import json
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from benchmarks.linkage_million import make_records
from benchmarks.whole_road import run

RECORDS, NEW = 1_000_000, 10_000
MOST_SECONDS, MOST_LEDGER_SECONDS = 3.0, 2.0
LEAST_EQUAL = 0.999
SEED, RECEIPTS = 11, 10
KEY, SECRET = b"k" * 32, b"s" * 32


def make_mentions(records: int, new: int) -> pl.DataFrame:
    """Mentions of made-up young people; the new ones are of the last receipt."""
    place = pl.int_range(pl.len(), dtype=pl.Int64)
    is_new = place >= records - new
    receipt = pl.when(is_new).then(RECEIPTS).otherwise(place % (RECEIPTS - 1) + 1)
    row = pl.when(is_new).then(place - (records - new)).otherwise(place // (RECEIPTS - 1)) + 1
    made = make_records(records, np.random.default_rng(SEED)).drop("person")
    keyed = made.with_columns(row_id=receipt * 2**36 + row * 2**6, dob_precision=pl.lit("day"))
    return keyed.with_columns(mention_id=pl.col("row_id") + 1)


def hold(engine: Any, mentions: pl.DataFrame, receipts: int) -> None:
    """Make the mentions of the first receipts known to an engine, as a build does."""
    from kithmap.engines.engine import as_declared, as_expression
    from kithmap.model.records import MENTION, RECORD_TABLES
    from kithmap.model.tables import EXTRACT

    for table in RECORD_TABLES:
        engine.records(table.name, [])
    held = mentions.filter(pl.col("mention_id") // 2**36 <= receipts)
    engine.hold("record_mention", as_declared(as_expression(held.to_arrow()), MENTION))
    text = pl.format("{}", "receipt_no")
    numbers = pl.DataFrame({"receipt_no": np.arange(1, receipts + 1)})
    extracts = numbers.select(
        "receipt_no", name=text, layout=pl.lit("a_list"), holder=text, agreement=text, la_code=pl.lit("E09900001"),
        rows_in=0, rows_kept=0, rows_refused=0, mentions=0, last_on=pl.date(2026, 7, 31), received_at=pl.datetime(2026, 8, 1),
    )  # fmt: skip
    engine.save("extract", as_declared(as_expression(extracts.to_arrow()), EXTRACT))
    engine.hold("receipt", numbers.select("receipt_no", sha256=text).to_arrow())


def past_of(engine: Any | None) -> Any:
    """The ledger as a build has it; without one, only the receipts."""
    from kithmap.linkage.ledger import EVENTS, HISTORY, Past, nothing_kept

    states = pl.DataFrame({"receipt_no": np.arange(1, RECEIPTS + 1)}).select(
        "receipt_no", sha256=pl.format("{}", "receipt_no"), state=pl.lit("kept")
    )
    if engine is None:
        return Past(nothing_kept(HISTORY), nothing_kept(EVENTS), states.to_arrow())
    tables = (engine.fetch(engine.table(name)) for name in ("identity_history", "identity_event"))
    return Past(*tables, states.to_arrow())


def turn(day: int) -> Any:
    """The build of a day."""
    from kithmap.linkage.identity_events import Turn

    return Turn(dt.datetime(2026, 8, day), f"B{day}", "ann", "")  # noqa: DTZ001


def link_old(folder: Path) -> dict[str, Any]:
    """Link the old records in full, and publish the build."""
    from kithmap.engines import duckdb
    from kithmap.linkage.link import Told, link

    with duckdb.create_build(folder / "old.duckdb", KEY) as engine:
        hold(engine, pl.read_parquet(folder / "mentions.parquet"), RECEIPTS - 1)
        link(engine, secret=SECRET, told=Told(turn(1)))
    return {}


def link_all(folder: Path) -> dict[str, Any]:
    """Link all the records in full."""
    from kithmap.engines import duckdb
    from kithmap.linkage.link import Told, link

    path = folder / "all.duckdb"
    with duckdb.open_build(folder / "old.duckdb", KEY) as past, duckdb.create_build(path, KEY) as engine:
        hold(engine, pl.read_parquet(folder / "mentions.parquet"), RECEIPTS)
        told = Told(turn(2), past_of(past))
        began = time.perf_counter()
        link(engine, secret=SECRET, told=told)
        seconds = time.perf_counter() - began
        _keep_identity(engine, folder / "all.parquet")
    return {"seconds": seconds}


def link_the_new(folder: Path) -> dict[str, Any]:
    """Link the new records only, twice; the second time counts."""
    from kithmap.engines import duckdb
    from kithmap.linkage.link import Told
    from kithmap.linkage.link_new import link_new
    from kithmap.linkage.model import shipped_model
    from kithmap.linkage.whether import why_full

    mentions = pl.read_parquet(folder / "mentions.parquet")
    found: dict[str, Any] = {}
    with duckdb.open_build(folder / "old.duckdb", KEY) as past:
        for number in range(2):
            path = folder / f"new-{number}.duckdb"
            with duckdb.create_build(path, KEY) as engine:
                hold(engine, mentions, RECEIPTS)
                marks: list[float] = []
                began = time.perf_counter()
                reason = why_full(engine, past, shipped_model())
                report = link_new(
                    engine, past, secret=SECRET, told=Told(turn(2), past_of(None)),
                    when_named=lambda at=marks: at.append(time.perf_counter()),
                )  # fmt: skip
                saved = time.perf_counter() - began
                if report is None or reason is not None:
                    raise RuntimeError(reason or "Everything would have been linked.")
                found = {
                    "named": marks[0] - began,
                    "saved": saved,
                    "events": report.ledger,
                    "pairs": report.candidate_pairs,
                }
                _keep_identity(engine, folder / "new.parquet")
    return found


def _keep_identity(engine: Any, path: Path) -> None:
    identity = engine.fetch(engine.table("identity").select("mention_id", "person_id"))
    pl.DataFrame(pl.from_arrow(identity)).write_parquet(path)


def keep_the_ledger(folder: Path) -> dict[str, Any]:
    """The ledger's step alone: of the first build, of one where nothing has changed, and of one with 1 % new."""
    from kithmap.linkage.identity_events import Now
    from kithmap.linkage.ledger import Past, keep_ledger

    found = pl.read_parquet(folder / "all.parquet")
    receipts = pl.DataFrame({"receipt_no": np.arange(1, RECEIPTS + 1)}).with_columns(
        sha256=pl.format("{}", "receipt_no")
    )
    mentions = found.select("mention_id", cluster=pl.col("person_id").rank("dense").cast(pl.Int64))
    old = mentions.filter(pl.col("mention_id") // 2**36 < RECEIPTS)
    states = receipts.with_columns(state=pl.lit("kept")).to_arrow()
    seconds: dict[str, float] = {}

    def kept(name: str, held: pl.DataFrame, past: Any, day: int) -> Any:
        began = time.perf_counter()
        ledger = keep_ledger(Now(held, receipts), past, turn(day), SECRET)
        # What is saved of it is made only when it is asked for.
        for part in (*ledger.history_in_parts(), *ledger.events_in_parts()):
            del part
        seconds[name] = min(time.perf_counter() - began, seconds.get(name, 1e9))
        return ledger

    kept("some", mentions.head(1000), None, 1)
    for _ in range(2):
        first = kept("first", mentions, None, 1)
        before = Past(first.history.to_arrow(), first.events.to_arrow(), states)
        kept("the same again", mentions, before, 2)
        some = kept("some", old, None, 1)
        kept("1 in 100 new", mentions, Past(some.history.to_arrow(), some.events.to_arrow(), states), 2)
    seconds.pop("some")
    return seconds


def compared(folder: Path) -> tuple[float, float]:
    """The share of mentions with the same id as after a full link, and with the same others."""
    full, new = (pl.read_parquet(folder / f"{name}.parquet") for name in ("all", "new"))
    both = full.join(new, on="mention_id", suffix="_new")
    first = [pl.col("mention_id").min().over(name) for name in ("person_id", "person_id_new")]
    same = both.select(
        ids=(pl.col("person_id") == pl.col("person_id_new")).sum() / full.height,
        others=(first[0] == first[1]).sum() / full.height,
    )
    return float(same["ids"][0]), float(same["others"][0])


def measure(records: int, new: int, keep: Path | None) -> tuple[list[str], bool]:
    """Run every part in a process of its own; the lines, and whether the goals are met."""
    folder = keep or Path(tempfile.mkdtemp(prefix="kithmap-incremental-"))
    folder.mkdir(parents=True, exist_ok=True)
    make_mentions(records, new).write_parquet(folder / "mentions.parquet")
    environment = {**os.environ, "PYTHONWARNINGS": "ignore"}
    done = {
        part: run(["benchmarks.linkage_incremental", part, str(folder)], environment)[0]
        for part in ("old", "all", "new", "ledger")
    }
    ids, others = compared(folder)
    if keep is None:
        shutil.rmtree(folder)
    fresh, full, ledger = done["new"], done["all"], done["ledger"]
    slowest = max(ledger.values())
    told = ", ".join(f"{count:,} {kind}" for kind, count in fresh["events"].items())
    lines = [
        (
            f"{new:,} new against {records - new:,} old records, to updated people: {fresh['named']:.2f} s"
            f" (all linked anew: {full['seconds']:.1f} s), goal at most {MOST_SECONDS:g}"
        ),
        f"  with every table of the new build written: {fresh['saved']:.2f} s; {fresh['pairs']:,} pairs; events: {told}",
        (
            f"  of the same people as after a full link: {ids:.5f} of mentions by id, {others:.5f} by who is with"
            f" whom, goal at least {LEAST_EQUAL}"
        ),
        (
            f"ledger of {records:,} records: "
            + ", ".join(f"{name} {seconds:.2f} s" for name, seconds in ledger.items())
            + f", goal at most {MOST_LEDGER_SECONDS:g}"
        ),
    ]
    met = (
        fresh["named"] <= MOST_SECONDS and min(ids, others) >= LEAST_EQUAL and slowest <= MOST_LEDGER_SECONDS
    )
    return lines, met


def figures() -> list[str]:
    """The figures, one line each."""
    return measure(RECORDS, NEW, None)[0]


def main() -> None:
    """Print the figures; exit 1 where a goal is missed."""
    parts = {"old": link_old, "all": link_all, "new": link_the_new, "ledger": keep_the_ledger}
    if len(sys.argv) == 3 and sys.argv[1] in parts:
        print(json.dumps(parts[sys.argv[1]](Path(sys.argv[2]))))
        return
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=RECORDS)
    parser.add_argument("--new", type=int, default=NEW)
    parser.add_argument("--keep", type=Path, help="keep the builds here")
    arguments = parser.parse_args()
    lines, met = measure(arguments.records, arguments.new, arguments.keep)
    print("\n".join(lines))
    sys.exit(0 if met else 1)


if __name__ == "__main__":
    main()
