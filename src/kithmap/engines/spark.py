"""The distributed engine: Apache Spark, with Parquet tables, behind the same Engine.

One session serves the process: starting Java takes seconds. Spark encrypts what it spills and
shuffles; of the tables of a build it encrypts the columns that identify a person, and no others:
keep the folder of a Spark build on an encrypted volume, as docs/explanation/engines.md says.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ibis
import ibis.expr.operations as ops
import pyarrow as pa

from kithmap.engines import duckdb
from kithmap.engines.engine import BUILD, Engine, as_fetched, plain
from kithmap.engines.keys import derive
from kithmap.errors import BuildDamaged, EngineNotInstalled, KeyMissing
from kithmap.model.columns import Sensitivity, Table

if TYPE_CHECKING:
    from ibis.expr.types import Table as IbisTable

SETTINGS = {
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.memory": "2g",
    "spark.io.encryption.enabled": "true",
    "spark.log.level": "OFF",
    # Spark 4 fails ("key not found") where it keeps what it infers of the rows of a union; it infers no more.
    "spark.sql.constraintPropagation.enabled": "false",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    "spark.sql.session.timeZone": "UTC",
    # Our times are local clocks without a zone; Spark's own default would shift them.
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}
MASTER = "KITHMAP_SPARK"
# On one machine most of a small query's time is Java compiling it; a cluster keeps its own settings.
ONE_MACHINE = {
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.shuffle.partitions": "2",
    "spark.default.parallelism": "2",
}
QUICK_START = "-XX:TieredStopAtLevel=1"
COUNTER = iter(range(2**31))


class Spark(Engine):
    """A build in a folder of Parquet tables, or in the session only for tests."""

    kind = "spark"

    def __init__(self, folder: Path | None, key: bytes | None) -> None:
        super().__init__()
        self._folder = folder
        self._key = key
        self._session = session()
        self._backend = ibis.pyspark.connect(self._session)
        # Engines share the session: a prefix keeps their views apart.
        self._prefix = f"e{next(COUNTER)}_"
        self._frames: dict[str, Any] = {}

    def faults(self) -> tuple[type[BaseException], ...]:
        from py4j.protocol import Py4JError
        from pyspark.errors import PySparkException

        return (Py4JError, PySparkException)

    def fetch(self, expression: Any) -> pa.Table:
        with _quiet():
            return as_fetched(self._frame(expression).toArrow(), expression)

    @contextmanager
    def splink(self) -> Iterator[Any]:
        from splink import SparkAPI

        with _quiet():
            # Our comparisons use none of Splink's Java functions.
            yield SparkAPI(
                spark_session=self._session.newSession(),
                break_lineage_method="persist",
                num_partitions_on_repartition=2,
                register_udfs_automatically=False,
            )

    def close(self) -> None:
        for name in list(self._frames):
            self._let_go(name)
        self._known.clear()

    def _frame(self, expression: Any) -> Any:
        # Spark reads an Ibis table in memory through pandas, which turns a null number into a
        # fraction; so such tables become views of ours before Ibis sees them.
        expression = self._with_views(expression.as_table())
        return self._session.sql(self._backend.compile(expression))

    def _with_views(self, expression: Any) -> Any:
        tables = {
            node: self._view(
                f"memory_{next(COUNTER)}", self._from_arrow(node.data.to_pyarrow(node.schema))
            ).op()
            for node in expression.op().find(ops.InMemoryTable)
        }
        return expression.op().replace(tables).to_expr() if tables else expression

    def _from_arrow(self, rows: pa.Table) -> Any:
        with _quiet():
            return self._session.createDataFrame(plain(rows))

    def _view(self, name: str, frame: Any) -> IbisTable:
        frame.createOrReplaceTempView(self._prefix + name)
        self._frames[name] = frame
        return self._backend.table(self._prefix + name)

    def _near(self, past: Engine, name: str) -> IbisTable | None:
        # Engines share the session, and so do the views of their tables.
        return past.table(name) if isinstance(past, Spark) else None

    def _find(self, name: str) -> IbisTable | None:
        if self._folder is None or not (self._folder / name).is_dir():
            return None
        return self._view(name, self._read(self._folder / name))

    def _read_records(self, held: str, declared: Table, paths: Sequence[Path]) -> IbisTable:
        # Only DuckDB can read the record store's encryption; Spark takes the rows from it.
        with duckdb.memory(self._key) as reader:
            rows = reader.fetch(reader.records(declared.name, paths))
        return self._view(held, self._from_arrow(rows).persist())

    def _hold(self, name: str, expression: IbisTable) -> IbisTable:
        node = expression.op()
        if isinstance(node, ops.InMemoryTable):
            return self._view(name, self._from_arrow(node.data.to_pyarrow(node.schema)))
        return self._view(name, _kept(self._frame(expression)))

    def _let_go(self, name: str) -> None:
        if name in self._frames:
            self._frames.pop(name).unpersist()
            self._session.catalog.dropTempView(self._prefix + name)

    def _save(self, name: str, expression: IbisTable) -> IbisTable:
        frame = self._frame(expression)
        if self._folder is None:
            return self._view(name, _kept(frame))
        aside = self._folder / f".{name}"
        self._sealed(name, frame).write.mode("overwrite").parquet(str(aside))
        shutil.rmtree(self._folder / name, ignore_errors=True)
        aside.rename(self._folder / name)
        return self._view(name, self._read(self._folder / name))

    def _sealed(self, name: str, frame: Any) -> Any:
        """The table with the columns that identify a person encrypted, as it lies on the disk."""
        from pyspark.sql import functions as f

        sealed = {c: f.aes_encrypt(f.col(c).cast("string"), self._secret()) for c in identifying(name)}
        return frame.withColumns(sealed) if sealed else frame

    def _read(self, folder: Path) -> Any:
        """A table of the build from the disk, its encrypted columns opened."""
        from pyspark.sql import functions as f

        frame = self._session.read.parquet(str(folder))
        opened = {
            column: f.aes_decrypt(f.col(column), self._secret()).cast("string").cast(kind)
            for column, kind in identifying(folder.name).items()
        }
        return frame.withColumns(opened) if opened else frame

    def _secret(self) -> Any:
        from pyspark.sql import functions as f

        if self._key is None:
            raise KeyMissing(
                what="A Spark build cannot be written or read without the workspace's key.",
                expected="The key that `kithmap new` made.",
                do="Open the build through its workspace.",
            )
        return f.lit(bytearray(derive(self._key, "build")))


def identifying(name: str) -> dict[str, str]:
    """The columns of a build's table that identify a person, with their types; numbers of ours do not."""
    columns = BUILD[name].columns if name in BUILD else ()
    return {
        column.name: column.type
        for column in columns
        if column.sensitivity is Sensitivity.IDENTIFYING and column.type in ("string", "date")
    }


