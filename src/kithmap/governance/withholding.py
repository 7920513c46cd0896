"""Withhold more of a table that has passed disclosure control: what the ledger of releases asks for."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from kithmap.governance.cells import Cell, Status
from kithmap.governance.relations import label_columns
from kithmap.governance.rules import CountRule, Meetings, Sets, Sums

Row = Mapping[str, Any]

WITHHELD = Cell(None, Status.WITHHELD)


def places_of(rows: Sequence[Row], shown: Sequence[Row], rule: CountRule) -> tuple[int, ...]:
    """Where each row stands among those shown: disclosure control may have put them in another order.

    Raises: ValueError when rows cannot be told apart by their labels.
    """
    labels = [name for name in label_columns(rows, rule) if not shown or name in shown[0]]
    found = {tuple(str(row[name]) for name in labels): place for place, row in enumerate(shown)}
    if len(found) != len(shown):
        raise ValueError("Two rows of the table have the same labels.")
    return tuple(found[tuple(str(row[name]) for name in labels)] for row in rows)


def withhold(
    rows: Sequence[Row], shown: Sequence[Row], rule: CountRule, hidden: Collection[int]
) -> tuple[Row, ...]:
    """The rows shown, with the counts of some more of them withheld, given by their place in `rows`.

    What was computed from a withheld count, or stands beside it, goes with it; and where a total is
    withheld, so does everything computed in the table: a share of a total tells it. Rows that are not in
    the order of their labels are put so that their order does not bound what is withheld.
    """
    if not hidden:
        return tuple(shown)
    places = places_of(rows, shown, rule)
    gone = {places[row] for row in hidden}
    everywhere = any(_is_total(rows[row], rule) for row in hidden)
    derived = [column for column, _ in rule.derived]
    counts = [*rule.counts, *rule.beside]
    changed = [
        {
            name: WITHHELD
            if isinstance(value, Cell)
            and value.status is not Status.UNKNOWN
            and ((place in gone and name in counts) or ((place in gone or everywhere) and name in derived))
            else value
            for name, value in row.items()
        }
        for place, row in enumerate(shown)
    ]
    return tuple(changed[place] for place in _order(rows, shown, rule, gone))


def _is_total(row: Row, rule: CountRule) -> bool:
    match rule.adds_up:
        case Sets(kind_column=kind):
            return row[kind] != "combination"
        case Sums(columns=columns, total=total):
            return any(row[column] == total for column in columns)
        case Meetings(other=other, itself=itself):
            return row[other] == itself
        case None:
            return False


def _order(rows: Sequence[Row], shown: Sequence[Row], rule: CountRule, gone: Collection[int]) -> list[int]:
    labels = [name for name in label_columns(rows, rule) if name in shown[0]]
    names = [tuple(str(row[name]) for name in labels) for row in shown]
    places = list(range(len(shown)))
    details = [place for place in places if not any(word in ("All", "Any") for word in names[place])]
    if [names[place] for place in details] == sorted(names[place] for place in details):
        return places
    return [place for place in places if place not in gone] + sorted(gone, key=names.__getitem__)
