"""Which links move an answer most: what a reviewer should look at first.

For the review queue only: it names mentions, so it is never part of an answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kithmap.desk.asked import Asked
from kithmap.desk.compared import as_frame
from kithmap.desk.drawn_changes import find_changes
from kithmap.model.tables import DRAW_ALIKE, IDENTITY, IDENTITY_DRAW, LINK, PERSON_SOURCE

if TYPE_CHECKING:
    import polars as pl

MOST = 50


@dataclass(frozen=True)
class Mover:
    """A pair of mentions that may be one person, and how far the answer moves with it.

    effect: the variance of the answer's counts that goes with the pair, over the draws, in people squared.
    """

    mention_id: int
    other_mention_id: int
    effect: float


def find_movers(asked: Asked, *, most: int = MOST) -> tuple[Mover, ...]:
    """The links that move an answer's counts of people most, the first to be looked at first.

    A group of records in doubt moves the answer by its own draws alone; within it, a pair's share is
    what its being together or apart explains.
    Source: squared correlation, as in a regression on one variable.
    """
    if not asked.is_ranged:
        return ()
    moved = _moved(asked)
    if moved.is_empty():
        return ()
    pairs = _pairs(_arrangements(asked, _top_groups(moved, asked.draws, most)), moved, asked.draws)
    return _as_links(asked, pairs[:most])


def _moved(asked: Asked) -> "pl.DataFrame":
    """What each draw changes in each count: group, draw, cell, change."""
    import numpy as np
    import polars as pl

    changes = find_changes(asked)
    arranged, size = changes.arranged, changes.keys.height
    group, draw = np.nonzero(changes.by_draw >= 0)
    ways = {"group": arranged.groups[group], "drawn": draw + 1, "way": changes.by_draw[group, draw]}
    cells = [
        {"way": rows.coords[0], "cell": number * size + rows.coords[1], "change": rows.data}
        for number, rows in enumerate(each.tocoo() for each in changes.counts.values())
    ]
    kinds = {"way": pl.Int64, "cell": pl.Int64, "change": pl.Int64}
    moved = pl.concat([pl.DataFrame(each, schema=kinds) for each in cells])
    drawn = pl.DataFrame(ways, schema=dict.fromkeys(ways, pl.Int64))
    return drawn.join(moved, on="way").select("group", "drawn", "change", "cell")


def _top_groups(moved: "pl.DataFrame", draws: int, most: int) -> list[int]:
    """The groups whose draws vary an answer most."""
    import polars as pl

    mean = pl.col("change").sum() / draws
    variance = (pl.col("change") ** 2).sum() / draws - mean**2
    cells = moved.group_by("group", "cell").agg(variance=variance)
    groups = cells.group_by("group").agg(pl.col("variance").sum())
    return groups.sort(["variance", "group"], descending=[True, False])["group"].head(most).to_list()


def _arrangements(asked: Asked, groups: Sequence[int]) -> "pl.DataFrame":
    """Who each part of these groups is with, in every draw: group, draw, part, with."""
    import polars as pl

    parts: Any = asked.scope.table(asked.engine, PERSON_SOURCE.name)
    parts = parts.filter(parts.part_id.notnull()).select("part_id", "person_id").distinct()
    drawn: Any = asked.engine.table(IDENTITY_DRAW.name).rename(same_as="draw")
    every: Any = asked.engine.table(DRAW_ALIKE.name)
    rows = drawn.filter(drawn.group_id.isin(list(groups))).inner_join(parts, "part_id")
    rows = rows.inner_join(every, ["group_id", "same_as"])
    told = as_frame(asked.engine.fetch(rows))
    whole = told.select("group_id", "part_id", "person_id").unique()
    # In a draw that has no row of a part, it is with those it is published with.
    drawings = whole.join(
        pl.DataFrame({"draw": range(1, asked.draws + 1)}, schema={"draw": pl.Int16}), how="cross"
    )
    known = drawings.join(told.select("draw", "part_id", "drawn_id"), on=["draw", "part_id"], how="left")
    together = pl.coalesce(pl.col("drawn_id").cast(pl.String), "person_id")
    return known.select("draw", group="group_id", part="part_id", together=together)


def _pairs(arranged: "pl.DataFrame", moved: "pl.DataFrame", draws: int) -> list[tuple[int, int, float]]:
    """Every pair of parts that is together in some draws and not in others, with its effect."""
    import polars as pl

    met = arranged.join(arranged, on=["group", "draw"], suffix="_b").filter(pl.col("part") < pl.col("part_b"))
    pairs = met.select(
        "group", "part", "part_b", drawn="draw", is_one=pl.col("together") == pl.col("together_b")
    )
    share = pairs.group_by("group", "part", "part_b").agg(share=pl.col("is_one").mean())
    share = share.filter(pl.col("share") > 0, pl.col("share") < 1)
    both = pairs.join(share, on=["group", "part", "part_b"]).join(
        moved.with_columns(pl.col("drawn").cast(pl.Int16)), on=["group", "drawn"]
    )
    covariance = (pl.col("change") * (pl.col("is_one") - pl.col("share"))).sum() / draws
    explained = both.group_by("part", "part_b", "cell", "share").agg(covariance=covariance)
    effect = pl.col("covariance") ** 2 / (pl.col("share") * (1 - pl.col("share")))
    effects = explained.group_by("part", "part_b").agg(effect=effect.sum()).filter(pl.col("effect") > 0)
    ordered = effects.sort(["effect", "part", "part_b"], descending=[True, False, False])
    return [(int(one), int(other), float(size)) for one, other, size in ordered.iter_rows()]


def _as_links(asked: Asked, pairs: Sequence[tuple[int, int, float]]) -> tuple[Mover, ...]:
    """For each pair of parts the strongest link between them; their least mentions where there is none."""
    identity: Any = asked.engine.table(IDENTITY.name)
    wanted = sorted({part for one, other, _ in pairs for part in (one, other)})
    inside = identity.filter(identity.part_id.isin(wanted)).select("mention_id", "part_id")
    links: Any = asked.engine.table(LINK.name)
    known = links.inner_join(inside, "mention_id").inner_join(
        inside.select(other_mention_id="mention_id", other_part="part_id"), "other_mention_id"
    )
    found = as_frame(asked.engine.fetch(known))
    found = found.sort(["match_weight", "mention_id", "other_mention_id"], descending=[True, False, False])
    strongest: dict[frozenset[int], tuple[int, int]] = {}
    for row in found.iter_rows(named=True):
        ends = (row["mention_id"], row["other_mention_id"])
        strongest.setdefault(frozenset((row["part_id"], row["other_part"])), ends)
    return tuple(
        Mover(*strongest.get(frozenset((one, other)), (one, other)), effect) for one, other, effect in pairs
    )
