"""The gazetteer: which of the many ways of saying where mean one place."""

from hashlib import md5
from typing import NamedTuple

import numpy as np
import polars as pl
import polars_h3 as h3

from kithmap.contexts.names import AROUND, fold, without
from kithmap.contexts.place_names import (
    says_no_place,
    with_authorities,
    with_near,
    with_near_names,
    with_stops,
)
from kithmap.contexts.school_names import Register, match_schools
from kithmap.stats.components import connected

PREMISES = (
    r"\b(?:houses?|flats?|homes?|dwellings?|residential|garages?|disused|void|derelict|take.?away|shops?|hotel|premises"
    r"|off.licence|restaurant|hostel|licensed|pub|club)\b"
)
DWELLINGS = r"dwelling|residential|home address|^(?:house|flat|home|private house)$"
SCHOOLS = r"\b(?:school|academy|college|pupil referral unit)\b"


class Found(NamedTuple):
    """The places, and the place or school of each way of saying where."""

    places: pl.DataFrame
    references: pl.DataFrame


def find_places(said: pl.DataFrame, register: Register) -> Found:
    """Gather ways of saying where into places.

    A stop code is a place. A name is one place as far as its cells lie within two rings of each
    other, and another further off; a name without coordinates is that place if its authority has
    one of the name. A rare name near a frequent one, in the same authority and not elsewhere, is
    that place. Coordinates without a name are their cell of resolution 9. What happened at a
    school happened in that context, not at a place of the same name.

    Shape: `places`, one row per place; `references`, one row per way of saying that says enough.
    Source: requirement G05.
    """
    named = said.with_columns(without(fold(said["name_raw"]), AROUND).replace("", None).alias("name"))
    at_school = _at_schools(named, register)
    rest = named.join(at_school, on="reference", how="anti")
    rest = rest.with_columns(pl.when(~says_no_place(rest["name"])).then("name").alias("name"))
    rest = _with_parts(with_near_names(with_stops(with_authorities(rest))))
    keyed = rest.with_columns(_key().alias("key")).drop_nulls("key")
    keyed = keyed.with_columns(_opaque(keyed["key"]).alias("context_id"))
    places = _describe(keyed)
    references = keyed.join(places.select("context_id", "context_type"), on="context_id")
    at_school = at_school.with_columns(pl.lit("school").alias("context_type"))
    columns = ["reference", "context_id", "context_type"]
    return Found(places, pl.concat([references.select(columns), at_school.select(columns)]))


def _at_schools(said: pl.DataFrame, register: Register) -> pl.DataFrame:
    """Ways of saying where that mean a school: by its whole name, or by a kind that says school."""
    kind = pl.concat_str("type_code", "type_raw", "name", separator=" ", ignore_nulls=True).str.to_lowercase()
    whole = said["name"].is_in(register.schools["folded"].drop_nulls().implode())
    spoken = said.filter(pl.col("name").is_not_null(), kind.str.contains(SCHOOLS) | whole)
    nothing = pl.lit(None, pl.String)
    written = spoken.select(
        "reference", "la_code", "times", nothing.alias("urn"), nothing.alias("la_estab"), school_raw="name"
    )
    matched = match_schools(written, register)
    # A school only its own rows tell of is for pupils' rows to make, not for a place's name.
    return matched.filter(pl.col("how") != "own rows").select("reference", "context_id")


def _with_parts(said: pl.DataFrame) -> pl.DataFrame:
    """Number the parts of each name's cells that lie together, and place names without cells."""
    cells = said.filter(pl.col("name").is_not_null(), pl.col("h3_r9").is_not_null())
    cells = cells.select("name", "h3_r9").unique().sort("name", "h3_r9").with_row_index("at")
    around = with_near(cells)
    pairs = around.join(cells, left_on=["name", "near"], right_on=["name", "h3_r9"], suffix="_other")
    ends, others = (pairs[name].to_numpy().astype(np.int64) for name in ("at", "at_other"))
    cells = cells.with_columns(pl.Series("part", connected(ends, others, len(cells))))
    # A part is named by its first cell, so that the id does not change when other places come.
    cells = cells.with_columns(pl.col("h3_r9").min().over("part").alias("part_cell"))
    placed = said.join(cells.select("name", "h3_r9", "part_cell"), on=["name", "h3_r9"], how="left")
    known = placed.drop_nulls(["name", "part_cell"])
    for keys, meant in ((["la_code", "name"], "la_code"), (["name"], None)):
        parts = known.group_by(keys).agg(
            pl.col("part_cell").n_unique().alias("n"), pl.col("part_cell").first().alias("only")
        )
        placed = placed.join(parts.filter(pl.col("n") == 1).drop("n"), on=keys, how="left")
        # A name of no authority is a place of any, if there is but one.
        may = pl.lit(True) if meant else pl.col("la_code").is_null()
        placed = placed.with_columns(
            pl.when(pl.col("part_cell").is_null() & may)
            .then("only")
            .otherwise("part_cell")
            .alias("part_cell")
        ).drop("only")
    return placed


def _key() -> pl.Expr:
    """What makes a place the same place."""

    def keyed(kind: str, *parts: str | pl.Expr) -> pl.Expr:
        return pl.concat_str(pl.lit(kind), *parts, separator="\x1f")

    columns = ("stop_code", "name", "part_cell", "h3_r9", "uprn", "postcode")
    has = {name: pl.col(name).fill_null("") != "" for name in columns}
    return (
        pl.when(has["stop_code"]).then(keyed("stop", "stop_code"))
        .when(has["name"] & has["part_cell"]).then(keyed("name", "name", "part_cell"))
        .when(has["name"]).then(keyed("name", "name", pl.col("la_code").fill_null("")))
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
        pl.when(kind.str.contains(PREMISES)).then(pl.lit("premises")).otherwise(pl.lit("public_space"))
        .alias("context_type"),
    )  # fmt: skip
