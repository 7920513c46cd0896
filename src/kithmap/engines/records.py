"""The record store: what was received, as encrypted Parquet, one folder for each extract."""

import hashlib
import os
import shutil
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path

import duckdb
import pyarrow as pa

from kithmap.engines import encrypted, refusals
from kithmap.errors import BuildDamaged
from kithmap.model.columns import Table
from kithmap.model.records import RECORD_TABLES

WRITING = ".writing-"
RECORDS = {table.name: table for table in RECORD_TABLES}
ARROW: Mapping[str, pa.DataType] = {
    "string": pa.string(),
    "int16": pa.int16(),
    "int32": pa.int32(),
    "int64": pa.int64(),
    "float64": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
}


class RecordStore:
    """The records of every extract a workspace has received."""

    def __init__(self, folder: Path, key: bytes) -> None:
        self._folder = folder
        self._key = key

    def __repr__(self) -> str:
        return f"<RecordStore {self._folder.name}>"

    @cached_property
    def _connection(self) -> duckdb.DuckDBPyConnection:
        return encrypted.connect(self._key)

    @cached_property
    def _writing(self) -> duckdb.DuckDBPyConnection:
        # An extract's tables are small: sharing one out among threads takes longer than writing it.
        connection = encrypted.connect(self._key)
        connection.execute("SET threads = 1").fetchall()
        return connection

    def write(self, receipt_no: int, tables: Mapping[str, pa.Table]) -> None:
        """Write the record tables of one extract: all of them, or none if it is stopped.

        Raises: MachineProblem where the disk has no room.
        """
        if self.has(receipt_no):
            raise FileExistsError(f"The records of receipt {receipt_no} are already there.")
        self._folder.mkdir(parents=True, exist_ok=True)
        aside = self._folder / f"{WRITING}{receipt_no}-{os.getpid()}"
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir()
        with refusals.told():
            for name, rows in tables.items():
                said = as_received(rows, RECORDS[name])
                self._write_table(aside / f"{name}-{shape_of(said)}.parquet", said)
        _sync(aside)
        aside.rename(self._folder / str(receipt_no))
        _sync(self._folder)

    def _write_table(self, path: Path, rows: pa.Table) -> None:
        self._writing.register("rows_received", rows)
        try:
            self._writing.execute(
                f"COPY rows_received TO '{encrypted.quoted(str(path))}' (FORMAT parquet, COMPRESSION lz4,"
                f" ENCRYPTION_CONFIG {{footer_key: '{encrypted.PARQUET_KEY}'}})"
            ).fetchall()
        finally:
            self._writing.unregister("rows_received")
        _sync(path)

    def has(self, receipt_no: int) -> bool:
        """Whether the records of an extract are there."""
        return (self._folder / str(receipt_no)).is_dir()

    def remove(self, receipt_no: int) -> None:
        """Remove the records of an extract, as when it is withdrawn."""
        shutil.rmtree(self._folder / str(receipt_no), ignore_errors=True)

    def paths(self, table: str, receipt_nos: Iterable[int]) -> list[Path]:
        """The files of one record table, of the extracts that feed it.

        Raises: BuildDamaged when the records of an extract are missing.
        """
        found: list[Path] = []
        for receipt_no in receipt_nos:
            if not self.has(receipt_no):
                raise BuildDamaged(
                    what=f"The records of receipt {receipt_no} are missing from the workspace.",
                    expected="A folder of record files for every extract received.",
                    do="Restore the workspace's records folder from a copy.",
                )
            found.extend(sorted((self._folder / str(receipt_no)).glob(f"{table}-*.parquet")))
        return found

    def lookup(
        self, table: str, column: str, values: Sequence[object], receipt_nos: Iterable[int]
    ) -> pa.Table:
        """The rows of one record table that hold one of a few values in a column that every row has.

        Columns: all of the record table's, whatever the files have.
        Raises: BuildDamaged when the records of an extract are missing.
        """
        declared = RECORDS[table]
        schema = pa.schema([(name, ARROW[kind]) for name, kind in declared.schema.items()])
        found = [schema.empty_table()]
        for group in same_shape(self.paths(table, receipt_nos)):
            sql = f"SELECT * FROM {encrypted.parquet_files(group)} WHERE {column} IN (SELECT unnest(?))"  # noqa: S608  our own names
            found.append(self._connection.execute(sql, [list(values)]).to_arrow_table())
        return pa.concat_tables(found, promote_options="default").select(schema.names).cast(schema)

    def sweep(self, known_receipts: Collection[int]) -> int:
        """Remove what stopped runs left behind, and say how many folders that was."""
        if not self._folder.is_dir():
            return 0
        known = {str(receipt_no) for receipt_no in known_receipts}
        left = [path for path in self._folder.iterdir() if path.is_dir() and path.name not in known]
        for path in left:
            shutil.rmtree(path, ignore_errors=True)
        return len(left)


def shape_of(rows: pa.Table) -> str:
    """A short name for the columns and types of a file, kept in its name.

    Files of one table differ in the columns they hold; those that hold the same are read together.
    """
    held = [(field.name, str(field.type)) for field in rows.schema]
    return hashlib.sha256(repr(held).encode()).hexdigest()[:8]


def same_shape(paths: Iterable[Path]) -> list[list[Path]]:
    """Record files in groups that have the same columns."""
    groups: dict[str, list[Path]] = {}
    for path in paths:
        groups.setdefault(path.stem.rpartition("-")[2], []).append(path)
    return list(groups.values())


def as_received(rows: pa.Table, declared: Table) -> pa.Table:
    """Rows as they are kept: declared types, in order, without optional columns that say nothing.

    Reading gives every declared column back; writing and encrypting empty ones took most of the time.
    """
    unknown = set(rows.column_names) - set(declared.names)
    if unknown:
        raise ValueError(f"Record table {declared.name} has no column {sorted(unknown)}.")
    kept = [
        pa.field(column.name, ARROW[column.type])
        for column in declared.columns
        if column.name in rows.column_names
        and (column.required or rows[column.name].null_count < rows.num_rows)
    ]
    return pa.table([rows[field.name].cast(field.type) for field in kept], schema=pa.schema(kept))


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
