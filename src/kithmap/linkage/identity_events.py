"""The events of the ledger: what befell people between one build and the next.

created    an id is given to somebody; `again` where they had it before
merged     person_id now also holds the mentions of other_person_id, whose id ends
split      mentions of person_id are now other_person_id
withdrawn  mentions of person_id are no longer in the build, and why
judged     somebody's decision on two mentions is followed from now on
undone     it is followed no longer, and why
lost       earlier builds could not be read, so what came before is not known
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import polars as pl

from kithmap.engines.row_groups import ROW_GROUP
from kithmap.linkage.continuity import RECEIPT, IsUsed

KINDS = ("lost", "withdrawn", "undone", "judged", "created", "split", "merged")
EVENT = {
    "kind": pl.String, "person_id": pl.String, "other_person_id": pl.String, "actor": pl.String,
    "evidence": pl.String,
}  # fmt: skip
PAIR = ["mention_id", "other_mention_id", "decision"]
JUDGED = {"mention_id": pl.Int64, "other_mention_id": pl.Int64, "decision": pl.String}
_NONE = pl.DataFrame(schema=EVENT)


@dataclass(frozen=True)
class Turn:
    """The build that now writes in the ledger: when, which, whose, and with which model."""

    at: datetime
    build_id: str
    actor: str
    model_version: str


@dataclass(frozen=True)
class Now:
    """What a build found: the cluster of every mention, and what it rests on.

    mentions: `mention_id`, `cluster` (numbered from 0). receipts: the build's own (`receipt_no`, `sha256`).
    links: `mention_id`, `other_mention_id`, `match_weight`. judgements: `mention_id`,
    `other_mention_id`, `decision`, and `who` where it is known.
    """

    mentions: pl.DataFrame
    receipts: pl.DataFrame
    links: pl.DataFrame | None = None
    judgements: pl.DataFrame | None = None


@dataclass(frozen=True)
class Change:
    """What was, and what is: who every mention was and is.

    before, after: `mention_id`, `person`; after also `row`, of the person among `people`. people, past:
    `person`, `person_id` of all that are, and of those that are no longer. is_known: which ids were given
    before this build. receipts: every extract ever received, with its state.
    """

    before: pl.DataFrame
    after: pl.DataFrame
    is_known: IsUsed
    people: pl.DataFrame
    past: pl.DataFrame
    receipts: pl.DataFrame
    now: Now
    lost: tuple[str, ...] = ()

    @property
    def moves(self) -> pl.DataFrame:
        """The mentions that are another person's than before: `mention_id`, `person`, `other`."""
        met = self.before.select("mention_id", "person").join(
            self.after.select("mention_id", other="person"), on="mention_id"
        )
        return met.filter(pl.col("person") != pl.col("other"))


@dataclass(frozen=True)
class NewEvents:
    """The events of a build, in a fixed order: those before the ids that it gave, these, and those after.

    Of a first build they are as many as people, and no table has larger rows: `in_parts` writes them out.
    last: the number of the last event there was.
    """

    first: pl.DataFrame
    created: pl.DataFrame
    then: pl.DataFrame
    last: int
    turn: Turn

    def counted(self) -> dict[str, int]:
        """How many there are of each kind."""
        kinds = pl.concat([self.first["kind"], self.then["kind"]]).value_counts()
        counts = [*kinds.iter_rows(), ("created", self.created.height)]
        return {kind: count for kind, count in sorted(counts) if count}

    def in_parts(self) -> Iterator[pl.DataFrame]:
        """The events, numbered on from those there are.

        Shape: one row per event; none where nothing has changed.
        Columns: those of `identity_event`, without `at`.
        """
        last = self.last
        for part in (self.first, *self.created.iter_slices(ROW_GROUP), self.then):
            if part.height:
                yield self._written(part, last)
                last += part.height

    def _written(self, part: pl.DataFrame, last: int) -> pl.DataFrame:
        actor = pl.col("actor").fill_null(self.turn.actor)
        if "evidence" not in part.columns:
            # Those created are not yet events: as text their evidence is larger than all else.
            part, actor = _as_event(part.with_columns(kind=_of_all("created"))), _of_all(self.turn.actor)
        return part.with_columns(
            event_no=pl.int_range(last + 1, last + part.height + 1, dtype=pl.Int64, eager=True),
            build_id=_of_all(self.turn.build_id),
            actor=actor,
            model_version=_of_all(self.turn.model_version),
        )


