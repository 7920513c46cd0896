"""Recipes that the workspace keeps: how a holder's files are read, so that the next one maps itself."""

from dataclasses import asdict, dataclass
from typing import Any

from kithmap.desk import clock
from kithmap.desk.audit import ALLOW, check_permitted, note
from kithmap.desk.workspace import Workspace
from kithmap.errors import NotFound
from kithmap.governance.policy import Action
from kithmap.ingest.layouts import Layout, builtin_layouts, load_layout, read_layout_text
from kithmap.ingest.parse_layout import parse_layout
from kithmap.ingest.recipes import Mapped, Recipe, write_recipe
from kithmap.register import recipes
from kithmap.register.audit import Act
from kithmap.register.versions import Version

MARK = "@"


@dataclass(frozen=True)
class Kept:
    """A recipe as it stands: its id, what was said, the TOML that came of it, which version, by whom, when.

    headings: every heading of the file it was made for, read or not.
    """

    recipe_id: str
    recipe: Recipe
    headings: tuple[str, ...]
    toml: str
    version: Version

    @property
    def layout(self) -> Layout:
        """The recipe as a layout."""
        return parse_layout(self.toml, self.recipe.layout)


def recipe_id(layout: str, agreement: str) -> str:
    """The id of the recipe for files of a layout under an agreement."""
    return f"{layout}{MARK}{agreement}"


def save_recipe(workspace: Workspace, recipe: Recipe, headings: tuple[str, ...], *, who: str) -> Kept:
    """Keep a recipe; said otherwise than before it becomes a new version, and the old one stays.

    Raises: NotPermitted, LayoutFault.
    """
    name = recipe_id(recipe.layout, recipe.agreement)
    toml = write_recipe(recipe)
    parse_layout(toml, recipe.layout)
    act = Act(who, "recipe save", ALLOW, name, details={"columns": len(recipe.columns)})
    check_permitted(workspace, act, Action.RECEIVE)
    terms: dict[str, Any] = {"recipe": asdict(recipe), "headings": list(headings), "toml": toml}
    if _find(workspace, name) != terms:
        note(workspace, act, lambda: recipes.put_recipe(workspace.register, name, terms, clock.now(), who))
    return get_recipe(workspace, name)


def list_recipes(workspace: Workspace) -> tuple[Kept, ...]:
    """Every recipe as it stands, in the order of their ids."""
    return tuple(_kept(name, version) for name, version in recipes.list_recipes(workspace.register))


def get_recipe(workspace: Workspace, name: str) -> Kept:
    """One recipe by its id.

    Raises: NotFound.
    """
    found = recipes.recipe_versions(workspace.register, name)
    if not found:
        raise NotFound("There is no such recipe.", "The id of a recipe that was saved.", "See the layouts.")
    return _kept(name, found[-1])


def recipe_versions(workspace: Workspace, name: str) -> tuple[Version, ...]:
    """Every version of a recipe, the oldest first."""
    return recipes.recipe_versions(workspace.register, name)


def find_layout(workspace: Workspace, name: str) -> Layout:
    """A layout by the id of a recipe, its built-in name or its file.

    Raises: NotFound, LayoutFault.
    """
    if MARK in name and name not in builtin_layouts():
        found = recipes.recipe_versions(workspace.register, name)
        if found:
            return _kept(name, found[-1]).layout
    return load_layout(name)


def layout_text(workspace: Workspace, name: str) -> str:
    """The TOML of a built-in layout or of a recipe.

    Raises: NotFound; a file of that name is never read.
    """
    if name in builtin_layouts():
        return read_layout_text(name)
    return get_recipe(workspace, name).toml


def _find(workspace: Workspace, name: str) -> dict[str, Any] | None:
    found = recipes.recipe_versions(workspace.register, name)
    return found[-1].terms if found else None


def _kept(name: str, version: Version) -> Kept:
    terms = version.terms
    said: dict[str, Any] = {
        **terms["recipe"],
        "columns": tuple(Mapped(**each) for each in terms["recipe"]["columns"]),
    }
    return Kept(name, Recipe(**said), tuple(terms["headings"]), terms["toml"], version)
