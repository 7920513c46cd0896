"""The published side of a world: residents of 10 to 17 by authority and ethnic group."""

from pathlib import Path

import polars as pl

from kithmap.ingest.words import ethnic_group_of
from kithmap.world.geography import CODES
from kithmap.world.people import AS_AT
from kithmap.world.worlds import World

SOURCE = "Made-up census of seven made-up authorities"


def write_residents(path: Path, world: World) -> None:
    """Write the residents as a file that `kithmap residents load` takes.

    Shape: one row per authority and ethnic group that somebody of it has.
    """
    people = world.people
    frame = pl.DataFrame(
        {
            "authority": pl.Series(list(CODES)).gather(people.authority[: people.young]),
            "code": people.ethnicity[: people.young],
        }
    )
    groups = {code: ethnic_group_of(code) for code in frame["code"].unique()}
    frame = frame.with_columns(ethnic_group=pl.col("code").replace_strict(groups))
    counted = (
        frame.group_by("authority", "ethnic_group").agg(residents=pl.len()).sort("authority", "ethnic_group")
    )
    counted.with_columns(source=pl.lit(SOURCE), as_at=pl.lit(AS_AT.isoformat())).write_csv(path)
