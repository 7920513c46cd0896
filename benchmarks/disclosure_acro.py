"""The same tables through ACRO 1.0.2 and through Kithmap at the same threshold, and what each tells.

ACRO needs older libraries than ours, so it lives in an environment of its own and is no dependency:

    uv venv /tmp/acro && uv pip install --python /tmp/acro/bin/python acro==1.0.2
    python -m benchmarks.disclosure_acro /tmp/acro/bin/python
"""

import json
import subprocess
import sys

import numpy as np

from benchmarks.disclosure_attack import attack
from benchmarks.disclosure_tables import Made, _made
from kithmap.governance.cells import Cell, Status
from kithmap.governance.disclosure import protect
from kithmap.governance.levels import LEVELS, Level

TABLES = 30
THRESHOLD = 10
HIDDEN = Cell(None, Status.WITHHELD)
LEVEL = LEVELS[Level.R1].with_preset("council10")

ACRO = """
import json, logging, os, sys, tempfile, warnings
warnings.filterwarnings("ignore"); logging.disable(logging.CRITICAL)
import pandas as pd
tables = json.load(sys.stdin)
os.chdir(tempfile.mkdtemp())
sys.stdout, out = sys.stderr, sys.stdout
from acro import ACRO
def ask(how, frame, margins):
    given = ACRO(**how)
    table = given.crosstab(frame.a, frame.b, margins=True, **margins)
    return [[None if pd.isna(v) else float(v) for v in row] for row in table.to_numpy()], [str(i) for i in table.index], [str(c) for c in table.columns]
ways = {"suppress": (dict(suppress=True), {}), "suppress, margins kept": (dict(suppress=True), dict(show_suppressed=True)), "round": (dict(mitigation="round"), {})}
done = []
for rows in tables:
    frame = pd.DataFrame([(a, b) for a, b, n in rows for _ in range(n)], columns=["a", "b"])
    done.append({name: ask(how, frame, margins) for name, (how, margins) in ways.items()})
json.dump(done, out)
"""


def make_tables() -> list[Made]:
    """Thirty two-way tables of six by five."""
    return [_made("two ways", (6, 5), 30.0, np.random.default_rng(seed), [(0, 1)]) for seed in range(TABLES)]


def ask_acro(python: str, tables: list[Made]) -> list[dict]:
    """What ACRO makes of each, by its ways of mitigating."""
    given = [
        [(row["a"], row["b"], row["n"]) for row in made.tables[0][0] if "All" not in (row["a"], row["b"])]
        for made in tables
    ]
    done = subprocess.run(
        [python, "-c", ACRO], input=json.dumps(given), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(done.stderr[-2000:])
    return json.loads(done.stdout)


def shown_by(made: Made, answer) -> list[list[dict]]:
    """ACRO's table as rows of cells; a nought it leaves out is a nought."""
    values, index, columns = answer
    held = {
        (a, b): value
        for a, line in zip(index, values, strict=True)
        for b, value in zip(columns, line, strict=True)
    }
    rows, _ = made.tables[0]
    return [
        [{**row, "n": _cell(held.get((row["a"], row["b"]), 0.0))} for row in rows],
    ]


def _cell(value) -> Cell:
    return HIDDEN if value is None else Cell(round(value))


def with_true_totals(made: Made, shown: list[list[dict]]) -> list[list[dict]]:
    """The same beside the two one-way tables, which pass every check of ACRO where no total is small."""
    rows, _ = made.tables[0]
    return [
        [
            {**cell, "n": Cell(row["n"])}
            if "All" in (row["a"], row["b"]) and not 0 < row["n"] < THRESHOLD
            else cell
            for row, cell in zip(rows, shown[0], strict=True)
        ]
    ]


def tell(name: str, tables: list[Made], shown: list[list[list[dict]]], true_totals: bool = False) -> None:
    """One line of the table in the documentation."""
    wrong = small = asked = known = narrow = 0
    farthest = 0
    for made, cells in zip(tables, shown, strict=True):
        for row, cell in zip(made.tables[0][0], cells[0], strict=True):
            value = cell["n"].value
            small += value is not None and 0 < row["n"] < THRESHOLD
            if value is not None and value != row["n"]:
                wrong += 1
                farthest = max(farthest, abs(value - row["n"]))
        looked_at = with_true_totals(made, cells) if true_totals else cells
        if any(
            c["n"].value not in (None, r["n"]) for r, c in zip(made.tables[0][0], looked_at[0], strict=True)
        ):
            continue  # totals that are false tell nothing that is true
        widths = attack(made, looked_at, 1, THRESHOLD)
        asked, known, narrow = (
            asked + len(widths),
            known + sum(w == 0 for w in widths),
            narrow + sum(w < THRESHOLD for w in widths),
        )
    attacked = f"{known} known, {narrow} within 9, of {asked}" if asked else "-"
    print(f"| {name} | {small} | {wrong} (up to {farthest}) | {attacked} |", flush=True)


def main() -> None:
    """The table, in the form of the documentation."""
    tables = make_tables()
    answers = ask_acro(sys.argv[1], tables)
    ours = [[list(protect(*made.tables[0], LEVEL))] for made in tables]
    ordered = [
        [[{(r["a"], r["b"]): r for r in shown[0]}[row["a"], row["b"]] for row in made.tables[0][0]]]
        for made, shown in zip(tables, ours, strict=True)
    ]
    print(
        "| way | counts of 1 to 9 shown | values that are not true | protected counts an exact attack finds |\n|---|---|---|---|"
    )
    for name in ("suppress", "suppress, margins kept", "round"):
        tell(
            f"ACRO 1.0.2, {name}",
            tables,
            [shown_by(m, a[name]) for m, a in zip(tables, answers, strict=True)],
        )
    suppressed = [shown_by(m, a["suppress"]) for m, a in zip(tables, answers, strict=True)]
    tell("ACRO 1.0.2, suppress, beside its own one-way tables", tables, suppressed, true_totals=True)
    tell("Kithmap, council10", tables, ordered)
    tell("Kithmap, council10, beside its one-way tables", tables, ordered)


if __name__ == "__main__":
    main()
