"""The order in which rows are shown, which must tell nothing of a withheld count."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from kithmap.governance.relations import label_columns
from kithmap.governance.rules import CountRule, Meetings, Sets, Sums

Row = Mapping[str, Any]


def safe_order(rows: Sequence[Row], rule: CountRule, withheld: frozenset[int], given: int) -> list[int]:
    """The order in which rows are shown; the first `given` of them are in the order they were given.

    Rows sorted by a count would bound a withheld one between its neighbours, so withheld rows go
    last, in the order of their labels, unless the rows are in the order of their labels anyway.
    Totals and details are each ordered in the places they had.
    """
    labels = label_columns(rows, rule)
    names = [tuple(str(row[column]) for column in labels) for row in rows]
    blocks: dict[object, list[int]] = defaultdict(list)
    for index, row in enumerate(rows):
        blocks[_block(row, rule)].append(index)
    order = list(range(len(rows)))
    for block in blocks.values():
        named = [names[index] for index in block if index < given]
        if named == sorted(named):
            moved = sorted(block, key=names.__getitem__)
        else:
            hidden = sorted((index for index in block if index in withheld), key=names.__getitem__)
            moved = [*(index for index in block if index not in withheld), *hidden]
        for place, index in enumerate(moved):
            order[block[place]] = index
    return order


def _block(row: Row, rule: CountRule) -> object:
    match rule.adds_up:
        case Sets(kind_column=kind):
            return row[kind]
        case Sums(columns=columns, total=total):
            return tuple(row[column] == total for column in columns)
        case Meetings(other=other, itself=itself):
            return row[other] == itself
        case None:
            return None


def places_of(rows: Sequence[Row], shown: Sequence[Row], rule: CountRule) -> tuple[int, ...]:
    """Where each row stands among those shown: disclosure control may have put them in another order.

    Raises: ValueError when rows cannot be told apart by their labels.
    """
    labels = [name for name in label_columns(rows, rule) if name in shown[0]]
    found = {tuple(str(row[name]) for name in labels): place for place, row in enumerate(shown)}
    if len(found) != len(shown):
        raise ValueError("Two rows of the table have the same labels.")
    return tuple(found[tuple(str(row[name]) for name in labels)] for row in rows)
