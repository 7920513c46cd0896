"""Disclosure control: which counts of a table may be shown at a level, judged over the whole table.

A count below the level's threshold is withheld; then as many more as it takes that nobody can
work one out from the totals (see `stats.withholding`); then what was computed from a withheld count,
and the range beside it.
Noughts are published: they tell of nobody. Only where they tell of everybody in a group (all of its
members are in one row) some of them are withheld too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kithmap.governance.averages import find_withheld_averages
from kithmap.governance.cells import Cell
from kithmap.governance.completing import with_missing_rows
from kithmap.governance.levels import LevelRule
from kithmap.governance.relations import Relation, find_relations, label_columns
from kithmap.governance.row_order import safe_order
from kithmap.governance.rules import CountRule, Sets, Sums
from kithmap.governance.shown import Showing, nearest
from kithmap.governance.withheld import Label, judge, make_part

if TYPE_CHECKING:
    from kithmap.stats.witnesses import Certificate

__all__ = ["Protection", "nearest", "protect", "protect_and_prove", "protect_linked"]

Row = Mapping[str, Any]
Protected = dict[str, "Cell | str | None"]
Judgement = tuple[dict[str, frozenset[int]], dict[str, "Certificate"]]


@dataclass(frozen=True, repr=False)
class Protection:
    """Rows as they may be shown, and for each column of counts the proof that they tell no more.

    The proofs hold tables that agree with what is shown, the true one may be among them: they stay inside.
    """

    rows: tuple[Protected, ...]
    proofs: Mapping[str, "Certificate"]

    def __repr__(self) -> str:
        return f"<Protection: {len(self.rows)} rows, {len(self.proofs)} proofs>"


@dataclass(frozen=True)
class _Table:
    rows: Sequence[Row]
    given: int
    rule: CountRule
    relations: tuple[Relation, ...]


def protect(
    rows: Sequence[Row],
    rule: CountRule,
    level: LevelRule,
    knows: Sequence[Label] = (),
    *,
    besides: frozenset[int] = frozenset(),
) -> tuple[Protected, ...]:
    """The rows as they may be shown at a level.

    `knows` are labels of rows that whoever receives them knows already, each from a reader of its own: a
    school knows its own count, and must not learn another's from it. `besides` are rows, by their place, whose
    counts go whatever the table itself asks for: with them goes all that goes with any withheld count.

    Shape: the same rows, without the columns that the level does not show; their order tells
        nothing of a withheld count. A row of nobody is added where it must be withheld.
    Raises: ValueError when the rows do not add up as the rule says.
    """
    table = _prepare(rows, rule, level)
    judged, _ = _judge([table], level, knows)[0]
    withheld = {
        column: hidden | {row for row in besides if rows[row][column] is not None}
        for column, hidden in judged.items()
    }
    return _show(table, withheld, level)


def protect_and_prove(
    rows: Sequence[Row], rule: CountRule, level: LevelRule, knows: Sequence[Label] = ()
) -> Protection:
    """The rows as they may be shown at a level, with the proofs.

    Raises: ValueError when the rows do not add up as the rule says.
    """
    return protect_linked([(rows, rule)], level, knows)[0]


def protect_linked(
    tables: Sequence[tuple[Sequence[Row], CountRule]], level: LevelRule, knows: Sequence[Label] = ()
) -> tuple[Protection, ...]:
    """Tables of the same people, judged together: a count that stands in two is withheld in both or none.

    Rows of two tables count the same when they have the same labels, totals apart.

    Raises: ValueError when rows do not add up as the rule says, or two tables do not agree.
    """
    prepared = [_prepare(rows, rule, level) for rows, rule in tables]
    return tuple(
        Protection(_show(prepared[number], withheld, level), proofs)
        for number, (withheld, proofs) in enumerate(_judge(prepared, level, knows))
    )


def _judge(prepared: Sequence[_Table], level: LevelRule, knows: Sequence[Label]) -> list[Judgement]:
    """What is withheld of each table, column by column, and the proof of each column."""
    found: list[Judgement] = [({}, {}) for _ in prepared]
    for column in dict.fromkeys(name for table in prepared for name in table.rule.counts):
        numbers = [number for number, table in enumerate(prepared) if column in table.rule.counts]
        parts = [
            make_part(
                table.rows, column, table.relations, table.rule, level.preset,
                knows=knows, same=_same(table) if len(prepared) > 1 else None,
            )
            for table in (prepared[number] for number in numbers)
        ]  # fmt: skip
        judged = judge(parts, level.preset)
        for place, number in enumerate(numbers):
            withheld, proofs = found[number]
            withheld[column] = judged.withheld[place]
            if judged.proof is not None:
                proofs[column] = judged.proof
    return found


def _prepare(rows: Sequence[Row], rule: CountRule, level: LevelRule) -> _Table:
    full = with_missing_rows(rows, rule) if level.preset.guards_groups else list(rows)
    return _Table(full, len(rows), rule, find_relations(full, rule))


def _same(table: _Table) -> dict[int, frozenset[tuple[str, object]]]:
    """What each row counts: its labels, without those that say it is a total."""
    labels = label_columns(table.rows, table.rule)
    total = table.rule.adds_up.total if isinstance(table.rule.adds_up, Sums) else None
    everybody = table.rule.adds_up if isinstance(table.rule.adds_up, Sets) else None
    same: dict[int, frozenset[tuple[str, object]]] = {}
    for index, row in enumerate(table.rows):
        said = {name: row[name] for name in labels if row[name] != total}
        if everybody is not None and row[everybody.kind_column] == "all":
            said = {k: v for k, v in said.items() if k not in (everybody.column, everybody.kind_column)}
        same[index] = frozenset(said.items())
    return same


def _show(table: _Table, withheld: Mapping[str, frozenset[int]], level: LevelRule) -> tuple[Protected, ...]:
    """The rows as a level shows them, in an order that tells nothing."""
    rule, rows = table.rule, table.rows
    hidden = frozenset[int]().union(*withheld.values())
    averages = {
        each.column: find_withheld_averages(rows, each, withheld[each.of], table.relations)
        if level.withhold_below
        else frozenset[int]()
        for each in rule.averages
    }
    showing = Showing(rows, rule, table.relations, level, {**withheld, **averages})
    order = safe_order(rows, rule, hidden, table.given)
    return tuple(showing.row(index) for index in order if index < table.given or index in hidden)
