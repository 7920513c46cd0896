"""Tables to attack: two ways, three ways, in steps, and two tables of the same people."""

import itertools
from dataclasses import dataclass

import numpy as np

from kithmap.governance.rules import CountRule, Sums

Row = dict[str, object]
KINDS = ("two ways", "three ways", "in steps", "linked")


@dataclass(frozen=True)
class Made:
    """Tables of the same people, each with its rule; `columns` are those by which people were counted."""

    kind: str
    tables: tuple[tuple[list[Row], CountRule], ...]
    detail: np.ndarray
    names: tuple[tuple[str, ...], ...]
    within: dict[str, str]


def make_tables(kind: str, generator: np.random.Generator) -> Made:
    """One set of tables of a kind, small enough to attack exactly."""
    mean = float(generator.choice([2.0, 6.0, 15.0]))
    match kind:
        case "two ways":
            shape = tuple(generator.integers(2, 7, size=2))
            return _made(kind, shape, mean, generator, [(0, 1)])
        case "three ways":
            shape = tuple(generator.integers(2, 5, size=3))
            return _made(kind, shape, mean, generator, [(0, 1, 2)])
        case "in steps":
            shape = (2 * int(generator.integers(2, 4)), int(generator.integers(2, 5)))
            return _made(kind, shape, mean, generator, [(0, 1)], steps=2)
        case _:
            shape = tuple(generator.integers(2, 5, size=3))
            return _made(kind, shape, mean, generator, [(0, 1), (0, 2)])


def _made(kind, shape, mean, generator, shown, steps=0) -> Made:
    detail = generator.poisson(generator.gamma(1.0, mean, size=shape))
    names = tuple(tuple(f"{'abc'[axis]}{i}" for i in range(size)) for axis, size in enumerate(shape))
    within = {name: f"A{i // steps}" for i, name in enumerate(names[0])} if steps else {}
    tables = tuple(_table(detail, names, axes, within) for axes in shown)
    return Made(kind, tables, detail, names, within)


def _table(detail, names, axes, within):
    columns = tuple("abc"[axis] for axis in axes)
    values = []
    for axis in axes:
        above = sorted(set(within.values())) if axis == 0 else []
        values.append((*names[axis], *above, "All"))
    rows = [
        {**dict(zip(columns, key, strict=True)), "n": int(detail[mask_of(key, axes, names, within)].sum())}
        for key in itertools.product(*values)
    ]
    steps = (("a", tuple(within.items())),) if within else ()
    return rows, CountRule(("n",), adds_up=Sums(columns, within=steps))


def mask_of(key, axes, names, within) -> tuple:
    """Which of the detailed counts a row is the sum of, as numpy indexes them."""
    picks = [np.arange(len(each)) for each in names]
    for value, axis in zip(key, axes, strict=True):
        if value != "All":
            picks[axis] = np.array(
                [
                    i
                    for i, name in enumerate(names[axis])
                    if value in (name, within.get(name) if axis == 0 else None)
                ]
            )
    return np.ix_(*picks)
