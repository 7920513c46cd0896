"""Search widely for records that may be of the same person, for a reviewer: far beyond what is compared.

Blocking rules bring together pairs worth weighing; what they miss nobody would ever see. This search
asks far less (one part of a name, or a birthday) and knows nothing of the model: it orders what it
finds by plain points for what agrees, so that a reviewer is not led by what linkage decided.
"""

from collections.abc import Sequence

import polars as pl

# A key that more than this many identities share finds nobody by itself.
MOST_ALIKE = 5_000
# What a person can look through; records alike in name and birthday, of one holder, count as one.
MOST_SHOWN = 40
ALIKE = ("holder", "f_whole", "f_initial", "s_name", "s_initial", "d_day", "birth_year", "nhs", "upn")

_FIRSTS = pl.concat_list(pl.concat_list("f_name"), "f_formals", "f_others")
# Every word of a name: a forename in the surname's box is found as well.
_WORDS = pl.concat_list(_FIRSTS, "s_parts")
_YEAR = pl.col("birth_year").cast(pl.String)
_INITIALS = (pl.min_horizontal("f_initial", "s_initial"), pl.max_horizontal("f_initial", "s_initial"))
# One loose thing in common is enough: rule by rule, the values under which an identity is found.
WIDE: tuple[tuple[pl.Expr, ...], ...] = (
    (pl.col("nhs"),),
    (pl.col("upn"),),
    (pl.col("space"), pl.col("number")),
    (pl.col("d_day"),),
    (pl.concat_list("d_day", "d_swapped"),),
    (_WORDS, _YEAR),
    (_WORDS, pl.concat_list("f_initial", "s_initial")),
    (_WORDS, pl.col("school")),
    (_WORDS, pl.col("sector")),
    (_WORDS, pl.col("la_code")),
    (pl.col("s_sound"), _YEAR),
    (pl.col("f_sound"), _YEAR),
    (pl.col("home"),),
    (*_INITIALS, pl.col("sector")),
    (*_INITIALS, pl.col("school")),
    (*_INITIALS, _YEAR, pl.col("la_code")),
)
# What agreement is worth to whoever looks: a name more than an initial, a number more than a name.
POINTS: tuple[tuple[pl.Expr, int], ...] = (
    (pl.col("nhs").eq(pl.col("nhs_r")), 8),
    (pl.col("upn").eq(pl.col("upn_r")), 8),
    (pl.col("space").eq(pl.col("space_r")) & pl.col("number").eq(pl.col("number_r")), 8),
    (pl.col("d_day").eq(pl.col("d_day_r")), 6),
    (pl.col("d_day").eq(pl.col("d_swapped_r")), 4),
    (pl.col("birth_year").sub(pl.col("birth_year_r")).abs().le(1), 1),
    (pl.col("birth_year").eq(pl.col("birth_year_r")), 1),
    (pl.col("birth_year").sub(pl.col("birth_year_r")).abs().ge(3), -4),
    (pl.col("f_name").eq(pl.col("f_name_r")), 2),
    (pl.col("words").list.set_intersection("words_r").list.len().gt(0), 3),
    (pl.col("words").list.set_intersection("words_r").list.len().gt(1), 3),
    (pl.col("f_sound").eq(pl.col("f_sound_r")), 1),
    (pl.col("f_initial").eq(pl.col("f_initial_r")), 1),
    (pl.col("s_name").eq(pl.col("s_name_r")), 2),
    (pl.col("s_sound").eq(pl.col("s_sound_r")), 1),
    (pl.col("s_initial").eq(pl.col("s_initial_r")), 1),
    (pl.col("home").eq(pl.col("home_r")), 4),
    (pl.col("sector").eq(pl.col("sector_r")), 1),
    (pl.col("school").eq(pl.col("school_r")), 2),
    (pl.col("sex").ne(pl.col("sex_r")), -2),
)
SAID = (
    "f_name", "f_sound", "f_initial", "s_name", "s_sound", "s_initial", "d_day", "d_swapped", "birth_year", "home", "sector",
    "school", "sex", "nhs", "upn", "space", "number",
)  # fmt: skip


