"""Engines for every test that asks for one: the same test runs on DuckDB and on Spark."""

import os
import shutil
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec

import pytest
from hypothesis import HealthCheck, settings
from postgres_made import Cluster, find_missing, registered, running_cluster

from kithmap.engines.engine import Engine

# How quick a machine is says nothing of whether a property holds; and a busy one must not fail a test.
settings.register_profile("kithmap", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("kithmap")

ON_EVERY_ENGINE = [
    pytest.param("duckdb", id="duckdb"),
    pytest.param("spark", id="spark", marks=pytest.mark.spark),
]


@pytest.fixture(scope="session")
def spark_is_there() -> None:
    """Skip where Spark or Java is missing; in CI they must be there."""
    missing = [
        name
        for name, found in (("pyspark", find_spec("pyspark")), ("Java", shutil.which("java")))
        if not found
    ]
    if missing and "CI" not in os.environ:
        pytest.skip(f"{' and '.join(missing)} not installed")


@pytest.fixture(params=ON_EVERY_ENGINE)
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """A fresh engine in memory; hold a test's small tables in it with `engine.hold(name, arrow)`."""
    if request.param == "spark":
        request.getfixturevalue("spark_is_there")
    with import_module(f"kithmap.engines.{request.param}").memory() as made:
        yield made


@pytest.fixture
def another_engine(engine: Engine) -> Iterator[Engine]:
    """A second engine of the same kind."""
    with import_module(f"kithmap.engines.{engine.kind}").memory() as made:
        yield made


@pytest.fixture
def duckdb_engine() -> Iterator[Engine]:
    """A fresh DuckDB engine in memory, for tests of what does not depend on the engine."""
    from kithmap.engines import duckdb

    with duckdb.memory() as made:
        yield made


@pytest.fixture
def another_duckdb_engine() -> Iterator[Engine]:
    """A second DuckDB engine in memory."""
    from kithmap.engines import duckdb

    with duckdb.memory() as made:
        yield made


ON_EVERY_REGISTER = ["sqlite", "postgresql"]


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Cluster]:
    """A running PostgreSQL; skip where there is none; in CI it must be there."""
    missing = find_missing()
    if missing and "CI" not in os.environ:
        pytest.skip(f"{missing} not installed")
    with running_cluster() as cluster:
        yield cluster


@pytest.fixture(params=ON_EVERY_REGISTER)
def every_register(request: pytest.FixtureRequest) -> Iterator[str]:
    """Within, registers are files, or one database of PostgreSQL; for tests that make one workspace."""
    if request.param == "sqlite":
        yield request.param
        return
    cluster: Cluster = request.getfixturevalue("postgresql")
    with cluster.database() as url, registered(url):
        yield request.param
