"""How extracts are read: the layouts that come with Kithmap, and the recipes that were kept here."""

from django.http import HttpResponse
from django.http.response import HttpResponseBase

from kithmap.desk import recipes
from kithmap.desk.policies import needs
from kithmap.desk.templates import collection_tool
from kithmap.errors import NotFound
from kithmap.governance.policy import Action
from kithmap.ingest.layouts import builtin_layouts, load_layout
from kithmap.products.documents import moment
from kithmap.web.downloads import XLSX, as_file
from kithmap.web.page import page
from kithmap.web.render import answer
from kithmap.web.visit import Visit

READS = needs(Action.RECEIVE)
HEADINGS = ("Layout", "Holder", "One row is", "Kind")


@page("layouts", READS)
def layouts(visit: Visit) -> HttpResponseBase:
    """Every layout and recipe."""
    rows = [[{"text": row[0], "href": f"/layouts/{row[0]}"}, *row[1:], _tool(row[0])] for row in _rows(visit)]
    return answer(visit, "layouts.html.j2", headings=(*HEADINGS, "To fill in"), rows=rows)


@page("layouts.<str:kind>", READS)
def layouts_file(visit: Visit, kind: str) -> HttpResponseBase:
    """Every layout and recipe, as a file."""
    if kind not in ("csv", "xlsx"):
        raise NotFound("There is no such file.", "A file of the kind csv or xlsx.", "See the list.")
    return as_file(visit, "layouts", kind, HEADINGS, _rows(visit))


@page("layouts/<path:name>.toml", READS)
def layout_toml(visit: Visit, name: str) -> HttpResponseBase:
    """One layout as its TOML."""
    response = HttpResponse(
        recipes.layout_text(visit.workspace, name), content_type="text/plain; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="{name.replace("/", "-")}.toml"'
    return response


@page("layouts/<path:name>.xlsx", READS)
def layout_tool(visit: Visit, name: str) -> HttpResponseBase:
    """The workbook that a holder fills in and the layout reads."""
    # Built in or kept here: what an address names is never taken for the path of a file.
    recipes.layout_text(visit.workspace, name)
    response = HttpResponse(collection_tool(recipes.find_layout(visit.workspace, name)), content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="{name.replace("/", "-")}.xlsx"'
    return response


@page("layouts/<path:name>", READS)
def layout(visit: Visit, name: str) -> HttpResponseBase:
    """One layout, in full, with every version of a recipe."""
    text = recipes.layout_text(visit.workspace, name)
    versions = recipes.recipe_versions(visit.workspace, name)
    return answer(
        visit,
        "layout.html.j2",
        name=name,
        layout=recipes.find_layout(visit.workspace, name),
        toml=text,
        versions=[[each.version, moment(each.added_at), each.added_by] for each in reversed(versions)],
    )


def _tool(name: str) -> dict[str, str]:
    return {"text": "Workbook", "href": f"/layouts/{name}.xlsx", "hidden": f"to fill in for {name}"}


def _rows(visit: Visit) -> list[list[str]]:
    built_in = [load_layout(name) for name in builtin_layouts()]
    kept = recipes.list_recipes(visit.workspace)
    return [
        *([each.recipe_id, each.recipe.holder, each.layout.grain, f"recipe, version {each.version.version}"] for each in kept),
        *([each.name, each.holder, each.grain, "built in"] for each in built_in),
    ]  # fmt: skip
