"""The embedded engine: DuckDB, with one encrypted file for each build."""

from __future__ import annotations

import os
import shutil
import tempfile
import weakref
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import ibis
import ibis.expr.operations as ops
import pyarrow as pa

from kithmap.engines import encrypted
from kithmap.engines.engine import (
    BUILD,
    Engine,
    as_declared,
    as_expression,
    as_fetched,
    fetched_schema,
    plain,
)
from kithmap.engines.records import same_shape
from kithmap.engines.row_groups import as_read
from kithmap.engines.sql import columns_of, named, select_of, type_of, types_of
from kithmap.errors import BuildDamaged
from kithmap.model.columns import Table
from kithmap.model.linkage_tables import LINKAGE_TABLES

if TYPE_CHECKING:
    from ibis.expr.types import Table as IbisTable

    from kithmap.engines.engine import Rows

# A million identities and their pairs: what is more is spilled, for no more time than was measured.
PAIRS_MEMORY = "1GB"
HELD = ("temp", "main")
FEW = 10
ASIDE = "__new"
PAST = ("past", "main")
# A select inside a select is as quick, and half the work to write down: it is the same question.
ibis.options.sql.fuse_selects = False


class DuckDB(Engine):
    """A build in one DuckDB file, or in memory for tests and notebooks."""

    kind = "duckdb"

    def __init__(self, path: Path | None, key: bytes | None, *, mode: str) -> None:
        super().__init__()
        self._places: dict[str, tuple[Any, str, pa.Schema]] = {}
        self._key = key
        self._path = path if mode == "READ_WRITE" else None
        self.file = path
        self._borrowed: Path | None = None
        self._continues: Path | None = None
        # What a killed build spilled lies beside it, and is swept with it.
        beside = path.parent if path is not None and mode == "READ_WRITE" else None
        self._temp = Path(tempfile.mkdtemp(prefix=".kithmap-", dir=beside))
        # Also when nobody closes the engine, as in a notebook.
        self._tidy = weakref.finalize(self, shutil.rmtree, self._temp, ignore_errors=True)
        self._backend = ibis.duckdb.connect(**encrypted.settings(self._temp))
        encrypted.unlock(self._backend.con, key)
        self._place = ("memory", "main")
        if path is not None and key is not None:
            _attach(self._backend.con, path, key, mode)
            self._place = ("build", "main")

    def faults(self) -> tuple[type[BaseException], ...]:
        return (duckdb.Error,)

    def fetch(self, expression: Any) -> pa.Table:
        return as_fetched(self._backend.to_pyarrow(expression.as_table()), expression)

    def lookup(
        self, name: str, column: str, values: Sequence[Any], columns: Sequence[str] | None = None
    ) -> pa.Table:
        # Ibis takes several times as long to write this statement as DuckDB to answer it.
        whole, schema = self._place_of(name)
        wanted = ", ".join(named(each) for each in columns or schema.names)
        select = f"SELECT {wanted} FROM {whole} WHERE {named(column)}"  # noqa: S608  names of tables; values are parameters
        each = list(dict.fromkeys(values))
        # A single value is found by skipping what cannot hold it; of few each is looked for so, in one
        # statement, since all that lies between them would be read; many are joined.
        if 0 < len(each) <= FEW:
            sql = " UNION ALL ".join([f"{select} = ?"] * len(each))
            found = self._backend.con.execute(sql, each).to_arrow_table()
        else:
            wanted = pa.table({"value": pa.array(each, schema.field(column).type)})
            with self._seen(wanted) as seen:
                sql = f"{select} IN (SELECT value FROM {seen})"  # noqa: S608  as above
                found = self._backend.con.execute(sql).to_arrow_table()
        declared, found = pa.schema([schema.field(name) for name in found.column_names]), plain(found)
        return found if found.schema.equals(declared) else found.cast(declared)

    def sharing(self, name: str, wanted: pa.Table, columns: Sequence[str]) -> pa.Table:
        whole, _ = self._place_of(name)
        kept = ", ".join(named(each) for each in columns)
        with self._seen(wanted) as seen:
            # In one statement: its parts run beside each other.
            sql = " UNION ALL ".join(
                f"SELECT {kept}, CAST({place} AS bigint) AS place, {named(column)} AS value FROM {whole}"  # noqa: S608  names of tables and columns
                f" WHERE {named(column)} IN (SELECT {named(column)} FROM {seen})"
                for place, column in enumerate(wanted.column_names)
            )
            return plain(self._backend.con.execute(sql).to_arrow_table())

    def counts(self, name: str, columns: Sequence[str]) -> pa.Table:
        whole, _ = self._place_of(name)
        sql = " UNION ALL ".join(
            f"SELECT CAST({place} AS bigint) AS place, {named(column)} AS value, count(*) AS count FROM {whole}"  # noqa: S608  as above
            f" WHERE {named(column)} IS NOT NULL GROUP BY {named(column)}"
            for place, column in enumerate(columns)
        )
        return plain(self._backend.con.execute(sql).to_arrow_table())

    @contextmanager
    def _seen(self, rows: pa.Table) -> Iterator[str]:
        """A name by which a statement sees rows in memory: a list of many parameters takes DuckDB longer to read than to use."""
        name = f"seen_{id(rows)}"
        self._backend.con.register(name, rows)
        try:
            yield named(name)
        finally:
            self._backend.con.unregister(name)

    def _place_of(self, name: str) -> tuple[str, pa.Schema]:
        """The name of a table in SQL, and its columns as they are fetched."""
        table: Any = self.table(name)
        if name not in self._places or self._places[name][0] is not table:
            kept = table.op().namespace
            self._places[name] = (
                table,
                named(kept.catalog, kept.database, table.op().name),
                fetched_schema(table),
            )
        return self._places[name][1:]

    @contextmanager
    def splink(self) -> Iterator[Any]:
        from splink import DuckDBAPI

        with closing(encrypted.connect(temp_folder=self._temp / "splink", memory=PAIRS_MEMORY)) as connection:
            yield DuckDBAPI(connection=connection)
        encrypted.give_back(self._backend.con)

    def settle(self) -> None:
        if self._path is not None:
            # Fold the log into the file, so that the build is one file when it is published.
            self._run("CHECKPOINT build")
            _sync(self._path)

    def drop_unfinished(self) -> None:
        """Drop what was being written when the process that wrote it died."""
        for (name,) in self._run("SELECT table_name FROM duckdb_tables() WHERE database_name = 'build'"):
            if name.endswith(ASIDE):
                self._drop(name, self._place)

    def close(self) -> None:
        try:
            self.settle()
        finally:
            # Also where the disk is full: while it is held, nobody else in this process can open the file.
            self._backend.disconnect()
            self._tidy()
        if self._path is not None:
            _sync(self._path)
            self._path = None

    def take_over(self, past: Engine) -> bool:
        if not isinstance(past, DuckDB) or past.file is None or self._path is None or self._key is None:
            return False
        # Copying the whole file takes a fiftieth of the time that writing its tables again would. It is copied
        # aside first: where there is no room, the build can still be closed.
        copied = self._temp / self._path.name
        shutil.copyfile(past.file, copied)
        self._run("USE memory")
        self._run("DETACH build")
        copied.replace(self._path)
        _attach(self._backend.con, self._path, self._key, "READ_WRITE")
        self._known = {name: table for name, table in self._known.items() if _is_held(table)}
        self._places.clear()
        linking = {table.name for table in LINKAGE_TABLES} | {"identity", "link"}
        for (name,) in self._run("SELECT table_name FROM duckdb_tables() WHERE database_name = 'build'"):
            if name not in linking:
                self._drop(name, self._place)
        self._continues = past.file
        return True

    def change(self, name: str, past: Engine, gone: Mapping[str, pa.Table], rows: pa.Table) -> None:
        if not isinstance(past, DuckDB) or self._continues is None or self._continues != past.file:
            super().change(name, past, gone, rows)
            return
        place = named(*self._place, name)
        for column, keys in gone.items():
            self.hold("keys_gone", keys)
            held = named(*HELD, "keys_gone")
            self._run(f"DELETE FROM {place} WHERE {named(column)} IN (SELECT key FROM {held})")  # noqa: S608
        self.hold("rows_new", as_declared(as_expression(rows), BUILD[name]))
        self._run(f"INSERT INTO {place} BY NAME SELECT * FROM {named(*HELD, 'rows_new')}")  # noqa: S608
        self._known[name] = self._backend.table(name, database=self._place)

    def _near(self, past: Engine, name: str) -> IbisTable | None:
        if not isinstance(past, DuckDB) or past.file is None or self._key is None:
            return None
        if self._borrowed != past.file:
            if self._borrowed is not None:
                self._run(f"DETACH {named(PAST[0])}")
            _attach(self._backend.con, past.file, self._key, "READ_ONLY", PAST[0])
            self._borrowed = past.file
        return self._backend.table(name, database=PAST)

    def _find(self, name: str) -> IbisTable | None:
        for place in (HELD, self._place):
            rows = self._run(
                "SELECT 1 FROM information_schema.tables"
                " WHERE table_catalog = ? AND table_schema = ? AND table_name = ?",
                [*place, name],
            )
            if rows:
                return self._backend.table(name, database=place)
        return None

    def _read_records(self, held: str, declared: Table, paths: Sequence[Path]) -> IbisTable:
        kinds = types_of(declared)
        parts = [self._read_group(group, kinds) for group in same_shape(paths)]
        if not parts:
            parts = [select_of(kinds, set(), "") + " WHERE false"]
        self._drop(held)
        # Read from the files at each use: the few columns that a use asks for are read in less time than
        # all of them are copied, and take no memory.
        self._run(f"CREATE TEMP VIEW {named(held)} AS " + " UNION ALL ".join(parts))
        return self._backend.table(held, database=HELD)

    def _read_group(self, paths: Sequence[Path], kinds: Mapping[str, str]) -> str:
        source = f" FROM {encrypted.parquet_files(paths)}"
        given = {row[0] for row in self._run(f"DESCRIBE SELECT *{source}")}
        return select_of(kinds, given, source)

    def _hold(self, name: str, expression: IbisTable) -> IbisTable:
        return self._write(name, expression.schema(), HELD, [expression])

    def _let_go(self, name: str) -> None:
        self._places.pop(name, None)
        self._drop(name)
        encrypted.give_back(self._backend.con)

    def save(self, name: str, rows: Rows) -> IbisTable:
        if isinstance(rows, pa.Table) and name in BUILD:
            return self.save_parts(name, [rows])
        return super().save(name, rows)

    def save_parts(self, name: str, parts: Iterable[pa.Table]) -> IbisTable:
        # DuckDB 1.5.5 loses rows, without a word, where one statement of a transaction adds none to a new table
        # and another adds many.
        filled = filter(len, parts)
        # Not in a loop, whose variable would hold a part while the next is made.
        kept = map(partial(as_read, BUILD[name]), filled)
        self._known[name] = self._write(name, ibis.schema(BUILD[name].schema), self._place, kept)
        return self._known[name]

    def _save(self, name: str, expression: IbisTable) -> IbisTable:
        return self._write(name, expression.schema(), self._place, [expression])

    def _write(self, name: str, schema: Any, place: tuple[str, str], parts: Iterable[Rows]) -> IbisTable:
        # Written aside first: the expression may read the table it replaces.
        aside = f"{name}{ASIDE}"
        schema = ibis.schema({each: kind.copy(nullable=True) for each, kind in schema.items()})
        kinds = {each: type_of(kind) for each, kind in schema.items()}
        columns = ", ".join(f"{named(each)} {kind}" for each, kind in kinds.items())
        temporary = "TEMP " if place == HELD else ""
        with self._at_once():
            self._run(f"CREATE {temporary}TABLE {named(*place, aside)} ({columns})")
            for part in parts:
                if isinstance(part, pa.Table):
                    self._insert_rows(named(*place, aside), part, kinds)
                else:
                    self._insert(named(*place, aside), part)
                del part
        self._drop(name, place)
        self._run(f"ALTER TABLE {named(*place, aside)} RENAME TO {named(name)}")
        # Not looked up: Ibis takes longer to ask of a table's columns than DuckDB to make it.
        found = ops.DatabaseTable(name, schema=schema, source=self._backend, namespace=ops.Namespace(*place))
        return found.to_expr()

    @contextmanager
    def _at_once(self) -> Iterator[None]:
        """All that is done within, or nothing: what is committed piece by piece is written to the log besides."""
        self._run("BEGIN TRANSACTION")
        try:
            yield
        except BaseException:
            self._run("ROLLBACK")
            raise
        self._run("COMMIT")

    def _insert(self, place: str, expression: Any) -> None:
        self._backend._run_pre_execute_hooks(expression)  # noqa: SLF001  makes its tables in memory known
        try:
            self._run(f"INSERT INTO {place} {self._backend.compile(expression)}")
        finally:
            # Ibis lets DuckDB keep every table in memory that it made known, until the process ends.
            for table in expression.op().find(ops.InMemoryTable):
                self._backend.con.unregister(table.name)
                self._backend._memtables.discard(table)  # noqa: SLF001

    def _insert_rows(self, place: str, rows: pa.Table, kinds: Mapping[str, str]) -> None:
        # Not under a name, as others see rows in memory: a name and its rows are kept until the transaction ends.
        given = set(rows.column_names)
        self._backend.con.from_arrow(rows).project(columns_of(kinds, given)).insert_into(place)
        encrypted.let_go(self._backend.con)

    def _drop(self, name: str, place: tuple[str, str] = HELD) -> None:
        for kind in ("TABLE", "VIEW"):
            # IF EXISTS still refuses when a view has the name of the table, and the reverse.
            with suppress(duckdb.CatalogException):
                self._run(f"DROP {kind} IF EXISTS {named(*place, name)}")

    def _run(self, sql: str, values: Sequence[Any] = ()) -> list[Any]:
        return self._backend.con.execute(sql, list(values)).fetchall()


