"""An exact attack on released tables, which shares no code with what protects them.

The attacker knows the detailed counts are whole and not below nought, which of them each row adds up, what
is shown, how it is rounded, and even which of the withheld rows are of nobody. It asks scipy's solver for
the least and the most that each protected count can be: whole numbers where fractions would not do.
"""

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from benchmarks.disclosure_tables import Made, mask_of

NARROWEST = 5


def attack(made: Made, shown: list, rounding: int, narrowest: int = NARROWEST) -> list[float]:
    """How wide the range of each count that must be protected is, for an outsider and for one counted alone."""
    size = made.detail.size
    places = np.arange(size).reshape(made.detail.shape)
    lines, low, high, true = [], [], [], []
    for (rows, rule), cells in zip(made.tables, shown, strict=True):
        axes = ["abc".index(column) for column in rule.adds_up.columns]
        truth = {tuple(row[c] for c in rule.adds_up.columns): row["n"] for row in rows}
        for row in cells:
            key = tuple(row[c] for c in rule.adds_up.columns)
            line = np.zeros(size)
            line[places[mask_of(key, axes, made.names, made.within)].ravel()] = 1
            lines.append(line)
            true.append(truth[key])
            ends = _said(row["n"], truth[key], rounding, narrowest)
            low.append(ends[0])
            high.append(ends[1])
    matrix, low, high, true = np.array(lines), np.array(low), np.array(high), np.array(true)
    hidden = np.flatnonzero(np.isinf(high))
    asked = [i for i in hidden if 0 < true[i] < narrowest]
    outside = [_width(matrix, low, high, i) for i in asked]
    inside = []
    # Whoever is counted alone in a row knows every row they are in: those of one are theirs too.
    people = np.flatnonzero(made.detail.ravel() == 1)
    for own in ((true == 1) & (matrix[:, person] == 1) & np.isinf(high) for person in people):
        if not own.any():
            continue
        known_low, known_high = np.where(own, 1, low), np.where(own, 1, high)
        inside += [_width(matrix, known_low, known_high, i) for i in asked if not own[i]]
    return outside + inside


def groups_told(made: Made, shown: list[tuple]) -> int:
    """In how many groups anybody can tell that all are in one part: nobody can be in any other."""
    told = 0
    for (rows, rule), cells in zip(made.tables, shown, strict=True):
        said = {tuple(row[c] for c in rule.adds_up.columns): row["n"].value for row in cells}
        true = {tuple(row[c] for c in rule.adds_up.columns): row["n"] for row in rows}
        for key, whole in true.items():
            for place, value in enumerate(key):
                if value != "All" or not whole:
                    continue
                values = {k[place] for k in true} - {"All"}
                if made.within and place == 0:
                    values = set(made.within.values())
                parts = [(*key[:place], each, *key[place + 1 :]) for each in values]
                others = [p for p in parts if true[p] != whole]
                told += len(others) == len(parts) - 1 and all(said[p] == 0 for p in others) and bool(others)
    return told


def _said(cell, true, rounding, narrowest):
    if cell.value is None:
        return (1 if true else 0), np.inf
    if rounding > 1 and cell.value:
        return max(narrowest, cell.value - rounding // 2), cell.value + (rounding - 1) // 2
    return cell.value, cell.value


def _width(matrix, low, high, target):
    rows = LinearConstraint(matrix, low, high)
    ends = []
    for sign in (1.0, -1.0):
        found = milp(sign * matrix[target], constraints=rows, bounds=Bounds(0, np.inf), integrality=1)
        if found.x is None and sign < 0:
            return np.inf
        assert found.x is not None, found.message
        ends.append(round(float(matrix[target] @ found.x)))
    return ends[1] - ends[0]
