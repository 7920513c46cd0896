"""Peer groups: who turns up together, as groups and never as people; a network and the tables behind it."""

from json import dumps
from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase

from kithmap.desk.answers import Release
from kithmap.desk.authorities import authority_names
from kithmap.desk.contexts import find_ids
from kithmap.desk.policies import needs
from kithmap.errors import UnknownOption
from kithmap.governance.contexts import FEWEST_MEMBERS
from kithmap.governance.policy import Action
from kithmap.measures import get_measure
from kithmap.measures.peer_groups import ITSELF
from kithmap.products.networks import to_elements
from kithmap.products.words import said
from kithmap.web.answers import find_answer
from kithmap.web.asking import Question, read_question
from kithmap.web.downloads import as_file
from kithmap.web.figures import drawn, figure_of
from kithmap.web.page import page
from kithmap.web.render import answer
from kithmap.web.visit import Visit
from kithmap.web.ways import check_file_kind

SEE = needs(Action.ASK_CONTEXTS, purpose=True)
GROUPS = ("Group", "Where most live", "Young people", "Events with two or more of them")
LINKS = ("Group", "Meets", "Young people in both", "Events with both")


@page("groups", SEE, menu="Groups")
def groups(visit: Visit) -> HttpResponseBase:
    """Which groups there are, and which of them meet."""
    question = read_question(visit, get_measure("peer_groups"))
    faults = question.filled.errors
    return answer(
        visit,
        "groups.html.j2",
        status=422 if faults else 200,
        errors=faults,
        question=question,
        shown=None if faults else _shown(visit, question),
        headings=(GROUPS, LINKS),
        fewest=FEWEST_MEMBERS,
    )


def _shown(visit: Visit, question: Question) -> dict[str, Any]:
    """Everything below the form."""
    release = _release(visit, question)
    names = authority_names(visit.workspace)
    return {
        "sentence": said(release.sentence),
        "figure": figure_of(release, names),
        "groups": _group_rows(visit, release, names),
        "links": _link_rows(release),
        "release": release,
        "query": question.query,
    }


@page("groups/network.json", SEE)
def group_network(visit: Visit) -> HttpResponseBase:
    """The network of the page's own picture, for the script that makes it move."""
    release = _release(visit, _checked(visit))
    said = drawn("elements", release, {}, lambda: dumps(to_elements(release)))
    return HttpResponse(said, content_type="application/json")


@page("groups.<str:kind>", SEE)
def group_file(visit: Visit, kind: str) -> HttpResponseBase:
    """Groups and the pairs that meet as a file: csv or xlsx."""
    check_file_kind(kind)
    release = _release(visit, _checked(visit))
    names = authority_names(visit.workspace)
    rows = [
        [row["peer_group"], row["linked_to"], names.get(str(row["authority"]), row["authority"]) or "", str(row["young_people"]), str(row["events"])]
        for row in release.rows
    ]  # fmt: skip
    headings = ("Group", "Meets", "Where most live", "Young people", "Events")
    return as_file(
        visit, "groups", kind, headings, rows, [release.question, said(release.sentence), *release.caveats]
    )


def _checked(visit: Visit) -> Question:
    question = read_question(visit, get_measure("peer_groups"))
    if question.filled.faults:
        text = next(iter(question.filled.faults.values()))
        raise UnknownOption(f"{text}.", "Options as the page of groups has them.", "Choose on the page.")
    return question


def _release(visit: Visit, question: Question) -> Release:
    return find_answer(visit, get_measure("peer_groups"), question)


def _group_rows(visit: Visit, release: Release, names: Any) -> list[dict[str, Any]]:
    rows = [row for row in release.rows if row["linked_to"] == ITSELF]
    codes = [str(row["peer_group"]) for row in rows]
    ids = find_ids(visit.workspace, codes, purpose=visit.purpose_id, who=visit.who)
    return [
        {
            "code": code, "href": f"/contexts/{ids[code]}" if code in ids else "",
            "cells": [names.get(str(row["authority"]), row["authority"]) or "not known", str(row["young_people"]), str(row["events"])],
        }
        for code, row in zip(codes, rows, strict=True)
    ]  # fmt: skip


def _link_rows(release: Release) -> list[list[str]]:
    return [
        [str(row["peer_group"]), str(row["linked_to"]), str(row["young_people"]), str(row["events"])]
        for row in release.rows
        if row["linked_to"] != ITSELF
    ]
