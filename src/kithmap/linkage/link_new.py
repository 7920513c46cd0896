"""Link only what is new: what a new extract touches is joined again, all else is carried over."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa

from kithmap.engines.engine import Engine
from kithmap.linkage.carry import events_added, keys_gone, past_of, retained_again, with_past_people
from kithmap.linkage.clean import cleaning_version
from kithmap.linkage.cluster import Clusters, cluster_identities
from kithmap.linkage.constraints import find_constraints
from kithmap.linkage.draws import Draws, draw_people, seed_of
from kithmap.linkage.evidence import find_evidence
from kithmap.linkage.identity_events import Now, Turn, followed_pairs
from kithmap.linkage.incremental import PAIR, POSSIBLE, Arrived, Touched, find_touched, read_new
from kithmap.linkage.ledger import Ledger, Past, keep_ledger
from kithmap.linkage.link import LinkReport, Progress, Steps, Told
from kithmap.linkage.model import Model, shipped_model
from kithmap.linkage.name_sounds import index_names
from kithmap.linkage.people import by_mention, clustered_mentions, decided, kept_pairs, people_in_parts
from kithmap.linkage.retained import joined_ids
from kithmap.linkage.score import quiet
from kithmap.linkage.whether import RETAINED, STATE, OldIdentities
from kithmap.model.keys import RECEIPT_SHIFT


@dataclass(frozen=True)
class _Linking:
    """What linking works with: the build being made, the one before it, the model, and what it is told."""

    engine: Engine
    past: Engine
    model: Model
    told: Told
    known: Past
    secret: bytes
    steps: Steps

    @property
    def receipts(self) -> pa.Table:
        """The extracts of the build, by number and hash."""
        return self.engine.fetch(self.engine.table("receipt").select("receipt_no", "sha256"))

    @property
    def judgements(self) -> pl.DataFrame | None:
        """What reviewers decided."""
        return None if self.told.judgements is None else pl.DataFrame(pl.from_arrow(self.told.judgements))


@dataclass(frozen=True)
class _Named:
    """Those joined again, with their people: what links touch, its clusters, its mentions, its ledger."""

    touched: Touched
    clusters: Clusters
    mentions: pl.DataFrame
    known: Past
    ledger: Ledger


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
    who, with the ledger's events.
    """
    if told.past is None:
        return None
    at = _Linking(engine, past, shipped_model(), told, told.past, secret, Steps(progress))
    with quiet(), ExitStack() as opened:
        return _link(at, lambda: opened.enter_context(engine.splink()), when_named)


def _link(
    at: _Linking, open_database: Callable[[], Any], when_named: Callable[[], None] | None
) -> LinkReport | None:
    with at.steps.step("weigh the new pairs"), ThreadPoolExecutor(1) as beside:
        judged = _changed_judgements(at.past, at.judgements)
        arrived = read_new(at.engine, at.past, at.model, judged, beside, open_database)
        if arrived is None or _bears_on_the_alike(at.past, arrived, judged, at.judgements):
            return None
    named = _name(at, arrived, judged)
    if when_named is not None:
        when_named()
    with at.steps.step("draw what is in doubt"):
        wide = find_touched(at.past, arrived, judged, least=POSSIBLE)
        draws, cluster = _draw(at, wide, named)
    with at.steps.step("save"):
        _save(at.engine, at.past, _rows(at, arrived, named, wide, (draws, cluster)), named, wide)
    return _report(at, arrived, named, draws)


def _changed_judgements(past: Engine, judgements: pl.DataFrame | None) -> pl.DataFrame:
    """The pairs of mentions on which a judgement has come or gone since the build before."""
    events: Any = past.table("identity_event")
    judged = past.fetch(events.filter(events.kind.isin(["judged", "undone"])))
    before = followed_pairs(pl.DataFrame(pl.from_arrow(judged)))
    now = before.clear() if judgements is None else judgements
    sides = [pl.col(side) for side in PAIR]
    now = now.select(
        pl.min_horizontal(sides).alias(PAIR[0]), pl.max_horizontal(sides).alias(PAIR[1]), "decision"
    )
    changed = [
        now.join(before, on=before.columns, how="anti"),
        before.join(now, on=before.columns, how="anti"),
    ]
    return pl.concat(changed).select(PAIR).unique()


