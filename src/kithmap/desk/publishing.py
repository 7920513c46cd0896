"""Where builds are written and how they are published: aside first, then moved in one step."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kithmap.desk.workspace import Workspace
from kithmap.errors import WrongUse
from kithmap.register.builds import BuildRecord

if TYPE_CHECKING:
    from kithmap.engines.engine import Engine

SUFFIXES = {"duckdb": ".duckdb", "spark": ".spark"}


def check_engine(kind: str) -> None:
    """Refuse an engine there is not.

    Raises: WrongUse.
    """
    if kind not in SUFFIXES:
        raise WrongUse(
            f"There is no engine '{kind}'.", f"One of {', '.join(SUFFIXES)}.", "Name one of these engines."
        )


def build_path(build_id: str, kind: str) -> str:
    """The name of a build's file or folder."""
    return f"{build_id}{SUFFIXES[kind]}"


def create_engine(kind: str, path: Path, key: bytes) -> "Engine":
    """Begin a build at a path."""
    if kind == "spark":
        from kithmap.engines import spark

        return spark.create_build(path, key)
    from kithmap.engines import duckdb

    return duckdb.create_build(path, key)


def resume_engine(path: Path, key: bytes) -> "Engine":
    """Go on with a build that was stopped; only DuckDB's can be gone on with.

    Raises: BuildDamaged.
    """
    from kithmap.engines import duckdb

    return duckdb.resume_build(path, key)


def open_engine(workspace: Workspace, build: BuildRecord) -> "Engine":
    """A published build, open for reading; it stays open until another one is asked of.

    Raises: BuildDamaged.
    """
    if workspace.reading is not None:
        build_id, engine = workspace.reading
        if build_id == build.build_id:
            return engine
        engine.close()
        workspace.reading = None
    engine = _open(workspace.builds / build.path, build.engine, workspace.key)
    workspace.reading = (build.build_id, engine)
    return engine


def mark_of(workspace: Workspace, build: BuildRecord) -> tuple[object, ...]:
    """What tells a build on the disk from any other; nothing where it is gone, so that nothing is remembered of it."""
    path = workspace.builds / build.path
    try:
        found = path.stat()
    except FileNotFoundError:
        return ()
    return str(path), found.st_ino, found.st_size, found.st_mtime_ns


def _open(path: Path, kind: str, key: bytes) -> "Engine":
    if kind == "spark":
        from kithmap.engines import spark

        return spark.open_build(path, key)
    from kithmap.engines import duckdb

    return duckdb.open_build(path, key)


def publish(workspace: Workspace, written: Path, build: BuildRecord) -> None:
    """Move a build that is whole into place, with its manifest beside it; done again, it changes nothing."""
    manifest = workspace.tmp / f"{build.build_id}.json"
    write_manifest(manifest, build.manifest)
    manifest.rename(workspace.builds / manifest.name)
    if written.exists():
        written.rename(workspace.builds / build.path)
    handle = os.open(workspace.builds, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_manifest(path: Path, manifest: Mapping[str, Any]) -> None:
    """Write a manifest so that it is on the disk when this returns."""
    with path.open("w", encoding="utf-8") as file:
        json.dump(manifest, file, indent=2, sort_keys=True)
        file.write("\n")
        file.flush()
        os.fsync(file.fileno())
