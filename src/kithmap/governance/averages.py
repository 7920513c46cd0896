"""Which means and medians are withheld: a mean times its count is a sum, and sums can be subtracted."""

from collections.abc import Mapping, Sequence
from typing import Any

from kithmap.governance.relations import Relation
from kithmap.governance.rules import Average

Row = Mapping[str, Any]


def find_withheld_averages(
    rows: Sequence[Row], average: Average, withheld: frozenset[int], relations: Sequence[Relation]
) -> frozenset[int]:
    """The rows whose average is withheld: few behind it, its count withheld, or told by subtraction.

    Raises: ValueError when a mean is below nought: sums of such cannot be bounded.
    """
    behind = {
        index: int(row[average.of])
        for index, row in enumerate(rows)
        if row[average.of] is not None and row[average.column] is not None
    }
    few = frozenset(index for index, count in behind.items() if count < average.fewest)
    hidden = (few | withheld) & frozenset(behind)
    if not average.adds_up or not hidden:
        return few | withheld
    sums = {index: round(float(rows[index][average.column]) * count) for index, count in behind.items()}
    if min(sums.values()) < 0:
        raise ValueError(f"A mean of {average.column} is below nought; it cannot be judged.")
    return few | withheld | _subtracted(sums, hidden, relations, average.closeness)


def _subtracted(
    sums: Mapping[int, int], hidden: frozenset[int], relations: Sequence[Relation], closeness: float
) -> frozenset[int]:
    """The rows whose sum must be withheld so that no hidden one is known within `closeness` of itself."""
    import numpy as np

    from kithmap.stats import tabular
    from kithmap.stats.withholding import withhold_more

    usable = [r for r in relations if r.whole in sums and all(part in sums for part in r.parts)]
    # A mean is shown to so many decimals, so sums may fall short of a unit: what is left over is a rest.
    usable = [r for r in usable if sums[r.whole] >= sum(sums[part] for part in r.parts)]
    if not usable:
        return frozenset()
    place = {index: position for position, index in enumerate(sums)}
    table = tabular.make_table(
        list(sums.values()), [(tuple(place[p] for p in r.parts), place[r.whole]) for r in usable]
    )
    primary = np.zeros(len(table.counts), dtype=bool)
    primary[[place[index] for index in hidden]] = True
    widths: Any = np.maximum(np.ceil(closeness * table.counts), 1)
    flags, _ = withhold_more(table, primary, widths)
    return frozenset(index for index, position in place.items() if flags[position])
