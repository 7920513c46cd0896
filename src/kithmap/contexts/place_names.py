"""Names of places: which say no place, which mean a stop, which are slips for another name."""

import polars as pl
import polars_h3 as h3

from kithmap.contexts.names import fold, nearest

# Two cells of resolution 9 are about 350 metres apart, middle to middle: a park or a high street
# reaches over as many as that, and another of its name is further off.
RINGS = 2
AT_LEAST, MARGIN = 0.7, 0.08
FREQUENT = 5
# Words that say what kind of place, or nothing, and not which.
NO_PLACE = (
    "home", "home address", "own home", "family home", "house", "care home", "childrens home", "placement",
    "friends", "friends house", "friends address", "friends home", "relatives", "relatives house",
    "relatives address", "partners address", "boyfriends address", "girlfriends address", "parents",
    "school", "college", "hospital", "police station", "station", "bus", "bus stop", "train", "street", "park",
    "shop", "hotel", "online", "internet", "social media", "unknown", "unk", "not known", "nk", "n k", "na", "n a",
    "none", "various", "other", "tbc", "see log", "not stated", "returned", "returned on own", "returned home",
    "returned by police", "found by police", "on site", "off site", "on", "off", "community", "town centre",
)  # fmt: skip


def says_no_place(names: pl.Series) -> pl.Series:
    """Whether folded names say a kind of place, or nothing, and not which.

    >>> says_no_place(pl.Series(["friends house", "hartwell park"])).to_list()
    [True, False]
    """
    return names.is_in(pl.Series(fold(pl.Series(NO_PLACE))).implode())


def with_near(cells: pl.DataFrame) -> pl.DataFrame:
    """Each cell with each of the cells around it, as `near`."""
    if cells.is_empty():
        # The plugin gives an empty column no type.
        return cells.with_columns(pl.lit(None, pl.String).alias("near"))
    return cells.with_columns(h3.grid_disk("h3_r9", RINGS).alias("near")).explode("near")


def with_stops(said: pl.DataFrame) -> pl.DataFrame:
    """Give a name without a stop code the code of the one stop of that name that may be meant."""
    coded = said.filter(pl.col("stop_code").fill_null("") != "", pl.col("name").is_not_null())
    bare = said.filter(pl.col("stop_code").fill_null("") == "", pl.col("name").is_not_null())
    pairs = bare.select("reference", "name", "h3_r9", "la_code").join(
        coded.select("name", stop="stop_code", stop_cell="h3_r9", stop_la="la_code").unique(), on="name"
    )
    cells = with_near(coded.select("h3_r9").drop_nulls().unique().sort("h3_r9"))
    placed = pairs.join(cells, left_on=["stop_cell", "h3_r9"], right_on=["h3_r9", "near"], how="semi")
    # Without a cell on either side, the authority must not speak against it.
    unplaced = pairs.filter(
        pl.col("h3_r9").is_null() | pl.col("stop_cell").is_null(),
        (pl.col("la_code") == pl.col("stop_la")).fill_null(True),
    )
    meant = pl.concat([placed, unplaced]).select("reference", "stop").unique()
    meant = meant.filter(pl.len().over("reference") == 1)
    joined = said.join(meant, on="reference", how="left")
    return joined.with_columns(pl.coalesce("stop_code", "stop").alias("stop_code")).drop("stop")


def with_near_names(said: pl.DataFrame) -> pl.DataFrame:
    """Write a rare name as the more frequent one it is near to, where no cell speaks against it."""
    counted = said.drop_nulls("name").group_by("la_code", "name")
    names = counted.agg(pl.col("times").sum(), pl.col("h3_r9").drop_nulls().unique().alias("cells"))
    changes: list[tuple[str | None, str, str]] = []
    for (la_code,), part in names.sort("la_code", "name").group_by(["la_code"], maintain_order=True):
        changes += [(la_code, *pair) for pair in _near_pairs(part)]
    columns = {"la_code": pl.String, "name": pl.String, "better": pl.String}
    better = pl.DataFrame(changes, schema=columns, orient="row")
    joined = said.join(better, on=["la_code", "name"], how="left", nulls_equal=True)
    return joined.with_columns(pl.coalesce("better", "name").alias("name")).drop("better")


def _near_pairs(names: pl.DataFrame) -> list[tuple[str, str]]:
    """Pairs of a rare name and the frequent one it stands for, of one authority."""
    frequent = names.filter(pl.col("times") >= FREQUENT)
    rare = names.filter(pl.col("times") < FREQUENT)
    close = nearest(rare["name"].to_list(), frequent["name"].to_list(), at_least=AT_LEAST, margin=MARGIN)
    found = rare.select("name", "cells").with_columns(pl.Series("at", close, pl.Int64)).drop_nulls("at")
    others = frequent.select(pl.col("name").alias("better"), pl.col("cells").alias("others"))
    pairs = found.with_columns(others[found["at"].to_list()])
    same = [_same_numbers(name, better) for name, better in pairs.select("name", "better").iter_rows()]
    return _may_be_one(pairs.filter(pl.Series(same, dtype=pl.Boolean))).select("name", "better").rows()


def _same_numbers(name: str, other: str) -> bool:
    """Whether two names hold the same numbers and single letters: 12 and 14 are two houses."""
    numbers, others = (
        {word for word in each.split() if word.isdigit() or len(word) == 1} for each in (name, other)
    )
    return numbers == others


def _may_be_one(pairs: pl.DataFrame) -> pl.DataFrame:
    """The pairs whose cells lie near enough to be of one place; nothing speaks against where there are none."""
    nowhere = (pl.col("cells").list.len() == 0) | (pl.col("others").list.len() == 0)
    cells = pairs.filter(~nowhere).select("name", "others", h3_r9="cells").explode("h3_r9")
    around = cells.join(with_near(cells.select("h3_r9").unique()), on="h3_r9")
    is_near = pl.col("near").is_in(pl.col("others"))
    return pairs.filter(nowhere | pl.col("name").is_in(around.filter(is_near)["name"].implode()))


def with_authorities(said: pl.DataFrame) -> pl.DataFrame:
    """Give a way of saying where without an authority that of most others in its part of the map.

    A force or a transport body covers many authorities, and its rows often name none.
    """
    cell = pl.col("h3_r9")
    if said["h3_r9"].null_count() == len(said):
        return said
    with_parts = said.with_columns(
        h3.cell_to_parent(cell, 8).alias("r8"), h3.cell_to_parent(cell, 7).alias("r7")
    )
    for part in ("r8", "r7"):
        known = with_parts.drop_nulls([part, "la_code"])
        counted = known.group_by(part, "la_code").agg(pl.col("times").sum())
        most = counted.sort([part, "times", "la_code"], descending=[False, True, False]).unique(
            part, keep="first"
        )
        with_parts = with_parts.join(most.select(part, around_la="la_code"), on=part, how="left")
        with_parts = with_parts.with_columns(pl.coalesce("la_code", "around_la").alias("la_code")).drop(
            "around_la"
        )
    return with_parts.drop("r8", "r7")
