"""What a new extract touches: read and weighed, so that only that need be joined again.

A full link compares everybody with everybody. When one extract more has come, nearly all of that is
known: the build retains the cleaned identities, and what was found by counting over them. The new ones
are weighed against the old and against each other; what their links touch is joined again.
"""

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl

from kithmap.engines.engine import Engine
from kithmap.linkage.clean import read_identities, with_numbers
from kithmap.linkage.commonness import Commonness, count_old, count_values
from kithmap.linkage.knowledge import (
    Knowledge,
    read_knowledge,
    spaces_with,
    with_parted_names,
    without_voided,
)
from kithmap.linkage.model import Model
from kithmap.linkage.retained import as_identities, as_retained, said_hash
from kithmap.linkage.rules import with_keys
from kithmap.linkage.signatures import read_signatures
from kithmap.linkage.weigh import Weighing
from kithmap.linkage.weigh_new import WEIGHED, find_pairs, find_pairs_among, weigh
from kithmap.linkage.whether import RETAINED, STATE, OldIdentities, new_receipts
from kithmap.stats.components import joined_parts

# Below this probability two identities are in nobody's doubt.
POSSIBLE = 0.005
PAIR = ("mention_id", "other_mention_id")


@dataclass(frozen=True)
class Arrived:
    """The new identities, and what speaks for their being old ones.

    new: cleaned, with keys and `said`. near: new and old identities that share a key, or that a new mention or
    a judgement is of, with all that links join to those, as retained, and `fresh`. pairs: those with a new side, by places
    in `near`. bearers: the new mentions. met: old signatures that new mentions bear. judged: the old mentions
    on which a judgement has come or gone. weighing: what the pairs were weighed with.
    """

    receipts: tuple[int, ...]
    new: pl.DataFrame
    near: pl.DataFrame
    pairs: pl.DataFrame
    bearers: pl.DataFrame
    met: pl.Series
    judged: pl.DataFrame
    knowledge: Knowledge
    weighing: Weighing


@dataclass(frozen=True)
class Touched:
    """Old identities that new ones or judgements touch, and the new ones, in the order of `signature`.

    identities: numbered by their place, with `fresh`. pairs: all that were weighed between them.
    """

    identities: pl.DataFrame
    pairs: pl.DataFrame

    @property
    def old(self) -> pl.Series:
        """The signatures that the build before has."""
        return self.identities.filter(~pl.col("fresh"))["signature"]


def read_new(
    engine: Engine,
    past: Engine,
    model: Model,
    judged: pl.DataFrame,
    beside: Executor,
    open_database: Callable[[], Any],
) -> Arrived | None:
    """Read, clean and weigh the new extracts, in Splink's database.

    judged: the pairs of mentions on which a judgement has come or gone. beside: where that database is opened,
    and the old ones are counted, while the new ones are read.

    None where holders are found to number people alike who were not before: then all must be linked.
    """
    old = OldIdentities(past)
    knowledge = read_knowledge(past.fetch(past.table(STATE)))
    receipts, identities = new_receipts(engine, past), old.count()
    often = sorted({*model.frequencies, *model.together})
    counting = beside.submit(count_old, past, RETAINED, often)
    database = beside.submit(open_database)
    read = read_signatures(engine, receipts)
    signatures = pl.DataFrame(pl.from_arrow(read.signatures)).sort("signature")
    # A build answers one question at a time.
    said = counting.result()
    bearers, met = _meet(old, signatures, pl.DataFrame(pl.from_arrow(read.bearers)))
    signatures = signatures.filter(pl.col("signature").is_in(bearers["signature"].implode()))
    new = _clean(engine, old, signatures, knowledge)
    if new is None:
        return None
    new = with_keys(new, model.rules)[0]
    chosen, new = find_pairs(old, new, model)
    mentions = pl.concat([judged[side] for side in PAIR])
    places = old.rows("identity", "mention_id", mentions, ["mention_id", "signature"])
    reached = pl.concat([chosen["signature"], chosen["other"], met, places["signature"]])
    near = _near(_with_all_linked(old, reached, model), new)
    counts, totals = count_values(said, new, often)
    common = Commonness(identities + new.height, counts, totals, knowledge.bits, knowledge.numbers["others"])
    weighing = Weighing(database.result(), engine.kind, model, common, near)
    pairs = weigh(weighing, knowledge, chosen)
    return Arrived(receipts, new, near, pairs, bearers, met, places, knowledge, weighing)


