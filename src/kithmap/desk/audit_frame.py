"""The records an audit sample is drawn from, each with its chance of being drawn.

A record here is a signature: the mentions of one holder that say the same. Drawn from are the sources
that hold concerns, for it is their young people who are counted; every other source is searched.
"""

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from kithmap.desk.compared import as_frame
from kithmap.desk.sitting import Sitting
from kithmap.model.keys import RECEIPT_SHIFT, Origin
from kithmap.stats.sampling import chances, power_sizes

if TYPE_CHECKING:
    import polars as pl

NOT_RECORDED = "not recorded"
# Of young people: a place on a list counts most, then any record of one there is a concern about. Their
# links decide the counts; the others are drawn from too, for nobody may be in no sample.
ON_LIST, CONCERNED, OTHER = 8.0, 3.0, 1.0


def read_frame(
    sitting: Sitting, compared: "pl.DataFrame", drawn_before: Collection[Origin]
) -> "pl.DataFrame":
    """Every record, with its source and group, and how much it counts in the draw.

    Shape: one row per identity compared.
    Columns: `unique_id`, `signature`, `person_id`, `source` (holder), `group` (recorded ethnic group of
        the person, or `not recorded`), `importance` (0 where it may not be drawn).

    The group is what some source recorded of the person, never guessed from a name: a name says what
    a family was called, not who they are, and a guess is worst for the names that link worst.
    """
    import polars as pl

    whose = _fetch(sitting, "identity").select("mention_id", "person_id")
    people = _fetch(sitting, "person").select("person_id", "is_young", group="ethnicity_group5")
    concerns = _fetch(sitting, "concern").select("person_id", "receipt_no")
    extracts = _fetch(sitting, "extract")
    sources = extracts.join(concerns, on="receipt_no", how="semi")["holder"]
    lists = extracts.filter(pl.col("list").is_not_null())["receipt_no"]
    frame = (
        compared.select("unique_id", "signature", source="holder")
        .join(whose, left_on="signature", right_on="mention_id", how="left", maintain_order="left")
        .join(people, on="person_id", how="left", maintain_order="left")
    )
    before = {mention for origin in drawn_before for mention in sitting.extracts.mentions_at(origin)}
    may = pl.col("is_young").fill_null(value=True) & ~pl.col("signature").is_in(list(before))
    young = pl.col("is_young").fill_null(value=False)
    concerned = pl.col("person_id").is_in(concerns["person_id"].unique().implode()) & young
    held = pl.col("source").is_in(sources.unique().implode()) if len(sources) else pl.lit(value=True)
    listed = (pl.col("signature") // (1 << RECEIPT_SHIFT)).is_in(lists.implode()) & young
    weight = pl.when(listed).then(ON_LIST).when(concerned).then(CONCERNED).otherwise(OTHER)
    return frame.select(
        "unique_id", "signature", "person_id", "source",
        group=pl.col("group").replace("unknown", None).fill_null(NOT_RECORDED),
        importance=pl.when(may & held).then(weight).otherwise(0.0),
    )  # fmt: skip


def with_chances(frame: "pl.DataFrame", take: int) -> "pl.DataFrame":
    """The same in order of source and group, each record with its chance of being one of `take`.

    Small sources and groups have more than their share: a cell counts for the square root of what
    its records add up to.
    """
    import polars as pl

    ordered = frame.sort("source", "group", "signature")
    cells = ordered.select(cell=pl.struct("source", "group").rank("dense") - 1)["cell"].to_numpy()
    sizes = ordered["importance"].to_numpy()
    chance = chances(power_sizes(sizes, cells), take) if len(sizes) else sizes
    return ordered.with_columns(chance=pl.Series(chance))


def _fetch(sitting: Sitting, name: str) -> "pl.DataFrame":
    table: Any = sitting.scope.table(sitting.engine, name)
    return as_frame(sitting.engine.fetch(table))
