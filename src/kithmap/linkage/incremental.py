"""What a new extract touches: read and weighed, so that only that need be joined again.

A full link compares everybody with everybody. When one extract more has come, nearly all of that is
known: the build retains the cleaned identities, and what was found by counting over them. The new ones
are weighed against the old and against each other; the groups they touch are joined again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl

from kithmap.engines.engine import Engine
from kithmap.linkage.clean import cleaning_version, read_identities, with_numbers
from kithmap.linkage.commonness import Commonness, count_values, plain_arrow
from kithmap.linkage.knowledge import (
    Knowledge,
    read_knowledge,
    spaces_with,
    with_parted_names,
    without_voided,
)
from kithmap.linkage.model import Model
from kithmap.linkage.refine import components
from kithmap.linkage.retained import POSSIBLE, as_identities, said_hash
from kithmap.linkage.rules import with_keys
from kithmap.linkage.signatures import read_signatures
from kithmap.linkage.weigh_new import AGAIN, NEW, WEIGHED, find_candidates, weigh
from kithmap.model.keys import RECEIPT_SHIFT

# So many new mentions to a hundred at the last full link: beyond, what counting found then is stale.
MOST_NEW = 0.2
RETAINED, STATE = "linkage_identity", "linkage_state"
NEEDED = (RETAINED, STATE, "identity", "identity_history", "identity_event", "link", "extract")
PAIR = ("mention_id", "other_mention_id")


def versions_of(model: Model) -> dict[str, str]:
    """What must be alike for old identities to be weighed against new ones."""
    # What polars makes of a text in a number is the same within one version only.
    return {"model": model.version, "cleaning": cleaning_version(), "keys": f"polars {pl.__version__}"}


def why_full(engine: Engine, past: Engine, model: Model) -> str | None:
    """Why everything must be linked anew, in a sentence; None where only what is new need be.

    engine: the build being made, with its records held. past: the build before it, open for reading.
    """
    if [name for name in NEEDED if not past.has(name)]:
        return "The build before this one retained no identities."
    knowledge = read_knowledge(past.fetch(past.table(STATE)))
    changed = [name for name, value in versions_of(model).items() if knowledge.versions.get(name) != value]
    if changed:
        return f"Another version of the {' and of the '.join(changed)} is in use."
    return _why_other_extracts(engine, past, knowledge)


def _why_other_extracts(engine: Engine, past: Engine, knowledge: Knowledge) -> str | None:
    before, new = _receipts(engine, past)
    mentions = _count(engine, "record_mention", "mention_id", new) + knowledge.numbers["new"]
    reasons = {
        "An extract was withdrawn, replaced or left out.": bool(before - _numbers(engine, "receipt")),
        # Its mentions would come before those that say the same.
        "An extract has come back that was left out before.": min(new, default=0) < max(before) and bool(new),
        "A register of schools came with the new extracts.": _count(engine, "record_setting", "row_id", new) > 0,
        "Too many mentions are new since everything was linked.": mentions > MOST_NEW * knowledge.numbers["mentions"],
    }  # fmt: skip
    return next((reason for reason, holds in reasons.items() if holds), None)


def _receipts(engine: Engine, past: Engine) -> tuple[set[int], set[int]]:
    """The receipts of the build before, and those that are new."""
    before = _numbers(past, "extract")
    return before, _numbers(engine, "receipt") - before


def _numbers(engine: Engine, table: str) -> set[int]:
    rows = engine.fetch(engine.table(table).select("receipt_no"))
    return set(rows["receipt_no"].to_numpy().tolist())


def _count(engine: Engine, table: str, key: str, receipts: set[int]) -> int:
    if not receipts:
        return 0
    rows: Any = engine.table(table)
    new = rows.filter((rows[key] >> RECEIPT_SHIFT).isin(sorted(receipts)))
    return int(engine.fetch(new.aggregate(rows=new.count()))["rows"][0].as_py())


@dataclass(frozen=True)
class Touched:
    """What a new extract touches.

    identities: those touched and the new ones, in the order of `signature`, with `fresh` and `said`.
    pairs: all that were weighed between them. bearers: every mention of theirs. new: the mentions that
    are new. carried: the signatures that the build before has. receipts: those that are new.
    """

    identities: pl.DataFrame
    pairs: pl.DataFrame
    bearers: pl.DataFrame
    new: pl.Series
    carried: pl.Series
    receipts: tuple[int, ...]
    knowledge: Knowledge
    common: Commonness
    weighed: int


@dataclass(frozen=True)
class _Old:
    """The build before, as the new build's engine reads it."""

    engine: Engine
    past: Engine

    @property
    def identities(self) -> Any:
        return self.engine.borrow(self.past, RETAINED)

    def rows(self, table: str, column: str, values: pl.Series, columns: Sequence[str] = ()) -> pl.DataFrame:
        """The rows of a table with one of some values in a column."""
        whole: Any = self.engine.borrow(self.past, table)
        wanted = pl.DataFrame({column: values}).drop_nulls().unique()
        held = self.engine.hold("linkage_wanted", plain_arrow(wanted))
        found = whole.semi_join(held, column)
        return pl.DataFrame(pl.from_arrow(self.engine.fetch(found.select(*columns) if columns else found)))

    def with_values(self, column: str, values: pl.Series) -> pl.DataFrame:
        """The identities with one of some values in a column, as linking works with them."""
        return as_identities(self.rows(RETAINED, column, values).to_arrow())


