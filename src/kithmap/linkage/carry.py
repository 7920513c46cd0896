"""What a build retains for the next one, and how the next one carries over what nothing has touched."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa

from kithmap.engines.engine import Engine
from kithmap.linkage.cluster import Clusters
from kithmap.linkage.commonness import Counted, others_found, plain_arrow
from kithmap.linkage.incremental import POSSIBLE, Touched
from kithmap.linkage.knowledge import Knowledge, find_knowledge
from kithmap.linkage.ledger import EVENTS, HISTORY, Past
from kithmap.linkage.model import Model
from kithmap.linkage.retained import as_retained, joined_ids, retained_in_parts, said_hash
from kithmap.linkage.score import MOST_CHANGE
from kithmap.linkage.signatures import is_of
from kithmap.linkage.whether import RETAINED, STATE, OldIdentities


@dataclass(frozen=True)
class Noticed:
    """What is retained of the signatures as read, which are not held any longer.

    knowledge: without what pairs tell. said: see `retained.said_hash`.
    """

    knowledge: Knowledge
    said: pl.Series


def notice(
    signatures: pl.DataFrame,
    identities: pl.DataFrame,
    spaces: Iterable[tuple[str, str]],
    versions: dict[str, str],
) -> Noticed:
    """Find what is retained of the signatures, packed, in order and while they are there."""
    knowledge = find_knowledge(signatures, identities, spaces, np.zeros(0), versions, {})
    return Noticed(knowledge, said_hash(signatures))


def retained_identities(
    noticed: Noticed, identities: pl.DataFrame, pairs: pa.Table, clusters: Clusters
) -> Iterator[pa.Table]:
    """The table `linkage_identity` of a full link, in parts."""
    scored = pl.DataFrame(pl.from_arrow(pairs.select(["one", "other", "probability"])))
    joined = with_joined(identities, scored, pl.Series(clusters.component), pl.Series(clusters.cluster))
    return retained_in_parts(joined.with_columns(said=noticed.said))


def retained_state(
    noticed: Noticed, common: Counted, pairs: pa.Table, mentions: int, model: Model
) -> pa.Table:
    """The table `linkage_state` of a full link."""
    others = others_found(pairs["probability"].to_numpy(), common.size, model, MOST_CHANGE)
    return replace(
        noticed.knowledge,
        numbers={"mentions": mentions, "new": 0, "others": others},
        bits=common.bits_by_step(model.together),
    ).as_table()


def with_joined(
    identities: pl.DataFrame, pairs: pl.DataFrame, component: pl.Series, cluster: pl.Series
) -> pl.DataFrame:
    """The identities with all that links join (`linked_id`), and all that might be one person (`group_id`)."""
    signature = identities["signature"]
    possible = pairs.filter(pl.col("probability") >= POSSIBLE)
    return identities.with_columns(
        linked_id=joined_ids(pairs.clear(), component, signature),
        group_id=joined_ids(possible, cluster, signature),
    )


def past_of(past: Engine, whole: Past, mentions: pl.Series, receipts: Iterable[int]) -> Past:
    """The part of the ledger that is of some mentions; `whole` gives the receipts and what was lost."""
    events: Any = past.table("identity_event")
    theirs = [past.lookup("identity_history", "mention_id", mentions.to_list(), list(HISTORY))]
    again = _received_again(whole, set(receipts))
    if again:
        history: Any = past.table("identity_history")
        moved = history.filter(is_of(history.mention_id, again))
        theirs.append(past.fetch(moved.select(*HISTORY)))
    judged = past.fetch(events.filter(events.kind.isin(["judged", "undone"])).select(*EVENTS))
    # The numbers of events go on from the last.
    last = past.fetch(events.aggregate(last=events.event_no.max()))["last"].to_pylist()
    newest = past.lookup("identity_event", "event_no", last, list(EVENTS))
    written = pl.concat([pl.DataFrame(pl.from_arrow(each)) for each in (judged, newest)])
    # The same ids are asked for more than once.
    asked: dict[str, bool] = {}

    def is_used(ids: pl.DataFrame) -> pl.Series:
        unknown = [each for each in ids["person_id"].unique().to_list() if each not in asked]
        given = set(
            past.lookup("identity_history", "person_id", unknown, ["person_id"])["person_id"].to_pylist()
        )
        asked.update({each: each in given for each in unknown})
        return ids["person_id"].replace_strict(asked, return_dtype=pl.Boolean)

    return replace(
        whole,
        history=pl.DataFrame(pl.from_arrow(pa.concat_tables(theirs))).unique(maintain_order=True).to_arrow(),
        events=written.unique("event_no").sort("event_no").to_arrow(),
        is_used=is_used,
    )


def _received_again(whole: Past, receipts: set[int]) -> list[int]:
    """Receipts of files that have a new receipt in this build."""
    ever = pl.DataFrame(pl.from_arrow(whole.receipts))
    is_new = pl.col("receipt_no").is_in(sorted(receipts))
    same = ever.filter(pl.col("sha256").is_in(ever.filter(is_new)["sha256"].implode()), ~is_new)
    return same["receipt_no"].to_list()


def with_past_people(past: Engine, wide: Touched, named: pl.DataFrame) -> np.ndarray:
    """A label for the person of each identity that is to be drawn again, also of those only in doubt.

    named: `signature` and `cluster` of those joined again; the others are who they were.
    """
    old = OldIdentities(past)
    others = wide.old.filter(~wide.old.is_in(named["signature"].implode()))
    before = old.rows("identity", "signature", others, ["signature", "person_id"]).unique("signature")
    label = pl.coalesce(pl.col("cluster").cast(pl.String), pl.col("person_id"))
    placed = wide.identities.select("signature").join(
        named, on="signature", how="left", maintain_order="left"
    )
    placed = placed.join(before, on="signature", how="left", maintain_order="left")
    return placed.select(label.rank("dense").cast(pl.Int64)).to_series().to_numpy() - 1


def retained_again(
    wide: Touched, joined: pl.DataFrame, cluster: np.ndarray, knowledge: Knowledge, mentions: int
) -> dict[str, pa.Table]:
    """The rows that `linkage_identity` has of those touched and of the new, and all of `linkage_state`.

    joined: `signature` and `linked_id` of those joined again.
    """
    groups = with_joined(wide.identities, wide.pairs, pl.Series(cluster), pl.Series(cluster))
    linked = groups.select("signature", before="linked_id").join(
        joined, on="signature", how="left", maintain_order="left"
    )
    kept = wide.identities.select(before="linked_id")["before"]
    groups = groups.with_columns(linked_id=pl.coalesce(linked["linked_id"], kept))
    numbers = {**knowledge.numbers, "new": knowledge.numbers["new"] + mentions}
    return {RETAINED: as_retained(groups), STATE: replace(knowledge, numbers=numbers).as_table()}


def events_added(past: Past, events: pl.DataFrame) -> pa.Table:
    """The events that are not written yet."""
    written = pl.DataFrame(pl.from_arrow(past.events))["event_no"].max() or 0
    return events.filter(pl.col("event_no") > written).to_arrow()


def keys_gone(values: pl.Series) -> pa.Table:
    """The values by which rows of the build before are left out; see `Engine.change`."""
    return plain_arrow(pl.DataFrame({"key": values}).unique())
