"""The identity ledger: a person keeps one id from build to build, and every change is written down.

Nothing in it is ever changed or taken out but one thing: an open stretch of history is closed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa

from kithmap.engines.row_groups import MADE_AT_ONCE
from kithmap.linkage.continuity import IsUsed, NewIds, name_people, remember
from kithmap.linkage.identity_events import Change, NewEvents, Now, Turn, write_events
from kithmap.linkage.people import rows_of

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

    What the build adds is not yet written out: as text it is several times larger, so that for a million
    people it is made a part at a time.

    people: `cluster`, `person_id`. ended, told: history and events of before. begun: the mentions whose
    history begins, with the `row` of the person among `people`. new: the events. at: when they came about.
    """

    people: pl.DataFrame
    ended: pl.DataFrame
    begun: pl.DataFrame
    told: pl.DataFrame
    new: NewEvents
    at: datetime

    @property
    def written(self) -> dict[str, int]:
        """How many events of each kind this build added."""
        return self.new.counted()

    @property
    def history(self) -> pl.DataFrame:
        """The history, all of it at once."""
        return pl.concat(self._history())

    @property
    def events(self) -> pl.DataFrame:
        """The events, all of them at once."""
        return pl.concat(self._events(), how="vertical_relaxed")

    def history_in_parts(self) -> Iterator[pa.Table]:
        """The history, one part of its rows and then another."""
        return map(pl.DataFrame.to_arrow, self._history())

    def events_in_parts(self) -> Iterator[pa.Table]:
        """The events, one part of them and then another."""
        return map(pl.DataFrame.to_arrow, self._events())

    def _history(self) -> Iterator[pl.DataFrame]:
        yield from _slices(self.ended)
        for some in self.begun.iter_slices(MADE_AT_ONCE):
            person_id = self.people["person_id"].gather(some["row"])
            moments = {"from_at": pl.lit(self.at, MOMENT), "to_at": pl.lit(None, MOMENT)}
            yield some.select("mention_id", person_id, **moments)

    def _events(self) -> Iterator[pl.DataFrame]:
        yield from _slices(self.told)
        for part in self.new.in_parts():
            yield part.with_columns(at=pl.lit(self.at, MOMENT)).select(list(EVENTS))


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
    state = _placed(mentions, people)
    change = Change(
        before=remembered.filter(pl.col("to_at").is_null()).select("mention_id", "person", "row"),
        after=state,
        is_known=ever,
        people=people,
        past=_ids_of(remembered, history, people),
        receipts=receipts,
        now=now,
        lost=past.lost if past else (),
    )
    new, at = write_events(change, events, turn), _after(turn.at, history, events)
    ended, begun = _continued(history, remembered, state, pl.lit(at, MOMENT))
    return Ledger(people.select("cluster", "person_id"), ended, begun, events, new, at)


def identity_at(history: pl.DataFrame, moment: datetime) -> pl.DataFrame:
    """Who was who at a moment (UTC, without a zone), as the build of that time said.

    Shape: one row per mention that was then in a build.
    Columns: `mention_id`, `person_id`.
    """
    then = pl.lit(moment, MOMENT)
    held = (pl.col("from_at") <= then) & (pl.col("to_at").is_null() | (pl.col("to_at") > then))
    return history.filter(held).select("mention_id", "person_id")


def _slices(rows: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """A frame in parts, the first of them without rows: where there are none the columns are told."""
    yield rows.clear()
    yield from rows.iter_slices(MADE_AT_ONCE)


def _placed(mentions: pl.DataFrame, people: pl.DataFrame) -> pl.DataFrame:
    """Who every mention is: `mention_id`, `person`, and the `row` of the person among the people."""
    row = rows_of(mentions["cluster"], people)
    return mentions.select("mention_id", person=people["person"].gather(row), row=row)


def _ids_of(remembered: pl.DataFrame, history: pl.DataFrame, people: pl.DataFrame) -> pl.DataFrame:
    """The ids of people of the past who are no longer among the people."""
    ended = remembered.join(people, on="person", how="anti").unique("person")
    return ended.select("person", history["person_id"].gather(ended["row"]).alias("person_id"))


def _continued(
    history: pl.DataFrame, remembered: pl.DataFrame, state: pl.DataFrame, at: pl.Expr
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The history after a build: what there was, with what has ended closed; and who is new, or another now."""
    still, begun = remembered.filter(pl.col("to_at").is_null() & ~pl.col("moved")), state
    if still.height:
        still = still.join(state, on=["mention_id", "person"], how="semi")
        begun = state.join(still, on="mention_id", how="anti")
    stays = np.zeros(history.height, dtype=bool)
    stays[still["row"].to_numpy()] = True
    ends = pl.col("to_at").is_null() & ~pl.Series(stays)
    ended = history.with_columns(to_at=pl.when(ends).then(at).otherwise(pl.col("to_at")))
    return ended, begun.select("mention_id", "row").sort("mention_id")


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