def create_build(path: Path, key: bytes) -> DuckDB:
    """Begin a build in a new encrypted file; it is whole once `close` has returned."""
    if path.exists():
        raise FileExistsError(f"There is already a build at {path.name}.")
    return DuckDB(path, key, mode="READ_WRITE")


def resume_build(path: Path, key: bytes) -> DuckDB:
    """Go on with a build whose process died: what it had saved is there.

    Raises: BuildDamaged when it is missing, damaged, or written with another key.
    """
    _check_there(path)
    engine = DuckDB(path, key, mode="READ_WRITE")
    engine.drop_unfinished()
    return engine


def open_build(path: Path, key: bytes) -> DuckDB:
    """Open a published build for reading.

    Raises: BuildDamaged when it is missing, damaged, or written with another key.
    """
    _check_there(path)
    return DuckDB(path, key, mode="READ_ONLY")


def _check_there(path: Path) -> None:
    if not path.is_file():
        raise BuildDamaged(
            what=f"The build {path.name} is not there.",
            expected="One file for each build, as it was published.",
            do="Restore the file from a copy, or build again with `kithmap build`.",
        )


def memory(key: bytes | None = None) -> DuckDB:
    """An engine whose build lives in memory only: for tests and notebooks."""
    return DuckDB(None, key, mode="READ_WRITE")


def _is_held(table: Any) -> bool:
    return getattr(table.op(), "namespace", None) is None or table.op().namespace.catalog == HELD[0]


def _attach(
    connection: duckdb.DuckDBPyConnection, path: Path, key: bytes, mode: str, name: str = "build"
) -> None:
    try:
        encrypted.attach(connection, path, key, mode=mode, name=name)
    except duckdb.Error:
        # Without its cause: the engine's own words may hold a piece of the file or of the statement.
        raise BuildDamaged(
            what=f"The build {path.name} cannot be opened.",
            expected="A whole build, written with this workspace's key.",
            do="Check that the workspace's key is the right one; if it is, build again with `kithmap build`.",
        ) from None


def _sync(path: Path) -> None:
    for place in (path, path.parent):
        handle = os.open(place, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
