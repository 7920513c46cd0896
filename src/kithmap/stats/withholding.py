"""Which more counts must be withheld, so that none of those that must be safe can be worked out."""

from collections.abc import Sequence

import numpy as np
from scipy.sparse import hstack

from kithmap.stats.bounding import bounds
from kithmap.stats.linear import Program, Unsolved
from kithmap.stats.tabular import Cells, Counts, Flags, Numbers, Table
from kithmap.stats.witnesses import DOWN, Certificate, Knows, Prover, checked

USED = 1e-6
OUTSIDER: Knows = ()


def find_bounds(
    table: Table, withheld: Flags, cells: Cells, knows: Knows = OUTSIDER
) -> tuple[Numbers, Numbers]:
    """The lowest and highest each of `cells` can be, given what is published.

    Shape: two arrays, one value for each of `cells`; infinite where there is no highest.
    Unit: counts.
    """
    low, high = table.known(withheld, knows)
    most = np.where(high >= table.far, np.inf, high)
    return bounds(table.relations, table.nothing, table.nothing, cells, least=low, most=most)


def withhold_more(
    table: Table, primary: Flags, width: int | Counts, insiders: Sequence[Knows] = ()
) -> tuple[Flags, Certificate | None]:
    """Which counts to withhold so that no primary one is bounded closer than `width`, and the proof.

    `width` is one number, or one for each count.
    `insiders` are attackers who know some counts of themselves: one who is counted alone knows that one.
    Counts that are never printed can be primary too: a rest that must not be known to be nought.

    Shape: one flag for each count; every primary one is among them. No proof where there is nothing to
        prove: no relation, no primary count, or no width.
    Source: linear-programming cell suppression (Fischetti and Salazar-Gonzalez 2001), greedy, with
        the counts no longer needed published again at the end.
    """
    withheld = primary | table.unprinted
    widths = np.broadcast_to(width, table.counts.shape).astype(np.int64)
    if not (primary & (widths > 0)).any() or not table.relations.shape[0]:
        return withheld, None
    search = _Search(table, primary, widths, insiders)
    withheld = search.publish_again(search.extend(withheld))
    protected = search.protected()
    return withheld, checked(search.prover.certify(withheld, protected), protected)


class _Search:
    """Greedy complementary withholding: cover what fails, one after another, then prune."""

    def __init__(self, table: Table, primary: Flags, widths: Counts, insiders: Sequence[Knows]) -> None:
        self.table, self.primary = table, primary
        self.insiders = tuple(insiders)
        self.prover = Prover(table, widths)
        self._cover = _Cover(table)
        self._together = tuple(sorted({cell for knows in self.insiders for cell in knows}))
        targets = np.flatnonzero(primary)
        self._targets = targets[np.lexsort([table.counts[targets]])]
        self._alone: set[int] = set()
        self._inferred: dict[Knows, set[int]] = {}

    def protected(self) -> list[tuple[int, Knows]]:
        """Every count that must be safe, with each attacker it must be safe from."""
        return [(int(cell), knows) for knows in (OUTSIDER, *self.insiders) for cell in self._asked(knows)]

    def _asked(self, knows: Knows) -> Cells:
        """What must be safe from whoever knows these: not they themselves, and no rest of nobody.

        One who is alone in a group knows that nobody else is in it, whatever is withheld.
        """
        if knows == OUTSIDER:
            return self._targets
        own = [*knows, *self._inferred.get(knows, ())]
        return self._targets[(self.table.counts[self._targets] > 0) & ~np.isin(self._targets, own)]

    def _give_up(self, cell: int, knows: Knows) -> None:
        """Leave out a count that an insider knows whatever is withheld: it follows from their own.

        Raises: RuntimeError when it is an outsider who would know it.
        """
        if not knows:
            raise RuntimeError("A count cannot be protected although everything tied to it is withheld.")
        self._inferred.setdefault(knows, set()).add(cell)

    def extend(self, withheld: Flags) -> Flags:
        """Withhold more until everything that must be safe is."""
        while (failing := self.unproved(withheld)) is not None:
            more = self._cover.cheapest(withheld, *failing, self.prover)
            if (more == withheld).all():
                more = _everything_tied(self.table, withheld)
            if (more == withheld).all():
                self._give_up(*failing)
            withheld = more
        return withheld

    def publish_again(self, withheld: Flags) -> Flags:
        """Publish what need not be withheld, the dearest counts first."""
        places = np.arange(len(withheld))
        extra = np.flatnonzero(withheld & ~self.primary & ~self.table.unprinted)
        for cell in extra[np.lexsort([-self.table.costs[extra]])].tolist():
            trial = withheld & (places != cell)
            failing = self.unproved(trial)
            if failing is None:
                withheld = trial
                self.prover.forget(withheld)
            else:
                # What failed once is likely to fail next: asking it first saves the others.
                first = failing[0]
                self._targets = np.concatenate([[first], self._targets[self._targets != first]])
        return withheld

    def unproved(self, withheld: Flags) -> tuple[int, Knows] | None:
        """A count that is not safe, and from whom; None when all are."""
        outside = self.prover.unproved(withheld, self._targets)
        if outside is not None:
            return outside, OUTSIDER
        if not self.insiders:
            return None
        # What is safe from all insiders at once is safe from each: most are, and it costs one question.
        others = self._asked((*self._together, *self._alone))
        self._alone.update(self.prover.gather(withheld, others, self._together))
        for knows in self.insiders:
            failed = self.prover.unproved(withheld, self._asked(knows), knows)
            if failed is not None:
                return failed, knows
        return None


class _Cover:
    """The cheapest counts that must move for one count to move up far enough.

    Each count moves by what it may (free), and beyond that up or down at its cost.
    """

    def __init__(self, table: Table) -> None:
        self._table = table
        size = len(table.counts)
        self._size = size
        relations = hstack([table.relations, table.relations, -table.relations])
        still = np.zeros(3 * size)
        self._program = Program(relations, still, still, table.nothing, table.nothing)
        self._program.aim(np.arange(size, 3 * size), np.concatenate([table.costs, table.costs]))

    def cheapest(self, withheld: Flags, cell: int, knows: Knows, prover: Prover) -> Flags:
        """What is withheld and what must be besides; the same when nothing will do."""
        table = self._table
        known = table.known(withheld, knows)
        lowest = prover.push(*known, np.array([cell]), DOWN)[cell]
        low, high = self._limits(known, table.known(withheld | table.hideable, knows))
        low[cell] = high[cell] = float(lowest + prover.widths[cell] - table.counts[cell])
        self._program.bound(low, high)
        try:
            values = self._program.solve()
        except Unsolved:
            return withheld
        moved = values[self._size : 2 * self._size] + values[2 * self._size :]
        return withheld | (moved > USED)

    def _limits(
        self, known: tuple[Numbers, Numbers], opened: tuple[Numbers, Numbers]
    ) -> tuple[Numbers, Numbers]:
        """How far each count may move for nothing, and beyond that up and down were all withheld that may be."""
        counts = self._table.counts
        (low, high), (lowest, highest) = known, opened
        still = np.zeros(2 * self._size)
        most = np.concatenate([high - counts, highest - high, low - lowest])
        return np.concatenate([low - counts, still]), most


def _everything_tied(table: Table, withheld: Flags) -> Flags:
    """Everything that a sum ties to what is withheld: what is left when nothing cheaper will do."""
    ties = np.abs(table.relations)
    tied = (ties @ withheld) @ ties
    return withheld | (tied.astype(bool) & table.hideable)
