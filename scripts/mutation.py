"""Mutation testing: change the code that protects people one piece at a time, and see that a test notices.

`tests/mutation.toml` says which modules and which tests, and why a mutant that no test notices changes nothing.
Each group is copied to build/mutation/ and mutated there by mutmut; a second run goes on where one was stopped.
`--again` tries what no test noticed against the tests as they are by now; `--read` only reads what was found.
`--record` writes what came out into docs/explanation/mutation-testing.md.
"""

import difflib
import json
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path

HOME = Path(__file__).resolve().parents[1]
WORK = HOME / "build/mutation"
PAGE = HOME / "docs/explanation/mutation-testing.md"
START, END = "<!-- the run -->\n", "<!-- end of the run -->"
GOAL = 95.0
START_OF = re.compile(r"\s*def (\w+__mutmut_\w+)\(")
KILLED = {1: "killed", 3: "killed", 36: "killed", 24: "killed", -24: "killed", 152: "killed", 255: "killed", -11: "killed", -9: "killed"}  # fmt: skip
SETTINGS = """
[tool.mutmut]
source_paths = ["src"]
only_mutate = {only}
pytest_add_cli_args_test_selection = {tests}
pytest_add_cli_args = ["-p", "no:cacheprovider", "-p", "no:xdist"]
also_copy = ["docs"]
use_git_change_detection = false
track_dependencies = false
timeout_constant = 3.0
timeout_multiplier = 4.0
"""


def main(asked: list[str]) -> int:
    if {each for each in asked if each.startswith("-")} - {"--again", "--read", "--record"}:
        print(__doc__)
        return 2
    told = tomllib.loads((HOME / "tests/mutation.toml").read_text(encoding="utf-8"))
    wanted = [name for name in asked if not name.startswith("-")] or list(told["group"])
    equals = {(each["function"], each["was"], each["to"]) for each in told.get("equivalent", [])}
    short = 0
    lines: dict[str, str] = {}
    for name in wanted:
        group = told["group"][name]
        folder = prepare(name, group)
        if "--read" not in asked:
            mutate(folder)
        if "--again" in asked:
            mutate(folder, [each["name"] for each in survivors(folder)])
        left = survivors(folder)
        same = [each for each in left if (each["function"], each["was"], each["to"]) in equals]
        for each in left:
            if each not in same:
                print(f"{each['name']}\n  - {each['was']}\n  + {each['to']}")
        found = summary(folder, [each["name"] for each in same])
        print(*found.values(), sep="\n")
        lines |= found
        short += share(results(folder), len(same)) < GOAL
    if "--record" in asked:
        record(lines)
    return 1 if short else 0


def prepare(name: str, group: dict) -> Path:
    """The code and the tests as they stand, in a folder of their own; what was found of unchanged code stays."""
    folder = WORK / name
    folder.mkdir(parents=True, exist_ok=True)
    only = [f"src/kithmap/{module}" for module in group["modules"]]
    for part in ("src", "tests", "docs"):
        shutil.rmtree(folder / part, ignore_errors=True)
        shutil.copytree(HOME / part, folder / part, ignore=shutil.ignore_patterns("__pycache__", "static"))
    for path in (folder / "mutants").rglob("*.py"):
        # mutmut copies no file that is there: what it does not mutate is to be as it is now.
        if str(path.relative_to(folder / "mutants")) not in only:
            path.unlink()
    settings = SETTINGS.format(only=json.dumps(only), tests=json.dumps(group["tests"]))
    (folder / "pyproject.toml").write_text((HOME / "pyproject.toml").read_text() + settings)
    return folder


def mutate(folder: Path, names: Sequence[str] = ()) -> None:
    """Try every mutant not tried yet, or these, against the tests as they stand."""
    if names:
        # What is known of tests is of those there were: new ones are to be found.
        (folder / "mutants/mutmut-stats.json").unlink(missing_ok=True)
    command = ["nice", "-n", "19", sys.executable, "-m", "mutmut", "run", "--max-children", "1", *names]
    with (folder / "log.txt").open("w") as log:
        subprocess.run(command, cwd=folder, stdout=log, stderr=log, check=True)


def results(folder: Path) -> dict[str, int | None]:
    found: dict[str, int | None] = {}
    for meta in sorted((folder / "mutants/src").rglob("*.meta")):
        found |= json.loads(meta.read_text())["exit_code_by_key"]
    return found


def survivors(folder: Path) -> list[dict[str, str]]:
    """What no test noticed: the mutant, its function, and the lines as they were and as they became."""
    found: list[dict[str, str]] = []
    for meta in sorted((folder / "mutants/src").rglob("*.meta")):
        written = meta.with_suffix("").read_text().splitlines()
        starts = {read[1]: at for at, line in enumerate(written) if (read := START_OF.match(line))}
        for name, code in json.loads(meta.read_text())["exit_code_by_key"].items():
            if code in KILLED:
                continue
            own, _, number = name.rpartition(".")[2].rpartition("__mutmut_")
            one, other = (body(written, starts[f"{own}__mutmut_{each}"]) for each in ("orig", number))
            changed = [
                line
                for line in difflib.unified_diff(one, other, n=0)
                if line[:3] not in ("---", "+++") and line[1:].strip()
            ]
            was, to = (" ".join(each[1:].strip() for each in changed if each[0] == sign) for sign in "-+")
            where = f"{name.rpartition('.')[0].removeprefix('kithmap.')}.{own.removeprefix('x_').replace('xǁ', '').replace('ǁ', '.')}"
            found.append({"name": name, "function": where, "was": was, "to": to})
    return found


def body(written: list[str], start: int) -> list[str]:
    """The lines of a function that begins at a line."""
    deep = len(written[start]) - len(written[start].lstrip())
    lines: list[str] = []
    for line in written[start + 1 :]:
        if line.strip() and len(line) - len(line.lstrip()) <= deep and not line.strip().startswith(")"):
            break
        lines.append(line)
    return lines


def share(codes: dict[str, int | None], equivalent: int) -> float:
    killed = sum(code in KILLED for code in codes.values())
    return 100 * killed / (len(codes) - equivalent)


def summary(folder: Path, same: list[str]) -> dict[str, str]:
    """A line of the page for each module."""
    found: dict[str, dict[str, int | None]] = {}
    for name, code in results(folder).items():
        found.setdefault(name.split(".x")[0], {})[name] = code
    lines: dict[str, str] = {}
    for module, codes in sorted(found.items()):
        killed = sum(code in KILLED for code in codes.values())
        nothing = sum(name in codes for name in same)
        left = len(codes) - killed - nothing
        words = f"| `{module.removeprefix('kithmap.')}` | {len(codes)} | {killed} | {nothing} | {left} |"
        lines[module] = f"{words} {share(codes, nothing):.1f} % |"
    return lines


def record(lines: dict[str, str]) -> None:
    """Put the lines of the modules that were tried into the page, in place of theirs; the others stay."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(START)
    table, _, after = rest.partition(END)
    rows = table.strip().splitlines()
    for line in lines.values():
        module = line.split("|")[1]
        rows = sorted([row for row in rows if row.split("|")[1] != module] + [line])
    PAGE.write_text(f"{before}{START}{chr(10).join(rows)}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
