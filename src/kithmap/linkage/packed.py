"""Identities in little memory: a text that many say is kept once, and a number for it with each who says it.

A text takes sixteen bytes wherever it stands, a number four; and numbers are gathered, joined and counted sooner.
"""

import polars as pl
import pyarrow as pa
from polars import selectors

from kithmap.stats.threads import in_threads

# Nearly everybody who has one of these has one of their own.
NUMBERS = ("upn", "nhs", "nhs_number", "number", "register_number", "listed", "space")
# A text that nobody else says takes more room packed, and one that is not said less.
FEW = 4


def packed(rows: pa.Table) -> pl.DataFrame:
    """Rows with numbers for texts (as `pl.Categorical`), but for those that few share.

    >>> packed(pa.table({"home": ["QX11AB", None], "upn": ["A", None]})).dtypes
    [Categorical, String]
    """

    def column(name: str) -> pl.Series:
        found = pl.Series(name, rows[name])
        return found.cast(pl.Categorical) if found.dtype == pl.String and name not in NUMBERS else found

    # A column at a time: as texts they would all be there at once.
    return pl.DataFrame(in_threads(column, rows.column_names))


def without_room(identities: pl.DataFrame) -> pl.DataFrame:
    """The identities, packed also in those columns that few of them say anything in.

    >>> few = pl.DataFrame({"upn": ["A", None, None, None], "nhs": ["1", "2", "3", None]})
    >>> without_room(few).dtypes
    [Categorical, String]
    """
    few = [
        name
        for name in identities.columns
        if identities.schema[name] == pl.String and identities[name].count() * FEW <= identities.height
    ]
    return identities.with_columns(pl.col(few).cast(pl.Categorical))


def as_texts(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows of packed identities with their texts again; others as they are.

    >>> as_texts(packed(pa.table({"home": ["QX11AB", None]}))).dtypes
    [String]
    """
    return rows.with_columns(selectors.categorical().cast(pl.String))


def joined_to(rows: pl.DataFrame, found: pl.DataFrame, column: str) -> pl.DataFrame:
    """What was found of each value of a column, for every row: not the whole rows, which would be made anew.

    Shape: one row per row, in order. Columns: the others of `found`.
    """
    return rows.select(column).join(found, on=column, how="left", maintain_order="left").drop(column)
