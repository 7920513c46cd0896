"""Tables and columns as DuckDB's SQL writes them."""

from collections.abc import Collection, Mapping
from typing import Any

import ibis

from kithmap.model.columns import Table


def types_of(declared: Table) -> dict[str, str]:
    """The type of every column of a table, in SQL."""
    return {name: type_of(ibis.dtype(kind)) for name, kind in declared.schema.items()}


def type_of(kind: Any) -> str:
    """A type in SQL."""
    from ibis.backends.sql.datatypes import DuckDBType

    return DuckDBType.from_ibis(kind).sql("duckdb")


def select_of(kinds: Mapping[str, str], given: Collection[str], source: str) -> str:
    """A statement that reads every column from a source, in its type; null where the source has none."""
    return f"SELECT {columns_of(kinds, given)}{source}"


def columns_of(kinds: Mapping[str, str], given: Collection[str]) -> str:
    """Every column in SQL, in its type; null where it is not given."""
    return ", ".join(
        f"CAST({named(name) if name in given else 'NULL'} AS {kind}) AS {named(name)}"
        for name, kind in kinds.items()
    )


def named(*parts: str) -> str:
    """A name in SQL, of one part or of several."""
    return ".".join('"' + part.replace('"', '""') + '"' for part in parts)
