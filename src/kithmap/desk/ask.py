"""Ask a measure: check, answer, write down. The only way to an answer about people's records."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from kithmap.desk.admitted import admit
from kithmap.desk.answering import answer
from kithmap.desk.answers import Result
from kithmap.desk.audit import ALLOW, note, refusals_noted
from kithmap.desk.audit_facts import find_audit
from kithmap.desk.caveats import find_caveats
from kithmap.desk.lineage import agreements_used
from kithmap.desk.options import find_options, read_options
from kithmap.desk.workspace import Workspace
from kithmap.measures import get_measure, registered
from kithmap.measures.measure import Measure
from kithmap.register import receipts
from kithmap.register.audit import Act


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
    known = answer(workspace, admitted, asked, chosen)
    under = agreements_used(asked, made.manifest["extracts"], scope.receipts | scope.regional)
    rows = known.table.num_rows
    told = {"build": made.build_id, "options": chosen, "rows": rows, "agreements": list(under)}
    note(workspace, replace(act, details=told))
    return Result(
        measure=asked,
        options=chosen,
        table=known.table,
        sentence=known.sentence,
        unit=asked.unit,
        caveats=find_caveats(
            made,
            scope,
            asked,
            find_audit(workspace, made, drawn=known.is_ranged),
            is_ranged=known.is_ranged,
            received=receipts.count_rows(workspace.register),
        ),
        build=made.build_id,
        purpose=admitted.purpose.id,
        asked_by=who,
        extracts=tuple(sorted(scope.receipts | scope.regional)),
        inside=known.inside,
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