def find_touched(engine: Engine, past: Engine, model: Model, judged: pl.DataFrame) -> Touched | None:
    """Read and weigh the new extracts, and find all that they touch.

    judged: the pairs of mentions on which a judgement has come or gone since the build before. None where
    holders are found to number people alike who were not before: then everything must be linked.
    """
    old = _Old(engine, past)
    knowledge = read_knowledge(past.fetch(past.table(STATE)))
    receipts = tuple(sorted(_receipts(engine, past)[1]))
    read = read_signatures(engine, receipts)
    signatures = pl.DataFrame(pl.from_arrow(read.signatures)).sort("signature")
    bearers, met = _meet(old, signatures, pl.DataFrame(pl.from_arrow(read.bearers)))
    signatures = signatures.filter(pl.col("signature").is_in(bearers["signature"].implode()))
    new = _clean(old, signatures, knowledge)
    if new is None:
        return None
    new = with_keys(new, model.rules)[0]
    candidates, new = find_candidates(engine, old.identities, new, model.keys)
    near = _together(old.with_values("signature", candidates), new)
    common = _commonness(old, new, knowledge, model)
    first = weigh(engine, near, model, common, NEW) if new.height else pl.DataFrame(schema=WEIGHED)
    groups = pl.concat([_groups_met(near, first), _groups_of(old, judged, met)]).unique()
    touched = old.with_values("group_id", groups)
    whole = _with_listed(_together(touched, new), near)
    bearers = pl.concat([old.rows("identity", "signature", touched["signature"], bearers.columns), bearers])
    first = _renumbered(first, near, whole)
    again = _weigh_again(engine, _meeting(whole, first, judged, bearers), model, common)
    return Touched(
        identities=whole,
        pairs=pl.concat([first, again]).sort("one", "other"),
        bearers=bearers,
        new=pl.Series(read.bearers["mention_id"].to_numpy()),
        carried=touched["signature"],
        receipts=receipts,
        knowledge=knowledge,
        common=common,
        weighed=first.height + again.height,
    )


def _meet(old: _Old, signatures: pl.DataFrame, bearers: pl.DataFrame) -> tuple[pl.DataFrame, pl.Series]:
    """New mentions that say what old ones say bear the old ones' signature; which those are."""
    said = signatures.select("signature", said=said_hash(signatures)).drop_nulls()
    known = old.rows(RETAINED, "said", said["said"], ["signature", "said"])
    same = said.join(known.rename({"signature": "before"}), on="said").select("signature", "before")
    met = bearers.join(same, on="signature", how="left", maintain_order="left")
    met = met.with_columns(signature=pl.coalesce("before", "signature")).select(bearers.columns)
    return met, same["before"]


def _clean(old: _Old, signatures: pl.DataFrame, knowledge: Knowledge) -> pl.DataFrame | None:
    """The new identities, cleaned as the old ones were."""
    engine = old.engine
    settings = engine.fetch(engine.table("record_setting").select("urn", "la_estab", "name"))
    written = with_parted_names(signatures, knowledge)
    cleaned = without_voided(read_identities(written.to_arrow(), settings), signatures, knowledge)
    numbered: Any = old.identities
    numbered = numbered.filter(numbered.number.notnull()).select("holder", "la_code", "number", "d_day")
    several = cleaned["number"].drop_nulls().len() > 0
    before = pl.DataFrame(pl.from_arrow(engine.fetch(numbered))) if several else cleaned.clear()
    spaces = spaces_with(before, cleaned, knowledge.spaces) if several else knowledge.spaces
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


