"""Promises about the source itself: sizes, imports, nothing of a machine in it."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SOURCES = sorted(p for p in (ROOT / "src").rglob("*.py") if "migrations" not in p.parts)
MOST_FILE_LINES = 400
MOST_FUNCTION_LINES = 40


def tracked_files() -> list[Path]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / line for line in listed.stdout.splitlines() if (ROOT / line).is_file()]


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT / "src")))
def test_no_source_file_outgrows_a_reader(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= MOST_FILE_LINES
    functions = [
        n for n in ast.walk(ast.parse(text)) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    assert not {f.name: lines for f in functions if (lines := code_lines(f)) > MOST_FUNCTION_LINES}


def code_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """The lines of a function without its docstring: a measure's description is not code."""
    first = function.body[0]
    described = (
        isinstance(first, ast.Expr)
        and isinstance(first.value, ast.Constant)
        and isinstance(first.value.value, str)
    )
    return (
        function.end_lineno - function.lineno + 1 - (first.end_lineno - first.lineno + 1 if described else 0)
    )


def loaded_by(statement: str) -> set[str]:
    code = f"{statement}\nimport sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_importing_kithmap_loads_no_heavy_library() -> None:
    assert not loaded_by("import kithmap") & {
        "pandas",
        "geopandas",
        "pyspark",
        "polars",
        "django",
        "ibis",
        "duckdb",
        "altair",
    }


def test_the_command_line_starts_without_heavy_libraries() -> None:
    loaded = loaded_by("import kithmap.cli.commands")
    assert not loaded & {
        "pandas",
        "pyspark",
        "polars",
        "django",
        "ibis",
        "duckdb",
        "altair",
        "splink",
        "numpy",
    }


def test_lock_files_hold_hashes_and_no_address_of_an_index() -> None:
    for path in (ROOT / "requirements").glob("*.txt"):
        text = path.read_text(encoding="utf-8")
        assert "--hash=sha256:" in text
        assert not re.search(r"https?://|--index-url|--extra-index|--find-links|file:", text)


def test_no_path_of_a_machine_is_committed() -> None:
    machine = re.compile(r"/(?:home|Users|root|work)/[a-z]")
    texts = {".py", ".md", ".toml", ".txt", ".sh", ".html", ".j2", ".css", ".csv"}
    found = [
        str(path.relative_to(ROOT))
        for path in tracked_files()
        if path.suffix in texts
        and path != Path(__file__)
        and machine.search(path.read_text(encoding="utf-8", errors="replace"))
    ]
    assert not found


def test_no_secret_is_committed() -> None:
    secret = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----|AKIA[0-9A-Z]{16}")
    found = [
        str(p)
        for p in tracked_files()
        if p != Path(__file__) and secret.search(p.read_text(encoding="utf-8", errors="replace"))
    ]
    assert not found
