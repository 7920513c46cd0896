"""DuckDB connections that write nothing in the clear: keys by parameter, spilling encrypted, no network."""

import base64
import os
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import duckdb

from kithmap.engines.keys import derive
from kithmap.errors import EngineNotInstalled

PARQUET_KEY = "records"
MEMORY = "KITHMAP_MEMORY"
MOST_MEMORY = "4GB"
# Of what lies in files: what is written is seldom read again, and soon.
KEPT = 1 << 25
_HELD = """
    SELECT CAST(coalesce(sum(memory_usage_bytes) FILTER (tag = 'BASE_TABLE'), 0) AS bigint),
        CAST(coalesce(sum(memory_usage_bytes) FILTER (tag <> 'BASE_TABLE'), 0) AS bigint)
    FROM duckdb_memory()
"""


def settings(temp_folder: Path | None, memory: str = MOST_MEMORY) -> dict[str, Any]:
    """How every connection is opened; `memory` is what it holds before it writes to the folder."""
    chosen: dict[str, Any] = {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "temp_file_encryption": "true",
        "memory_limit": os.environ.get(MEMORY, memory),
    }
    # Without a folder of its own DuckDB spills into the working directory.
    chosen["temp_directory"] = str(temp_folder) if temp_folder else ""
    return chosen


def connect(
    key: bytes | None = None, temp_folder: Path | None = None, memory: str = MOST_MEMORY
) -> duckdb.DuckDBPyConnection:
    """A new connection in memory, which can read and write encrypted files when given the key."""
    connection = duckdb.connect(":memory:", config=settings(temp_folder, memory))
    unlock(connection, key)
    return connection


def unlock(connection: duckdb.DuckDBPyConnection, key: bytes | None) -> None:
    """Let a connection encrypt what it spills and keep texts as we read them; given the key, read and write encrypted files."""
    connection.execute(f"LOAD '{quoted(str(_httpfs()))}'").fetchall()
    # To read one text of a packed segment all of its thousands are unpacked: a look-up of ten people takes
    # four times as long as of texts that are kept in other ways, for a fifth of the room. Said here, since
    # DuckDB 1.5.5 passes over it, without a word, where a connection is opened with it.
    connection.execute("SET disabled_compression_methods = 'dict_fsst'").fetchall()
    if key is not None:
        connection.execute(
            f"PRAGMA add_parquet_key('{PARQUET_KEY}', '{as_text(derive(key, 'records'))}')"
        ).fetchall()


def let_go(connection: duckdb.DuckDBPyConnection, kept: int = KEPT) -> None:
    """Have a connection keep few bytes in memory of what lies in its files: it would keep all there is room for.

    What lies nowhere else, such as tables held for the session, stays where it is.
    """
    written, others = connection.execute(_HELD).fetchall()[0]
    if written <= kept:
        return
    # Where more than that is in use there is nothing to let go.
    with suppress(duckdb.OutOfMemoryException):
        connection.execute(f"SET memory_limit = '{others + kept}B'").fetchall()
    give_back(connection)


def give_back(connection: duckdb.DuckDBPyConnection) -> None:
    """Have DuckDB give the machine the memory that it has freed: it keeps that until its limit is set anew."""
    # Not as DuckDB says it, which rounds.
    connection.execute(f"SET memory_limit = '{settings(None)['memory_limit']}'").fetchall()


def attach(
    connection: duckdb.DuckDBPyConnection, path: Path, key: bytes, *, mode: str, name: str = "build"
) -> None:
    """Attach an encrypted file under a name, `build` for the build itself; `mode` is READ_ONLY or READ_WRITE."""
    # The key goes in as a parameter: a fault never carries it in its text.
    connection.execute(
        f"ATTACH '{quoted(str(path))}' AS {name} ({mode}, ENCRYPTION_KEY ?)", [as_text(derive(key, "build"))]
    ).fetchall()
    if name == "build":
        connection.execute("USE build").fetchall()


def as_text(key: bytes) -> str:
    """A key as DuckDB takes it."""
    return base64.b64encode(key).decode("ascii")


def quoted(text: str) -> str:
    """Text inside a quoted SQL string or, doubled likewise, a quoted name."""
    return text.replace("'", "''")


def parquet_files(paths: Sequence[Path]) -> str:
    """The SQL that reads encrypted Parquet files of the same columns as one table."""
    # Not with union_by_name: DuckDB 1.5.5 fails inside when that meets encryption.
    names = ", ".join(f"'{quoted(str(path))}'" for path in paths)
    return f"read_parquet([{names}], encryption_config = {{footer_key: '{PARQUET_KEY}'}})"


@cache
def _httpfs() -> Path:
    # DuckDB writes encrypted files only with OpenSSL, which this extension brings; its wheel works offline.
    package: Any = find_spec("duckdb_extension_httpfs")
    folders = package.submodule_search_locations if package else []
    found = [
        path for folder in folders for path in Path(folder).glob("extensions/v*/httpfs.duckdb_extension")
    ]
    if not found:
        raise EngineNotInstalled(
            what="The part of DuckDB that writes encrypted files is not installed.",
            expected="The package duckdb-extension-httpfs, of the same version as duckdb.",
            do="Run `pip install kithmap` again in this environment.",
        )
    return found[0]