def find_touched(past: Engine, arrived: Arrived, judged: pl.DataFrame, *, least: float) -> Touched:
    """Find the old identities joined to new ones by pairs of at least a probability, and all joined to those.

    least: what links (then all is found that must be joined again), or what is in doubt (then all that must
    be drawn again). judged: the pairs of mentions on which a judgement has come or gone.
    """
    near = arrived.near
    strong = arrived.pairs.filter(pl.col("probability") >= least)
    ends = np.unique(np.concatenate([strong["one"].to_numpy(), strong["other"].to_numpy()]))
    reached = pl.concat([near["signature"].gather(ends), arrived.met, arrived.judged["signature"]])
    joined = "linked_id" if least > POSSIBLE else "group_id"
    ids = near.filter(~pl.col("fresh"), pl.col("signature").is_in(reached.implode()))[joined]
    # All that links join to those near are near.
    is_joined = ~pl.col("fresh") & pl.col(joined).is_in(ids.implode())
    old = (
        as_identities(near.filter(is_joined).to_arrow())
        if joined == "linked_id"
        else OldIdentities(past).with_values(joined, ids)
    )
    whole = _with_listed(_together(old, arrived.new), near)
    first = _renumbered(arrived.pairs, near, whole)
    place = pl.concat([arrived.judged, arrived.bearers.select(arrived.judged.columns)])
    meeting = _meeting(whole, first.filter(pl.col("probability") >= least), judged, place, joined)
    again = _weigh_again(past, arrived, meeting)
    return Touched(whole, pl.concat([first, again]).sort("one", "other"))


def _meet(
    old: OldIdentities, signatures: pl.DataFrame, bearers: pl.DataFrame
) -> tuple[pl.DataFrame, pl.Series]:
    """New mentions that say what old ones say bear the old ones' signature; which those are."""
    said = signatures.select("signature", said=said_hash(signatures)).drop_nulls()
    known = old.rows(RETAINED, "said", said["said"], ["signature", "said"])
    same = said.join(known.rename({"signature": "before"}), on="said").select("signature", "before")
    met = bearers.join(same, on="signature", how="left", maintain_order="left")
    met = met.with_columns(signature=pl.coalesce("before", "signature")).select(bearers.columns)
    return met, same["before"]


def _with_all_linked(old: OldIdentities, signatures: pl.Series, model: Model) -> pl.DataFrame:
    """Old identities with all that links join to them, in the columns that they are weighed by."""
    ids = old.rows(RETAINED, "signature", signatures, ["linked_id"])["linked_id"]
    columns = ["signature", "linked_id", "group_id", "listed", *model.columns]
    return old.rows(RETAINED, "linked_id", ids, sorted(set(columns)))


def _near(old: pl.DataFrame, new: pl.DataFrame) -> pl.DataFrame:
    """Old identities, as retained, with the new ones: most of them never need be read any further."""
    retained = pl.DataFrame(pl.from_arrow(as_retained(new)))
    return _together(old, retained.select(name for name in old.columns if name in retained.columns))


def _clean(
    engine: Engine, old: OldIdentities, signatures: pl.DataFrame, knowledge: Knowledge
) -> pl.DataFrame | None:
    """The new identities, cleaned as the old ones were."""
    settings = engine.fetch(engine.table("record_setting").select("urn", "la_estab", "name"))
    written = with_parted_names(signatures, knowledge)
    cleaned = without_voided(read_identities(written.to_arrow(), settings), signatures, knowledge)
    numbered = cleaned.filter(pl.col("number").is_not_null())
    spaces = spaces_with(old.numbered(), numbered, knowledge.spaces) if numbered.height else knowledge.spaces
    if spaces is None:
        return None
    said = signatures.select("signature", said=said_hash(signatures))
    return with_numbers(cleaned, spaces).join(said, on="signature", how="left", maintain_order="left")