def _bears_on_the_alike(
    past: Engine, arrived: Arrived, judged: pl.DataFrame, judgements: pl.DataFrame | None
) -> bool:
    """Whether a judgement bears on which mentions say the same: then they must all be read again."""
    mentions = pl.concat([judged[side] for side in PAIR])
    places = OldIdentities(past).rows("identity", "mention_id", mentions, ["mention_id", "signature"])
    both = judged.join(places, on="mention_id").join(
        places.rename({"mention_id": "other_mention_id", "signature": "other"}), on="other_mention_id"
    )
    if judgements is None or both.filter(pl.col("signature") == pl.col("other")).height:
        return both.filter(pl.col("signature") == pl.col("other")).height > 0
    standing = judgements.filter(pl.col("decision") == "different")
    on_new = [(pl.col(side) // (1 << RECEIPT_SHIFT)).is_in(list(arrived.receipts)) for side in PAIR]
    return standing.filter(pl.any_horizontal(on_new)).height > 0


def _name(at: _Linking, arrived: Arrived, judged: pl.DataFrame) -> _Named:
    """Join again what new links touch, and give each cluster its person's id."""
    least = at.model.match_probability
    with at.steps.step("join people"):
        touched = find_touched(at.past, arrived, judged, least=least)
        bearers = _bearers(at.past, touched, arrived).to_arrow()
        identities, pairs = touched.identities, touched.pairs.to_arrow()
        held = find_constraints(identities, pairs, least, at.told.judgements, bearers)
        clusters = cluster_identities(identities, pairs, least, held)
    with at.steps.step("write the ledger"):
        mentions = clustered_mentions(bearers, identities, clusters)
        known = past_of(at.past, at.known, mentions["mention_id"], arrived.receipts)
        now = Now(
            mentions=mentions.select("mention_id", "cluster"),
            receipts=pl.DataFrame(pl.from_arrow(at.receipts)),
            links=by_mention(identities, clusters.links.select("one", "other", match_weight="weight")),
            judgements=at.judgements,
        )
        turn = Turn(at.told.turn.at, at.told.turn.build_id, at.told.turn.actor, at.model.version)
        return _Named(touched, clusters, mentions, known, keep_ledger(now, known, turn, at.secret))


def _bearers(past: Engine, touched: Touched, arrived: Arrived) -> pl.DataFrame:
    """Every mention of those touched and of the new."""
    old = OldIdentities(past).rows("identity", "signature", touched.old, arrived.bearers.columns)
    return pl.concat([old, arrived.bearers])


def _draw(at: _Linking, wide: Touched, named: _Named) -> tuple[Draws, np.ndarray]:
    """Draw all that is in doubt with something new; and the person of each, as a number."""
    of = named.touched.identities.select("signature", cluster=pl.Series(named.clusters.cluster))
    cluster = with_past_people(at.past, wide, of)
    pairs = wide.pairs.to_arrow()
    bearers = named.mentions.select("mention_id", "signature").to_arrow()
    held = find_constraints(wide.identities, pairs, at.model.match_probability, at.told.judgements, bearers)
    generator = np.random.default_rng(seed_of(at.receipts))
    published = replace(named.clusters, cluster=cluster)
    return draw_people(wide.identities, pairs, published, held, generator=generator), cluster


def _rows(
    at: _Linking, arrived: Arrived, named: _Named, wide: Touched, drawn: tuple[Draws, np.ndarray]
) -> dict[str, pa.Table]:
    """The new rows of every table."""
    draws, cluster = drawn
    fresh = wide.identities["fresh"]
    is_new = fresh.gather(wide.pairs["one"]) | fresh.gather(wide.pairs["other"])
    # Old pairs are in `link` already, as they were weighed then.
    pairs = wide.pairs.filter(is_new, pl.col("probability") >= POSSIBLE).to_arrow()
    evidence = find_evidence(wide.identities, pairs, at.model, arrived.weighing.common)
    touched, parts = named.touched.identities, draws.part_of(wide.identities)
    how = decided(named.mentions, touched, named.clusters)
    people = pa.concat_tables(people_in_parts(named.mentions, how, named.ledger.people, parts))
    component = pl.Series(named.clusters.component)
    linked = joined_ids(
        touched.select(one="unique_id", other="unique_id").clear(), component, touched["signature"]
    )
    joined = touched.select("signature").with_columns(linked_id=linked)
    return {
        "identity": pa.concat_tables([people, _others(at.past, named, wide, parts).cast(people.schema)]),
        "link": kept_pairs(wide.identities, pairs),
        "link_evidence": by_mention(wide.identities, pl.DataFrame(pl.from_arrow(evidence))).to_arrow(),
        "link_contradiction": by_mention(touched, named.clusters.contradictions).to_arrow(),
        "linkage_name": index_names(arrived.new),
        **draws.as_tables(wide.identities),
        "identity_history": named.ledger.history.to_arrow(),
        "identity_event": events_added(named.known, named.ledger.events),
        **retained_again(wide, joined, cluster, arrived.knowledge, arrived.bearers.height),
    }


def _others(past: Engine, named: _Named, wide: Touched, parts: pl.DataFrame) -> pa.Table:
    """The mentions of those who are who they were, and in doubt with somebody new: with their part now."""
    others = wide.old.filter(~wide.old.is_in(named.touched.identities["signature"].implode()))
    columns = list(past.table("identity").columns)
    rows = OldIdentities(past).rows("identity", "signature", others, columns).drop("part_id")
    return rows.join(parts, on="signature", how="left", maintain_order="left").select(
        "mention_id", "person_id", "match_probability", "decided_by", "part_id", "signature"
    ).to_arrow()  # fmt: skip


def _save(engine: Engine, past: Engine, rows: Mapping[str, pa.Table], named: _Named, wide: Touched) -> None:
    """Write every table of linking: the build before's rows of all who were not touched, and the new ones."""
    extract = engine.fetch(engine.table("extract"))
    if engine.take_over(past):
        engine.save("extract", extract)
    touched, joined = keys_gone(wide.old), keys_gone(named.touched.old)
    rewritten = keys_gone(pl.Series(named.known.history["mention_id"].to_numpy()))
    gone: dict[str, dict[str, pa.Table]] = {
        "identity": {"signature": touched},
        # A group is touched as a whole, and named after one of its parts.
        "identity_draw": {"part_id": touched},
        "draw_alike": {"group_id": touched},
        "link_contradiction": dict.fromkeys(PAIR, joined),
        "identity_history": {"mention_id": rewritten},
        RETAINED: {"signature": touched},
    }
    for name, table in rows.items():
        if name == STATE or not past.has(name):
            engine.save(name, table)
        else:
            engine.change(name, past, gone.get(name, {}), table)


def _report(at: _Linking, arrived: Arrived, named: _Named, draws: Draws) -> LinkReport:
    engine = at.engine
    identity: Any = engine.table("identity")
    in_doubt = identity.filter(identity.part_id.notnull())
    whole = engine.fetch(
        identity.aggregate(
            mentions=identity.count(),
            people=identity.person_id.nunique(),
            alone=(identity.decided_by == "alone").mean(),
        )
    ).to_pylist()[0]
    doubt = in_doubt.aggregate(parts=in_doubt.part_id.nunique(), people=in_doubt.person_id.nunique())
    doubtful = engine.fetch(doubt).to_pylist()[0]
    drawn = {"parts_in_doubt": doubtful["parts"], "people_in_doubt": doubtful["people"]}
    sizes, counts = np.unique(np.bincount(named.clusters.cluster), return_counts=True)
    return LinkReport(
        mentions=int(whole["mentions"]),
        identities=arrived.weighing.common.size,
        people=int(whole["people"]),
        links=named.clusters.links.height,
        candidate_pairs=arrived.pairs.height,
        cut_components=named.clusters.cut_components,
        contradictions=named.clusters.contradictions.height,
        share_alone=float(whole["alone"] or 0.0),
        component_sizes={int(size): int(count) for size, count in zip(sizes, counts, strict=True) if size},
        largest_blocks=(),
        draws={**draws.figures(), **drawn},
        ledger=named.ledger.written,
        model_version=at.model.version,
        cleaning_version=cleaning_version(),
        seconds=at.steps.seconds,
        in_full=False,
    )
