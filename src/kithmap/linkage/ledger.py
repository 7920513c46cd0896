"""The identity ledger: a person keeps one id from build to build, and every change is written down.

Nothing in it is ever changed or taken out but one thing: an open stretch of history is closed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa

from kithmap.linkage.continuity import IsUsed, NewIds, name_people, remember
from kithmap.linkage.identity_events import Change, Now, Turn, write_events

MOMENT = pl.Datetime("us")
HISTORY: dict[str, Any] = {"mention_id": pl.Int64, "person_id": pl.String, "from_at": MOMENT, "to_at": MOMENT}
EVENTS: dict[str, Any] = {
    "event_no": pl.Int64, "at": MOMENT, "build_id": pl.String, "kind": pl.String, "person_id": pl.String,
    "other_person_id": pl.String, "actor": pl.String, "model_version": pl.String, "evidence": pl.String,
}  # fmt: skip


@dataclass(frozen=True)
class Past:
    """What a build remembers of those before it.

    history, events: the tables of the newest build that can be read. receipts: every extract ever
    received (`receipt_no`, `sha256`, `state`). lost: what could not be read, in sentences. is_used: which
    ids were ever given, where `history` is a part of it only.
    """

    history: pa.Table
    events: pa.Table
    receipts: pa.Table
    build_id: str | None = None
    lost: tuple[str, ...] = ()
    is_used: IsUsed | None = None


@dataclass(frozen=True)
class Ledger:
    """What the ledger says after a build: who each cluster is, the history, the events.

    written: how many events of each kind this build added.
    """

    people: pl.DataFrame
    history: pl.DataFrame
    events: pl.DataFrame
    written: dict[str, int] = field(default_factory=dict)


def keep_ledger(now: Now, past: Past | None, turn: Turn, secret: bytes) -> Ledger:
    """Give every cluster its person's id, and write down what has changed since the build before.

    `secret` keys new ids. An id once given is never given to another person.
    """
    history = _frame(past.history if past else None, HISTORY)
    events = _frame(past.events if past else None, EVENTS)
    receipts = _receipts(now, past)
    mentions = now.mentions.cast({"mention_id": pl.Int64, "cluster": pl.Int64})
    remembered = remember(history, now.receipts["receipt_no"], receipts)
    ever = (past and past.is_used) or (lambda ids: ids["person"].is_in(remembered["person"].implode()))
    people = name_people(mentions, remembered, history, NewIds(secret, now.receipts, ever))
    state = mentions.join(people.select("cluster", "person"), on="cluster").select("mention_id", "person")
    change = Change(
        before=remembered.filter(pl.col("to_at").is_null()).select("mention_id", "person", "row"),
        after=state,
        is_known=ever,
        ids=pl.concat([people.select("person", "person_id"), _ids_of(remembered, history, people)]),
        receipts=receipts,
        now=now,
        lost=past.lost if past else (),
    )
    at = pl.lit(_after(turn.at, history, events), MOMENT)
    new = write_events(change, events, turn).with_columns(at=at).select(list(EVENTS))
    return Ledger(
        people=people.select("cluster", "person_id"),
        history=_continued(history, remembered, state.join(people.drop("cluster"), on="person"), at),
        events=pl.concat([events, new]),
        written=dict(new["kind"].value_counts().sort("kind").iter_rows()),
    )


def identity_at(history: pl.DataFrame, moment: datetime) -> pl.DataFrame:
    """Who was who at a moment (UTC, without a zone), as the build of that time said.

    Shape: one row per mention that was then in a build.
    Columns: `mention_id`, `person_id`.
    """
    then = pl.lit(moment, MOMENT)
    held = (pl.col("from_at") <= then) & (pl.col("to_at").is_null() | (pl.col("to_at") > then))
    return history.filter(held).select("mention_id", "person_id")


def _ids_of(remembered: pl.DataFrame, history: pl.DataFrame, people: pl.DataFrame) -> pl.DataFrame:
    """The ids of people of the past who are no longer among the people."""
    ended = remembered.join(people, on="person", how="anti").unique("person")
    return ended.select("person", history["person_id"].gather(ended["row"]).alias("person_id"))


def _continued(
    history: pl.DataFrame, remembered: pl.DataFrame, state: pl.DataFrame, at: pl.Expr
) -> pl.DataFrame:
    """The history after a build: what has ended is closed, what is new is opened."""
    still = remembered.filter(pl.col("to_at").is_null() & ~pl.col("moved")).join(
        state, on=["mention_id", "person"], how="semi"
    )
    stays = np.zeros(history.height, dtype=bool)
    stays[still["row"].to_numpy()] = True
    ends = pl.col("to_at").is_null() & ~pl.Series(stays)
    ended = history.with_columns(to_at=pl.when(ends).then(at).otherwise(pl.col("to_at")))
    begun = state.join(still, on="mention_id", how="anti").sort("mention_id")
    return pl.concat([ended, begun.select("mention_id", "person_id", from_at=at, to_at=pl.lit(None, MOMENT))])


def _after(moment: datetime, history: pl.DataFrame, events: pl.DataFrame) -> datetime:
    """The moment of this build: later than all that is written, even where the clock was put back."""
    at = moment.replace(tzinfo=None)
    marks = [history["from_at"].max(), history["to_at"].max(), events["at"].max()]
    latest = max((mark for mark in marks if isinstance(mark, datetime)), default=None)
    return at if latest is None or at > latest else latest + timedelta(microseconds=1)


def _receipts(now: Now, past: Past | None) -> pl.DataFrame:
    own = now.receipts.select("receipt_no", "sha256").with_columns(state=pl.lit("kept"))
    if past is None:
        return own
    ever = _frame(past.receipts, {"receipt_no": pl.Int64, "sha256": pl.String, "state": pl.String})
    return pl.concat([ever, own.join(ever, on="receipt_no", how="anti")])


def _frame(rows: pa.Table | None, schema: Mapping[str, Any]) -> pl.DataFrame:
    if rows is None:
        return pl.DataFrame(schema=schema)
    return pl.DataFrame(pl.from_arrow(rows)).select(pl.col(name).cast(kind) for name, kind in schema.items())


def nothing_kept(schema: Mapping[str, Any]) -> pa.Table:
    """A table of the ledger before anything is written in it."""
    return pl.DataFrame(schema=schema).to_arrow()


def begun_history(identity: pa.Table, at: datetime) -> pa.Table:
    """The history that a build from before there was a ledger amounts to: all of it begins with the build."""
    begun = pl.DataFrame(pl.from_arrow(identity)).with_columns(
        from_at=pl.lit(at.replace(tzinfo=None), MOMENT)
    )
    return begun.with_columns(to_at=pl.lit(None, MOMENT)).select(list(HISTORY)).to_arrow()