def _together(old: pl.DataFrame, new: pl.DataFrame) -> pl.DataFrame:
    """Old and new identities as one frame, in the order of `signature`, numbered by their place."""
    both = [old.with_columns(fresh=pl.lit(value=False)), new.with_columns(fresh=pl.lit(value=True))]
    shaped = pl.concat([each.drop("unique_id", strict=False) for each in both], how="diagonal_relaxed")
    placed = shaped.sort("signature").with_row_index("unique_id")
    return placed.with_columns(pl.col("unique_id").cast(pl.Int64), meeting=pl.lit(None, pl.Int64))


def _with_listed(whole: pl.DataFrame, near: pl.DataFrame) -> pl.DataFrame:
    """The identities, with `listed` where a register among old or new ones has the number."""
    columns = ["space", "number"]
    listed = pl.concat(
        [each.filter(pl.col("listed").is_not_null()).select(columns) for each in (whole, near)]
    )
    known = whole.select(columns).join(
        listed.unique().with_columns(there=pl.lit(value=True)), on=columns, how="left", maintain_order="left"
    )["there"]
    return whole.with_columns(listed=pl.when(known.fill_null(value=False)).then("number"))


def _renumbered(pairs: pl.DataFrame, near: pl.DataFrame, whole: pl.DataFrame) -> pl.DataFrame:
    """The pairs by the places in another frame; those that are not in it are left out."""
    place = near.select("signature").join(
        whole.select("signature", "unique_id"), on="signature", how="left", maintain_order="left"
    )["unique_id"]
    return _between(pairs, place).drop_nulls()


def _between(pairs: pl.DataFrame, place: pl.Series) -> pl.DataFrame:
    """The pairs with other places, the lesser first."""
    ends = pairs.with_columns(**{side: place.gather(pairs[side]) for side in ("one", "other")})
    both = ("one", "other")
    return ends.filter(pl.col("one").is_not_null(), pl.col("other").is_not_null()).with_columns(
        one=pl.min_horizontal(both), other=pl.max_horizontal(both)
    )


def _meeting(
    whole: pl.DataFrame, strong: pl.DataFrame, judged: pl.DataFrame, bearers: pl.DataFrame, joined: str
) -> pl.DataFrame:
    """The old identities that are with others, with a number for those that are together now."""
    grouped = whole.select("unique_id", joined).drop_nulls()
    grouped = grouped.with_columns(first=pl.col("unique_id").first().over(joined))
    place = bearers.join(whole.select("signature", "unique_id"), on="signature")
    one = place.select("mention_id", one="unique_id")
    other = place.select(other_mention_id="mention_id", other="unique_id")
    decided = judged.select(PAIR).join(one, on="mention_id").join(other, on="other_mention_id")
    pairs = [strong, grouped.select(one="first", other="unique_id"), decided]
    ends = pl.concat([each.select("one", "other") for each in pairs])
    label = joined_parts(ends["one"].to_numpy(), ends["other"].to_numpy(), whole.height)
    old = whole.with_columns(meeting=pl.Series(label)).filter(~pl.col("fresh"))
    return old.filter(pl.len().over("meeting") > 1)


def _weigh_again(past: Engine, arrived: Arrived, old: pl.DataFrame) -> pl.DataFrame:
    """Old identities that are together now, weighed against each other: `link` keeps no unlikely pairs."""
    if old.is_empty():
        return pl.DataFrame(schema=WEIGHED)
    model = arrived.weighing.model
    keyed = OldIdentities(past).rows(RETAINED, "signature", old["signature"], ["signature", *model.keys])
    pairs = find_pairs_among(keyed.join(old.select("signature", "meeting"), on="signature"), model)
    placed = pl.DataFrame(pl.from_arrow(as_retained(old)))
    placed = placed.with_columns(unique_id=pl.int_range(pl.len(), dtype=pl.Int64))
    weighing = replace(arrived.weighing, identities=placed)
    return _between(weigh(weighing, arrived.knowledge, pairs), old["unique_id"])