def find_candidates(
    identities: pl.DataFrame, wanted: Sequence[int], *, most: int = MOST_SHOWN
) -> pl.DataFrame:
    """Find the identities that may be of the same person as each of those wanted.

    Shape: one row per wanted identity and candidate, the likeliest first.
    Columns: `one` (the wanted unique_id), `other` (the candidate's), `points`, `place` (1, 2, ... of at
        most `most`: candidates of one holder with one name, birthday and number share a place).
    """
    alike = _of_one_number(identities, wanted)
    searched = alike["also"].unique().to_list()
    found = pl.concat([_sharing(identities, rule, searched) for rule in WIDE]).unique()
    scored = _with_points(identities, found).rename({"one": "also"})
    # The holder says that records of one number are one person: what one of them says, all say.
    pairs = alike.join(scored, on="also").group_by("one", "other").agg(pl.col("points").max())
    return with_places(identities, pairs.filter(pl.col("one") != pl.col("other")), most)


def with_places(identities: pl.DataFrame, pairs: pl.DataFrame, most: int) -> pl.DataFrame:
    """The same pairs, each at its place in the order in which they are looked through."""
    alike = identities.select(other="unique_id", alike=pl.struct(ALIKE).rank("dense"))
    placed = pairs.join(alike, on="other").with_columns(best=pl.col("points").max().over("one", "alike"))
    order = pl.struct(-pl.col("best"), "alike").rank("dense").over("one")
    return (
        placed.with_columns(place=order.cast(pl.Int64))
        .filter(pl.col("place") <= most)
        .sort("one", "place", "other")
        .select("one", "other", "points", "place")
    )


def _of_one_number(identities: pl.DataFrame, wanted: Sequence[int]) -> pl.DataFrame:
    """Each identity wanted, beside itself and those of the same holder and number."""
    numbered = identities.select("unique_id", "space", "number").drop_nulls()
    asked = pl.DataFrame({"one": list(wanted)}, schema={"one": pl.Int64})
    itself = asked.with_columns(also="one")
    others = asked.join(numbered, left_on="one", right_on="unique_id").join(numbered, on=["space", "number"])
    return pl.concat([itself, others.select("one", also="unique_id")]).unique()


def _sharing(identities: pl.DataFrame, rule: tuple[pl.Expr, ...], wanted: Sequence[int]) -> pl.DataFrame:
    """The pairs of a wanted identity and another under one of its values."""
    keyed = identities.select("unique_id", *(part.alias(f"part{place}") for place, part in enumerate(rule)))
    for name, kind in keyed.schema.items():
        if isinstance(kind, pl.List):
            keyed = keyed.explode(name)
    parts = [name for name in keyed.columns if name != "unique_id"]
    keyed = keyed.drop_nulls().unique()
    asked = keyed.filter(pl.col("unique_id").is_in(list(wanted)))
    near = keyed.join(asked.select(parts).unique(), on=parts, how="semi")
    near = near.filter(pl.len().over(parts) <= MOST_ALIKE)
    pairs = asked.rename({"unique_id": "one"}).join(near.rename({"unique_id": "other"}), on=parts)
    return pairs.select("one", "other")


def _with_points(identities: pl.DataFrame, pairs: pl.DataFrame) -> pl.DataFrame:
    said = identities.select("unique_id", *SAID, words=_WORDS.list.drop_nulls().list.unique())
    beside = pairs.join(said, left_on="one", right_on="unique_id").join(
        said, left_on="other", right_on="unique_id", suffix="_r"
    )
    earned = (pl.when(agrees).then(worth).otherwise(0) for agrees, worth in POINTS)
    return beside.select("one", "other", points=pl.sum_horizontal(earned))
