"""What each column of an extract is: guessed, as last time, or said by whoever received it."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponseRedirect
from django.http.response import HttpResponseBase

from kithmap.desk import receiving, said_columns, uploads
from kithmap.desk.agreements import get_agreement
from kithmap.desk.said_columns import Draft, Said
from kithmap.desk.uploads import Upload
from kithmap.errors import DataProblem, NoAgreement
from kithmap.governance.agreements import Agreement
from kithmap.ingest.recipes import get_key, meanings, needed, words_kind
from kithmap.model.codes import find_label
from kithmap.web.new_extract import HIDDEN, RECEIVES, may_show, shows_names
from kithmap.web.page import POST, page
from kithmap.web.render import answer
from kithmap.web.visit import Visit

LISTS = {"role": "role", "harm": "manifestation"}


@page("extracts/new/<str:upload>/columns", RECEIVES, methods=POST)
def columns(visit: Visit, upload: str) -> HttpResponseBase:
    """Say what each column is, or use a layout that fits."""
    kept = uploads.get_upload(visit.workspace, upload, who=visit.who)
    agreed = get_agreement(visit.workspace, kept.agreement)
    fitting = receiving.find_fitting(visit.workspace, kept)
    draft = said_columns.begin_draft(kept, agreed, fitting)
    faults: dict[str, str] = {}
    if visit.request.method == "POST":
        if "use" in visit.typed:
            return _use(visit, kept, visit.typed["use"])
        draft = read_draft(kept, agreed, visit.typed)
        kept = said_columns.keep_draft(visit.workspace, kept, draft)
        saves = visit.typed.get("step") != "show"
        faults = said_columns.faults_of(kept, draft, agreed) if saves else {}
        if saves and not faults:
            try:
                said_columns.save_draft(visit.workspace, kept, draft, who=visit.who)
            except (DataProblem, NoAgreement) as fault:
                faults = {"layout": f"{fault.what} {fault.do}".strip()}
            else:
                return HttpResponseRedirect(f"/extracts/new/{upload}/check")
    show = shows_names(visit)
    return answer(
        visit,
        "columns.html.j2",
        status=422 if faults else 200,
        upload=kept,
        rows=[_row(place, column, draft, show=show) for place, column in enumerate(kept.looked["columns"])],
        choices=said_columns.choices(),
        whole=_whole(draft),
        draft=draft,
        layouts=list(agreed.columns),
        fitting=[each for each in fitting if each.fit.is_whole],
        last=next((each for each in fitting if each.recipe is not None), None),
        faults=faults,
        errors=_errors(faults, kept),
        show=show,
        may_show=may_show(visit),
    )


def _errors(faults: Mapping[str, str], kept: Upload) -> list[dict[str, str]]:
    return [
        {"text": f"{_where(name, kept)}{text}", "href": f"#{_anchor(name, kept)}"}
        for name, text in faults.items()
    ]


def _use(visit: Visit, kept: Upload, layout: str) -> HttpResponseBase:
    receiving.choose_layout(visit.workspace, kept, layout, who=visit.who)
    return HttpResponseRedirect(f"/extracts/new/{kept.upload_id}/check")


def read_draft(kept: Upload, agreed: Agreement, typed: Mapping[str, str]) -> Draft:
    """What a form says of each column; what is none of the choices is not read."""
    known = {place for _, places in said_columns.choices() for place, _ in places}
    said: dict[str, Said] = {}
    for number, column in enumerate(kept.looked["columns"]):
        place = typed.get(f"what-{number}", "")
        first = Said(
            place if place in known else "",
            month_first=typed.get(f"dates-{number}") == "month",
            split=typed.get(f"split-{number}", "")[:1],
        )
        said[column["name"]] = Said(
            first.place, first.by, first.month_first, first.split, _words(number, column, first, typed)
        )
    layout = typed.get("layout", "")
    whole = {
        name.removeprefix("whole-"): value.strip()[:100]
        for name, value in typed.items()
        if name.startswith("whole-")
    }
    return Draft(layout if layout in agreed.columns else "", said, whole)


def _words(number: int, column: Mapping[str, Any], said: Said, typed: Mapping[str, str]) -> dict[str, str]:
    listed = said_columns.words_of(column, said)
    allowed = meanings(words_kind(said.place)) if listed else ()
    found = {word: typed.get(f"word-{number}-{place}", "") for place, (word, _) in enumerate(listed)}
    return {word: means for word, means in found.items() if means in allowed}


def _row(number: int, column: Mapping[str, Any], draft: Draft, *, show: bool) -> dict[str, Any]:
    said = draft.columns.get(column["name"], Said())
    hidden = column["hidden"] and not show
    written, read = said_columns.read_date(column, said)
    kind = words_kind(said.place) if said.place else ""
    words = [] if hidden else [
        {"word": word, "count": count, "means": said.words.get(word, "")}
        for word, count in said_columns.words_of(column, said)
    ]  # fmt: skip
    return {
        "number": number,
        "name": column["name"],
        "samples": [HIDDEN] if hidden else column["samples"],
        "filled": column["filled"],
        "said": said,
        "is_dated": bool(written),
        "written": "" if hidden else written,
        "read": "" if hidden else read,
        "splits": bool(said.place) and get_key(said.place).kind in ("codes", "alias"),
        "words": words,
        "meanings": [(each, find_label(LISTS[kind], each) or each) for each in meanings(kind)]
        if kind
        else [],
    }


def _whole(draft: Draft) -> list[dict[str, str]]:
    places = [said.place for said in draft.columns.values() if said.place]
    return [
        {"place": place, "label": get_key(place).meaning, "value": draft.whole.get(place, "")}
        for place in needed(places)
    ]


def _anchor(name: str, kept: Upload) -> str:
    names = receiving.headings_of(kept)
    if name in names:
        return f"what-{names.index(name)}"
    return "layout" if name == "layout" else "what-0" if name == "person" else f"whole-{name}"


def _where(name: str, kept: Upload) -> str:
    return f"{name}: " if name in receiving.headings_of(kept) else ""
