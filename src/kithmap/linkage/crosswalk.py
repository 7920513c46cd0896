"""Which holders number people alike, found in the data, such as a panel that uses social care's numbers."""

import polars as pl

from kithmap.linkage.packed import as_texts

# So many equal numbers with a date of birth on both sides, and such a share of them of one birthday:
# by chance equal numbers share a birthday once in thousands.
FEWEST = 5
LEAST_SHARE = 0.9


def find_spaces(identities: pl.DataFrame) -> list[tuple[str, str]]:
    """For every holder of numbers, the name of the space its numbers belong to."""
    numbered = as_texts(
        identities.select("holder", "la_code", "number", "d_day")
        .filter(pl.col("number").is_not_null())
        .unique()
    )
    space = {holder: holder for holder in sorted(numbered["holder"].drop_nulls().unique())}
    for one, other in _alike(numbered).iter_rows():
        least, greatest = sorted((space[one], space[other]))
        space = {holder: least if name == greatest else name for holder, name in space.items()}
    return sorted(space.items())


def _alike(numbered: pl.DataFrame) -> pl.DataFrame:
    dated = numbered.drop_nulls()
    pairs = dated.join(dated, on=["la_code", "number"], suffix="_other").filter(
        pl.col("holder") < pl.col("holder_other")
    )
    agree = pl.col("d_day") == pl.col("d_day_other")
    counted = pairs.group_by("holder", "holder_other").agg(pairs=pl.len(), share=agree.mean())
    enough = (pl.col("pairs") >= FEWEST) & (pl.col("share") >= LEAST_SHARE)
    return counted.filter(enough).select("holder", "holder_other").sort("holder", "holder_other")
