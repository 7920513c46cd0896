"""What every engine offers: tables by name, as Ibis expressions, and nothing else.

Measures, linking and gathering are written once, against this; they never learn which
engine runs them. An engine passes every specification test or it goes.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import ibis
import pyarrow as pa

from kithmap.errors import BuildDamaged, NotFound
from kithmap.model.columns import Table
from kithmap.model.records import RECORD_TABLES
from kithmap.model.tables import BUILD_TABLES, LINKAGE_TABLES

if TYPE_CHECKING:
    from ibis.expr.types import Table as IbisTable

    Rows = pa.Table | IbisTable

# Up to this many values are looked for by skipping what cannot hold them; more are joined.
FEW_VALUES = 100
RECORDS = {table.name: table for table in RECORD_TABLES}
BUILD = {table.name: table for table in (*BUILD_TABLES, *LINKAGE_TABLES)}


class Engine(ABC):
    """One build, open for writing or for reading, on one engine."""

    kind: str

    def __init__(self) -> None:
        self._known: dict[str, IbisTable] = {}

    def table(self, name: str) -> IbisTable:
        """Get a table of the build, or one held for this session.

        Raises: NotFound when there is none of that name.
        """
        if name not in self._known:
            found = self._find(name)
            if found is None:
                raise NotFound(
                    what=f"The build has no table named '{name}'.",
                    expected="A table that receiving, linking or gathering makes.",
                    do="Build again with `kithmap build`; `kithmap builds` shows what there is.",
                )
            self._known[name] = found
        return self._known[name]

    def has(self, name: str) -> bool:
        """Whether there is a table of that name."""
        return name in self._known or self._find(name) is not None

    def records(self, name: str, paths: Sequence[Path]) -> IbisTable:
        """Hold the record table `name`, read from the record store's files, as `record_<name>`.

        Shape: the rows of all the files.
        Columns: all of the record table's, in order, whatever the files have.
        """
        held = f"record_{name}"
        self._known[held] = self._read_records(held, RECORDS[name], paths)
        return self._known[held]

    def hold(self, name: str, rows: Rows) -> IbisTable:
        """Keep rows under a name for this session only."""
        self._known[name] = self._hold(name, as_expression(rows))
        return self._known[name]

    def let_go(self, name: str) -> None:
        """Keep what was held under a name no longer: it may be large."""
        self._known.pop(name, None)
        self._let_go(name)

    def save(self, name: str, rows: Rows) -> IbisTable:
        """Write a table of the build, with the columns and types the model declares."""
        expression = as_expression(rows)
        if name in BUILD:
            expression = as_declared(expression, BUILD[name])
        self._known[name] = self._save(name, expression)
        return self._known[name]

    def save_parts(self, name: str, parts: Iterable[pa.Table]) -> IbisTable:
        """Write a table of the build that is too large to be made at once: one part of its rows, then another."""
        return self.save(name, pa.concat_tables([plain(part) for part in parts]))

    @contextmanager
    def guarded(self) -> Iterator[None]:
        """Turn what the engine raises over a published build's files into our own error.

        Raises: BuildDamaged.
        """
        try:
            yield
        except self.faults():
            # Without its cause: the engine's own words may hold a piece of the file.
            raise BuildDamaged(
                what="Files of a build are damaged.",
                expected="A whole build, as it was published.",
                do="Restore the build from a copy, or build again with `kithmap build`.",
            ) from None

    @abstractmethod
    def faults(self) -> tuple[type[BaseException], ...]:
        """What the engine raises when it cannot read its own files."""

    def borrow(self, past: Engine, name: str) -> IbisTable:
        """A table of another build, to read here: where it lies if both are of one kind, else a copy in memory."""
        near = self._near(past, name)
        return self.hold(f"past_{name}", past.fetch(past.table(name))) if near is None else near

    def take_over(self, past: Engine) -> bool:  # noqa: ARG002  for engines that can
        """Begin from the tables of linking of the build before, where that is quicker than writing them again.

        Call it before anything else is saved; what was saved is gone. `change` then changes them in place.
        """
        return False

    def change(self, name: str, past: Engine, gone: Mapping[str, pa.Table], rows: pa.Table) -> None:
        """Save the table of the build before, without some rows and with others.

        gone: for a column, a table of one column `key`; rows with such a value are left out.
        """
        old: Any = as_declared(self.borrow(past, name), BUILD[name])
        for column, keys in gone.items():
            old = old.anti_join(self.hold(f"gone_{column}", keys), [(column, "key")])
        self.save(name, ibis.union(old, as_declared(as_expression(rows), BUILD[name])))

    @abstractmethod
    def _near(self, past: Engine, name: str) -> IbisTable | None:
        """A table of another build that this engine can read where it lies; None where it cannot."""

    @abstractmethod
    def fetch(self, expression: Any) -> pa.Table:
        """The rows of an expression, as Arrow, with the same types on every engine."""

    def lookup(
        self, name: str, column: str, values: Sequence[Any], columns: Sequence[str] | None = None
    ) -> pa.Table:
        """The rows of a table that hold one of a few values in a column: quicker than an expression.

        Columns: all of the table's, or those named.
        """
        table: Any = self.table(name)
        few = len(values) <= FEW_VALUES
        found = (
            table.filter(table[column].isin(list(values)))
            if few
            else table.semi_join(self.hold("values_wanted", pa.table({column: list(values)})), column)
        )
        return self.fetch(found.select(*columns) if columns else found)

    def sharing(self, name: str, wanted: pa.Table, columns: Sequence[str]) -> pa.Table:
        """The rows of a table that hold, in any column of those wanted, one of its values there.

        wanted: whole numbers, in columns that the table has too.

        Shape: one row for each row and column in which it holds one.
        Columns: those named, `place` (of the column among those wanted) and `value`.
        """
        parts = []
        for place, column in enumerate(wanted.column_names):
            found = self.lookup(
                name, column, wanted[column].drop_null().unique().to_pylist(), [*columns, column]
            )
            where = pa.array([place] * found.num_rows, pa.int64())
            parts.append(found.rename_columns([*columns, "value"]).append_column("place", where))
        return pa.concat_tables(parts).select([*columns, "place", "value"])

    def counts(self, name: str, columns: Sequence[str]) -> pa.Table:
        """How many rows of a table hold each value of some columns of text.

        Shape: one row for each column and value.
        Columns: `place` (of the column among those named), `value` and `count`.
        """
        table: Any = self.table(name)
        said = [
            table.filter(table[column].notnull())
            .group_by(value=table[column])
            .aggregate(count=table[column].count())
            .select("value", "count", place=ibis.literal(place, "int64"))
            for place, column in enumerate(columns)
        ]
        counted = ibis.union(*said) if len(said) > 1 else said[0]
        return self.fetch(counted.select("place", "value", "count"))

    @abstractmethod
    def splink(self) -> AbstractContextManager[Any]:
        """Splink's database, on a connection of its own, never the build's."""

    def settle(self) -> None:  # noqa: B027  for engines that can
        """Put what was saved on the disk, whole: a process that dies from here on loses none of it."""

    @abstractmethod
    def close(self) -> None:
        """Finish writing, and let go of the build."""

    @abstractmethod
    def _find(self, name: str) -> IbisTable | None: ...

    @abstractmethod
    def _read_records(self, held: str, declared: Table, paths: Sequence[Path]) -> IbisTable: ...

    @abstractmethod
    def _hold(self, name: str, expression: IbisTable) -> IbisTable: ...

    @abstractmethod
    def _let_go(self, name: str) -> None: ...

    @abstractmethod
    def _save(self, name: str, expression: IbisTable) -> IbisTable: ...

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def unsorted(expression: IbisTable) -> IbisTable:
    """The same rows in no order, where the last that was done is to sort them."""
    from ibis.expr.operations import Sort

    last = expression.op()
    return last.parent.to_expr() if isinstance(last, Sort) else expression


def as_expression(rows: Rows) -> IbisTable:
    """Arrow rows as an Ibis table; an expression as it is."""
    return ibis.memtable(plain(rows)) if isinstance(rows, pa.Table) else rows


def plain(rows: pa.Table) -> pa.Table:
    """The same rows in the few Arrow types that all engines read alike."""
    schema = pa.schema([pa.field(field.name, plain_type(field.type)) for field in rows.schema])
    return rows if schema.equals(rows.schema) else rows.cast(schema)


def plain_type(kind: pa.DataType) -> pa.DataType:
    """One width of text and one unit of time: polars and Spark have their own."""
    if pa.types.is_dictionary(kind):
        return plain_type(kind.value_type)
    if pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return pa.string()
    if pa.types.is_timestamp(kind):
        return pa.timestamp("us")
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return pa.list_(plain_type(kind.value_type))
    return kind


def as_declared(expression: IbisTable, declared: Table) -> IbisTable:
    """An expression with exactly the declared columns; an optional one it lacks is null."""
    given = set(expression.columns)
    check_declared(given, declared)
    schema = expression.schema()
    return expression.select(
        **{
            name: _cast(expression[name], schema[name], kind) if name in given else ibis.null(kind)
            for name, kind in declared.schema.items()
        }
    )


def check_declared(given: Collection[str], declared: Table) -> None:
    """Refuse columns that a table does not declare, or that lack one it requires."""
    unknown = set(given) - set(declared.names)
    lacking = [column.name for column in declared.columns if column.required and column.name not in given]
    if unknown or lacking:
        raise ValueError(f"Table {declared.name}: columns not declared {sorted(unknown)}, lacking {lacking}.")


def _cast(column: Any, now: Any, kind: str) -> Any:
    return column if now.copy(nullable=True) == ibis.dtype(kind) else column.cast(kind)


def as_fetched(rows: pa.Table, expression: Any) -> pa.Table:
    """Fetched rows in the types of the expression."""
    return plain(rows).cast(fetched_schema(expression))


def fetched_schema(expression: Any) -> pa.Schema:
    """The columns of an expression as every engine fetches them."""
    schema = expression.as_table().schema().to_pyarrow()
    return pa.schema([pa.field(field.name, plain_type(field.type)) for field in schema])
