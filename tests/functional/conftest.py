"""A demonstration to try commands on, and a way to run them as a person would."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from running import Done, Run

from kithmap.cli.app import run as run_app


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home of its own: keys and settings of these tests touch nothing else."""
    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CONFIG_HOME", str(folder))
        patch.setenv("KITHMAP_USER", "alex")
        patch.delenv("KITHMAP_WORKSPACE", raising=False)
        patch.delenv("KITHMAP_KEY", raising=False)
        yield folder


@pytest.fixture(scope="module")
def run(home: Path) -> Run:
    """Run a command in this process and give what it gave."""

    def run_command(*words: object) -> Done:
        import contextlib
        import io

        out, err, code = io.StringIO(), io.StringIO(), 0
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sys, "argv", ["kithmap", *map(str, words)])
            patch.setenv("COLUMNS", "80")
            patch.delenv("KITHMAP_WORKSPACE", raising=False)
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                try:
                    run_app()
                except SystemExit as ended:
                    code = ended.code if isinstance(ended.code, int) else 0 if ended.code is None else 1
        return Done(code, out.getvalue(), err.getvalue())

    return run_command


@pytest.fixture(scope="module")
def demo(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small demonstration: 300 young people, received, built, asked, published."""
    folder = tmp_path_factory.mktemp("demo") / "demo"
    done = run("demo", folder, "--young", "300", "--seed", "1", "--json")
    assert done.code == 0, done.err
    return folder
