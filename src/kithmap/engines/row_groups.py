"""Rows in memory, in the pieces that DuckDB writes them in."""

import pyarrow as pa

from kithmap.engines.engine import check_declared, plain_type
from kithmap.model.columns import Table

# So many rows are compressed and written together.
ROW_GROUP = 122_880
# So many rows of a large table are made at a time, to be written.
MADE_AT_ONCE = 2 * ROW_GROUP


def in_row_groups(rows: pa.Table) -> pa.Table:
    """The same rows, each chunk a whole row group: the threads that write take a chunk each, and write none of them twice."""
    sizes = {len(chunk) for column in rows.columns for chunk in column.chunks[:-1]}
    whole = rows if sizes <= {ROW_GROUP} else rows.combine_chunks()
    return pa.Table.from_batches(whole.to_batches(max_chunksize=ROW_GROUP), rows.schema)


def as_read(declared: Table, rows: pa.Table) -> pa.Table:
    """Rows of a table, in the pieces they are written in; texts as they lie, which DuckDB reads without a copy."""
    check_declared(rows.column_names, declared)
    kinds = [
        field.with_type(field.type if plain_type(field.type) == pa.string() else plain_type(field.type))
        for field in rows.schema
    ]
    return in_row_groups(rows.cast(pa.schema(kinds)))