def _of_all(text: str) -> pl.Expr:
    """One text for every row, in a sixteenth of the room of as many texts."""
    return pl.lit(text, pl.Enum([text]))


def write_events(change: Change, events: pl.DataFrame, turn: Turn) -> NewEvents:
    """The events that a change amounts to, after those there are."""
    last: Any = events["event_no"].max()
    # Where nobody was anybody before, nobody is gone or another now.
    is_first = change.before.is_empty()
    gone, moved = ([], []) if is_first else ([_withdrawn(change)], _moved(change))
    return NewEvents(
        first=_as_events([_lost(change), *gone, *_judgements(change, events)], change),
        created=_created(change),
        then=_as_events(moved, change),
        last=int(last or 0),
        turn=turn,
    )


def _as_events(parts: Iterable[pl.DataFrame], change: Change) -> pl.DataFrame:
    ids = pl.concat([change.people.select("person", "person_id"), change.past])
    events = pl.concat([_NONE, *(_as_event(_with_ids(part, ids)) for part in parts if part.height)])
    order = pl.col("kind").cast(pl.Enum(KINDS))
    return events.sort(order, "person_id", "other_person_id", "evidence", nulls_last=True)


def _with_ids(rows: pl.DataFrame, ids: pl.DataFrame) -> pl.DataFrame:
    for key, name in (("person", "person_id"), ("other", "other_person_id")):
        if key in rows.columns:
            named = ids.rename({"person": key, "person_id": name})
            rows = rows.join(named, on=key, how="left", maintain_order="left").drop(key)
    return rows