def _commonness(old: _Old, new: pl.DataFrame, knowledge: Knowledge, model: Model) -> Commonness:
    columns = sorted({*model.frequencies, *model.together})
    counts, totals, size = count_values(old.engine, old.identities, new, columns)
    return Commonness(size, counts, totals, knowledge.bits, knowledge.numbers["others"])


def _groups_met(near: pl.DataFrame, pairs: pl.DataFrame) -> pl.Series:
    """The groups of old identities that may be one person with a new one."""
    possible = pairs.filter(pl.col("probability") >= POSSIBLE)
    ends = np.unique(np.concatenate([possible["one"].to_numpy(), possible["other"].to_numpy()]))
    return near[ends].filter(~pl.col("fresh"))["group_id"] if ends.size else near.clear()["group_id"]


def _groups_of(old: _Old, judged: pl.DataFrame, met: pl.Series) -> pl.Series:
    """The groups of signatures met again, and of mentions on which judgements have changed."""
    mentions = pl.concat([judged[side] for side in PAIR])
    signatures = old.rows("identity", "mention_id", mentions, ["mention_id", "signature"])["signature"]
    return old.rows(RETAINED, "signature", pl.concat([signatures, met]), ["group_id"])["group_id"]


def _renumbered(pairs: pl.DataFrame, near: pl.DataFrame, whole: pl.DataFrame) -> pl.DataFrame:
    """The pairs by the places in another frame; those that are not in it are left out."""
    place = near.select("unique_id", "signature").join(
        whole.select("signature", now="unique_id"), on="signature", how="left", maintain_order="left"
    )["now"]
    ends = {side: place.gather(pairs[side]) for side in ("one", "other")}
    return pairs.with_columns(**ends).drop_nulls().with_columns(
        one=pl.min_horizontal("one", "other"), other=pl.max_horizontal("one", "other")
    )  # fmt: skip


def _meeting(
    whole: pl.DataFrame, pairs: pl.DataFrame, judged: pl.DataFrame, bearers: pl.DataFrame
) -> pl.DataFrame:
    """The old identities whose groups are with others', with a number for those that are together now."""
    possible = pairs.filter(pl.col("probability") >= POSSIBLE).select("one", "other")
    grouped = whole.select("unique_id", "group_id").drop_nulls()
    grouped = grouped.with_columns(first=pl.col("unique_id").first().over("group_id"))
    place = bearers.join(whole.select("signature", "unique_id"), on="signature").select(
        "mention_id", "unique_id"
    )
    both = judged.select(PAIR).join(place.rename({"unique_id": "one"}), on="mention_id")
    both = both.join(
        place.rename({"mention_id": "other_mention_id", "unique_id": "other"}), on="other_mention_id"
    )
    joined = pl.concat(
        [possible, grouped.select(one="first", other="unique_id"), both.select("one", "other")]
    )
    label = components(whole.height, joined["one"].to_numpy(), joined["other"].to_numpy())
    old = whole.with_columns(meeting=pl.Series(label)).filter(~pl.col("fresh"))
    return old.filter(pl.len().over("meeting") > 1)


def _weigh_again(engine: Engine, old: pl.DataFrame, model: Model, common: Commonness) -> pl.DataFrame:
    """Old identities that are together now, weighed against each other: `link` keeps no unlikely pairs."""
    if old.is_empty():
        return pl.DataFrame(schema=WEIGHED)
    placed = old.with_columns(place="unique_id", unique_id=pl.int_range(pl.len(), dtype=pl.Int64))
    pairs = weigh(engine, placed, model, common, AGAIN)
    ends = {side: placed["place"].gather(pairs[side]) for side in ("one", "other")}
    return pairs.with_columns(**ends).with_columns(
        one=pl.min_horizontal("one", "other"), other=pl.max_horizontal("one", "other")
    )


def with_new(knowledge: Knowledge, mentions: int) -> Knowledge:
    """What is known, after so many new mentions more."""
    return replace(knowledge, numbers={**knowledge.numbers, "new": knowledge.numbers["new"] + mentions})
