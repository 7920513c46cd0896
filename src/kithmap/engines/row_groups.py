"""Rows in memory, in the pieces that DuckDB writes them in."""

import pyarrow as pa

# So many rows are compressed and written together.
ROW_GROUP = 122_880
# So many rows of a large table are made at a time, to be written.
MADE_AT_ONCE = 2 * ROW_GROUP


def in_row_groups(rows: pa.Table) -> pa.Table:
    """The same rows, each chunk a whole row group: the threads that write take a chunk each, and write none of them twice."""
    sizes = {len(chunk) for column in rows.columns for chunk in column.chunks[:-1]}
    whole = rows if sizes <= {ROW_GROUP} else rows.combine_chunks()
    return pa.Table.from_batches(whole.to_batches(max_chunksize=ROW_GROUP), rows.schema)
