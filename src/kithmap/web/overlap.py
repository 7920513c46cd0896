"""The overlap: are 30 on one list and 30 on another 60 young people, or 45? The first question of the day."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlencode

from django.http.response import HttpResponseBase
from markupsafe import Markup

from kithmap.desk.answers import Release
from kithmap.desk.authorities import authority_names
from kithmap.desk.build import get_build
from kithmap.desk.changes import find_changes, previous_build
from kithmap.errors import KithmapError, NotFound
from kithmap.governance.cells import Cell
from kithmap.measures import get_measure
from kithmap.measures.measure import Measure
from kithmap.measures.population import people_in_words
from kithmap.model.codes import harms
from kithmap.products.documents import day
from kithmap.products.linked_upset import to_linked_svg
from kithmap.products.order import ordered
from kithmap.products.tables import Grid
from kithmap.products.words import SEPARATOR, label
from kithmap.register.builds import BuildRecord
from kithmap.web.answers import FILES, Shown, find_answer, is_unbuilt, lay_out
from kithmap.web.asking import Question, read_question
from kithmap.web.figures import drawn
from kithmap.web.forms import Field
from kithmap.web.page import page
from kithmap.web.questions import ASK
from kithmap.web.render import answer
from kithmap.web.visit import Visit

HERE = "/overlap"
CERTAINTY = Field(
    "certainty", "Certainty", "choice", "", (("", "With ranges"), ("apart", "Sure, in doubt apart")),
    required=False,
)  # fmt: skip


@page("overlap", ASK, menu="Overlap")
def overlap(visit: Visit) -> HttpResponseBase:
    """How many young people are on several lists, and on which."""
    if is_unbuilt(visit):
        return answer(visit, "unbuilt.html.j2", heading="Overlap")
    measure = get_measure("overlap")
    before = previous_build(visit.workspace, get_build(visit.workspace).build_id)
    asked = read_question(visit, measure, beside=(CERTAINTY, *_last(before)))
    faults = asked.filled.errors
    return answer(
        visit,
        "answer.html.j2" if visit.is_part else "overlap.html.j2",
        status=422 if faults else 200,
        errors=faults,
        measure=measure,
        question=asked,
        shown=None if faults else _show(visit, measure, asked, before),
        address=HERE,
        file_address=f"/questions/{measure.name}",
        files=FILES,
    )


@page("overlap/<str:combination>", ASK)
def combination(visit: Visit, combination: str) -> HttpResponseBase:
    """One combination in words: which lists, how many, and what lies behind it."""
    measure = get_measure("overlap")
    asked = read_question(visit, measure)
    if asked.filled.faults:
        raise NotFound("There is no such combination.", "One of the overlap.", "Go back to the overlap.")
    whole = find_answer(visit, measure, asked)
    found = [
        row for row in whole.rows if row.get("kind") == "combination" and row.get("lists") == combination
    ]
    if not found:
        raise NotFound("There is no such combination.", "One of the overlap.", "Go back to the overlap.")
    lists = combination.split(SEPARATOR)
    narrowed = replace(asked, options={**asked.options, "lists": ",".join(lists)})
    return answer(
        visit,
        "combination.html.j2",
        title=label("lists", combination),
        lists=[label("lists", each) for each in lists],
        count=people_in_words(found[0], "young_people"),
        kind="kind of harm" if asked.options.get("by") == "harm" else "list",
        narrowed=lay_out(visit, find_answer(visit, measure, narrowed), narrowed),
        contexts=_contexts(visit, lists, asked),
        by_harm=f"{HERE}?by=harm",
        back=f"{HERE}{asked.query}",
        narrow=f"{HERE}{narrowed.query}",
    )


def _show(visit: Visit, measure: Measure, asked: Question, before: BuildRecord | None) -> Shown:
    now = find_answer(visit, measure, asked)
    shown = lay_out(visit, now, asked, draw=False)
    names = authority_names(visit.workspace)
    svg = drawn(
        f"linked {asked.query}",
        now,
        names,
        lambda: to_linked_svg(now, lambda lists: _narrow(asked, lists), names),
    )
    laid_out, gone = _linked(shown.grid, now, asked), ""
    if asked.shown.get("certainty"):
        laid_out = _beside(laid_out, ("On sure links", "On links in doubt"), _apart(now))
    if before is not None and asked.shown.get("compare"):
        try:
            then = find_answer(visit, measure, asked, build=before.build_id)
        except KithmapError as fault:
            gone = f"There is no answer from the build before. {fault.what}"
        else:
            changes = find_changes(now, then)
            mine = [changes[_key(row)] for row in ordered(now)]
            cells = [(str(each.then) if each.then else "", each.words) for each in mine]
            laid_out = _beside(laid_out, (f"On {day(before.started_at)}", "Change"), cells)
            gone = _gone(changes)
    return replace(
        shown,
        figure=svg,
        grid=laid_out,
        left_out=" ".join(each for each in (shown.left_out, gone) if each),
    )


def _last(before: BuildRecord | None) -> tuple[Field, ...]:
    """The field that asks for the build before, where there is one."""
    if before is None:
        return ()
    values = (("", "Nothing"), ("last", f"The build of {day(before.started_at)}"))
    return (Field("compare", "Compare with", "choice", "", values, required=False),)


def _narrow(asked: Question, lists: Sequence[str]) -> str:
    """The address of the overlap of these lists alone."""
    return f"{HERE}?{urlencode({**asked.options, 'lists': ','.join(lists)})}"


def _linked(laid_out: Grid, release: Release, asked: Question) -> Grid:
    """The table, each combination in it a link to what is behind it."""
    rows = [
        (
            _link(str(row["lists"]), cells[0], asked) if row.get("kind") == "combination" else cells[0],
            *cells[1:],
        )
        for row, cells in zip(ordered(release), laid_out.rows, strict=True)
    ]
    return replace(laid_out, rows=tuple(rows))


def _link(name: str, words: str, asked: Question) -> str:
    address = f"{HERE}/{quote(name, safe='')}{asked.query}"
    return Markup('<a class="govuk-link" href="{}">{}</a>').format(address, words)


def _beside(laid_out: Grid, headings: tuple[str, ...], cells: Sequence[tuple[str, ...]]) -> Grid:
    """A table with more columns at its end."""
    rows = tuple((*row, *more) for row, more in zip(laid_out.rows, cells, strict=True))
    numbers = (*laid_out.numbers, *(True for _ in headings))
    return replace(laid_out, headings=(*laid_out.headings, *headings), numbers=numbers, rows=rows)


def _apart(release: Release) -> list[tuple[str, ...]]:
    """For each combination, how many are in it by links that are sure, and how many by links in doubt."""
    found: list[tuple[str, ...]] = []
    for row in ordered(release):
        count, unsure = row.get("young_people"), row.get("young_people_unsure")
        known = (
            isinstance(count, Cell) and isinstance(unsure, Cell) and None not in (count.value, unsure.value)
        )
        found.append((str(Cell(count.value - unsure.value)), str(unsure)) if known else ("", ""))  # type: ignore[union-attr,operator]  # pyright: ignore
    return found


def _key(row: Mapping[str, Any]) -> tuple[str, ...]:
    return str(row.get("lists") or ""), str(row.get("kind") or "")


def _gone(changes: Mapping[tuple[str, ...], Any]) -> str:
    """Combinations that nobody is in any more, in words."""
    gone = [
        f"{label('lists', key[0])} ({each.then} then)" for key, each in changes.items() if each.now is None
    ]
    return f"Nobody is in these any more: {'; '.join(gone)}." if gone else ""


def _contexts(visit: Visit, lists: Sequence[str], asked: Question) -> Shown | None:
    """The contexts that hold these harms; None where the combination is not one of harms, or may not be asked."""
    if any(each not in harms() for each in lists):
        return None
    measure = get_measure("shared_contexts")
    if visit.purpose is None or visit.purpose.kind not in measure.purposes:
        return None
    kept = {name: value for name, value in asked.options.items() if name in ("authority", "role", "ages")}
    narrowed = Question((), asked.filled, {**kept, "harm": ",".join(lists)})
    return lay_out(visit, find_answer(visit, measure, narrowed), narrowed)
