"""What linkage compared: the cleaned identities of a build, for those who look beyond what it found."""

from typing import TYPE_CHECKING

from kithmap.desk.sitting import Sitting
from kithmap.model.keys import RECEIPT_SHIFT
from kithmap.model.records import RECORD_TABLES

if TYPE_CHECKING:
    import polars as pl
    import pyarrow as pa

TABLE = "linkage_identity"


def read_compared(sitting: Sitting) -> "pl.DataFrame":
    """The identities that linkage compared, of the extracts that may be used.

    Shape: one row per signature: the mentions that say the same.
    Columns: `unique_id` (its place), and those of `linkage.clean.read_identities` with `space` and `number`.
    """
    import polars as pl

    from kithmap.linkage.retained import as_identities

    allowed = sorted(sitting.scope.receipts)
    if not sitting.engine.has(TABLE):
        return _cleaned_again(sitting, allowed)
    whole = as_identities(sitting.engine.fetch(sitting.engine.table(TABLE)))
    kept = whole.filter((pl.col("signature") // (1 << RECEIPT_SHIFT)).is_in(allowed))
    return kept.with_row_index("unique_id").with_columns(pl.col("unique_id").cast(pl.Int64))


def _cleaned_again(sitting: Sitting, allowed: list[int]) -> "pl.DataFrame":
    """The same from the records, for a build that did not keep them."""
    from kithmap.engines import duckdb
    from kithmap.linkage.clean import read_identities, with_numbers
    from kithmap.linkage.crosswalk import find_spaces
    from kithmap.linkage.signatures import read_signatures

    workspace = sitting.workspace
    with duckdb.memory(workspace.key) as engine:
        for table in RECORD_TABLES:
            engine.records(table.name, workspace.records.paths(table.name, allowed))
        engine.hold("extract", sitting.engine.fetch(sitting.scope.table(sitting.engine, "extract")))
        read = read_signatures(engine)
        settings = engine.fetch(engine.table("record_setting").select("urn", "la_estab", "name"))
    identities = read_identities(read.signatures, settings)
    return with_numbers(identities, find_spaces(identities))


def as_frame(rows: "pa.Table") -> "pl.DataFrame":
    """Fetched rows for polars."""
    import polars as pl

    return pl.DataFrame(pl.from_arrow(rows))  # pyright: ignore[reportUnknownMemberType]  its own stubs