def _as_event(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows with the columns of an event; what they have besides becomes the evidence."""
    besides = [name for name in rows.columns if name not in EVENT]
    rows = rows.with_columns(evidence=pl.struct(besides).struct.json_encode())
    lacking = [pl.lit(None, kind).alias(name) for name, kind in EVENT.items() if name not in rows.columns]
    return rows.with_columns(lacking).select(list(EVENT))


def _lost(change: Change) -> pl.DataFrame:
    return pl.DataFrame({"why": list(change.lost)}, schema={"why": pl.String}).with_columns(
        kind=pl.lit("lost")
    )


def _created(change: Change) -> pl.DataFrame:
    """Those who were nobody before, in the order of their ids: `person_id`, and what is the evidence."""
    row, people = change.after["row"].to_numpy(), change.people
    mentions = np.bincount(row, minlength=people.height).astype(np.uint32)
    mention_id = np.full(people.height, np.iinfo(np.int64).max)
    np.minimum.at(mention_id, row, change.after["mention_id"].to_numpy())
    counted = people.select(
        "person", "person_id", mentions=pl.Series(mentions), mention_id=pl.Series(mention_id)
    )
    new = counted.filter(~pl.col("person").is_in(change.before["person"].implode()))
    return new.with_columns(again=change.is_known(new)).drop("person").sort("person_id")


def _withdrawn(change: Change) -> pl.DataFrame:
    gone = change.before.join(change.after, on="mention_id", how="anti").with_columns(receipt_no=RECEIPT)
    states = change.receipts.select("receipt_no", why=pl.col("state").replace("kept", "left out"))
    gone = gone.join(states, on="receipt_no", how="left").with_columns(pl.col("why").fill_null("left out"))
    lost = gone.group_by("person", "why").agg(
        mentions=pl.len(), extracts=pl.col("receipt_no").unique().sort()
    )
    left = change.after.join(lost, on="person", how="semi").group_by("person").len("left")
    return lost.join(left, on="person", how="left").with_columns(
        pl.col("left").fill_null(0), kind=pl.lit("withdrawn")
    )


def _moved(change: Change) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The merges and the splits: a person whose id has ended went where the largest part went."""
    moves = change.moves
    parts = moves.group_by("person", "other").agg(mentions=pl.len(), mention_id=pl.col("mention_id").min())
    parts = parts.sort("mentions", "other", descending=[True, False])
    ended = parts.join(change.after, on="person", how="anti", maintain_order="left")
    ended = ended.unique("person", keep="first", maintain_order=True)
    split = parts.join(ended, on=["person", "other"], how="anti")
    merged = ended.rename({"person": "other", "other": "person"})
    return (
        _with_link(merged, change, moves).with_columns(kind=pl.lit("merged")),
        split.with_columns(kind=pl.lit("split")),
    )


def _with_link(merged: pl.DataFrame, change: Change, moves: pl.DataFrame) -> pl.DataFrame:
    """The strongest link between the mentions that came and those they came to."""
    links = change.now.links
    if links is None or merged.is_empty():
        return merged
    came = moves.join(merged, left_on=["other", "person"], right_on=["person", "other"], how="semi")
    came = came.select(one="mention_id", person="other", other="person")
    there = change.after.join(came, left_on="mention_id", right_on="one", how="anti")
    ends = {"mention_id": "one", "other_mention_id": "two", "match_weight": "bits"}
    forth = links.select(list(ends)).rename(ends)
    both = pl.concat([forth, forth.select(one="two", two="one", bits="bits")])
    across = both.join(came, on="one").join(
        there, left_on=["two", "person"], right_on=["mention_id", "person"]
    )
    best = across.sort("bits", "one", "two", descending=[True, False, False])
    best = best.unique(["person", "other"], keep="first", maintain_order=True)
    linked = best.select("person", "other", link=pl.concat_list("one", "two"), bits=pl.col("bits").round(2))
    return merged.join(linked, on=["person", "other"], how="left")


def _judgements(change: Change, events: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The decisions followed from now on, and those followed no longer."""
    followed = followed_pairs(events)
    standing = _in_order(change.now.judgements)
    new = standing.join(followed, on=PAIR, how="anti")
    ended = followed.join(standing, on=PAIR, how="anti")
    here = _of_these(change.after, ended)["mention_id"].implode()
    there = pl.col("mention_id").is_in(here) & pl.col("other_mention_id").is_in(here)
    why = pl.when(there).then(pl.lit("undone")).otherwise(pl.lit("a mention is no longer in the build"))
    return (
        _of_two(new, change).with_columns(kind=pl.lit("judged")),
        _of_two(ended.with_columns(why=why), change).with_columns(kind=pl.lit("undone")),
    )


def followed_pairs(events: pl.DataFrame) -> pl.DataFrame:
    """The decisions that the build before followed."""
    judged = events.filter(pl.col("kind").is_in(["judged", "undone"])).sort("event_no")
    read = judged.select("kind", pl.col("evidence").str.json_decode(pl.Struct(JUDGED)).alias("pair"))
    latest = read.unnest("pair").unique(PAIR, keep="last", maintain_order=True)
    return latest.filter(pl.col("kind") == "judged").select(PAIR)


def _in_order(judgements: pl.DataFrame | None) -> pl.DataFrame:
    """The decisions with the lesser mention first; who decided, where that is known."""
    if judgements is None:
        return pl.DataFrame(schema={**JUDGED, "actor": pl.String})
    who = pl.col("who") if "who" in judgements.columns else pl.lit(None, pl.String)
    sides = ("mention_id", "other_mention_id")
    return judgements.select(
        pl.min_horizontal(sides).alias(sides[0]), pl.max_horizontal(sides).alias(sides[1]), "decision",
        who.alias("actor"),
    ).unique(PAIR, maintain_order=True)  # fmt: skip


def _of_two(judged: pl.DataFrame, change: Change) -> pl.DataFrame:
    """Decisions with whom they are about: who the two mentions are now, or were."""
    now, before = _of_these(change.after, judged), _of_these(change.before, judged)
    people = pl.concat([now, before.join(now, on="mention_id", how="anti")])
    other = people.rename({"mention_id": "other_mention_id", "person": "other"})
    return judged.join(people, on="mention_id", how="left").join(other, on="other_mention_id", how="left")


def _of_these(people: pl.DataFrame, judged: pl.DataFrame) -> pl.DataFrame:
    """Who the mentions of some decisions are: among a million, to look for all of them takes long."""
    some = pl.concat([judged[side] for side in PAIR[:2]])
    return people.filter(pl.col("mention_id").is_in(some.implode())).select("mention_id", "person")
