"""The columns that an agreement may name: of each layout, with how closely each points to a person."""

from collections.abc import Mapping

from kithmap.desk.recipes import list_recipes
from kithmap.desk.workspace import Workspace
from kithmap.ingest.fields import find_fields, sensitivity_of
from kithmap.ingest.layouts import builtin_layouts, load_layout
from kithmap.model.columns import Sensitivity


def list_layout_names(workspace: Workspace) -> tuple[str, ...]:
    """The layouts that an agreement may name: those that ship, and those that recipes were kept for."""
    return tuple(sorted({*builtin_layouts(), *(each.recipe.layout for each in list_recipes(workspace))}))


def columns_of(workspace: Workspace, layout: str) -> Mapping[str, Sensitivity]:
    """The columns that a layout reads, and how closely each points to a person; none of one that is not here."""
    kept = next((each for each in list_recipes(workspace) if each.recipe.layout == layout), None)
    # Built in or kept here: what somebody types is never taken for the path of a file.
    if layout in builtin_layouts():
        found = load_layout(layout)
    elif kept is not None:
        found = kept.layout
    else:
        return {}
    fields = find_fields(found)
    return {column: sensitivity_of(fields.get(column, ())) for column in found.columns}
