"""Proof that a withheld count cannot be worked out: two whole-number tables that differ in it.

Both agree with everything published, so nobody can tell which of them is true, or whether either is.
Finding them takes a solver; checking them takes addition, and the checker trusts no solver.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from kithmap.stats.linear import Program
from kithmap.stats.tabular import Cells, Counts, Flags, Numbers, Sparse, Table

DOWN, UP = 1.0, -1.0
Knows = tuple[int, ...]


@dataclass(frozen=True)
class Witness:
    """Which two tables show that a count is safe from an attacker who knows some counts besides."""

    cell: int
    knows: Knows
    low: int
    high: int


@dataclass(frozen=True)
class Certificate:
    """What is published of a table, whole-number tables that agree with it, and what they prove.

    low, high: what anybody knows of each count without adding up. tables: one row for each table.
    widths: how far apart two tables are in the count they protect.
    """

    relations: Sparse
    low: Numbers
    high: Numbers
    true: Counts
    tables: Counts
    witnesses: tuple[Witness, ...]
    widths: Counts


def verify_certificate(certificate: Certificate, protected: Iterable[tuple[int, Knows]]) -> bool:
    """Whether two tables prove each protected count, by addition and comparison alone.

    `protected` are the counts that must be safe, each from an attacker who knows some others: it is given
    by whoever checks, so that a certificate cannot leave one out.
    """
    tables = certificate.tables
    adds_up = not np.abs(certificate.relations @ tables.T).any()
    agrees = bool(((tables >= certificate.low) & (tables <= certificate.high)).all())
    proved = {(each.cell, each.knows) for each in certificate.witnesses if _differs(certificate, each)}
    return adds_up and agrees and set(protected) <= proved


def _differs(certificate: Certificate, witness: Witness) -> bool:
    low, high = certificate.tables[witness.low], certificate.tables[witness.high]
    own = list(witness.knows)
    known = (low[own] == certificate.true[own]).all() and (high[own] == certificate.true[own]).all()
    return (
        bool(known) and int(high[witness.cell]) - int(low[witness.cell]) >= certificate.widths[witness.cell]
    )


def checked(certificate: Certificate, protected: Iterable[tuple[int, Knows]]) -> Certificate:
    """The same certificate, which proves each protected count.

    Raises: RuntimeError when it does not.
    """
    if not verify_certificate(certificate, protected):
        raise RuntimeError("The proof of what is withheld does not hold.")
    return certificate


class Prover:
    """Finds whole-number tables that agree with what is published, and remembers them."""

    def __init__(self, table: Table, widths: Counts) -> None:
        self.table, self.widths = table, widths
        self._program = Program(table.relations, table.low, table.high, table.nothing, table.nothing)
        self._keep(table.counts[None, :])

    def unproved(self, withheld: Flags, cells: Cells, knows: Knows = ()) -> int | None:
        """The first of the cells that cannot be seen to differ by the width; None when all can."""
        low, high = self.table.known(withheld, knows)
        seen = _Seen(self._agreeing(low, high)[:, cells], cells, self.widths[cells])
        if len(seen.left) > 1:
            # One table with all of them low and one with all of them high proves most at once.
            left = seen.left
            seen.add(self.push(low, high, left, DOWN))
            most = _up_to(high, left, self.table.counts[left] + self.widths[left])
            seen.add(self.push(low, most, left, UP))
        while len(seen.left):
            one = seen.left[:1]
            lowest = self.push(low, high, one, DOWN)
            seen.add(lowest)
            seen.add(self.push(low, _up_to(high, one, lowest[one] + self.widths[one]), one, UP))
            if one[0] in seen.left:
                return int(one[0])
        return None

    def forget(self, withheld: Flags) -> None:
        """Let go of the tables that do not agree with what is published now, and no more will."""
        self._keep(self._agreeing(*self.table.known(withheld)))

    def gather(self, withheld: Flags, cells: Cells, knows: Knows) -> list[int]:
        """Try to prove each of the cells at once for everybody who knows some of these; those it cannot."""
        failing: list[int] = []
        left = cells
        while (failed := self.unproved(withheld, left, knows)) is not None:
            failing.append(failed)
            left = left[left != failed]
        return failing

    def push(self, low: Numbers, high: Numbers, cells: Cells, way: float) -> Counts:
        """A whole-number table within the bounds, with `cells` as far DOWN or UP as can be, all together."""
        self._program.bound(low, high)
        found = _pushed(self._program, cells, way)
        if (self.table.relations @ found).any():
            # In three ways a corner need not be a whole number, and rounded it does not add up.
            nothing = self.table.nothing
            found = _pushed(
                Program(self.table.relations, low, high, nothing, nothing, whole=True), cells, way
            )
        self._tables = np.concatenate([self._tables, found[None, :]])
        self._lowest, self._highest = np.minimum(self._lowest, found), np.maximum(self._highest, found)
        return found

    def certify(self, withheld: Flags, protected: Sequence[tuple[int, Knows]]) -> Certificate:
        """The proof that every protected count is safe, each from whoever knows some counts besides.

        Raises: ValueError when one of them is not.
        """
        low, high = self.table.known(withheld)
        for cell, knows in protected:
            if self.unproved(withheld, np.array([cell]), knows) is not None:
                raise ValueError("A count that should be protected is not.")
        agree = self._agreeing(low, high)
        witnesses: list[Witness] = []
        for cell, knows in protected:
            mine = np.flatnonzero((agree[:, list(knows)] == self.table.counts[list(knows)]).all(axis=1))
            values = agree[mine, cell]
            witnesses.append(Witness(cell, knows, int(mine[values.argmin()]), int(mine[values.argmax()])))
        used = np.unique([place for each in witnesses for place in (each.low, each.high)]).astype(np.intp)
        place = {int(old): new for new, old in enumerate(used)}
        moved = tuple(Witness(w.cell, w.knows, place[w.low], place[w.high]) for w in witnesses)
        return Certificate(
            self.table.relations, low, high, self.table.counts, agree[used], moved, self.widths
        )

    def _agreeing(self, low: Numbers, high: Numbers) -> Counts:
        # Only counts that some table has outside the bounds need to be looked at, and they are few.
        asked = np.flatnonzero((self._lowest < low) | (self._highest > high))
        tables = self._tables[:, asked]
        return self._tables[((tables >= low[asked]) & (tables <= high[asked])).all(axis=1)]

    def _keep(self, tables: Counts) -> None:
        self._tables = tables
        self._lowest, self._highest = np.minimum.reduce(tables), np.maximum.reduce(tables)


class _Seen:
    """How far apart the tables that agree are in each cell asked about."""

    def __init__(self, values: Counts, cells: Cells, widths: Counts) -> None:
        self._cells, self._widths = cells, widths
        self._low, self._high = values.min(axis=0), values.max(axis=0)

    @property
    def left(self) -> Cells:
        """The cells not yet seen to differ by the width."""
        return self._cells[self._high - self._low < self._widths]

    def add(self, found: Counts) -> None:
        """Count in one more table that agrees."""
        values = found[self._cells]
        self._low, self._high = np.minimum(self._low, values), np.maximum(self._high, values)


def _pushed(program: Program, cells: Cells, way: float) -> Counts:
    """The best answer, to the nearest whole numbers: a solver's are a millionth beside them."""
    program.aim(cells, np.full(len(cells), way))
    return np.rint(program.solve()).astype(np.int64)


def _up_to(high: Numbers, cells: Cells, most: Counts) -> Numbers:
    """The same bounds, a little way up for some cells: enough for a proof, and small numbers."""
    changed = high.copy()
    changed[cells] = np.minimum(changed[cells], most)
    return changed
