"""Submitting an answer for release: the question, then its level, its recipient and how it may be handled."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.http import HttpResponseRedirect
from django.http.response import HttpResponseBase

from kithmap.desk import disproportion, releasing
from kithmap.desk.ask import ask
from kithmap.desk.policies import needs
from kithmap.errors import NoteMissing, NotFound, NotPermitted, Refused, WrongUse
from kithmap.governance.levels import LEVELS, Level
from kithmap.governance.permissions import Action
from kithmap.measures import get_measure, registered
from kithmap.measures.measure import Measure
from kithmap.web.asking import Question, read_question
from kithmap.web.forms import Field, Filled, empty, read
from kithmap.web.page import POST, page
from kithmap.web.release_moves import in_sentences
from kithmap.web.render import answer
from kithmap.web.visit import Visit

NO_NAME = "Without any name of a young person."
LEVEL = Field("level", "Level", "radios", "Each level withholds what its readers may not see.",
    tuple((level.value, f"{level.value} {rule.title}: for {rule.audience}") for level, rule in LEVELS.items()))  # fmt: skip
FIELDS = (
    LEVEL,
    Field("to", "Who receives it", hint="For example, Hartwell community safety partnership", most=200),
    Field("handling", "How it may be handled", hint="In the recipient's words", required=False, most=200),
    Field("expires", "The last day it may be used", "date", required=False),
    Field("said", "Note for those who approve", "long", NO_NAME, required=False),
)
NOTE = Field(
    "note", "What the partnership makes of the difference by ethnic group", "long",
    f"Where it may come from, and what will be done. It leaves with the release. {NO_NAME}", required=False,
)  # fmt: skip


@page("releases/new", needs(Action.SHARE, purpose=True), methods=POST)
def release_new(visit: Visit) -> HttpResponseBase:
    """Ask a question and submit its answer for two others to approve."""
    name = visit.asked.get("measure", "")
    if not name:
        return _shown(visit, None, empty(()), ())
    measure = get_measure(name)
    question = read_question(visit, measure)
    if visit.request.method != "POST":
        return _shown(visit, question, empty(FIELDS), FIELDS, measure)
    fields = (*FIELDS, NOTE) if "note" in visit.typed else FIELDS
    filled = read(fields, visit.request.POST)
    if filled.faults:
        return _shown(visit, question, filled, fields, measure)
    try:
        record = _submit(visit, measure, question.options, filled.values)
    except NoteMissing as lacking:
        filled.blame("note", lacking.what)
        return _shown(visit, question, filled, (*FIELDS, NOTE), measure)
    except (NotPermitted, NotFound):
        raise
    except (Refused, WrongUse) as refused:
        filled.blame("note" if "note" in refused.what else "level", in_sentences(refused))
        return _shown(visit, question, filled, fields, measure)
    visit.tell("The release is submitted. Two people who may approve must now look at it.")
    return HttpResponseRedirect(f"/releases/{record.release_id}")


def _submit(visit: Visit, measure: Measure, options: Mapping[str, Any], terms: Mapping[str, Any]) -> Any:
    result = ask(visit.workspace, measure, purpose=visit.purpose_id, who=visit.who, options=options)
    if terms.get("note"):
        disproportion.note_where_needed(visit.workspace, result, terms["note"])
    until: date | None = terms["expires"]
    agreed = releasing.Terms(Level(terms["level"]), terms["to"], terms["handling"], until)
    return releasing.submit(visit.workspace, result, agreed, said=terms["said"])


def _shown(
    visit: Visit, question: Question | None, filled: Filled, fields: tuple[Field, ...], measure: Measure | None = None
) -> HttpResponseBase:  # fmt: skip
    purpose = visit.purpose.kind if visit.purpose else None
    measures = [
        {"value": each.name, "text": f"{each.name.replace('_', ' ').capitalize()}: {each.question}",
         "selected": each is measure}
        for each in registered()
        if purpose in each.purposes
    ]  # fmt: skip
    return answer(
        visit,
        "release_new.html.j2",
        status=422 if filled.faults else 200,
        errors=filled.errors,
        measures=measures,
        measure=measure,
        question=question,
        query=f"?measure={measure.name}&{question.query[1:]}" if measure and question else "",
        fields=fields,
        filled=filled,
    )
