"""Link only what is new: what a new extract touches is joined again, all else is carried over."""

from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl

from kithmap.engines.engine import Engine
from kithmap.linkage.carry import carried_tables, past_of, save_carried
from kithmap.linkage.clean import cleaning_version
from kithmap.linkage.commonness import plain_arrow
from kithmap.linkage.identity_events import followed_pairs
from kithmap.linkage.incremental import PAIR, Touched, find_touched
from kithmap.linkage.link import Linked, LinkReport, Progress, Steps, Told, join_people, tables_of
from kithmap.linkage.model import Model, shipped_model
from kithmap.linkage.name_sounds import index_names
from kithmap.linkage.people import KEPT_PROBABILITY
from kithmap.linkage.signatures import Signatures
from kithmap.model.keys import RECEIPT_SHIFT


def link_new(
    engine: Engine,
    past: Engine,
    *,
    secret: bytes,
    told: Told,
    progress: Progress | None = None,
    when_named: Callable[[], None] | None = None,
) -> LinkReport | None:
    """Link the extracts that the build before does not have, and save the same tables as `link`.

    past: the build before this, open for reading; ask `why_full` first. None where, on a closer look,
    everything must be linked anew: nothing is saved then. `when_named` is called once it is known who is
    who, before the tables are written.
    """
    steps, model = Steps(progress), shipped_model()
    if told.past is None:
        return None
    with steps.step("weigh the new pairs"):
        judged = _changed_judgements(engine, past, told)
        touched = find_touched(engine, past, model, judged)
        if touched is None or _parts_the_alike(touched, judged, told):
            return None
    with steps.step("read the ledger"):
        known = past_of(engine, past, told.past, touched)
    read = Signatures(plain_arrow(touched.identities.select("signature")), plain_arrow(touched.bearers))
    told_again = Told(told.turn, known, told.judgements)
    pairs = touched.pairs.to_arrow()
    linked = join_people(engine, read, touched.identities, pairs, told_again, secret, steps)
    if when_named is not None:
        when_named()
    with steps.step("save"):
        _save(engine, past, touched, linked, model, known)
    return _report(engine, touched, linked, model, steps.seconds)


def _changed_judgements(engine: Engine, past: Engine, told: Told) -> pl.DataFrame:
    """The pairs of mentions on which a judgement has come or gone since the build before."""
    events: Any = engine.borrow(past, "identity_event")
    judged = engine.fetch(events.filter(events.kind.isin(["judged", "undone"])))
    before = followed_pairs(pl.DataFrame(pl.from_arrow(judged)))
    now = before.clear() if told.judgements is None else pl.DataFrame(pl.from_arrow(told.judgements))
    sides = [pl.col(side) for side in PAIR]
    now = now.select(
        pl.min_horizontal(sides).alias(PAIR[0]), pl.max_horizontal(sides).alias(PAIR[1]), "decision"
    )
    changed = [
        now.join(before, on=before.columns, how="anti"),
        before.join(now, on=before.columns, how="anti"),
    ]
    return pl.concat(changed).select(PAIR).unique()


def _parts_the_alike(touched: Touched, judged: pl.DataFrame, told: Told) -> bool:
    """Whether a judgement bears on which mentions say the same: then they must all be read again."""
    signature = touched.bearers.select("mention_id", "signature")
    both = judged.join(signature, on="mention_id").join(
        signature.rename({"mention_id": "other_mention_id", "signature": "other"}), on="other_mention_id"
    )
    if both.filter(pl.col("signature") == pl.col("other")).height:
        return True
    if told.judgements is None:
        return False
    standing = pl.DataFrame(pl.from_arrow(told.judgements)).filter(pl.col("decision") == "different")
    new = list(touched.receipts)
    on_new = pl.any_horizontal((pl.col(side) // (1 << RECEIPT_SHIFT)).is_in(new) for side in PAIR)
    return standing.filter(on_new).height > 0


def _save(engine: Engine, past: Engine, touched: Touched, linked: Linked, model: Model, known: Any) -> None:
    fresh = touched.identities["fresh"].to_numpy()
    pairs = touched.pairs.filter(
        pl.Series(fresh[touched.pairs["one"].to_numpy()] | fresh[touched.pairs["other"].to_numpy()], dtype=pl.Boolean),
        pl.col("probability") >= KEPT_PROBABILITY,
    )  # fmt: skip
    # Old pairs are in `link` already, as they were weighed then.
    new = Linked(
        linked.identities, pairs.to_arrow(), linked.clusters, linked.draws, linked.ledger, linked.people
    )
    found = tables_of(engine, new, model, touched.common)
    if past.has("linkage_name"):
        found["linkage_name"] = index_names(touched.identities.filter("fresh"))
    save_carried(engine, past, touched, carried_tables(touched, linked.clusters, found, known), known)


def _report(
    engine: Engine, touched: Touched, linked: Linked, model: Model, seconds: dict[str, float]
) -> LinkReport:
    identity: Any = engine.table("identity")
    whole = engine.fetch(
        identity.aggregate(
            mentions=identity.count(),
            people=identity.person_id.nunique(),
            alone=(identity.decided_by == "alone").mean(),
        )
    ).to_pylist()[0]
    sizes, counts = np.unique(np.bincount(linked.clusters.cluster), return_counts=True)
    return LinkReport(
        mentions=int(whole["mentions"]),
        identities=touched.common.size,
        people=int(whole["people"]),
        links=linked.clusters.links.height,
        candidate_pairs=touched.weighed,
        cut_components=linked.clusters.cut_components,
        contradictions=linked.clusters.contradictions.height,
        share_alone=float(whole["alone"] or 0.0),
        component_sizes={int(size): int(count) for size, count in zip(sizes, counts, strict=True) if size},
        largest_blocks=(),
        draws=linked.draws.figures(),
        ledger=linked.ledger.written,
        model_version=model.version,
        cleaning_version=cleaning_version(),
        seconds=seconds,
        in_full=False,
    )
