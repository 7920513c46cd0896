"""What a build retains for the next one, and how the next one carries over what nothing has touched."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import ibis
import numpy as np
import polars as pl
import pyarrow as pa

from kithmap.engines.engine import BUILD, Engine, as_declared, as_expression
from kithmap.linkage.cluster import Clusters
from kithmap.linkage.commonness import bits_by_step, others_found, plain_arrow
from kithmap.linkage.correlation import name_correlation
from kithmap.linkage.incremental import PAIR, RETAINED, STATE, Touched, versions_of, with_new
from kithmap.linkage.knowledge import find_knowledge
from kithmap.linkage.ledger import EVENTS, HISTORY, Past
from kithmap.linkage.model import Model
from kithmap.linkage.people import KEPT_PROBABILITY
from kithmap.linkage.retained import as_retained, group_identities, said_hash
from kithmap.linkage.score import MOST_CHANGE
from kithmap.linkage.signatures import Signatures
from kithmap.model.keys import RECEIPT_SHIFT

# The column by which a row of the build before is of somebody touched, and so is not carried over.
TOUCHED_BY: Mapping[str, tuple[str, ...]] = {
    "identity": ("signature",),
    "identity_draw": ("part_id",),
    "link_contradiction": PAIR,
    RETAINED: ("signature",),
}
# Of these all rows are carried over, and new ones are added.
ADDED_TO = ("link", "link_evidence", "linkage_name", "identity_event")


def retained_tables(
    read: Signatures,
    identities: pl.DataFrame,
    pairs: pa.Table,
    clusters: Clusters,
    spaces: Iterable[tuple[str, str]],
    model: Model,
) -> dict[str, pa.Table]:
    """What a full link retains: the tables `linkage_identity` and `linkage_state`."""
    signatures = pl.DataFrame(pl.from_arrow(read.signatures)).sort("signature")
    probability = pairs["probability"].to_numpy()
    bits = name_correlation(identities, model.together) if model.together else np.zeros(0)
    numbers = {
        "mentions": read.bearers.num_rows,
        "new": 0,
        "others": others_found(probability, identities.height, model, MOST_CHANGE),
    }
    by_step = bits_by_step(identities, model.together, bits)
    knowledge = find_knowledge(signatures, identities, spaces, by_step, versions_of(model), numbers)
    group = _groups(identities, pl.DataFrame(pl.from_arrow(pairs)), clusters)
    retained = as_retained(identities, said_hash(signatures), group)
    return {RETAINED: retained, STATE: knowledge.as_table()}


def _groups(identities: pl.DataFrame, pairs: pl.DataFrame, clusters: Clusters) -> pl.Series:
    possible = pairs.filter(pl.col("probability") >= KEPT_PROBABILITY)
    return group_identities(possible, pl.Series(clusters.cluster), identities["signature"])


def past_of(engine: Engine, past: Engine, whole: Past, touched: Touched) -> Past:
    """The part of the ledger that is of those touched; `whole` gives the receipts and what was lost."""
    history: Any = engine.borrow(past, "identity_history")
    events: Any = engine.borrow(past, "identity_event")
    mentions = engine.hold("linkage_mentions", plain_arrow(touched.bearers.select("mention_id")))
    again = _received_again(whole, touched)
    theirs = history.semi_join(mentions, "mention_id")
    if again:
        moved = history.filter((history.mention_id >> RECEIPT_SHIFT).isin(again))
        theirs = theirs.union(moved.anti_join(mentions, "mention_id"))
    last = events.event_no == events.event_no.max()
    judged = events.filter(events.kind.isin(["judged", "undone"]) | last)

    def is_used(ids: pl.DataFrame) -> pl.Series:
        held = engine.hold("linkage_ids", plain_arrow(ids.select("person_id").unique()))
        given = engine.fetch(history.semi_join(held, "person_id").select("person_id").distinct())
        return ids["person_id"].is_in(pl.Series(pl.from_arrow(given["person_id"])).implode())

    return replace(
        whole,
        history=engine.fetch(theirs.select(*HISTORY)),
        events=engine.fetch(judged.order_by("event_no").select(*EVENTS)),
        is_used=is_used,
    )


def _received_again(whole: Past, touched: Touched) -> list[int]:
    """Receipts of files that have a new receipt in this build."""
    ever = pl.DataFrame(pl.from_arrow(whole.receipts))
    new = ever.filter(pl.col("receipt_no").is_in(list(touched.receipts)))["sha256"]
    same = ever.filter(
        pl.col("sha256").is_in(new.implode()), ~pl.col("receipt_no").is_in(list(touched.receipts))
    )
    return same["receipt_no"].to_list()


def carried_tables(
    touched: Touched, clusters: Clusters, found: Mapping[str, pa.Table], past: Past
) -> dict[str, pa.Table]:
    """The new rows of every table: of those touched, and of the ledger those that are not written yet."""
    group = _groups(touched.identities, touched.pairs, clusters)
    retained = as_retained(touched.identities, touched.identities["said"], group)
    written = pl.DataFrame(pl.from_arrow(past.events))["event_no"].max() or 0
    events = pl.DataFrame(pl.from_arrow(found["identity_event"])).filter(pl.col("event_no") > written)
    knowledge = with_new(touched.knowledge, touched.new.len())
    return {**found, "identity_event": events.to_arrow(), RETAINED: retained, STATE: knowledge.as_table()}


def save_carried(
    engine: Engine, past: Engine, touched: Touched, rows: Mapping[str, pa.Table], known: Past
) -> None:
    """Write every table of linking: the build before's rows of all who were not touched, and the new ones."""
    carried = engine.hold("linkage_carried", pl.DataFrame({"key": touched.carried}).to_arrow())
    rewritten = pl.DataFrame(pl.from_arrow(known.history)).select(key="mention_id").unique()
    history = engine.hold("linkage_rewritten", rewritten.to_arrow())
    for name, table in rows.items():
        new = as_declared(as_expression(table), BUILD[name])
        if name == STATE or not past.has(name):
            engine.save(name, new)
            continue
        old: Any = as_declared(engine.borrow(past, name), BUILD[name])
        if name == "identity_history":
            old = old.anti_join(history, [("mention_id", "key")])
        for column in TOUCHED_BY.get(name, ()):
            old = old.anti_join(carried, [(column, "key")])
        engine.save(name, ibis.union(old, new))
