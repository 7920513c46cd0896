"""The gazetteer: which of the many ways of saying where mean one place."""

from hashlib import md5
from typing import NamedTuple

import numpy as np
import polars as pl
import polars_h3 as h3

from kithmap.contexts.names import AROUND, fold, nearest, without
from kithmap.stats.components import connected

# Two cells of resolution 9 are about 350 metres apart, middle to middle: a park or a high street
# reaches over as many as that, and another of its name is further off.
RINGS = 2
AT_LEAST, MARGIN = 0.7, 0.08
PREMISES = (
    "house", "flat", "home", "dwelling", "residential", "garage", "disused", "void", "take-away", "takeaway", "shop",
    "hotel", "premises", "off licence", "restaurant", "care home", "children's home", "hostel", "licensed",
)  # fmt: skip
DWELLINGS = r"dwelling|residential|home address|^(?:house|flat|home)$"


class Found(NamedTuple):
    """The places, and the place of each way of saying where."""

    places: pl.DataFrame
    references: pl.DataFrame


def find_places(said: pl.DataFrame, schools: pl.DataFrame) -> Found:
    """Gather ways of saying where into places.

    A stop code is a place. A name is one place as far as its cells lie within two rings of each
    other, and another further off; a name without coordinates is that place if its authority has
    one of the name. A name near a more frequent one, in the same authority and not elsewhere, is
    that place. Coordinates without a name are their cell of resolution 9.

    Shape: `places`, one row per place; `references`, one row per way of saying that says enough.
    Source: requirement G05.
    """
    named = said.with_columns(without(fold(said["name_raw"]), AROUND).replace("", None).alias("name"))
    at_school = _at_schools(named, schools)
    rest = named.join(at_school, on="reference", how="anti")
    rest = _with_near_names(rest)
    rest = _with_parts(rest)
    keyed = rest.with_columns(_key().alias("key")).drop_nulls("key")
    keyed = keyed.with_columns(_opaque(keyed["key"]).alias("context_id"))
    places = _describe(keyed)
    references = keyed.join(places.select("context_id", "context_type"), on="context_id")
    at_school = at_school.with_columns(pl.lit("school").alias("context_type"))
    columns = ["reference", "context_id", "context_type"]
    return Found(places, pl.concat([references.select(columns), at_school.select(columns)]))


def _at_schools(said: pl.DataFrame, schools: pl.DataFrame) -> pl.DataFrame:
    """Ways of saying where that are the name of one school: of the authority, else anywhere."""
    local = schools.select("la_code", "context_id", name="folded").filter(pl.col("name").fill_null("") != "")
    here = said.join(local, on=["la_code", "name"])
    anywhere = said.join(here, on="reference", how="anti").join(local.drop("la_code"), on="name")
    pairs = pl.concat([frame.select("reference", "context_id") for frame in (here, anywhere)])
    return pairs.filter(pl.len().over("reference") == 1)


def _with_near_names(said: pl.DataFrame) -> pl.DataFrame:
    """Write a rare name as the more frequent one it is near to, where no cell speaks against it."""
    names = (
        said.drop_nulls("name")
        .group_by("la_code", "name")
        .agg(pl.col("times").sum(), pl.col("h3_r9").drop_nulls().unique().alias("cells"))
        .sort("la_code", "name")
    )
    changes: list[tuple[str | None, str, str]] = []
    for (la_code,), part in names.group_by(["la_code"], maintain_order=True):
        changes += [(la_code, *pair) for pair in _near_pairs(part)]
    if not changes:
        return said
    new = pl.DataFrame(
        changes, schema={"la_code": pl.String, "name": pl.String, "better": pl.String}, orient="row"
    )
    joined = said.join(new, on=["la_code", "name"], how="left", nulls_equal=True)
    return joined.with_columns(pl.coalesce("better", "name").alias("name")).drop("better")


def _near_pairs(names: pl.DataFrame) -> list[tuple[str, str]]:
    """Pairs of a rare name and the frequent one it stands for, of one authority."""
    frequent = names.filter(pl.col("times") >= FREQUENT)
    rare = names.filter(pl.col("times") < FREQUENT)
    close = nearest(rare["name"].to_list(), frequent["name"].to_list(), at_least=AT_LEAST, margin=MARGIN)
    cells, others = rare["cells"].to_list(), frequent["cells"].to_list()
    better = frequent["name"].to_list()
    return [
        (name, better[at])
        for name, at, where in zip(rare["name"].to_list(), close, cells, strict=True)
        if at is not None and _same_numbers(name, better[at]) and _may_be_one(where, others[at])
    ]


FREQUENT = 5


def _same_numbers(name: str, other: str) -> bool:
    """Whether two names hold the same numbers and single letters: 12 and 14 are two houses."""
    return {word for word in name.split() if word.isdigit() or len(word) == 1} == {
        word for word in other.split() if word.isdigit() or len(word) == 1
    }


