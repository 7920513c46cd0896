"""Questions: every measure has one and the same page, made from its declaration."""

from django.http.response import HttpResponseBase

from kithmap.desk.admitted import open_measures
from kithmap.desk.policies import needs
from kithmap.errors import UnknownOption
from kithmap.governance.policy import Action
from kithmap.measures import get_measure
from kithmap.products.words import said
from kithmap.web.answers import FILES, answer_file, is_unbuilt, show_answer
from kithmap.web.asking import read_question
from kithmap.web.page import page
from kithmap.web.render import answer
from kithmap.web.visit import Visit

ASK = needs(Action.ASK, purpose=True)


@page("questions", ASK, menu="Questions")
def questions(visit: Visit) -> HttpResponseBase:
    """Every question that may be asked for this purpose."""
    measures = open_measures(visit.workspace, purpose=visit.purpose_id, who=visit.who)
    return answer(visit, "questions.html.j2", measures=measures, said=said)


@page("questions/<str:name>.<str:kind>", ASK)
def question_file(visit: Visit, name: str, kind: str) -> HttpResponseBase:
    """An answer as a file: csv, xlsx, svg or png."""
    measure = get_measure(name)
    question = read_question(visit, measure)
    if question.filled.faults:
        text = next(iter(question.filled.faults.values()))
        raise UnknownOption(f"{text}.", "Options as the question's page has them.", "Ask on the page first.")
    return answer_file(visit, measure, question, kind)


@page("questions/<str:name>", ASK)
def question(visit: Visit, name: str) -> HttpResponseBase:
    """One question with its form and its answer."""
    measure = get_measure(name)
    if is_unbuilt(visit):
        return answer(visit, "unbuilt.html.j2", heading=measure.question)
    asked = read_question(visit, measure)
    faults = asked.filled.errors
    return answer(
        visit,
        "answer.html.j2" if visit.is_part else "question.html.j2",
        status=422 if faults else 200,
        errors=faults,
        measure=measure,
        question=asked,
        shown=None if faults else show_answer(visit, measure, asked),
        address=f"/questions/{measure.name}",
        file_address=f"/questions/{measure.name}",
        files=FILES,
    )
