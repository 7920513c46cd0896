"""Ask a measure: check, run, write down. The only place where a measure runs on people's records."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from kithmap.desk.admitted import admit
from kithmap.desk.answers import Result
from kithmap.desk.asked import Asked
from kithmap.desk.audit import ALLOW, note, refusals_noted
from kithmap.desk.audit_facts import find_audit
from kithmap.desk.caveats import find_caveats
from kithmap.desk.lineage import agreements_used
from kithmap.desk.options import find_options, read_options
from kithmap.desk.publishing import open_engine
from kithmap.desk.ranges import with_ranges
from kithmap.desk.residents import hold_residents
from kithmap.desk.workspace import Workspace
from kithmap.governance.disclosure import protect
from kithmap.governance.levels import LEVELS, Level
from kithmap.measures import get_measure, registered
from kithmap.measures.measure import Measure
from kithmap.model.denominators import RESIDENT
from kithmap.register import receipts
from kithmap.register.audit import Act

if TYPE_CHECKING:
    import pyarrow as pa


def ask(
    workspace: Workspace,
    measure: str | Measure,
    *,
    purpose: str,
    who: str,
    build: str | None = None,
    options: Mapping[str, Any] | None = None,
) -> Result:
    """Answer one question, for a purpose in force, from a build (the newest, unless one is named).

    Raises: NoPurpose, PurposeNotAgreed, NotPermitted, UnknownOption, NotFound, BuildDamaged.
    """
    asked = get_measure(measure) if isinstance(measure, str) else measure
    act = Act(who, "ask", ALLOW, asked.name, purpose)
    with refusals_noted(workspace, act):
        admitted = admit(workspace, asked, purpose=purpose, who=who, build=build)
    made, scope = admitted.made, admitted.scope
    chosen = read_options(asked, options or {})
    question = Asked(open_engine(workspace, made), scope, made, asked, chosen)
    if RESIDENT in asked.inputs:
        hold_residents(workspace, question.engine)
    audited = find_audit(workspace, made, drawn=question.is_ranged)
    table = with_ranges(question, _run(question), audited.posterior if audited else None)
    rows = protect(table.to_pylist(), asked.rule, LEVELS[Level.R0])
    under = agreements_used(asked, made.manifest["extracts"], scope.receipts | scope.regional)
    told = {"build": made.build_id, "options": chosen, "rows": table.num_rows, "agreements": list(under)}
    note(workspace, replace(act, details=told))
    return Result(
        measure=asked,
        options=chosen,
        table=table,
        sentence=asked.sentence(rows, chosen),
        unit=asked.unit,
        caveats=find_caveats(question, audited, receipts.kept_receipts(workspace.register)),
        build=made.build_id,
        purpose=admitted.purpose.id,
        asked_by=who,
        extracts=tuple(sorted(scope.receipts | scope.regional)),
    )


def describe_measures() -> list[dict[str, Any]]:
    """Every measure in plain values: name, question, unit, options, purposes."""
    return [
        {
            "name": each.name,
            "question": each.question,
            "unit": each.unit,
            "options": [option.to_dict() for option in find_options(each)],
            "purposes": sorted(purpose.value for purpose in each.purposes),
        }
        for each in registered()
    ]


def _run(asked: Asked) -> "pa.Table":
    measure = asked.measure
    tables = [asked.scope.table(asked.engine, table.name) for table in measure.inputs]
    table = asked.engine.fetch(measure.build(*tables, **asked.options))
    return measure.finish(table) if measure.finish else table