def _may_be_one(cells: list[str], others: list[str]) -> bool:
    """Whether cells lie near enough to be of one place; nothing speaks against where there are none."""
    if not cells or not others:
        return True
    around = _with_near(pl.DataFrame({"h3_r9": cells}))["near"]
    return bool(around.is_in(pl.Series(others).implode()).any())


def _with_parts(said: pl.DataFrame) -> pl.DataFrame:
    """Number the parts of each name's cells that lie together, and place names without cells."""
    cells = said.filter(pl.col("name").is_not_null(), pl.col("h3_r9").is_not_null())
    cells = cells.select("name", "h3_r9").unique().sort("name", "h3_r9").with_row_index("at")
    around = _with_near(cells)
    pairs = around.join(cells, left_on=["name", "near"], right_on=["name", "h3_r9"], suffix="_other")
    ends, others = (pairs[name].to_numpy().astype(np.int64) for name in ("at", "at_other"))
    cells = cells.with_columns(pl.Series("part", connected(ends, others, len(cells))))
    # A part is named by its first cell, so that the id does not change when other places come.
    cells = cells.with_columns(pl.col("h3_r9").min().over("part").alias("part_cell"))
    placed = said.join(cells.select("name", "h3_r9", "part_cell"), on=["name", "h3_r9"], how="left")
    only = (
        placed.drop_nulls(["name", "part_cell"])
        .group_by("la_code", "name")
        .agg(pl.col("part_cell").n_unique().alias("parts"), pl.col("part_cell").first().alias("only"))
        .filter(pl.col("parts") == 1)
    )
    placed = placed.join(only.drop("parts"), on=["la_code", "name"], how="left", nulls_equal=True)
    return placed.with_columns(pl.coalesce("part_cell", "only").alias("part_cell")).drop("only")


def _with_near(cells: pl.DataFrame) -> pl.DataFrame:
    """Each cell with each of the cells around it, as `near`."""
    if cells.is_empty():
        # The plugin gives an empty column no type.
        return cells.with_columns(pl.lit(None, pl.String).alias("near"))
    return cells.with_columns(h3.grid_disk("h3_r9", RINGS).alias("near")).explode("near")


def _key() -> pl.Expr:
    """What makes a place the same place."""

    def keyed(kind: str, *parts: str) -> pl.Expr:
        return pl.concat_str(pl.lit(kind), *parts, separator="\x1f")

    has = {
        name: pl.col(name).fill_null("") != ""
        for name in ("stop_code", "name", "part_cell", "h3_r9", "uprn", "postcode")
    }
    return (
        pl.when(has["stop_code"]).then(keyed("stop", "stop_code"))
        .when(has["name"] & has["part_cell"]).then(keyed("name", "name", "part_cell"))
        .when(has["name"]).then(pl.concat_str(pl.lit("name"), "name", pl.col("la_code").fill_null(""), separator="\x1f"))
        .when(has["uprn"]).then(keyed("uprn", "uprn"))
        .when(has["h3_r9"]).then(keyed("cell", "h3_r9"))
        .when(has["postcode"]).then(keyed("postcode", "postcode"))
    )  # fmt: skip


def _opaque(keys: pl.Series) -> pl.Series:
    return keys.map_elements(
        lambda key: "C" + md5(f"place\x1f{key}".encode(), usedforsecurity=False).hexdigest().upper()[:20],
        return_dtype=pl.String,
    )


def _describe(said: pl.DataFrame) -> pl.DataFrame:
    """One row per place: the name, kind, authority and cell that most of its mentions give."""
    said = said.with_columns(
        pl.coalesce("type_code", pl.col("type_raw").str.to_lowercase()).alias("place_type")
    )
    said = said.with_columns(pl.col("name_raw").str.strip_chars().alias("label"))
    places = said.select("context_id").unique().sort("context_id")
    for column in ("label", "place_type", "la_code", "h3_r9"):
        counted = said.drop_nulls(column).group_by("context_id", column).agg(pl.col("times").sum())
        most = counted.sort(["context_id", "times", column], descending=[False, True, False])
        places = places.join(
            most.unique("context_id", keep="first").drop("times"), on="context_id", how="left"
        )
    kind = pl.col("place_type").fill_null("").str.to_lowercase()
    is_home = kind.str.contains(DWELLINGS)
    return places.select(
        "context_id", "place_type", "la_code", "h3_r9",
        # An address of a home points to a family: a home has a code and no name.
        pl.when(~is_home).then("label").alias("name"),
        h3.cell_to_parent("h3_r9", 8).cast(pl.String).alias("h3_r8"),
        pl.when(kind.str.contains_any(list(PREMISES))).then(pl.lit("premises")).otherwise(pl.lit("public_space"))
        .alias("context_type"),
    )  # fmt: skip
