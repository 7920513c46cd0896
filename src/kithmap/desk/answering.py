"""Answer a measure from a build, for somebody admitted; the only place where a measure runs on people's records.

The same question of the same build, of the same rows and columns, has the same answer: it is worked out once in
a process and remembered, exact, in memory. What it rests on is its key, so what changes any of it is another
answer: an extract withdrawn, an agreement suspended, another authority's eyes, marks of an audit sample.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kithmap.desk.admitted import Admitted
from kithmap.desk.asked import Asked
from kithmap.desk.audit_facts import find_audit
from kithmap.desk.publishing import mark_of, open_engine
from kithmap.desk.ranges import with_ranges
from kithmap.desk.remembered import Remembered
from kithmap.desk.residents import digest_of, hold_residents
from kithmap.desk.workspace import Workspace
from kithmap.governance.cells import Cell
from kithmap.governance.disclosure import protect
from kithmap.governance.levels import LEVELS, Level
from kithmap.measures.measure import Measure
from kithmap.model.denominators import RESIDENT
from kithmap.register import audit_samples

if TYPE_CHECKING:
    import pyarrow as pa

# A row as its cells takes some two kilobytes.
MOST_ROWS = 50_000


@dataclass(frozen=True, repr=False)
class Answer:
    """An exact answer, whoever asked: its rows, its sentence, whether its counts have ranges, and its rows as cells.

    Its repr shows the shape, never the rows.
    """

    table: "pa.Table"
    sentence: str
    is_ranged: bool
    inside: "tuple[Mapping[str, Cell | str | None], ...]" = ()

    def __repr__(self) -> str:
        return f"<Answer: {self.table.num_rows} rows>"


ANSWERS: Remembered[Answer] = Remembered(MOST_ROWS, lambda known: known.table.num_rows + 1)


def answer(workspace: Workspace, admitted: Admitted, measure: Measure, options: Mapping[str, Any]) -> Answer:
    """The answer to a question, as whoever was admitted may have it.

    Raises: BuildDamaged.
    """
    mark = mark_of(workspace, admitted.made)
    if not mark:
        return _work_out(workspace, admitted, measure, options)
    key = (
        mark,
        measure,
        tuple(options.items()),
        admitted.scope.extent,
        audit_samples.marks_made(workspace.register),
        digest_of(workspace) if RESIDENT in measure.inputs else "",
    )
    return ANSWERS.get(key, lambda: _work_out(workspace, admitted, measure, options))


def _work_out(
    workspace: Workspace, admitted: Admitted, measure: Measure, options: Mapping[str, Any]
) -> Answer:
    made, scope = admitted.made, admitted.scope
    asked = Asked(open_engine(workspace, made), scope, made, measure, options)
    if RESIDENT in measure.inputs:
        hold_residents(workspace, asked.engine)
    audited = find_audit(workspace, made, drawn=asked.is_ranged)
    table = with_ranges(asked, _run(asked), audited.posterior if audited else None)
    rows = protect(table.to_pylist(), measure.rule, LEVELS[Level.R0])
    return Answer(table, measure.sentence(rows, options), asked.is_ranged, tuple(rows))


def _run(asked: Asked) -> "pa.Table":
    measure = asked.measure
    tables = [asked.scope.table(asked.engine, table.name) for table in measure.inputs]
    table = asked.engine.fetch(measure.build(*tables, **asked.options))
    return measure.finish(table) if measure.finish else table