def create_build(folder: Path, key: bytes | None = None) -> Spark:
    """Begin a build in a new folder; the key is the workspace's, to read its records."""
    folder.mkdir(parents=True)
    return Spark(folder, key)


def open_build(folder: Path, key: bytes | None = None) -> Spark:
    """Open a published build for reading.

    Raises: BuildDamaged when its folder is missing.
    """
    if not folder.is_dir():
        raise BuildDamaged(
            what=f"The build {folder.name} is not there.",
            expected="One folder of Parquet tables for each Spark build.",
            do="Restore the folder from a copy, or build again with `kithmap build --engine spark`.",
        )
    return Spark(folder, key)


def memory(key: bytes | None = None) -> Spark:
    """An engine whose build lives in the Spark session only: for tests and notebooks."""
    return Spark(None, key)


@cache
def session() -> Any:
    """The process's Spark session, started on first use.

    Raises: EngineNotInstalled when pyspark or Java is missing.
    """
    try:
        from pyspark.errors import PySparkRuntimeError
        from pyspark.sql import SparkSession
    except ImportError as missing:
        raise _not_installed("The Spark engine is not installed.") from missing
    if _java() is None:
        raise _not_installed("Spark needs Java, and there is none on this machine.")
    master = os.environ.get(MASTER, "local[2]")
    is_local = master.startswith("local")
    log_settings = Path(__file__).with_name("spark_log4j2.properties").as_uri()
    java = f"-Dlog4j2.configurationFile={log_settings} {QUICK_START if is_local else ''}".strip()
    chosen: dict[str, Any] = SETTINGS | (ONE_MACHINE if is_local else {})
    chosen |= {"spark.driver.extraJavaOptions": java, "spark.sql.warehouse.dir": _scratch()}
    builder = SparkSession.builder.appName("kithmap").master(master)
    try:
        with _quiet():
            return builder.config(map=chosen).getOrCreate()
    except PySparkRuntimeError as fault:
        raise _not_installed("Java did not start for Spark.") from fault


def _kept(frame: Any) -> Any:
    # Worked out now, once: a frame that only remembers how it was made is made again at every use,
    # and its plan grows with every table built on it.
    return frame.localCheckpoint(eager=True)


def _not_installed(what: str) -> EngineNotInstalled:
    return EngineNotInstalled(
        what=what,
        expected="The extra `spark` of Kithmap, and Java 17 or later.",
        do="Run `pip install 'kithmap[spark]'` and, on Debian, `apt-get install openjdk-17-jre-headless`;"
        " or build with `--engine duckdb`.",
    )


def _java() -> str | None:
    home = os.environ.get("JAVA_HOME")
    return shutil.which("java", path=f"{home}/bin") if home else shutil.which("java")


def _scratch() -> str:
    folder = tempfile.mkdtemp(prefix="kithmap-spark-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@contextmanager
def _quiet() -> Iterator[None]:
    # pyspark leaves the sockets it talks to Java through for the garbage collector to close.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        yield
